import { describe, expect, test } from 'vitest';
import { type Loaded, loadConfig } from '../../src/config/load.js';
import { DAY, MINUTE } from '../../src/config/units.js';
import { defaultLimits, embeddedLimits, type Limits } from '../../src/limits/limits.js';

const load = (
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
  env: Record<string, string> = {},
): Promise<Loaded> =>
  loadConfig({
    argv,
    env,
    files: {
      exists: (path) => Object.hasOwn(files, path),
      read: (path) => files[path] as string,
    },
  });

const fromYaml = async (yaml: string, ...argv: string[]) =>
  (await load(['-config.file=loki.yml', ...argv], { 'loki.yml': yaml })).config;

/** The YAML that the project began with, of the times of Loki 2.9. */
const oldYaml = `
auth_enabled: false
server:
  http_listen_port: 3100
  grpc_listen_port: 9096
  log_level: info
ingester:
  lifecycler:
    address: 127.0.0.1
    ring:
      kvstore:
        store: inmemory
      replication_factor: 1
    final_sleep: 0s
  chunk_idle_period: 5m
  chunk_retain_period: 30s
  max_chunk_age: 1h
  chunk_target_size: 1048576
  chunk_encoding: snappy
  wal:
    enabled: true
    dir: /loki/wal
schema_config:
  configs:
    - from: 2024-01-01
      store: boltdb-shipper
      object_store: filesystem
      schema: v11
      index:
        prefix: index_
        period: 24h
storage_config:
  boltdb_shipper:
    active_index_directory: /loki/boltdb-shipper-active
    shared_store: filesystem
  filesystem:
    directory: /loki/chunks
limits_config:
  enforce_metric_name: false
  reject_old_samples_max_age: 168h  # 1 week
  max_query_length: 721h
table_manager:
  retention_deletes_enabled: true
  retention_period: 720h
`;

test('without a file the server is open to all and generous', async () => {
  const { config, action } = await load([]);
  expect(action).toBe('run');
  expect(config.auth_enabled).toBe(false);
  expect(config.limits_config).toEqual(embeddedLimits());
  expect(config.paths).toEqual({
    root: 'data',
    wal: 'data/wal',
    chunks: 'data/chunks',
    rules: 'data/rules',
    compactor: 'data/compactor',
  });
  expect(config.file).toBeNull();
});

test('a file that says nothing means the defaults of Loki', async () => {
  const config = await fromYaml('');
  const limits: Limits = config.limits_config;
  expect(config.auth_enabled).toBe(true);
  expect(limits).toEqual(defaultLimits());
  expect(config.file).toBe('loki.yml');
});

test('a YAML of Loki 2.9 is taken, and what has no effect is named once', async () => {
  const config = await fromYaml(oldYaml);
  expect(config.server.grpc_listen_port).toBe(9096);
  expect(config.ingester.chunk_idle_period).toBe(5 * MINUTE);
  expect(config.limits_config.reject_old_samples_max_age).toBe(7 * DAY);
  expect(config.schema_config.configs).toEqual([
    {
      from: '2024-01-01',
      store: 'boltdb-shipper',
      object_store: 'filesystem',
      schema: 'v11',
      index: { prefix: 'index_', period: DAY },
    },
  ]);
  expect(config.paths).toMatchObject({ root: '/loki', wal: '/loki/wal', chunks: '/loki/chunks' });
  expect(config.ignored.map(({ key, line }) => `${line} ${key}`)).toEqual([
    '8 ingester.lifecycler',
    '33 storage_config.boltdb_shipper',
    '39 limits_config.enforce_metric_name',
    '16 ingester.chunk_retain_period',
  ]);
  expect(config.ignored.every(({ why }) => why.length > 0)).toBe(true);
});

test('the retention of the table manager holds when there is no newer one', async () => {
  expect((await fromYaml(oldYaml)).limits_config.retention_period).toBe(30 * DAY);
  const both =
    'limits_config: {retention_period: 7d}\ntable_manager: {retention_deletes_enabled: true, retention_period: 30d}';
  expect((await fromYaml(both)).limits_config.retention_period).toBe(7 * DAY);
  expect((await fromYaml('table_manager: {retention_period: 30d}')).limits_config.retention_period).toBe(0);
});

test('a key at its older place is read as the newer one, unless that is there', async () => {
  const config = await fromYaml('querier: {query_timeout: 2m}\nchunk_store_config: {max_look_back_period: 0s}');
  expect(config.limits_config.query_timeout).toBe(2 * MINUTE);
  expect(config.limits_config.max_query_lookback).toBe(0);
  expect(config.ignored[0]).toEqual({
    key: 'querier.query_timeout',
    line: 1,
    why: 'it is read as limits_config.query_timeout',
  });
  const both = await fromYaml('limits_config: {query_timeout: 5m}\nquerier: {query_timeout: 2m}');
  expect(both.limits_config.query_timeout).toBe(5 * MINUTE);
});

