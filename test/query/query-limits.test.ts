import { describe, expect, test } from 'vitest';
import { type BlockedQuery, defaultLimits, type Limits } from '../../src/limits/limits.js';
import { parseExpr } from '../../src/logql/syntax/parser.js';
import { fnv32, refuseBlocked, strictest, withinLimits } from '../../src/query/query-limits.js';

const hourNs = 3_600_000_000_000n;
const now = 1000n * 24n * hourNs;
const check = (query: string, limits: Partial<Limits>, hours = 1, limit = 100) =>
  withinLimits(
    parseExpr(query),
    { start: now - BigInt(hours) * hourNs, end: now },
    limit,
    { ...defaultLimits(), ...limits },
    { nowNs: () => now, lookBackMs: 30_000 },
  );

describe('each limit, at and above', () => {
  test('entries', () => {
    expect(check('{a="b"}', { max_entries_limit_per_query: 100 })).not.toBeNull();
    expect(() => check('{a="b"}', { max_entries_limit_per_query: 99 })).toThrow(
      'max entries limit per query exceeded, limit > max_entries_limit_per_query (100 > 99)',
    );
  });
  test('the length of the range', () => {
    expect(check('rate({a="b"}[1h])', { max_query_length: 24 * 3_600_000 }, 23)).not.toBeNull();
    expect(() => check('rate({a="b"}[1h])', { max_query_length: 24 * 3_600_000 }, 24)).toThrow(
      'the query time range exceeds the limit (query length: 25h0m0s, limit: 1d)',
    );
  });
  test('the range vector', () => {
    expect(check('rate({a="b"}[1h])', { max_query_range: 3_600_000 })).not.toBeNull();
    expect(() => check('rate({a="b"}[2h])', { max_query_range: 3_600_000 })).toThrow(
      '[interval] value exceeds limit: [2h] > [1h]',
    );
  });
  test('matchers', () => {
    expect(check('{a="b", c="d"}', { max_streams_matchers_per_query: 2 })).not.toBeNull();
    expect(() => check('{a="b", c="d"}', { max_streams_matchers_per_query: 1 })).toThrow(
      'max streams matchers per query exceeded, matchers-count > limit (2 > 1)',
    );
  });
  test('labels that must be named', () => {
    expect(check('{env="x"}', { required_labels: ['env'] })).not.toBeNull();
    expect(() => check('{a="b"}', { required_labels: ['env'] })).toThrow(
      'stream selector is missing required matchers [env], labels present in the query were [a]',
    );
    expect(() => check('{a="b"}', { minimum_labels_number: 2 })).toThrow(
      'stream selector has less label matchers than required: (present: [a], number_present: 1, required_number_label_matchers: 2)',
    );
  });
  test('the look-back cuts the range, or leaves nothing of it', () => {
    expect(check('{a="b"}', { max_query_lookback: 1_800_000 })?.start).toBe(now - hourNs / 2n);
    const old = { start: 0n, end: 1n };
    expect(
      withinLimits(
        parseExpr('{a="b"}'),
        old,
        1,
        { ...defaultLimits(), max_query_lookback: 1000 },
        { nowNs: () => now, lookBackMs: 0 },
      ),
    ).toBeNull();
  });
});

describe('blocked queries', () => {
  const row = (more: Partial<BlockedQuery>): BlockedQuery => ({
    pattern: '',
    regex: false,
    hash: 0,
    types: '',
    ...more,
  });
  const blocked =
    (query: string, ...rows: BlockedQuery[]) =>
    () =>
      refuseBlocked(query, parseExpr(query), { ...defaultLimits(), blocked_queries: rows });
  const text = 'query blocked by policy';

  test('by text', () => {
    expect(blocked('{a="b"}', row({ pattern: ' {a="b"} ' }))).toThrow(text);
    expect(blocked('{a="c"}', row({ pattern: '{a="b"}' }))).not.toThrow();
  });
  test('by regular expression', () =>
    expect(blocked('{a="b"} |= "x"', row({ pattern: '.*a="b".*', regex: true }))).toThrow(text));
  test('by hash', () => expect(blocked('{a="b"}', row({ hash: fnv32('{a="b"}') }))).toThrow(text));
  test('only of a type', () => {
    expect(blocked('rate({a="b"}[1m])', row({ types: 'metric' }))).toThrow(text);
    expect(blocked('{a="b"}', row({ types: 'metric,filter' }))).not.toThrow();
  });
});

test('of several tenants the smallest positive limit holds', () => {
  const of = (n: number): Limits => ({ ...defaultLimits(), max_query_series: n });
  expect(strictest([of(0), of(50), of(20)]).max_query_series).toBe(20);
});
