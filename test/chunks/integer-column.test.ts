import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter, FormatError } from '../../src/chunks/bytes.js';
import { type IntegerScheme, readFloats, readUints, writeIntegers } from '../../src/chunks/integer-column.js';
import { prng } from '../helpers/prng.js';

const all: IntegerScheme[] = ['plain', 'delta', 'delta-of-delta'];
const written = (values: readonly number[], schemes = all, scale = 1): Uint8Array => {
  const out = new ByteWriter();
  writeIntegers(out, Float64Array.from(values), values.length, schemes, scale);
  return out.written().slice();
};
const floats = (values: readonly number[], schemes = all, scale = 1): number[] => [
  ...readFloats(new ByteReader(written(values, schemes, scale)), values.length),
];

describe('a column of numbers', () => {
  const cases: Record<string, number[]> = {
    one: [5],
    'two equal ones': [9, 9],
    'two far apart': [0, 2 ** 53],
    'up to 2^52': [0, 1, 2 ** 52],
    constant: [7, 7, 7, 7],
    regular: [0, 1000, 2000, 3000, 4000],
    'regular with one gap': [0, 1000, 2000, 9000, 10_000],
    falling: [9, 7, 5, 1],
    'a byte': [0, 255, 1, 254],
    'two bytes': [0, 65_535, 256],
    'three bytes': [0, 2 ** 24 - 1, 65_536],
    'four bytes': [0, 2 ** 32 - 1, 2 ** 31, 2 ** 24],
    'five bytes': [0, 2 ** 40 - 1, 2 ** 32],
    'six bytes': [0, 2 ** 48 - 1, 2 ** 47 + 1],
    'seven bytes': [0, 2 ** 53 - 1, 2 ** 52 + 1, 3],
  };
  test.each(Object.entries(cases))('%s comes back by every scheme', (_, values) => {
    expect(floats(values)).toEqual(values);
    expect(floats(values, ['plain'])).toEqual(values);
    expect(floats(values, ['delta', 'plain'])).toEqual(values);
    if (Math.max(...values) < 2 ** 32) {
      expect([...readUints(new ByteReader(written(values, ['plain', 'delta'])), values.length)]).toEqual(values);
    }
  });

  test('a regular one takes no bytes for its rows', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i * 720);
    expect(written(values).length).toBeLessThan(10);
    expect(
      written(
        values.map((v) => v * 1e6),
        all,
        1e6,
      ).length,
    ).toBeLessThan(12);
  });

  test('is divided by its scale', () => {
    const values = [0, 3e9, 4e9, 9e9];
    expect(floats(values, ['delta'], 1e9)).toEqual(values);
    expect(written(values, ['delta'], 1e9).length).toBeLessThan(written(values, ['delta']).length);
  });

  test('is refused when cut off, at every length', () => {
    const bytes = written([1, 500, 3, 70_000, 12]);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readFloats(new ByteReader(bytes.subarray(0, length)), 5)).toThrow(FormatError);
    }
  });

  test('is refused where its scheme or width is not known', () => {
    for (const head of [
      [3, 1],
      [0, 8],
    ]) {
      expect(() => readFloats(new ByteReader(Uint8Array.from([...head, 1, 0, ...new Array(40).fill(0)])), 3)).toThrow(
        'unknown column',
      );
    }
    expect(() => readUints(new ByteReader(written([0, 2 ** 40], ['plain'])), 2)).toThrow('too wide');
  });

  test('of random values comes back', () => {
    const random = prng();
    for (let round = 0; round < 300; round++) {
      const size = 2 ** random.int(53);
      const values = Array.from({ length: 1 + random.int(40) }, () => Math.floor(random.next() * size));
      if (random.int(2) === 0) values.sort((a, b) => a - b);
      expect(floats(values), `seed ${random.seed}`).toEqual(values);
    }
  });
});

test('numbers of either sign come back, up to 2^53', () => {
  const values = [0, 1, -1, 63, 64, -64, 8191, -8192, 2 ** 31, -(2 ** 45), 2 ** 53, -(2 ** 53)];
  const out = new ByteWriter(1);
  for (const value of values) out.signed(value);
  for (const value of values) out.varint(Math.abs(value));
  const from = new ByteReader(out.written());
  expect(values.map(() => from.signed())).toEqual(values);
  expect(values.map(() => from.varint())).toEqual(values.map(Math.abs));
  expect(from.remaining).toBe(0);
  expect(() => new ByteReader(new Uint8Array(20).fill(255)).varint()).toThrow('beyond 2^53');
});
