/** Every range function against its definition, computed window by window. */
import { describe, expect, test } from 'vitest';
import {
  type RangeAccumulator,
  type StepValues,
  stateBuffers,
} from '../../../src/logql/range-aggregation/accumulator.js';
import { createAccumulator } from '../../../src/logql/range-aggregation/create-accumulator.js';
import { planWindows, type WindowPlan } from '../../../src/logql/range-aggregation/windows.js';
import type { RangeOp } from '../../../src/logql/syntax/ast.js';
import { type Prng, prng } from '../../helpers/prng.js';
import { resultOf } from '../../helpers/result-of.js';

type Sample = readonly [tNs: number, value: number];
const start = 1_767_247_800_000_000_000n;

const put = (p: WindowPlan, into: RangeAccumulator, samples: readonly Sample[]): RangeAccumulator => {
  for (const [tNs, value] of samples) {
    const bucket = p.bucketOf(tNs);
    if (bucket >= 0) into.add(bucket, tNs, value);
  }
  return into;
};
const finished = (accumulator: RangeAccumulator): StepValues => resultOf(accumulator.finish());
const instant = (op: RangeOp, values: readonly number[], param: number | null = null, rangeNs = 10e9): number => {
  const p = planWindows({ startNs: start, stepNs: 0, count: 1 }, rangeNs, 0);
  const { values: out, present } = finished(
    put(
      p,
      createAccumulator(op, p, param),
      values.map((v, i) => [(i + 1) * 1e9, v]),
    ),
  );
  expect(present[0]).toBe(values.length === 0 ? 0 : 1);
  return out[0] as number;
};

const mean = (v: readonly number[]): number => v.reduce((m, x, i) => m + (x - m) / (i + 1), 0);
const variance = (v: readonly number[]): number => mean(v.map((x) => (x - mean(v)) ** 2));
const definitions: Record<
  Exclude<RangeOp, 'quantile_over_time' | 'rate_counter'>,
  (v: readonly number[], rangeNs: number) => number
> = {
  count_over_time: (v) => v.length,
  absent_over_time: () => 1,
  sum_over_time: (v) => v.reduce((a, b) => a + b, 0),
  bytes_over_time: (v) => v.reduce((a, b) => a + b, 0),
  rate: (v, rangeNs) => v.reduce((a, b) => a + b, 0) / (rangeNs / 1e9),
  bytes_rate: (v, rangeNs) => v.reduce((a, b) => a + b, 0) / (rangeNs / 1e9),
  avg_over_time: mean,
  min_over_time: (v) => Math.min(...v),
  max_over_time: (v) => Math.max(...v),
  stddev_over_time: (v) => Math.sqrt(variance(v)),
  stdvar_over_time: variance,
  first_over_time: (v) => v[0] as number,
  last_over_time: (v) => v.at(-1) as number,
};

function randomCase(random: Prng): { p: WindowPlan; samples: Sample[] } {
  const p = planWindows(
    { startNs: start, stepNs: 1 + random.int(20), count: 1 + random.int(15) },
    1 + random.int(70),
    0,
  );
  const samples = Array.from(
    { length: random.int(80) },
    (): Sample => [random.int(p.spanNs + 10) - 4, random.int(2000) / 8 - 100],
  );
  return { p, samples: samples.sort((a, b) => a[0] - b[0]) };
}
const windowsOf = (p: WindowPlan, samples: readonly Sample[]): Sample[][] =>
  Array.from({ length: p.grid.count }, (_, k) =>
    samples.filter(([t]) => t > k * p.grid.stepNs && t <= k * p.grid.stepNs + p.rangeNs),
  );
const close = (got: number, want: number, what: string): void => {
  expect(Math.abs(got - want), `${what}: want ${want} got ${got}`).toBeLessThanOrEqual(
    1e-9 * Math.max(1, Math.abs(want)),
  );
};

describe.each(Object.entries(definitions))('%s', (name, define) => {
  const op = name as RangeOp;
  test('is its definition on every window', () => {
    const random = prng();
    for (let round = 0; round < 150; round++) {
      const { p, samples } = randomCase(random);
      const { values, present } = finished(put(p, createAccumulator(op, p, null), samples));
      for (const [k, window] of windowsOf(p, samples).entries()) {
        const what = `seed ${random.seed} round ${round} step ${k}`;
        expect(present[k], what).toBe(window.length > 0 ? 1 : 0);
        if (window.length > 0)
          close(
            values[k] as number,
            define(
              window.map(([, v]) => v),
              p.rangeNs,
            ),
            what,
          );
      }
    }
  });

  test('does not care how samples are shared among accumulators that are merged', () => {
    const random = prng();
    for (let round = 0; round < 50; round++) {
      const { p, samples } = randomCase(random);
      const parts = [createAccumulator(op, p, null), createAccumulator(op, p, null)] as const;
      for (const sample of samples) put(p, parts[sample[0] % 2 === 0 ? 0 : 1], [sample]);
      const state = structuredClone(parts[1].state(), { transfer: stateBuffers(parts[1].state()) });
      parts[0].mergeState(state);
      const merged = finished(parts[0]);
      const whole = finished(put(p, createAccumulator(op, p, null), samples));
      expect(merged.present).toEqual(whole.present);
      for (const [k, v] of whole.values.entries())
        close(merged.values[k] as number, v, `seed ${random.seed} step ${k}`);
    }
  });
});

