import { expect, test } from 'vitest';
import { formatSample } from '../../../src/logql/engine/go-number.js';
import { prng } from '../../helpers/prng.js';

test.each<[number, string]>([
  [0, '0'],
  [-0, '-0'],
  [1, '1'],
  [-1.5, '-1.5'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1e20, '100000000000000000000'],
  [1e21, '1000000000000000000000'],
  [1.5e21, '1500000000000000000000'],
  [-1.2345e25, '-12345000000000000000000000'],
  [1e-6, '0.000001'],
  [1e-7, '0.0000001'],
  [-1.25e-9, '-0.00000000125'],
  [5e-324, `0.${'0'.repeat(323)}5`],
  [Number.MAX_VALUE, `17976931348623157${'0'.repeat(292)}`],
  [Number.NaN, 'NaN'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
])('%d is written %s', (value, want) => expect(formatSample(value)).toBe(want));

test('every number reads back as itself, without an exponent', () => {
  const random = prng();
  for (let i = 0; i < 2000; i++) {
    const value = (random.next() - 0.5) * 10 ** (random.int(600) - 300);
    const text = formatSample(value);
    expect(Number(text), `seed ${random.seed}`).toBe(value);
    expect(text).toMatch(/^-?\d+(\.\d+)?$/);
  }
});
