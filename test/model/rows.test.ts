import { expect, test } from 'vitest';
import { timeOrder } from '../../src/model/rows.js';
import { prng } from '../helpers/prng.js';

test('rows in the order of their times, equal times as they came', () => {
  const random = prng();
  for (let i = 0; i < 2000; i++) {
    const count = random.int(60);
    // Few times: equal ones are the rule. Long runs, and none.
    const spread = random.pick([1, 5, 1000]);
    let at = 0;
    const times = Float64Array.from({ length: count }, () => {
      at = random.int(10) === 0 ? random.int(spread) : at + random.int(3);
      return at;
    });
    const want = Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    const isOrdered = want.every((row, k) => row === k);
    const got = timeOrder(times, count);
    expect(got === null ? null : [...got], `seed ${random.seed}: ${times}`).toEqual(isOrdered ? null : want);
  }
});
