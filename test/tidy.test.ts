/** The repository tests itself: layers and doors, what may be imported where, pages and tables in step. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { configurationPage } from '../src/config/reference.js';
import { allOptions } from '../src/config/settings.js';
import { unusedBecause } from '../src/config/unused-options.js';
import { version } from '../src/version.js';

interface Room {
  /** Files that other rooms may import, without their ending; `x/*` all of a folder. Left out: every file. */
  readonly doors?: readonly string[];
  readonly uses: readonly string[];
}

/** Bottom first. A room imports only the rooms it `uses`, and only through their `doors`. A file of src/ is a room, too. */
const rooms: Readonly<Record<string, Room>> = {
  errors: { uses: [] },
  version: { uses: [] },
  log: { uses: [] },
  model: { uses: ['errors'] },
  io: { uses: ['errors'] },
  template: {
    doors: ['template', 'template-error', 'go-string', 'bytes-size', 'go-duration', 'go-number', 'go-quote'],
    uses: ['errors', 'model'],
  },
  metrics: { uses: ['errors', 'model'] },
  limits: { uses: ['errors', 'io', 'model'] },
  config: {
    doors: [
      'options',
      'load',
      'config-file',
      'flags',
      'validate',
      'embedded',
      'overrides-file',
      'render',
      'settings',
      'usage',
    ],
    uses: ['errors', 'limits', 'model'],
  },
  chunks: {
    doors: [
      ...['block', 'block-cache', 'pack-store', 'file-pack-store', 'memory-pack-store', 'pack-reader', 'pack-writer'],
      ...[
        'codec/codec',
        'codec/codecs',
        'block-address',
        'block-opener',
        'bytes',
        'constants',
        'crc32',
        'text-dictionary',
      ],
    ],
    uses: ['errors', 'io', 'model'],
  },
  index: {
    doors: ['label-index', 'open-label-index', 'lock-database', 'reconcile'],
    uses: ['errors', 'io', 'log', 'model'],
  },
  logql: {
    doors: [
      ...[
        'functions',
        'syntax/*',
        'pipeline/field-extractor',
        'pipeline/pipeline',
        'pipeline/pipeline-types',
        'engine/engine',
        'engine/querier',
        'engine/go-number',
      ],
      ...['range-aggregation/accumulator', 'range-aggregation/create-accumulator', 'range-aggregation/windows'],
    ],
    uses: ['errors', 'model', 'template'],
  },
  ingest: {
    doors: [
      'ingester',
      'ingester-options',
      'open-ingester',
      'push-service',
      'disk-reserve',
      'head/head-reader',
      'push/*',
    ],
    uses: ['chunks', 'errors', 'index', 'io', 'limits', 'log', 'metrics', 'model'],
  },
  patterns: { doors: ['pattern-store'], uses: ['errors', 'io', 'model'] },
  query: {
    doors: [
      'frontend',
      'params',
      'metadata',
      'volume',
      'detected',
      'stats',
      'querier',
      'stream-source',
      'results-cache',
      'query-queue',
      'query-limits',
      'scan/scan-place',
      'data-versions',
    ],
    uses: ['chunks', 'errors', 'index', 'ingest', 'io', 'limits', 'log', 'logql', 'metrics', 'model'],
  },
  tail: { doors: ['tailer'], uses: ['errors', 'io', 'limits', 'log', 'logql', 'model'] },
  compactor: {
    doors: ['compactor', 'delete-requests', 'journal'],
    uses: ['chunks', 'errors', 'index', 'io', 'limits', 'log', 'logql', 'metrics', 'model'],
  },
  http: {
    doors: ['app', 'routes/*'],
    uses: [
      'compactor',
      'errors',
      'ingest',
      'io',
      'limits',
      'log',
      'logql',
      'metrics',
      'model',
      'patterns',
      'query',
      'tail',
    ],
  },
  grpc: { doors: ['pusher'], uses: ['errors', 'ingest', 'log', 'model'] },
  storage: {
    uses: [
      'chunks',
      'compactor',
      'config',
      'errors',
      'index',
      'ingest',
      'io',
      'limits',
      'log',
      'logql',
      'metrics',
      'model',
      'query',
    ],
  },
  server: {
    uses: [
      ...[
        'chunks',
        'compactor',
        'config',
        'errors',
        'grpc',
        'http',
        'index',
        'ingest',
        'io',
        'limits',
        'log',
        'logql',
        'metrics',
      ],
      ...['model', 'patterns', 'query', 'storage', 'tail', 'version'],
    ],
  },
  cli: { uses: ['config', 'log', 'version'] },
  main: { uses: ['cli', 'server'] },
  testing: { doors: ['fixture'], uses: ['config', 'server'] },
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
const sources = new Map(files.map((file) => [file, readFileSync(`src/${file}`, 'utf8')]));

const roomOf = (path: string): string => (path.split('/')[0] as string).replace(/\.[jt]s$/, '');
const insideOf = (path: string): string =>
  path
    .split('/')
    .slice(1)
    .join('/')
    .replace(/\.[jt]s$/, '');

/** Every specifier of a file: static, types included, and import(). */
const specifiersOf = (file: string): string[] =>
  [
    ...(sources.get(file) as string).matchAll(
      /^(?:import|export)\b[^'";]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
    ),
  ].map(([, still, lazy]) => (still ?? lazy) as string);
const importsOf = (file: string): string[] =>
  specifiersOf(file)
    .filter((specifier) => /^\.\.?\//.test(specifier))
    .map((specifier) => posix.join(posix.dirname(file), specifier));
const isDoor = (room: string, inside: string): boolean =>
  rooms[room]?.doors?.some((door) => (door.endsWith('/*') ? inside.startsWith(door.slice(0, -1)) : inside === door)) ??
  true;

test('rooms import downward and through doors', () => {
  const offences = files.flatMap((file) =>
    importsOf(file).flatMap((target) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      if (from === to) return [];
      if (!rooms[from]?.uses.includes(to)) return [`${file}: ${from}/ may not use ${to}/`];
      return isDoor(to, insideOf(target)) ? [] : [`${file}: ${target} is not a door of ${to}/`];
    }),
  );
  expect(offences).toEqual([]);
});

test('the table has no cycle: a room uses only rooms above it in the table', () => {
  const order = Object.keys(rooms);
  const offences = Object.entries(rooms).flatMap(([room, { uses }]) =>
    uses
      .filter((used) => order.indexOf(used) >= order.indexOf(room) || !order.includes(used))
      .map((used) => `${room} → ${used}`),
  );
  expect(offences).toEqual([]);
});

test('every room of src/ is in the table, and every door of the table is there', () => {
  expect([...new Set(files.map(roomOf))].filter((room) => rooms[room] === undefined)).toEqual([]);
  const missing = Object.entries(rooms).flatMap(([room, { doors = [] }]) =>
    doors
      .map((door) => `src/${room}/${door.replace(/\/\*$/, '')}`)
      .filter((path) => !existsSync(`${path}.ts`) && !existsSync(path)),
  );
  expect(missing).toEqual([]);
});

test('every import of a file of ours leads to a file', () => {
  const offences = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => !sources.has(target.replace(/\.js$/, '.ts')))
      .map((target) => `${file}: ${target}`),
  );
  expect(offences).toEqual([]);
});

