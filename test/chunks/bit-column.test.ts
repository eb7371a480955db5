import { describe, expect, test } from 'vitest';
import { fitsBits, readBits, writeBits } from '../../src/chunks/bit-column.js';
import { ByteReader, ByteWriter, FormatError } from '../../src/chunks/bytes.js';
import { prng } from '../helpers/prng.js';

const written = (values: Uint32Array | Float64Array): Uint8Array => {
  const out = new ByteWriter();
  writeBits(out, values, values.length);
  return out.written().slice();
};

describe('numbers in bits', () => {
  const f = (what: string, values: readonly number[], bytes: number) =>
    test(`${what}: ${bytes} bytes`, () => {
      const stored = written(Float64Array.from(values));
      expect(stored.length).toBe(bytes);
      const from = new ByteReader(stored);
      expect([...readBits(from, values.length, new Float64Array(values.length))]).toEqual(values);
      expect(from.remaining).toBe(0);
    });

  f('one', [7], 2);
  f('equal ones take none', [7, 7, 7, 7, 7, 7, 7, 7, 7], 2);
  f('two values take one each', [1, 0, 1, 1, 0, 0, 1, 0, 1], 4);
  f('they count from the least', [1000, 1001, 1002, 1003], 4);
  f('negative ones', [-3, 2, 0, -1], 4);
  f('three bits do not end with a byte', [0, 7, 3, 5, 1], 4);
  f('as far apart as they may be', [-5, 2 ** 24 - 6, 0], 11);
  f('large ones that are near', [2 ** 50, 2 ** 50 + 1], 10);

  test('random ones', () => {
    const random = prng();
    for (let round = 0; round < 300; round++) {
      const width = random.int(25);
      const values = Uint32Array.from({ length: 1 + random.int(70) }, () => random.int(2 ** width) + 3);
      const out = readBits(new ByteReader(written(values)), values.length, new Uint32Array(values.length));
      expect(out, `seed ${random.seed}`).toEqual(values);
    }
  });

  test('are refused when they are too far apart', () => {
    expect(fitsBits(Float64Array.of(0, 2 ** 24 - 1), 2)).toBe(true);
    expect(fitsBits(Float64Array.of(0, 2 ** 24), 2)).toBe(false);
    expect(() => written(Float64Array.of(0, 2 ** 24))).toThrow('numbers from 0 to 16777216 take more than 24 bits');
  });
});

describe('bytes that no writer wrote are refused', () => {
  const f = (what: string, bytes: readonly number[], message: string) =>
    test(what, () => {
      const read = () => readBits(new ByteReader(Uint8Array.from(bytes)), 9, new Uint32Array(9));
      expect(read).toThrow(FormatError);
      expect(read).toThrow(message);
    });

  f('too wide', [25, 0], 'numbers of 25 bits');
  f('a negative identifier', [0, 3], 'least number -1');
  f('cut off', [8, 0, 1, 2], '9 bytes expected, 2 left');
  f('nothing', [], '1 bytes expected, 0 left');
});
