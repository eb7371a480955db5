import { describe, expect, test } from 'vitest';
import { Labels } from '../../src/model/labels.js';
import type { StepGrid } from '../../src/model/time.js';
import { DataVersions } from '../../src/query/data-versions.js';
import { ResultsCache } from '../../src/query/results-cache.js';
import { prng } from '../helpers/prng.js';

const minute = 60_000_000_000n;
const grid = (from: number, count: number): StepGrid => ({ startNs: BigInt(from) * minute, stepNs: 60e9, count });
const reach = { backNs: 60e9, aheadNs: 0 };
const series = (values: readonly number[]) => [
  { labels: Labels.from({ app: 'x' }), values: Float64Array.from(values), present: Uint8Array.from(values, () => 1) },
];
const setUp = (bytesMax = 1 << 20) => {
  const versions = new DataVersions();
  return { versions, cache: new ResultsCache(bytesMax, versions), key: ResultsCache.key(['t'], 'q', grid(0, 1)) };
};

describe('the results cache', () => {
  test('knows nothing of a query at first', () => {
    const { cache, key } = setUp();
    expect(cache.missing(key, ['t'], grid(10, 5), reach)).toBeNull();
  });

  test('gives back what was stored, and misses only the steps around it', () => {
    const { cache, key, versions } = setUp();
    cache.store(key, grid(10, 3), series([1, 2, 3]), versions.version);
    expect(cache.missing(key, ['t'], grid(8, 8), reach)).toEqual([
      [0, 2],
      [5, 8],
    ]);
    expect([...(cache.assemble(key, grid(10, 3))[0]?.values ?? [])]).toEqual([1, 2, 3]);
  });

  test('a late arrival spoils the windows that it falls into, and no others', () => {
    const { cache, key, versions } = setUp();
    cache.store(key, grid(10, 5), series([1, 2, 3, 4, 5]), versions.version);
    versions.changed('t', 12n * minute - 1n, 12n * minute - 1n);
    expect(cache.missing(key, ['t'], grid(10, 5), reach)).toEqual([[1, 3]]);
  });

  test('what happens to another tenant does not matter', () => {
    const { cache, key, versions } = setUp();
    cache.store(key, grid(10, 5), series([1, 2, 3, 4, 5]), versions.version);
    versions.changed('other', 0n, 100n * minute);
    expect(cache.missing(key, ['t'], grid(10, 5), reach)).toEqual([]);
  });

  test('a step whose series went away loses its old value', () => {
    const { cache, key, versions } = setUp();
    cache.store(key, grid(10, 2), series([1, 2]), versions.version);
    cache.store(key, grid(10, 1), [], versions.version);
    expect([...(cache.assemble(key, grid(10, 2))[0]?.present ?? [])]).toEqual([0, 1]);
  });

  test('grids of another phase do not share', () => {
    const shifted = { startNs: 5n, stepNs: 60e9, count: 1 };
    expect(ResultsCache.key(['t'], 'q', shifted)).not.toBe(ResultsCache.key(['t'], 'q', grid(0, 1)));
  });

  test('stays within its bytes', () => {
    const { cache, versions } = setUp(20_000);
    for (let i = 0; i < 100; i++) {
      cache.store(`query ${i}`, grid(0, 20), series(Array.from({ length: 20 }, (_, k) => k)), versions.version);
      expect(cache.bytes).toBeLessThanOrEqual(20_000);
    }
  });

  test('never gives a value older than the data, whatever comes and goes', () => {
    const random = prng();
    console.log(`seed ${random.seed}`);
    const { cache, key, versions } = setUp();
    // The model: the value of a step is how often data of its window has changed.
    const changes: bigint[] = [];
    const valueAt = (k: number) =>
      changes.filter((ns) => ns > BigInt(k - 1) * minute && ns <= BigInt(k) * minute).length;
    for (let round = 0; round < 2000; round++) {
      if (random.int(3) === 0) {
        const ns = BigInt(random.int(60)) * minute + BigInt(random.int(60_000)) * 1_000_000n;
        changes.push(ns);
        versions.changed('t', ns, ns);
        continue;
      }
      const asked = grid(1 + random.int(40), 1 + random.int(20));
      const first = Number(asked.startNs / minute);
      for (const [from, to] of cache.missing(key, ['t'], asked, reach) ?? [[0, asked.count] as const]) {
        const part = grid(first + from, to - from);
        cache.store(
          key,
          part,
          series(Array.from({ length: to - from }, (_, i) => valueAt(first + from + i))),
          versions.version,
        );
      }
      const [found] = cache.assemble(key, asked);
      expect([...(found?.values ?? [])]).toEqual(Array.from({ length: asked.count }, (_, i) => valueAt(first + i)));
    }
  });
});
