import { expect, test } from 'vitest';
import type { LogEntry } from '../../src/logql/engine/querier.js';
import { Labels } from '../../src/model/labels.js';
import { asLokiOrdersTies } from '../../src/query/tie-order.js';
import { prng } from '../helpers/prng.js';

const labels = {
  all: Labels.from({ app: 'x' }),
  stream: Labels.from({ app: 'x' }),
  metadata: Labels.empty,
  parsed: Labels.empty,
};
const entries = (times: readonly number[]): LogEntry[] =>
  times.map((t, i) => ({ ns: BigInt(t), line: String(i), labels }));
const lines = (list: readonly LogEntry[]): number[] => list.map((e) => Number(e.line));

test('up to a dozen entries stay as they are', () => {
  const twelve = entries(Array.from({ length: 12 }, (_, i) => Math.floor(i / 3)));
  expect(asLokiOrdersTies(twelve, false)).toEqual(twelve);
});

test('sixty entries, three of each time, come as a real Loki 3.7.6 gave them', () => {
  const sixty = entries(Array.from({ length: 60 }, (_, i) => Math.floor(i / 3)));
  const moved = new Map([
    [15, 16],
    [16, 17],
    [17, 15],
    [24, 26],
    [25, 24],
    [26, 25],
    [30, 31],
    [31, 32],
    [32, 30],
    [39, 41],
    [40, 39],
    [41, 40],
    [45, 47],
    [46, 45],
    [47, 46],
  ]);
  expect(lines(asLokiOrdersTies(sixty, false))).toEqual(Array.from({ length: 60 }, (_, i) => moved.get(i) ?? i));
});

test('times stay in order, nothing is lost, and different times are never touched', () => {
  const random = prng();
  console.log(`seed ${random.seed}`);
  for (let round = 0; round < 300; round++) {
    const backward = random.int(2) === 1;
    const spread = 1 + random.int(400);
    const times = Array.from({ length: random.int(300) }, () => random.int(spread)).sort((a, b) =>
      backward ? b - a : a - b,
    );
    const given = entries(times);
    const got = asLokiOrdersTies(given, backward);
    expect(got.map((e) => Number(e.ns))).toEqual(times);
    expect(lines(got).sort((a, b) => a - b)).toEqual(lines(given));
    const unique = entries([...new Set(times)]);
    expect(asLokiOrdersTies(unique, backward)).toEqual(unique);
  }
});
