import { expect, test } from 'vitest';
import { xxh64 } from '../../../src/query/scan/stream-hash.js';

// Reference values of XXH64 with seed 0.
for (const [text, want] of [
  ['', 0xef46db3751d8e999n],
  ['a', 0xd24ec4f1a98c6e5bn],
  ['abc', 0x44bc2cf5ad770999n],
  ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
] as const) {
  test(`of ${JSON.stringify(text)}`, () => expect(xxh64(Buffer.from(text))).toBe(want));
}