describe('infinities and NaN', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  test.each<[RangeOp, number[], number]>([
    ['avg_over_time', [1, inf, 5], inf],
    ['avg_over_time', [1, inf, inf], inf],
    ['avg_over_time', [inf, -inf, 1], nan],
    ['avg_over_time', [-inf, 3], -inf],
    ['avg_over_time', [inf, nan], nan],
    ['avg_over_time', [1.7e308, 1.7e308], 1.7e308],
    ['sum_over_time', [inf, -inf], nan],
    ['max_over_time', [nan, 1, nan], 1],
    ['max_over_time', [nan, nan], nan],
    ['max_over_time', [-inf, nan], -inf],
    ['min_over_time', [nan, 1, 2], 1],
    ['min_over_time', [inf], inf],
    ['stddev_over_time', [inf], nan],
    ['stddev_over_time', [1, nan], nan],
    ['stdvar_over_time', [5], 0],
    ['stddev_over_time', [0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 0],
    ['first_over_time', [nan, 1], nan],
    ['last_over_time', [1, nan], nan],
    ['count_over_time', [nan, nan], 2],
  ])('%s of %j is %d', (op, values, want) => expect(instant(op, values)).toBe(want));

  test.each<RangeOp>(['avg_over_time', 'stddev_over_time', 'max_over_time', 'sum_over_time'])(
    '%s over overlapping windows agrees with single windows',
    (op) => {
      const values = [1, nan, 2, inf, 3, 4, -inf, 5, 5, 5, 5, nan, 7];
      const p = planWindows({ startNs: start, stepNs: 2, count: 6 }, 5, 0);
      const got = finished(
        put(
          p,
          createAccumulator(op, p, null),
          values.map((v, i) => [i + 1, v]),
        ),
      ).values;
      const want = Array.from({ length: 6 }, (_, k) => instant(op, values.slice(2 * k, 2 * k + 5)));
      for (const [k, v] of want.entries())
        Number.isFinite(v) ? close(got[k] as number, v, `step ${k}`) : expect(got[k]).toBe(v);
    },
  );
});

describe('quantile_over_time', () => {
  test.each<[number, number[], number]>([
    [0.5, [1, 2, 3], 2],
    [0.5, [4, 1], 2.5],
    [0.9, [10, 20, 30, 40], 37],
    [0, [3, 1, 2], 1],
    [1, [3, 1, 2], 3],
    [-0.1, [1], -Infinity],
    [1.1, [1], Infinity],
    [0.99, [7], 7],
    [0.25, [-5, 5, Number.NaN, 0, -1], -5],
    [0, [1, Number.NaN], Number.NaN],
  ])('%d of %j is %d', (phi, values, want) => {
    const got = instant('quantile_over_time', values, phi);
    if (Number.isFinite(want)) close(got, want, 'quantile');
    else expect(got).toBe(want);
  });

  /** By sorting, which puts the NaN last. */
  const defined = (phi: number, values: readonly number[]): number => {
    const sorted = Float64Array.from(values).sort();
    const numbers = sorted.filter((v) => !Number.isNaN(v));
    const all = [...new Array<number>(sorted.length - numbers.length).fill(Number.NaN), ...numbers];
    const rank = phi * (all.length - 1);
    const lower = Math.floor(rank);
    const weight = rank - lower;
    return (all[lower] as number) * (1 - weight) + (all[Math.min(lower + 1, all.length - 1)] as number) * weight;
  };
  test.each<[string, (i: number, n: number, random: Prng) => number]>([
    ['at random', (_i, _n, random) => random.next()],
    ['few of them distinct', (_i, _n, random) => random.int(3)],
    ['rising', (i) => i],
    ['falling', (i) => -i],
    ['rising and falling', (i, n) => Math.min(i, n - i)],
    ['falling and rising', (i, n) => Math.max(i, n - i)],
    ['in turns', (i) => (i % 2 === 0 ? i : -i)],
    ['some NaN', (_i, _n, random) => (random.int(4) === 0 ? Number.NaN : random.int(1000))],
    ['some infinite', (_i, _n, random) => (random.int(4) === 0 ? Infinity : -random.int(1000))],
  ])('of many values, %s, is as if they were sorted', (_name, at) => {
    const random = prng();
    for (const n of [1, 2, 3, 10, 100, 4097, 20_000]) {
      const values = Array.from({ length: n }, (_, i) => at(i, n, random));
      for (const phi of [0, 0.25, 0.5, 0.9, 0.999, 1])
        expect(instant('quantile_over_time', values, phi, 1e15), `seed ${random.seed} n ${n} phi ${phi}`).toBe(
          defined(phi, values),
        );
    }
  });

  test('takes each window for itself, samples in any order, merged or not', () => {
    const random = prng();
    for (let round = 0; round < 100; round++) {
      const { p, samples } = randomCase(random);
      const shuffled = samples
        .map((s) => [random.next(), s] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, s]) => s);
      const a = put(p, createAccumulator('quantile_over_time', p, 0.3), shuffled.slice(0, 20));
      a.merge(put(p, createAccumulator('quantile_over_time', p, 0.3), shuffled.slice(20)));
      const { values, present } = finished(a);
      for (const [k, window] of windowsOf(p, samples).entries()) {
        expect(present[k]).toBe(window.length > 0 ? 1 : 0);
        if (window.length > 0)
          close(
            values[k] as number,
            instant(
              'quantile_over_time',
              window.map(([, v]) => v),
              0.3,
              1e12,
            ),
            `seed ${random.seed}`,
          );
      }
    }
  });
});

