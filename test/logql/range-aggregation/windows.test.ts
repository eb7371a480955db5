import { describe, expect, test } from 'vitest';
import { CountAccumulator } from '../../../src/logql/range-aggregation/count-over-time.js';
import { SumAccumulator } from '../../../src/logql/range-aggregation/sum-over-time.js';
import {
  addCounts,
  addLengths,
  eachRun,
  planWindows,
  type WindowPlan,
} from '../../../src/logql/range-aggregation/windows.js';
import { prng } from '../../helpers/prng.js';
import { resultOf } from '../../helpers/result-of.js';

const start = 1_767_247_800_000_000_000n;
const second = 1_000_000_000;
const plan = (count: number, stepNs: number, rangeNs: number, offsetNs = 0): WindowPlan =>
  planWindows({ startNs: start, stepNs, count }, rangeNs, offsetNs);

/** The windows that the buckets say a sample is in, and those it is in by definition. */
const inBuckets = (p: WindowPlan, tNs: number): number[] => {
  const bucket = p.bucketOf(tNs);
  if (bucket < 0) return [];
  return steps(p).filter((k) => bucket >= k * p.stride && bucket < k * p.stride + p.windowBuckets);
};
const inWindows = (p: WindowPlan, tNs: number): number[] =>
  steps(p).filter((k) => tNs > k * p.grid.stepNs && tNs <= k * p.grid.stepNs + p.rangeNs);
const steps = (p: WindowPlan): number[] => Array.from({ length: p.grid.count }, (_, k) => k);

describe('a window plan', () => {
  test.each([
    ['an instant', plan(1, 0, 60 * second), 'apart', 1],
    ['windows with gaps', plan(5, 60 * second, 15 * second), 'apart', 5],
    ['windows that touch', plan(5, 60 * second, 60 * second), 'apart', 5],
    ['ranges that are whole steps', plan(5, 60 * second, 180 * second), 'even', 7],
    ['ranges that are not', plan(5, 60 * second, 90 * second), 'split', 11],
    ['coprime step and range', plan(10, 7 * second + 1, 60 * second), 'split', 35],
    ['a range longer than all steps together', plan(4, second, 3600 * second + 1), 'hinge', 7],
  ])('has few buckets for %s', (_name, p, layout, buckets) => {
    expect([p.layout, p.bucketCount]).toEqual([layout, buckets]);
  });

  test('is open at the left and closed at the right, to the nanosecond', () => {
    const p = plan(1, 0, 60 * second, 5 * second);
    const at = (ns: bigint): number => p.bucketOf(p.rebase(ns));
    expect(at(start - 65_000_000_000n)).toBe(-1);
    expect(at(start - 64_999_999_999n)).toBe(0);
    expect(at(start - 5_000_000_000n)).toBe(0);
    expect(at(start - 4_999_999_999n)).toBe(-1);
    expect(p.entries).toEqual({ start: start - 64_999_999_999n, end: start - 4_999_999_999n });
  });

  test('looks ahead with a negative offset', () => {
    const p = plan(1, 0, second, -10 * second);
    expect(p.bucketOf(p.rebase(start + 10_000_000_000n))).toBe(0);
    expect(p.bucketOf(p.rebase(start))).toBe(-1);
  });

  test('is exact a hundred days after its origin, where quotients round', () => {
    const day = 86_400 * second;
    const p = plan(2_000_000, 3_600_000_001, 3_600_000_001 * 3);
    for (const k of [1, 7, 1_234_567, 1_999_999]) {
      const edge = k * 3_600_000_001;
      expect([p.bucketOf(edge), p.bucketOf(edge + 1)]).toEqual([k - 1, k]);
    }
    expect(p.spanNs).toBeGreaterThan(83 * day);
  });

  test('puts every time into the buckets of exactly its windows, and ends buckets where it says', () => {
    const random = prng();
    for (let round = 0; round < 300; round++) {
      const p = plan(1 + random.int(12), 1 + random.int(20), 1 + random.int(90), random.int(50) - 25);
      for (let tNs = -3; tNs <= p.spanNs + 3; tNs++) {
        const what = `seed ${random.seed}: step ${p.grid.stepNs} range ${p.rangeNs} count ${p.grid.count} t ${tNs}`;
        expect(inBuckets(p, tNs), what).toEqual(inWindows(p, tNs));
        const bucket = p.bucketOf(tNs);
        const last = bucket < 0 ? p.gapEndOf(tNs) : p.lastOf(bucket);
        expect(last, what).toBeGreaterThanOrEqual(tNs);
        if (last <= p.spanNs)
          expect([p.bucketOf(last), p.bucketOf(last + 1)], what).toEqual([
            bucket,
            expect.not.toSatisfy((b: number) => b === bucket),
          ]);
      }
      expect(p.bucketCount).toBeLessThanOrEqual(Math.max(1, 4 * p.grid.count));
    }
  });

  test.each([1, 5])('of no length has nothing in it (%i steps)', (count) => {
    const p = plan(count, 10, 0);
    for (let tNs = -1; tNs <= 50; tNs++) expect(p.bucketOf(tNs)).toBe(-1);
    expect(p.gapEndOf(51)).toBe(Infinity);
  });

  test('refuses a grid without steps', () => {
    expect(() => plan(0, second, second)).toThrow('no windows');
  });
});

describe('runs of rows', () => {
  test('cover each row in a window once, in order', () => {
    const random = prng();
    for (let round = 0; round < 200; round++) {
      const p = plan(1 + random.int(10), 1 + random.int(30), 1 + random.int(60));
      const offsetNs = Float64Array.from({ length: random.int(60) }, () => random.int(p.spanNs + 40)).sort();
      const base = p.originNs - 20n;
      const seen: [number, number][] = [];
      eachRun(p, base, offsetNs, 0, offsetNs.length, (bucket, a, b) => {
        for (let row = a; row < b; row++) seen.push([row, bucket]);
      });
      const want = [...offsetNs].map((o, row) => [row, p.bucketOf(o - 20)] as const).filter(([, b]) => b >= 0);
      expect(seen, `seed ${random.seed}`).toEqual(want);
    }
  });

  test('add counts and lengths in bulk as one by one', () => {
    const p = plan(3, 10, 10);
    const offsetNs = Float64Array.from([0, 1, 1, 10, 11, 25, 30, 31]);
    const lineEnd = Uint32Array.from([2, 4, 9, 9, 10, 20, 21, 50]);
    const count = new CountAccumulator(p);
    addCounts(count, p, p.originNs, offsetNs, 1, 8);
    expect([...resultOf(count.finish()).values]).toEqual([3, 1, 2]);
    const bytes = new SumAccumulator(p, 1);
    addLengths(bytes, p, p.originNs, offsetNs, lineEnd, 1, 8);
    expect([...resultOf(bytes.finish()).values]).toEqual([7, 1, 11]);
  });
});
