/** A zstd body. By the runtime where it can (Node 22.15 and later), else by the codec that blocks are stored with. */
import * as zlib from 'node:zlib';
import { FormatError } from '../../chunks/bytes.js';
import { codecNamed } from '../../chunks/codec/codecs.js';
import { type BodyLimits, inflate } from './body.js';
import { badPush, decompressedTooLarge } from './push-error.js';

interface ZlibWithZstd {
  readonly zstdDecompressSync?: (raw: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Buffer;
}

export function unzstd(raw: Buffer, limits: BodyLimits): Buffer {
  const native = (zlib as ZlibWithZstd).zstdDecompressSync;
  const header = readHeader(raw);
  checkEnd(raw, header);
  if (native) return inflate(raw, native, 'zstd', limits);
  const { contentBytes: bytes } = header;
  if (bytes === null) throw badPush('zstd: a frame that does not say its size needs Node 22.15 or later');
  if (bytes > limits.decompressedBytesMax) throw decompressedTooLarge(bytes, limits.decompressedBytesMax);
  try {
    return Buffer.from(codecNamed('zstd').decode(raw, bytes));
  } catch (cause) {
    if (cause instanceof FormatError) throw badPush('zstd: corrupt input');
    throw cause;
  }
}

interface FrameHeader {
  readonly bytes: number;
  /** Of what is compressed; null when the frame does not say. */
  readonly contentBytes: number | null;
  readonly hasChecksum: boolean;
}

/** The header of the first frame. RFC 8878, 3.1.1.1. */
function readHeader(raw: Buffer): FrameHeader {
  if (raw.length < 6 || raw.readUInt32LE(0) !== 0xfd2fb528) throw badPush('zstd: invalid header');
  const descriptor = raw[4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const size = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const at = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] as number);
  if (at + size > raw.length) throw badPush('zstd: invalid header');
  let contentBytes: number | null = null;
  if (size === 8) contentBytes = Number(raw.readBigUInt64LE(at));
  else if (size > 0) contentBytes = raw.readUIntLE(at, size) + (size === 2 ? 256 : 0);
  return { bytes: at + size, contentBytes, hasChecksum: (descriptor & 0x04) !== 0 };
}

/** Throws when the body ends before its first frame does: Node's own decoder gives what is there, without a word. */
function checkEnd(raw: Buffer, { bytes, hasChecksum }: FrameHeader): void {
  for (let at = bytes; ; ) {
    if (at + 3 > raw.length) throw badPush('unexpected EOF');
    const block = raw.readUIntLE(at, 3);
    const isRepeated = ((block >> 1) & 3) === 1;
    at += 3 + (isRepeated ? 1 : block >> 3);
    if ((block & 1) === 0) continue;
    if (at + (hasChecksum ? 4 : 0) > raw.length) throw badPush('unexpected EOF');
    return;
  }
}
