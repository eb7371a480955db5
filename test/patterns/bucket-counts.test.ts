import { expect, test } from 'vitest';
import { BucketCounts } from '../../src/patterns/bucket-counts.js';
import { prng } from '../helpers/prng.js';

test('counts as a map does, whatever the order', () => {
  const random = prng();
  const counts = new BucketCounts();
  const expected = new Map<number, number>();
  for (let i = 0; i < 2000; i++) {
    const seconds = 10 * (Math.floor(i / 7) + random.int(random.pick([1, 3, 40])));
    counts.add(seconds);
    expected.set(seconds, (expected.get(seconds) ?? 0) + 1);
  }
  const sorted = [...expected].sort((a, b) => a[0] - b[0]);
  expect([...counts], `SEED=${random.seed}`).toEqual(sorted);
  expect(counts.lastSeconds).toBe(sorted.at(-1)?.[0]);
  counts.forget(1005);
  expect([...counts]).toEqual(sorted.filter(([seconds]) => seconds >= 1005));
  counts.forget(1e9);
  expect(counts.size).toBe(0);
});
