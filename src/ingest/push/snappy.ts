/**
 * Snappy's block format, decoding only: a varint of the decoded length, then literals and copies.
 * https://github.com/google/snappy/blob/main/format_description.txt
 */
import { plainBytes } from './plain-bytes.js';
import { badPush, decompressedTooLarge } from './push-error.js';

/** What a run moved by words may write behind its end. */
const wordSlack = 4;
/** Longer ones are moved by one call. */
const shortBytes = 64;

/**
 * Decodes a block. The length is checked against `bytesMax` before anything is allocated. The result's memory is its
 * own, and somewhat larger than the result. Throws ApiError.
 */
export function decodeSnappy(block: Uint8Array, bytesMax: number): Buffer {
  const inputBytes = block.length;
  let length = 0;
  let head = 0;
  for (let factor = 1; ; factor *= 128) {
    if (head >= inputBytes || head === 5) throw corrupt();
    const byte = block[head++] as number;
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  if (length > 0xffffffff) throw corrupt();
  if (length > bytesMax) throw decompressedTooLarge(length, bytesMax);
  // Nothing yields more than 64 bytes for three: what claims to is damaged, and must not cost memory.
  if (length > (inputBytes - head) * 32) throw corrupt();

  // The input lies behind the output in one buffer, so that literals are moved within it: that needs no view of the
  // source. Short runs, which is what blocks are made of, are moved word by word, a little further than their end: that
  // takes half the time of a call (bench/micro/push-decode.mjs).
  const memory = Buffer.allocUnsafeSlow(length + wordSlack + inputBytes);
  const out = plainBytes(memory);
  const words = new DataView(memory.buffer);
  out.set(block, length + wordSlack);
  const end = length + wordSlack + inputBytes;
  let from = length + wordSlack + head;
  let to = 0;
  while (from < end) {
    const tag = out[from++] as number;
    let size: number;
    let offset: number;
    if ((tag & 3) === 0) {
      size = tag >> 2;
      if (size >= 60) {
        const extra = size - 59;
        if (from + extra > end) throw corrupt();
        size = out[from] as number;
        if (extra > 1) size += (out[from + 1] as number) * 0x100;
        if (extra > 2) size += (out[from + 2] as number) * 0x10000;
        if (extra > 3) size += (out[from + 3] as number) * 0x1000000;
        from += extra;
      }
      size++;
      if (size > length - to || size > end - from) throw corrupt();
      if (size <= shortBytes && from + size + wordSlack <= end) {
        for (let i = 0; i < size; i += 4) words.setInt32(to + i, words.getInt32(from + i, true), true);
      } else out.copyWithin(to, from, from + size);
      from += size;
      to += size;
      continue;
    }
    if ((tag & 3) === 1) {
      if (from >= end) throw corrupt();
      size = 4 + ((tag >> 2) & 7);
      offset = ((tag >> 5) << 8) | (out[from++] as number);
    } else if ((tag & 3) === 2) {
      if (from + 2 > end) throw corrupt();
      size = 1 + (tag >> 2);
      offset = (out[from] as number) | ((out[from + 1] as number) << 8);
      from += 2;
    } else {
      if (from + 4 > end) throw corrupt();
      size = 1 + (tag >> 2);
      offset =
        (out[from] as number) +
        (out[from + 1] as number) * 0x100 +
        (out[from + 2] as number) * 0x10000 +
        (out[from + 3] as number) * 0x1000000;
      from += 4;
    }
    if (offset === 0 || offset > to || size > length - to) throw corrupt();
    // A copy may overlap itself: then its bytes repeat, one after the other.
    const back = to - offset;
    if (offset >= 4) for (let i = 0; i < size; i += 4) words.setInt32(to + i, words.getInt32(back + i, true), true);
    else for (let i = 0; i < size; i++) out[to + i] = out[back + i] as number;
    to += size;
  }
  if (to !== length) throw corrupt();
  return memory.subarray(0, length);
}

const corrupt = () => badPush('snappy: corrupt input');
