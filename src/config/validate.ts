/** What no single value shows: ranges, and values that belong together. */
import { ConfigError, problemText } from './config-file.js';
import type { Ignored, Settings } from './options.js';
import type { Problem } from './read-yaml.js';
import { dataPaths } from './settings.js';
import { unusedBecause } from './unused-options.js';

interface Origin {
  readonly file: string | null;
  /** Line of each key that the file sets. */
  readonly lines: ReadonlyMap<string, number>;
  /** Keys that a flag sets. */
  readonly flags: ReadonlyMap<string, unknown>;
}

const targets = [
  'all',
  'read',
  'write',
  'backend',
  'distributor',
  'ingester',
  'querier',
  'query-frontend',
  'query-scheduler',
];
const moreTargets = [
  'compactor',
  'ruler',
  'index-gateway',
  'table-manager',
  'pattern-ingester',
  'ingester-querier',
  'overrides-exporter',
];
export const knownTargets: readonly string[] = [...targets, ...moreTargets];

/** Throws ConfigError. What it returns is said, but does no harm. */
export function validate(settings: Settings, { file, lines, flags }: Origin): Ignored[] {
  const problems: Problem[] = [];
  const wrong = (key: string, why: string): void => {
    problems.push({ line: flags.has(key) ? 0 : (lines.get(key) ?? 0), message: `${key}: ${why}` });
  };
  const { server, ingester, querier, frontend } = settings;

  if (server.http_listen_port < 0 || server.http_listen_port > 65_535)
    wrong('server.http_listen_port', `${server.http_listen_port} is not a port`);
  if (server.grpc_listen_port > 65_535) wrong('server.grpc_listen_port', `${server.grpc_listen_port} is not a port`);
  const { cert, cert_file, key, key_file } = server.http_tls_config;
  if ((cert !== '' || cert_file !== '') !== (key !== '' || key_file !== ''))
    wrong('server.http_tls_config.cert_file', 'a certificate and its key go together');
  if (server.http_path_prefix !== '' && !server.http_path_prefix.startsWith('/'))
    wrong('server.http_path_prefix', 'must begin with /');

  const positive: readonly (readonly [key: string, value: number])[] = [
    ['ingester.chunk_block_size', ingester.chunk_block_size],
    ['ingester.chunk_target_size', ingester.chunk_target_size],
    ['ingester.flush_check_period', ingester.flush_check_period],
    ['ingester.wal.checkpoint_duration', ingester.wal.checkpoint_duration],
    ['compactor.compaction_interval', settings.compactor.compaction_interval],
    ['runtime_config.period', settings.runtime_config.period],
    ['querier.max_concurrent', querier.max_concurrent],
    ['frontend.max_outstanding_per_tenant', frontend.max_outstanding_per_tenant],
  ];
  for (const [key, value] of positive) if (!(value > 0)) wrong(key, 'must be greater than 0');
  const threshold = ingester.wal.disk_full_threshold;
  if (threshold < 0 || threshold > 1) wrong('ingester.wal.disk_full_threshold', `${threshold} is not between 0 and 1`);

  const names = settings.target.split(',').map((name) => name.trim());
  const strange = names.find((name) => !knownTargets.includes(name));
  if (strange !== undefined) wrong('target', `unrecognised module name: ${strange}`);

  if (problems.length > 0)
    throw new ConfigError(
      file === null || problems.every(({ line }) => line === 0)
        ? problems.map(({ message }) => message).join('; ')
        : problemText(file, problems),
    );

  const notes: Ignored[] = [];
  const note = (key: string, why: string): void => {
    notes.push({ key, line: flags.has(key) ? 0 : (lines.get(key) ?? 0), why });
  };
  if (names.some((name) => name !== 'all')) note('target', 'this process always runs all parts');
  for (const key of new Set([...lines.keys(), ...flags.keys()])) {
    const unused = unusedBecause(key);
    if (unused === null || notes.some((said) => said.key === unused.key)) continue;
    notes.push({ key: unused.key, line: flags.has(key) ? 0 : (lines.get(key) ?? 0), why: unused.why });
  }
  const store = settings.schema_config.configs.at(-1)?.object_store ?? 'filesystem';
  if (store !== 'filesystem' && store !== '')
    note('schema_config.configs', `object_store ${store}: chunks are kept in ${dataPaths(settings).chunks}`);
  return notes;
}