describe('values of each kind', () => {
  const f = (yaml: string, key: string, want: unknown): void =>
    test(yaml.replaceAll('\n', '⏎'), async () => {
      const config = await fromYaml(yaml);
      expect(key.split('.').reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], config)).toEqual(
        want,
      );
    });
  f('auth_enabled: yes', 'auth_enabled', true);
  f('auth_enabled: off', 'auth_enabled', false);
  f('auth_enabled:', 'auth_enabled', true);
  f('server: {http_listen_port: 0x50}', 'server.http_listen_port', 80);
  f('server: {http_listen_port: 3100.5}', 'server.http_listen_port', 3100);
  f('server:', 'server.http_listen_port', 3100);
  f('server: {http_listen_address: 5}', 'server.http_listen_address', '5');
  f('server: {http_server_read_timeout: 1m30s}', 'server.http_server_read_timeout', 90_000);
  f('ingester: {chunk_idle_period: 1500000000}', 'ingester.chunk_idle_period', 1500);
  f('limits_config: {max_line_size: 100B}', 'limits_config.max_line_size', 100);
  f('limits_config: {max_line_size: 1024}', 'limits_config.max_line_size', 1024);
  f('limits_config: {ingestion_rate_mb: 0.5}', 'limits_config.ingestion_rate_mb', 0.5);
  f('limits_config: {discover_service_name: []}', 'limits_config.discover_service_name', []);
  f('limits_config: {discover_service_name: [a, b]}', 'limits_config.discover_service_name', ['a', 'b']);
  f('limits_config: {discover_service_name: "a, b"}', 'limits_config.discover_service_name', ['a', 'b']);
  f('limits_config:\n  discover_service_name:\n  - a', 'limits_config.discover_service_name', ['a']);
  f(
    'limits_config: {block_ingestion_until: "2026-01-01T00:00:00Z"}',
    'limits_config.block_ingestion_until',
    1_767_225_600_000,
  );
  f('limits_config: {discover_generic_fields: {fields: {trace: [t, tid]}}}', 'limits_config.discover_generic_fields', {
    trace: ['t', 'tid'],
  });
  f(
    'limits_config: {retention_stream: [{selector: "{a=\\"b\\"}", priority: 1, period: 24h}]}',
    'limits_config.retention_stream',
    [{ selector: '{a="b"}', priority: 1, period: DAY }],
  );
  f(
    'limits_config: {otlp_config: {log_attributes: [{action: drop, regex: "a.*"}]}}',
    'limits_config.otlp_config.log_attributes',
    [{ action: 'drop', attributes: [], regex: 'a.*' }],
  );
  f('storage_config: {max_disk_size: 10GB}', 'storage_config.max_disk_size', 10 * 1024 ** 3);
});

test('aliases and merges are followed', async () => {
  const config = await fromYaml('server: {http_listen_address: &a 1.2.3.4, grpc_listen_address: *a}');
  expect(config.server.grpc_listen_address).toBe('1.2.3.4');
  const merged = await fromYaml(
    'query_range:\n  results_cache:\n    cache: &c {embedded_cache: {max_size_mb: 7}}\n  series_results_cache:\n    cache:\n      <<: *c\n',
  );
  expect(merged.query_range.results_cache.cache.embedded_cache.max_size_mb).toBe(7);
});

describe('what is wrong is refused with file, line and key', () => {
  const f = (yaml: string, message: string): void =>
    test(yaml.replaceAll('\n', '⏎'), async () => {
      await expect(fromYaml(yaml)).rejects.toMatchObject({ name: 'ConfigError', message: `loki.yml${message}` });
    });
  f('foo: 1', ': line 1: field foo not found in type config');
  f(
    'auth_enabled: false\nserver:\n  http_listen_prot: 1',
    ': line 3: field http_listen_prot not found in type server, did you mean http_listen_port?',
  );
  f(
    'memberlist: {join_member: []}',
    ': line 1: field join_member not found in type memberlist, did you mean join_members?',
  );
  f('server: {http_listen_port: abc}', ': line 1: server.http_listen_port: cannot unmarshal !!str `abc` into int');
  f('server: {http_listen_port: "3100"}', ': line 1: server.http_listen_port: cannot unmarshal !!str `3100` into int');
  f(
    'server: {http_server_read_timeout: 5x}',
    ': line 1: server.http_server_read_timeout: unknown unit "x" in duration "5x"',
  );
  f('limits_config:\n  max_line_size: 5x', ': line 2: limits_config.max_line_size: invalid size "5x"');
  f('limits_config: {max_line_size: [1]}', ': line 1: limits_config.max_line_size: cannot unmarshal !!seq into size');
  f('auth_enabled: maybe', ': line 1: auth_enabled: cannot unmarshal !!str `maybe` into bool');
  f('server: 5', ': line 1: cannot unmarshal !!int `5` into server');
  f('- a', ': line 1: cannot unmarshal !!seq into config');
  f('server: {log_level: loud}', ': line 1: server.log_level: unrecognized log level "loud"');
  f(
    'ingester: {chunk_encoding: lzma}',
    ': line 1: ingester.chunk_encoding: invalid encoding: lzma, supported: gzip, none, snappy, lz4, lz4-64k, lz4-256k, lz4-1M, flate, zstd',
  );
  f('auth_enabled: true\nauth_enabled: true', ': line 2: field auth_enabled already set in type config');
  f('ingester: {lifecycler: {join_after: soon}}', ': line 1: ingester.lifecycler.join_after: invalid duration "soon"');
  f('server: {http_listen_port: 70000}', ': line 1: server.http_listen_port: 70000 is not a port');
  f('target: everything', ': line 1: target: unrecognised module name: everything');
  f(
    'schema_config:\n  configs:\n    - from: 2024-01-01\n      store: nope\n      schema: v11',
    ': line 4: schema_config.configs.0.store: unrecognized `store` (index) type `nope`, choose one of: boltdb-shipper, tsdb',
  );
  f('schema_config:\n  configs: []', ': line 2: schema_config.configs: must specify at least one schema config');
  f(
    'limits_config:\n  retention_stream:\n  - {selector: "{}", period: 1q}',
    ': line 3: limits_config.retention_stream.0.period: unknown unit "q" in duration "1q"',
  );
  f('foo: 1\nbar: 2', ':\n  line 1: field foo not found in type config\n  line 2: field bar not found in type config');
});