test.each<[RangeOp, number | null]>([
  ['quantile_over_time', 0.7],
  ['rate_counter', null],
])('%s of short and long parts that are merged is that of the whole', (op, param) => {
  const random = prng();
  const p = planWindows({ startNs: start, stepNs: 500, count: 30 }, 2000, 0);
  const parts = [3, 5000, 7, 4096, 9000, 1].map((length) =>
    Array.from({ length }, (): Sample => [1 + random.int(p.spanNs), random.int(1000)]),
  );
  const merged = createAccumulator(op, p, param);
  for (const part of parts) merged.merge(put(p, createAccumulator(op, p, param), part));
  const whole = put(p, createAccumulator(op, p, param), parts.flat());
  expect(finished(merged), `seed ${random.seed}`).toEqual(finished(whole));
});

describe('rate_counter', () => {
  test.each<[string, number[], number]>([
    ['one sample', [5], 0],
    // 3 within 3 s. Loki's mixed units extrapolate by the range in seconds over the times in microseconds: 10 of 3e6.
    ['a rising counter', [1, 2, 3, 4], 0.300001],
    ['a counter that begins at 0', [0, 1, 2], 0.2],
    ['a reset adds what was lost', [10, 12, 2, 4], 0.600002],
    ['equal values', [3, 3, 3], 0],
  ])('of %s', (_name, values, want) => close(instant('rate_counter', values), want, 'rate'));

  test('of samples of one time is NaN', () => {
    const p = planWindows({ startNs: start, stepNs: 0, count: 1 }, 10e9, 0);
    const got = finished(
      put(p, createAccumulator('rate_counter', p, null), [
        [5, 1],
        [5, 2],
      ]),
    );
    expect(got.values[0]).toBe(Number.NaN);
  });
});

describe('the order of samples of one time', () => {
  const p = planWindows({ startNs: start, stepNs: 0, count: 1 }, 10, 0);
  test.each<[RangeOp, number]>([
    ['first_over_time', 1],
    ['last_over_time', 3],
  ])('decides %s', (op, want) => {
    const a = put(p, createAccumulator(op, p, null), [
      [5, 1],
      [5, 2],
    ]);
    a.merge(put(p, createAccumulator(op, p, null), [[5, 3]]));
    expect(finished(a).values[0]).toBe(want);
  });
});

describe('many samples at once', () => {
  test.each<RangeOp>(Object.keys(definitions) as RangeOp[])('are for %s as if added one by one', (op) => {
    const p = planWindows({ startNs: start, stepNs: 5, count: 4 }, 8, 0);
    const [bulk, single] = [createAccumulator(op, p, null), createAccumulator(op, p, null)];
    for (const [bucket, n, value] of [
      [0, 2, 1.5],
      [3, 1, -4],
      [3, 3, 2],
      [4, 1, 9],
    ] as const) {
      bulk.addMany(bucket, n, value);
      for (let i = 0; i < n; i++) single.add(bucket, p.lastOf(bucket), value);
    }
    const [a, b] = [finished(bulk), finished(single)];
    expect(a.present).toEqual(b.present);
    for (const [k, v] of b.values.entries()) close(a.values[k] as number, v, `step ${k}`);
  });

  test('totals are refused where single values are needed', () => {
    const p = planWindows({ startNs: start, stepNs: 0, count: 1 }, 10, 0);
    expect(() => createAccumulator('max_over_time', p, null).addTotal(0, 2, 5)).toThrow('value of each sample');
    expect(() => createAccumulator('quantile_over_time', p, 0.5).addTotal(0, 2, 5)).toThrow('value of each sample');
    expect(() => createAccumulator('quantile_over_time', p, null)).toThrow('without its parameter');
  });
});
