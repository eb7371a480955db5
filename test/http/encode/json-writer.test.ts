import { isUtf8 } from 'node:buffer';
import { expect, test } from 'vitest';
import { JsonWriter } from '../../../src/http/encode/json-writer.js';
import { prng } from '../../helpers/prng.js';

const written = (write: (w: JsonWriter) => void): string => {
  const w = new JsonWriter();
  write(w);
  return w.take().toString('utf8');
};

for (const text of [
  '',
  'plain',
  'quo"te',
  'back\\slash',
  'line\nfeed\r\ttab',
  '\u0000\u001f',
  'Zoë 漢字 🎉',
  'a\u2028b',
]) {
  test(`${JSON.stringify(text)} comes back, as text and as bytes`, () => {
    expect(JSON.parse(written((w) => w.string(text)))).toBe(text);
    expect(JSON.parse(written((w) => w.bytes(Buffer.from(text))))).toBe(text);
  });
}

test('bytes that are not UTF-8 become U+FFFD', () => {
  expect(JSON.parse(written((w) => w.bytes(Buffer.from([0x61, 0xff, 0x62]))))).toBe('a\ufffdb');
});

test('each such byte becomes one, and a byte order mark stays', () => {
  const text = (hex: string): unknown => JSON.parse(written((w) => w.bytes(Buffer.from(hex, 'hex'))));
  expect(text('e28261')).toBe('\ufffd\ufffda');
  expect(text('f09f98')).toBe('\ufffd\ufffd\ufffd');
  expect(text('efbbbfff')).toBe('\ufeff\ufffd');
});

test('a lone surrogate becomes U+FFFD', () => {
  expect(JSON.parse(written((w) => w.string('a\ud800b')))).toBe('a\ufffdb');
});

test('any bytes in any sizes make JSON', () => {
  const random = prng();
  console.log(`seed ${random.seed}`);
  for (let i = 0; i < 100; i++) {
    const sizeMax = i % 10 === 0 ? 40_000 : 400;
    const parts = Array.from({ length: random.int(6) }, () => random.bytes(random.int(sizeMax)));
    const text = written((w) => {
      w.raw('[');
      parts.forEach((part, k) => {
        if (k > 0) w.raw(',');
        w.bytes(part);
      });
      w.raw(']');
    });
    expect(JSON.parse(text)).toEqual(parts.map(asGoReads));
  }
});

/** Rune by rune: a byte that begins none counts as U+FFFD by itself. */
function asGoReads(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const size = [1, 2, 3, 4].find((n) => i + n <= bytes.length && isUtf8(bytes.subarray(i, i + n)));
    text += size === undefined ? '\ufffd' : Buffer.from(bytes.subarray(i, i + size)).toString('utf8');
    i += size ?? 1;
  }
  return text;
}
