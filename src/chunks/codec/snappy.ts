/** Snappy. Compression by snappyjs; decompression here, because its decoder takes input that was cut off. */
import snappyjs from 'snappyjs';
import { FormatError } from '../bytes.js';
import type { Codec } from './codec.js';

export const snappy: Codec = {
  id: 3,
  name: 'snappy',
  encode: (bytes) => snappyjs.compress(bytes),
  decode: decodeSnappy,
};

/** Source: google/snappy, format_description.txt. */
function decodeSnappy(input: Uint8Array, decodedBytes: number): Uint8Array {
  let at = 0;
  let size = 0;
  for (let weight = 1; ; weight *= 128) {
    const byte = input[at++];
    if (byte === undefined || weight > 2 ** 28) throw new FormatError('broken snappy length');
    size += (byte & 127) * weight;
    if (byte < 128) break;
  }
  if (size !== decodedBytes) throw new FormatError(`snappy says ${size} bytes, ${decodedBytes} expected`);
  const out = new Uint8Array(decodedBytes);
  let to = 0;
  while (at < input.length) {
    const tag = input[at++]!;
    if ((tag & 3) === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const width = length - 60;
        length = 1;
        if (at + width > input.length) throw new FormatError('snappy data is cut off');
        for (let k = 0; k < width; k++) length += input[at++]! * 256 ** k;
      }
      if (at + length > input.length || to + length > decodedBytes) throw new FormatError('broken snappy literal');
      if (length < 24) for (let k = 0; k < length; k++) out[to + k] = input[at + k]!;
      else out.set(input.subarray(at, at + length), to);
      at += length;
      to += length;
      continue;
    }
    const width = (tag & 3) === 3 ? 4 : tag & 3;
    if (at + width > input.length) throw new FormatError('snappy data is cut off');
    let length = (tag >> 2) + 1;
    let distance = input[at]!;
    if (width === 1) {
      length = ((tag >> 2) & 7) + 4;
      distance += (tag >> 5) << 8;
    } else {
      distance += input[at + 1]! << 8;
      if (width === 4) distance += (input[at + 2]! << 16) + input[at + 3]! * 2 ** 24;
    }
    at += width;
    if (distance === 0 || distance > to || to + length > decodedBytes) throw new FormatError('broken snappy copy');
    // Byte by byte: source and target may overlap, which repeats what was just written.
    for (let end = to + length; to < end; to++) out[to] = out[to - distance]!;
  }
  if (to !== decodedBytes) throw new FormatError('snappy data is cut off');
  return out;
}
