/** gzip, and raw deflate (Loki's `flate`), by the runtime's zlib. */
import * as zlib from 'node:zlib';
import { FormatError, unpooled } from '../bytes.js';
import type { Codec } from './codec.js';

/** Level 1: twice as fast as the default for a sixth more bytes. */
const level = 1;

export const gzip: Codec = {
  id: 1,
  name: 'gzip',
  encode: (bytes) => zlib.gzipSync(bytes, { level }),
  decode: (bytes, decodedBytes) => checked(decodedBytes, (limit) => zlib.gunzipSync(bytes, limit)),
};

export const flate: Codec = {
  id: 4,
  name: 'flate',
  encode: (bytes) => zlib.deflateRawSync(bytes, { level }),
  decode: (bytes, decodedBytes) => checked(decodedBytes, (limit) => zlib.inflateRawSync(bytes, limit)),
};

function checked(decodedBytes: number, inflate: (limit: zlib.ZlibOptions) => Uint8Array): Uint8Array {
  let decoded: Uint8Array;
  try {
    // With one byte to spare zlib sees that it is done without a second buffer. The size is checked below.
    decoded = inflate({ maxOutputLength: decodedBytes + 1, chunkSize: Math.max(decodedBytes + 1, 64) });
  } catch (cause) {
    throw new FormatError('broken deflate data', { cause });
  }
  if (decoded.length !== decodedBytes) throw new FormatError(`${decoded.length} bytes, ${decodedBytes} expected`);
  return unpooled(decoded);
}
