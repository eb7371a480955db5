import snappyjs from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../src/chunks/bytes.js';
import { codecById, codecNamed, codecNames, codecsReady } from '../../src/chunks/codec/codecs.js';
import { prng } from '../helpers/prng.js';

await codecsReady();

const random = prng(7);
const text = new Uint8Array(Buffer.from('{"level":"info","msg":"component resolved after 3 attempts"}\n'.repeat(400)));
const inputs: Record<string, Uint8Array> = {
  'no bytes': new Uint8Array(0),
  'one byte': Uint8Array.of(7),
  'twelve bytes': new Uint8Array(Buffer.from('aaaaaaaaaaaa')),
  'thirteen equal bytes': new Uint8Array(13).fill(65),
  zeros: new Uint8Array(70_000),
  text,
  noise: random.bytes(5000),
  'noise that repeats far away': Buffer.concat([random.bytes(300), new Uint8Array(66_000), text.subarray(0, 999)]),
  'noise, then text': Buffer.concat([random.bytes(1000), text]),
};

describe.each(codecNames)('%s', (name) => {
  const codec = codecNamed(name);

  test('gives back what it was given', () => {
    for (const [what, bytes] of Object.entries(inputs)) {
      const decoded = codec.decode(codec.encode(bytes), bytes.length);
      expect(Buffer.compare(decoded, bytes), what).toBe(0);
    }
  });

  test('makes repeated text smaller', () => {
    if (name !== 'none') expect(codec.encode(text).length).toBeLessThan(text.length / 10);
  });

  test('refuses input that is cut off, at every length', () => {
    const bytes = Buffer.concat([random.bytes(40), text.subarray(0, 200)]);
    const encoded = codec.encode(bytes);
    for (let length = 0; length < encoded.length; length++) {
      expect(() => codec.decode(encoded.subarray(0, length), bytes.length), `length ${length}`).toThrow(FormatError);
    }
  });

  test('refuses a size that is not that of the input', () => {
    const encoded = codec.encode(text);
    for (const size of [0, text.length - 1, text.length + 1]) {
      expect(() => codec.decode(encoded, size), `size ${size}`).toThrow(FormatError);
    }
  });

  test('refuses foreign bytes, or gives the size that was asked for', () => {
    for (let i = 0; i < 300; i++) {
      const foreign = random.bytes(random.int(60));
      const size = random.int(100);
      try {
        expect(codec.decode(foreign, size).length).toBe(size);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  test('gives every bit flip the right size or refuses it', () => {
    const bytes = text.subarray(0, 300);
    const encoded = codec.encode(bytes);
    for (let bit = 0; bit < encoded.length * 8; bit++) {
      const flipped = Uint8Array.from(encoded);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      try {
        expect(codec.decode(flipped, bytes.length).length).toBe(bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  test('is found by its identifier', () => {
    expect(codecById(codec.id)).toBe(codec);
  });
});

test('the identifiers in files never change', () => {
  const ids = Object.fromEntries(codecNames.map((name) => [name, codecNamed(name).id]));
  expect(ids).toEqual({
    none: 0,
    gzip: 1,
    'lz4-64k': 2,
    'lz4-256k': 2,
    'lz4-1M': 2,
    lz4: 2,
    snappy: 3,
    flate: 4,
    zstd: 5,
  });
});

test('a name that is not known is refused with the text of Loki; case does not count', () => {
  expect(codecNamed('LZ4-1m').name).toBe('lz4');
  expect(() => codecNamed('brotli')).toThrow(
    'invalid encoding: brotli, supported: none, gzip, lz4-64k, snappy, lz4-256k, lz4-1M, lz4, flate, zstd',
  );
  expect(() => codecById(6)).toThrow(FormatError);
});

test('snappy and lz4 read what other programs wrote', () => {
  const snappy = (bytes: Uint8Array) => codecNamed('snappy').decode(snappyjs.compress(bytes), bytes.length);
  for (const bytes of Object.values(inputs)) expect(Buffer.compare(snappy(bytes), bytes)).toBe(0);
  // As LZ4_compress_default of liblz4 1.9.4 gives them.
  const lz4 = (hex: string, want: string) =>
    expect(Buffer.from(codecNamed('lz4').decode(Buffer.from(hex, 'hex'), want.length)).toString()).toBe(want);
  lz4('1f6101000f506161616161', 'a'.repeat(40));
  lz4('3f61626303000a506361626361', 'abc'.repeat(13).slice(0, 37));
  lz4(
    '6768656c6c6f2006007e2c20776f726c64060018212600020c000f2c00ff3850726c642120',
    'hello hello hello, world world world world! '.repeat(9),
  );
  // A copy with a four-byte distance, which no compressor of today writes.
  expect(
    Buffer.from(codecNamed('snappy').decode(Buffer.from('080c61626364' + '0f04000000', 'hex'), 8)).toString(),
  ).toBe('abcdabcd');
});