test('no file imports itself, by whatever way round', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of importsOf(file)) walk(target.replace(/\.js$/, '.ts'), [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  expect(circles).toEqual([]);
});

const offending = (pattern: RegExp, allowed: (file: string) => boolean = () => false): string[] =>
  files.filter((file) => !allowed(file) && pattern.test(sources.get(file) as string));

test('there are no default exports and no barrels', () => {
  expect(offending(/^export default\b/m)).toEqual([]);
  expect(offending(/^export \*/m)).toEqual([]);
});

test('SQLite is known to index/ alone', () => {
  expect(
    files.filter(
      (file) => specifiersOf(file).some((name) => name.startsWith('better-sqlite3')) && roomOf(file) !== 'index',
    ),
  ).toEqual([]);
});

test('logql/, template/ and model/ import nothing of the machine but buffers', () => {
  const pure = ['logql', 'template', 'model'];
  expect(
    files.filter(
      (file) =>
        pure.includes(roomOf(file)) &&
        specifiersOf(file).some((name) => name.startsWith('node:') && name !== 'node:buffer'),
    ),
  ).toEqual([]);
});

test('only the executable touches the process', () => {
  expect(offending(/\bprocess\.(exit|on|stdout|stderr|argv)\b|\bconsole\./, (file) => file === 'main.ts')).toEqual([]);
});

test('no file is dead: something imports it, or it is an entry', () => {
  const entries = [
    'main.ts',
    'server.ts',
    'testing/fixture.ts',
    'config/reference.ts',
    'query/scan/worker.ts',
    'io/memory-file-system.ts',
  ];
  const imported = new Set(files.flatMap((file) => importsOf(file).map((target) => target.replace(/\.js$/, '.ts'))));
  expect(files.filter((file) => !imported.has(file) && !entries.includes(file))).toEqual([]);
});

test('nothing is left for later', () => {
  expect(offending(/\b(?:TODO|FIXME|XXX)\b/)).toEqual([]);
});

test('the pages that are made from tables are what the tables say', () => {
  expect(readFileSync('docs/CONFIGURATION.md', 'utf8') === configurationPage(), 'npm run docs writes them').toBe(true);
});

test('an option is asked for outside config/, or the table of those without effect names it', () => {
  const apart = ['config', 'limits'];
  const text = files
    .filter((file) => !apart.includes(roomOf(file)) || file === 'config/settings.ts')
    .map((file) => sources.get(file))
    .join('\n');
  const asked = (key: string): boolean => new RegExp(`\\b${key.split('.').at(-1)}\\b`).test(text);
  const keys = [...allOptions()].map(([key]) => key).filter((key) => !checkedOnly.includes(key));
  expect(
    keys.filter((key) => unusedBecause(key) === null && !asked(key)),
    'without effect, and not named',
  ).toEqual([]);
  const long = keys.filter((key) => (key.split('.').at(-1) as string).length > 12 && !key.startsWith('ruler.'));
  expect(
    long.filter((key) => unusedBecause(key) !== null && asked(key)),
    'named, but asked for',
  ).toEqual([]);
});

/** Their effect is inside config/. */
const checkedOnly = [
  'target',
  'schema_config.configs',
  'table_manager.retention_deletes_enabled',
  'table_manager.retention_period',
];

test('the version is the one of the package', () => {
  expect(version).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});

test('every line of the changelog says what kind of change it is', () => {
  const lines = readFileSync('CHANGELOG.md', 'utf8').split('\n');
  expect(lines.filter((line) => line.startsWith('- ') && !/^- (FEATURE|BUGFIX|PERF|CHANGE): /.test(line))).toEqual([]);
  expect(lines).toContain('## Unreleased');
});

test('the links of the pages lead to files', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
  ];
  const broken = pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target]) => posix.join(posix.dirname(page), target as string))
        .filter((target) => !existsSync(target))
        .map((target) => `${page}: ${target}`),
    );
  expect(broken).toEqual([]);
});
