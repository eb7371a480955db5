import { expect, test } from 'vitest';
import { crc32, crc32Portable } from '../../src/chunks/crc32.js';
import { prng } from '../helpers/prng.js';

test('the checksum of the standard test text is the published one', () => {
  const bytes = new Uint8Array(Buffer.from('123456789'));
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32Portable(bytes)).toBe(0xcbf43926);
  expect(crc32Portable(new Uint8Array(0))).toBe(0);
});

test('the portable checksum is that of the runtime, for every length', () => {
  const bytes = prng(3).bytes(200);
  for (let length = 0; length <= bytes.length; length++) {
    const part = bytes.subarray(length % 7, length);
    expect(crc32Portable(part)).toBe(crc32(part));
  }
});
