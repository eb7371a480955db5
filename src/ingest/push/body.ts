/** The bytes of a request body, with its encodings taken off, within bounds. */
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { badPush, compressedTooLarge, decompressedTooLarge } from './push-error.js';
import { decodeSnappy } from './snappy.js';

export interface BodyLimits {
  /** distributor.max_recv_msg_size */
  readonly compressedBytesMax: number;
  /** distributor.max_decompressed_size */
  readonly decompressedBytesMax: number;
}

/** 64 MiB decompressed, where Loki has 5000 MiB: one push must fit into a process many times over. */
export const defaultBodyLimits: BodyLimits = {
  compressedBytesMax: 100 * 1024 * 1024,
  decompressedBytesMax: 64 * 1024 * 1024,
};

/**
 * Takes off the Content-Encoding of `/loki/api/v1/push`. `snappy` is left on: of a protobuf body it is part of the
 * message whether named or not, and of a JSON body Loki takes the header for a mistake. The result may be `raw` itself.
 */
export function readBody(raw: Buffer, contentEncoding: string, limits: BodyLimits): Buffer {
  if (raw.length > limits.compressedBytesMax) throw compressedTooLarge(raw.length, limits.compressedBytesMax);
  switch (contentEncoding) {
    case '':
    case 'snappy':
      if (raw.length > limits.decompressedBytesMax) throw decompressedTooLarge(raw.length, limits.decompressedBytesMax);
      return raw;
    case 'gzip':
      return inflate(raw, gunzipSync, 'gzip', limits);
    case 'deflate':
      return inflate(raw, inflateRawSync, 'flate', limits);
    default:
      throw badPush(`Content-Encoding ${JSON.stringify(contentEncoding)} not supported`);
  }
}

/** The protobuf message inside of a body that has gone through readBody. */
export function unsnap(body: Buffer, limits: BodyLimits): Buffer {
  return decodeSnappy(body, limits.decompressedBytesMax);
}

type Inflate = (raw: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Buffer;

export function inflate(raw: Buffer, decode: Inflate, name: string, limits: BodyLimits): Buffer {
  const max = limits.decompressedBytesMax;
  try {
    return decode(raw, { maxOutputLength: max, chunkSize: Math.min(Math.max(raw.length * 4, 16_384), 1 << 20) });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw decompressedTooLarge(max + 1, max);
    if (code?.startsWith('ZSTD_')) throw badPush(`zstd: ${message}`);
    if (code?.startsWith('Z_')) throw badPush(code === 'Z_BUF_ERROR' ? 'unexpected EOF' : `${name}: ${message}`);
    throw cause;
  }
}
