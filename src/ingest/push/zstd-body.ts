/** A zstd body. By the runtime where it can (Node 22.15 and later), else by the codec that blocks are stored with. */
import * as zlib from 'node:zlib';
import { FormatError } from '../../chunks/bytes.js';
import { codecNamed } from '../../chunks/codec/codec.js';
import { type BodyLimits, inflate } from './body.js';
import { badPush, decompressedTooLarge } from './push-error.js';

interface ZlibWithZstd {
  readonly zstdDecompressSync?: (raw: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Buffer;
}

export function unzstd(raw: Buffer, limits: BodyLimits): Buffer {
  const native = (zlib as ZlibWithZstd).zstdDecompressSync;
  if (native) return inflate(raw, native, 'zstd', limits);
  const bytes = contentBytes(raw);
  if (bytes === null) throw badPush('zstd: a frame that does not say its size needs Node 22.15 or later');
  if (bytes > limits.decompressedBytesMax) throw decompressedTooLarge(bytes, limits.decompressedBytesMax);
  try {
    return Buffer.from(codecNamed('zstd').decode(raw, bytes));
  } catch (cause) {
    if (cause instanceof FormatError) throw badPush('zstd: corrupt input');
    throw cause;
  }
}

/** Frame_Content_Size of the frame header; null when it is left out. RFC 8878, 3.1.1.1. */
function contentBytes(raw: Buffer): number | null {
  if (raw.length < 6 || raw.readUInt32LE(0) !== 0xfd2fb528) throw badPush('zstd: invalid header');
  const descriptor = raw[4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const size = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  if (size === 0) return null;
  const at = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] as number);
  if (at + size > raw.length) throw badPush('zstd: invalid header');
  if (size === 8) return Number(raw.readBigUInt64LE(at));
  return raw.readUIntLE(at, size) + (size === 2 ? 256 : 0);
}
