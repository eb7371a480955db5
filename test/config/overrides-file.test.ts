import { describe, expect, test } from 'vitest';
import { readOverrides } from '../../src/config/overrides-file.js';
import { defaultLimits } from '../../src/limits/limits.js';

const read = (text: string) => readOverrides(text, 'overrides.yml', defaultLimits());

test('each tenant has what the file says of it, and nothing more', async () => {
  const { tenants, ignored } = await read(`
overrides:
  "29":
    ingestion_rate_mb: 10
    max_query_length: 30d
    shard_streams: {enabled: false}
  a.b:
    retention_stream:
    - {selector: '{x="y"}', priority: 1, period: 24h}
    otlp_config:
      severity_text_as_label: true
  empty:
`);
  expect(tenants).toEqual({
    29: { ingestion_rate_mb: 10, max_query_length: 2_592_000_000 },
    'a.b': {
      retention_stream: [{ selector: '{x="y"}', priority: 1, period: 86_400_000 }],
      otlp_config: { ...defaultLimits().otlp_config, severity_text_as_label: true },
    },
    empty: {},
  });
  expect(ignored.map(({ key, line }) => `${line} ${key}`)).toEqual(['6 overrides.29.shard_streams']);
});

test('an empty file overrides nothing', async () => {
  expect((await read('')).tenants).toEqual({});
  expect((await read('overrides:')).tenants).toEqual({});
  expect((await read('configs: {a: {log_stream_creation: true}}')).ignored).toHaveLength(1);
});

describe('what is wrong is refused with its line', () => {
  const f = (text: string, message: string): void => test(text, () => expect(read(text)).rejects.toThrow(message));
  f('override: {}', 'overrides.yml: line 1: field override not found in type overrides');
  f(
    'overrides:\n  a:\n    max_line_sise: 1',
    'overrides.yml: line 3: field max_line_sise not found in type overrides.a, did you mean max_line_size?',
  );
  f(
    'overrides:\n  a: {query_timeout: 1q}',
    'overrides.yml: line 2: overrides.a.query_timeout: unknown unit "q" in duration "1q"',
  );
  f('overrides: [a]', 'overrides.yml: line 1: cannot unmarshal !!seq into overrides');
  f('- a', 'overrides.yml: line 1: cannot unmarshal !!seq into overrides');
});
