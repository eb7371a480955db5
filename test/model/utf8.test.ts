import { describe, expect, test } from 'vitest';
import { Labels } from '../../src/model/labels.js';
import { decodeForDisplay, decodeUtf8, encodeUtf8, runeSize, utf8Length } from '../../src/model/utf8.js';
import { prng } from '../helpers/prng.js';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('bytes that are no UTF-8', () => {
  test.each([
    ['61ff62', 'a\udcffb', 'a\ufffdb'],
    // The first two bytes of a character of three: a TextDecoder makes one U+FFFD of them.
    ['e28261', '\udce2\udc82a', '\ufffd\ufffda'],
    ['c080', '\udcc0\udc80', '\ufffd\ufffd'],
    ['eda080', '\udced\udca0\udc80', '\ufffd\ufffd\ufffd'],
    ['f4908080', '\udcf4\udc90\udc80\udc80', '\ufffd\ufffd\ufffd\ufffd'],
    ['c3a9efbfbdff', 'é\ufffd\udcff', 'é\ufffd\ufffd'],
    ['efbbbf61', '\ufeffa', '\ufeffa'],
  ])('%s', (hex, text, shown) => {
    expect(decodeUtf8(bytes(hex))).toBe(text);
    expect(decodeForDisplay(bytes(hex))).toBe(shown);
    expect(encodeUtf8(text).toString('hex')).toBe(hex);
    expect(utf8Length(text)).toBe(hex.length / 2);
  });

  test('are quoted as Go quotes them', () => {
    expect(new Labels([['a', decodeUtf8(bytes('61fe'))]]).text).toBe('{a="a\\xfe"}');
  });
});

test('a part of the bytes is decoded by itself', () => {
  expect(decodeUtf8(Buffer.from('xéy'), 2, 4)).toBe('\udca9y');
  expect(decodeUtf8(new Uint8Array([0x61, 0x62, 0x63]), 1, 2)).toBe('b');
});

test('a rune that is cut off is none', () => {
  const euro = Buffer.from('€');
  expect(runeSize(euro, 0, 3)).toBe(3);
  expect(runeSize(euro, 0, 2)).toBe(0);
  expect(runeSize(euro, 1, 3)).toBe(0);
});

const random = prng();
test(`decoding and encoding gives the same bytes (SEED=${random.seed})`, () => {
  for (let i = 0; i < 500; i++) {
    const some = Buffer.from(
      random.bytes(random.int(20)).map((b) => (b < 128 ? b : [0xc3, 0xa9, 0xe2, 0x82, 0xac][b % 5]!)),
    );
    expect(encodeUtf8(decodeUtf8(some)).equals(some), some.toString('hex')).toBe(true);
  }
});
