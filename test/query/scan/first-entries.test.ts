import { describe, expect, test } from 'vitest';
import { Labels } from '../../../src/model/labels.js';
import { FirstEntries, spaced } from '../../../src/query/scan/first-entries.js';
import type { FoundEntry } from '../../../src/query/scan/found-entry.js';
import { streamHash } from '../../../src/query/scan/stream-hash.js';
import { prng } from '../../helpers/prng.js';

const streams = [Labels.from({ app: 'a' }), Labels.from({ app: 'b' }), Labels.from({ app: 'c' })];
const labelsOf = (rank: number): Labels => streams[rank] as Labels;
const resultLabels = { all: Labels.empty, stream: Labels.empty, metadata: Labels.empty, parsed: Labels.empty };
const entry = (ns: number, rank = 0, place = 0): FoundEntry => ({
  ...{ ns: BigInt(ns), line: `${ns}/${rank}/${place}`, labels: resultLabels, rank, place },
});
const lines = (entries: readonly FoundEntry[]) => entries.map(({ line }) => line);

function firstOf(limit: number, backward: boolean, entries: readonly FoundEntry[]): FirstEntries {
  const first = new FirstEntries(limit, backward, labelsOf);
  for (const one of entries) first.add(one, one.line.length);
  return first;
}

describe('FirstEntries', () => {
  test('gives the oldest entries in order, or the newest', () => {
    const given = [5, 1, 4, 2, 3].map((ns) => entry(ns));
    expect(lines(firstOf(3, false, given).take())).toEqual(['1/0/0', '2/0/0', '3/0/0']);
    expect(lines(firstOf(3, true, given).take())).toEqual(['5/0/0', '4/0/0', '3/0/0']);
  });

  test('gives all when there are fewer than the limit', () => {
    expect(lines(firstOf(10, true, [entry(1), entry(2)]).take())).toEqual(['2/0/0', '1/0/0']);
    expect(firstOf(10, true, []).take()).toEqual([]);
  });

  test('knows the last useful time as soon as the limit is reached, and a better one later', () => {
    const first = firstOf(2, true, [entry(1)]);
    expect(first.lastNs).toBeNull();
    first.add(entry(5), 1);
    expect(first.lastNs).toBe(1n);
    first.add(entry(7), 1);
    first.add(entry(6), 1);
    expect(first.lastNs).toBe(6n);
  });

  test('takes over a time from elsewhere only when it is better', () => {
    const first = firstOf(1, true, []);
    first.noLaterThan(null);
    expect(first.lastNs).toBeNull();
    first.noLaterThan(5n);
    first.noLaterThan(3n);
    expect(first.lastNs).toBe(5n);
    const forward = firstOf(1, false, [entry(5)]);
    forward.noLaterThan(3n);
    forward.noLaterThan(9n);
    expect(forward.lastNs).toBe(3n);
  });

  test('a time from elsewhere does not hide that there are too many entries here', () => {
    const first = firstOf(2, false, []);
    first.noLaterThan(100n);
    for (let ns = 0; ns < 10; ns++) first.add(entry(ns), 1);
    expect(first.lastNs).toBeLessThan(100n);
    expect(first.take()).toHaveLength(2);
  });

  test('has room again for lines when those that it had are not among the first', () => {
    const first = new FirstEntries(2, false, labelsOf, 12);
    for (const ns of [8, 9]) first.add(entry(ns), 5);
    expect(first.hasRoom).toBe(true);
    first.add(entry(7), 5);
    expect(first.hasRoom).toBe(false);
    first.add(entry(6), 0);
    expect(first.hasRoom).toBe(true);
  });

  test('orders equal times of one stream by arrival, reversed when backward', () => {
    const given = [entry(1, 0, 2), entry(1, 0, 0), entry(1, 0, 1)];
    expect(lines(firstOf(5, false, given).take())).toEqual(['1/0/0', '1/0/1', '1/0/2']);
    expect(lines(firstOf(5, true, given).take())).toEqual(['1/0/2', '1/0/1', '1/0/0']);
  });

  test.each([false, true])(
    'orders equal times of streams by their hash in both directions (backward: %s)',
    (backward) => {
      const order = [0, 1, 2].sort((a, b) => (streamHash(labelsOf(a)) < streamHash(labelsOf(b)) ? -1 : 1));
      const given = [entry(1, 2), entry(1, 0), entry(1, 1)];
      expect(
        firstOf(5, backward, given)
          .take()
          .map(({ rank }) => rank),
      ).toEqual(order);
    },
  );

  describe('entries that the stages made equal', () => {
    const made = (ns: number, line: string, place: number, { rank = 0, parsed = '' } = {}): FoundEntry => {
      const labels = parsed === '' ? resultLabels : { ...resultLabels, parsed: Labels.from({ parsed }) };
      return { ns: BigInt(ns), line: place % 2 === 0 ? line : Buffer.from(line), labels, rank, place };
    };
    const places = (limit: number, backward: boolean, given: readonly FoundEntry[]) =>
      firstOf(limit, backward, given)
        .take()
        .map(({ place }) => place);

    test('of one time and stream are one', () => {
      const given = [made(1, '', 0), made(1, '', 1), made(1, 'x', 2), made(1, '', 3), made(2, '', 4)];
      expect(places(5, false, given)).toEqual([0, 2, 4]);
      expect(places(5, true, given)).toEqual([4, 3, 2]);
    });

    test('of other times, streams or labels are not', () => {
      const given = [made(1, '', 0), made(2, '', 1), made(1, '', 2, { rank: 1 }), made(1, '', 3, { parsed: 'x' })];
      expect(places(5, false, given)).toHaveLength(4);
    });

    test('count once against the limit', () => {
      const given = [0, 1, 2, 3].map((place) => made(1, '', place)).concat(made(2, '', 4), made(3, '', 5));
      expect(places(2, false, given)).toEqual([0, 4]);
      expect(places(3, true, given)).toEqual([5, 4, 3]);
    });
  });

  const random = prng();
  test(`keeps what sorting everything would keep (SEED=${random.seed})`, () => {
    for (let round = 0; round < 200; round++) {
      const given = Array.from({ length: random.int(60) }, (_, i) => entry(random.int(10), random.int(3), i));
      const limit = 1 + random.int(20);
      const backward = random.int(2) === 0;
      const all = firstOf(1000, backward, given).take();
      expect(lines(firstOf(limit, backward, given).take())).toEqual(lines(all).slice(0, limit));
    }
  });
});

describe('spaced', () => {
  const times = (ns: readonly number[], interval: number, backward: boolean) =>
    spaced(
      ns.map((one) => entry(one)),
      BigInt(interval),
      backward,
    ).map((one) => Number(one.ns));
  test.each([
    { ns: [], interval: 10, backward: false, want: [] },
    { ns: [1, 2, 10, 11, 12, 30], interval: 10, backward: false, want: [1, 11, 30] },
    { ns: [30, 21, 20, 19, 10, 9], interval: 10, backward: true, want: [30, 20, 10] },
    { ns: [1, 1, 1], interval: 1, backward: false, want: [1] },
  ])('keeps $want of $ns', ({ ns, interval, backward, want }) => expect(times(ns, interval, backward)).toEqual(want));
});
