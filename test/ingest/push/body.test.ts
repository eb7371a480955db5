import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import snappy from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { codecNamed, codecsReady } from '../../../src/chunks/codec/codecs.js';
import { ApiError } from '../../../src/errors.js';
import { defaultBodyLimits, readBody, unsnap } from '../../../src/ingest/push/body.js';
import { decodeSnappy } from '../../../src/ingest/push/snappy.js';
import { unzstd } from '../../../src/ingest/push/zstd-body.js';
import { prng } from '../../helpers/prng.js';
import { varint } from '../../helpers/push.js';

const limits = { compressedBytesMax: 1000, decompressedBytesMax: 2000 };
const refusal = (fn: () => unknown): { status: number; message: string } => {
  try {
    fn();
  } catch (e) {
    if (e instanceof ApiError) return { status: e.status, message: e.message };
    throw e;
  }
  throw new Error('was not refused');
};

describe('content encodings', () => {
  const text = Buffer.from('hello '.repeat(50));
  test.each([
    ['', text],
    ['snappy', text],
    ['gzip', gzipSync(text)],
    ['deflate', deflateRawSync(text)],
  ])('%j comes off', (encoding, raw) => {
    expect(readBody(raw, encoding, limits).toString()).toBe(text.toString());
  });

  test('gzip of several members is one body', () => {
    expect(readBody(Buffer.concat([gzipSync('a'), gzipSync('b')]), 'gzip', limits).toString()).toBe('ab');
  });

  test.each([
    ['br', text, 'Content-Encoding "br" not supported'],
    ['identity', text, 'Content-Encoding "identity" not supported'],
    ['gzip', text, 'gzip: incorrect header check'],
    ['gzip', gzipSync(text).subarray(0, 20), 'unexpected EOF'],
    ['gzip', Buffer.alloc(0), 'unexpected EOF'],
    ['deflate', deflateSync(text), 'flate: invalid stored block lengths'],
  ])('%j is refused when it is not that', (encoding, raw, message) => {
    expect(refusal(() => readBody(raw, encoding, limits))).toEqual({ status: 400, message });
  });
});

describe('sizes', () => {
  test('a compressed body above its limit is 413', () => {
    expect(readBody(Buffer.alloc(1000), '', limits).length).toBe(1000);
    expect(refusal(() => readBody(Buffer.alloc(1001), '', limits))).toEqual({
      status: 413,
      message: 'request body too large: message size too large than max (1001 vs 1000)',
    });
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateRawSync],
  ] as const)('%s is stopped at the limit of what it decodes to', (encoding, encode) => {
    expect(readBody(encode(Buffer.alloc(2000)), encoding, limits).length).toBe(2000);
    expect(refusal(() => readBody(encode(Buffer.alloc(2001)), encoding, limits))).toEqual({
      status: 400,
      message: 'decompressed message size too large than max (2001 vs 2000)',
    });
  });

  test('a gzip bomb costs no more than the limit', () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    expect(refusal(() => readBody(bomb, 'gzip', { ...defaultBodyLimits, decompressedBytesMax: 1 << 20 })).status).toBe(
      400,
    );
  });

  test('snappy is asked for its size before anything is allocated', () => {
    const claims = (size: number) => Buffer.concat([varint(size), Buffer.from([0x00, 0x61])]);
    expect(refusal(() => unsnap(claims(2001), limits)).message).toBe(
      'decompressed message size too large than max (2001 vs 2000)',
    );
    expect(refusal(() => unsnap(claims(0xffffffff), defaultBodyLimits)).message).toMatch(/^decompressed message size/);
    // Within the limit, but more than these bytes could ever yield.
    expect(refusal(() => unsnap(claims(60_000_000), defaultBodyLimits)).message).toBe('snappy: corrupt input');
  });
});

describe('snappy blocks', () => {
  test('decode as the reference decodes them', () => {
    const { seed, int, pick, bytes } = prng();
    for (let i = 0; i < 300; i++) {
      const words = Array.from({ length: 1 + int(20) }, () => bytes(1 + int(90)));
      const text = Buffer.concat(Array.from({ length: int(200) }, () => pick(words)));
      const block = Buffer.from(snappy.compress(text));
      expect(decodeSnappy(block, 1 << 20).equals(text), `seed ${seed}, run ${i}`).toBe(true);
    }
  });

  test.each([
    ['a literal', [5, 0x10, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5]],
    ['a literal with a long length', [5, 0xf0, 4, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5]],
    ['a copy that repeats itself', [9, 0x04, 1, 2, 0x0d, 2], [1, 2, 1, 2, 1, 2, 1, 2, 1]],
    ['a copy with two bytes of offset', [5, 0x04, 1, 2, 0x0a, 2, 0], [1, 2, 1, 2, 1]],
    ['a copy with four bytes of offset', [5, 0x04, 1, 2, 0x0b, 2, 0, 0, 0], [1, 2, 1, 2, 1]],
    ['nothing', [0], []],
  ])('%s', (_, block, want) => {
    expect([...decodeSnappy(Buffer.from(block), 100)]).toEqual(want);
  });

  test.each([
    ['nothing at all', []],
    ['a length that does not end', [0x80, 0x80]],
    ['a length of six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ['a literal beyond the input', [5, 0x10, 1, 2]],
    ['a literal beyond the output', [1, 0x04, 1, 2]],
    ['a copy before the start', [9, 0x04, 1, 2, 0x0d, 3]],
    ['a copy of offset 0', [9, 0x04, 1, 2, 0x0d, 0]],
    ['a copy beyond the output', [3, 0x04, 1, 2, 0x0d, 2]],
    ['less than was promised', [9, 0x04, 1, 2]],
    ['a cut copy', [9, 0x04, 1, 2, 0x0a, 2]],
    ['a cut long copy', [9, 0x04, 1, 2, 0x0b, 2, 0, 0]],
    ['a cut length of a literal', [9, 0xfc, 1, 2]],
  ])('%s is refused', (_, block) => {
    expect(refusal(() => decodeSnappy(Buffer.from(block), 100))).toEqual({
      status: 400,
      message: 'snappy: corrupt input',
    });
  });

  test('any bytes are decoded or refused', () => {
    const { seed, int, bytes } = prng();
    for (let i = 0; i < 5_000; i++) {
      const block = Buffer.from(bytes(int(40)));
      try {
        decodeSnappy(block, 1 << 16);
      } catch (e) {
        if (!(e instanceof ApiError)) throw new Error(`seed ${seed}, run ${i}`, { cause: e });
      }
    }
  });
});

describe('zstd', () => {
  test('comes off within the limit', async () => {
    await codecsReady();
    const text = Buffer.from('hello '.repeat(300));
    const raw = Buffer.from(codecNamed('zstd').encode(text));
    expect(unzstd(raw, limits).toString()).toBe(text.toString());
    expect(refusal(() => unzstd(raw, { ...limits, decompressedBytesMax: 1799 })).message).toMatch(
      /^decompressed message size/,
    );
    expect(refusal(() => unzstd(raw.subarray(0, raw.length - 3), limits)).status).toBe(400);
    expect(refusal(() => unzstd(Buffer.from('no zstd'), limits)).status).toBe(400);
  });
});