test('bad YAML is refused with its line', async () => {
  await expect(fromYaml('server:\n  a: [1')).rejects.toThrow(/^loki\.yml: line \d+: /);
  await expect(fromYaml('server:\n\tx: 1')).rejects.toThrow(/line 2: /);
});

test('a document that multiplies itself is refused', async () => {
  const bomb = Array.from(
    { length: 9 },
    (_, i) =>
      `a${i}: &a${i} [${
        i === 0
          ? '1'
          : Array(9)
              .fill(`*a${i - 1}`)
              .join(', ')
      }]`,
  ).join('\n');
  await expect(fromYaml(bomb)).rejects.toThrow(/more than 100000 values/);
});

test('the environment is expanded only when asked for, and the error says so', async () => {
  const files = { 'loki.yml': 'server: {http_listen_port: ${PORT}}' };
  await expect(load(['-config.file=loki.yml'], files)).rejects.toThrow('use -config.expand-env=true');
  const { config } = await load(['-config.file=loki.yml', '-config.expand-env'], files, { PORT: '81' });
  expect(config.server.http_listen_port).toBe(81);
  await expect(load(['-config.file=l', '-config.expand-env'], { l: 'a: ${' })).rejects.toThrow(
    'l: unable to parse variable name',
  );
});

test('of several files the first that exists is read', async () => {
  const { config } = await load(['-config.file', 'a.yml, b.yml,c.yml'], {
    'b.yml': 'auth_enabled: false',
    'c.yml': '',
  });
  expect(config.file).toBe('b.yml');
  await expect(load(['-config.file=a,b'])).rejects.toThrow(
    'a,b does not exist, set config.file for custom config path',
  );
});

test('flags go before the file', async () => {
  const config = await fromYaml(
    'server: {http_listen_port: 1, log_level: warn}',
    '-server.http-listen-port=2',
    '--auth.enabled=false',
  );
  expect(config.server.http_listen_port).toBe(2);
  expect(config.server.log_level).toBe('warn');
  expect(config.auth_enabled).toBe(false);
});

describe('data lies where it is said', () => {
  const f = (yaml: string, want: object): void =>
    test(yaml, async () => expect((await fromYaml(yaml)).paths).toMatchObject(want));
  f('common: {path_prefix: /loki}', { root: '/loki', wal: '/loki/wal', chunks: '/loki/chunks', rules: '/loki/rules' });
  f('common: {path_prefix: /loki/}', { root: '/loki/', wal: '/loki/wal' });
  f('common: {path_prefix: /loki, storage: {filesystem: {chunks_directory: /c/x, rules_directory: /r}}}', {
    root: '/loki',
    chunks: '/c/x',
    rules: '/r',
  });
  f('storage_config: {filesystem: {directory: /chunks}}', { root: '/chunks', chunks: '/chunks' });
  f('storage_config: {filesystem: {directory: chunks}}', { root: '.', chunks: 'chunks', wal: './wal' });
  f('storage_config: {filesystem: {directory: /a/b/}}', { root: '/a', chunks: '/a/b/' });
});

test('a target or a store that this process does not have is named', async () => {
  const config = await fromYaml(
    'target: read,write\nschema_config: {configs: [{from: 2020-01-01, store: tsdb, object_store: s3, schema: v13, index: {period: 24h}}]}\ncommon: {path_prefix: /d}',
  );
  expect(config.ignored).toEqual([
    { key: 'target', line: 1, why: 'this process always runs all parts' },
    { key: 'schema_config.configs', line: 2, why: 'object_store s3: chunks are kept in /d/chunks' },
  ]);
});
