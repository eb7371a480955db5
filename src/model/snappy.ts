/**
 * Snappy's block format, decoding only: a varint of the decoded length, then literals and copies. Pushes come in it, and
 * chunks may be kept in it. https://github.com/google/snappy/blob/main/format_description.txt
 */

export interface SnappyHead {
  readonly decodedBytes: number;
  /** Bytes of the block before its data. */
  readonly headBytes: number;
}

/** What a block claims; null when it is none. */
export function readSnappyHead(block: Uint8Array): SnappyHead | null {
  let decodedBytes = 0;
  let at = 0;
  for (let factor = 1; ; factor *= 128) {
    if (at >= block.length || at === 5) return null;
    const byte = block[at++] as number;
    decodedBytes += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return decodedBytes > 0xffffffff ? null : { decodedBytes, headBytes: at };
}

/** What a run that is moved by words may write behind its end, and read behind that of its source. */
const wordSlack = 3;
/** Longer literals are moved by one call. */
const shortBytes = 64;

/**
 * Null when the block is damaged: nothing is allocated for a length that its data cannot have. The result's memory is its
 * own, and not cleared before. Short runs, which is what blocks are made of, are moved word by word, a little further than
 * their end: that takes half the time of a call (bench/micro/push-decode.mjs).
 */
export function decodeSnappyBlock(block: Uint8Array, { decodedBytes, headBytes }: SnappyHead): Buffer | null {
  // Nothing yields more than 64 bytes for three.
  if (decodedBytes > (block.length - headBytes) * 32) return null;
  const memory = Buffer.allocUnsafeSlow(decodedBytes + wordSlack);
  const out = new Uint8Array(memory.buffer);
  const outWords = new DataView(memory.buffer);
  const words = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const end = block.length;
  let from = headBytes;
  let to = 0;
  while (from < end) {
    const tag = block[from++] as number;
    let size: number;
    let offset: number;
    if ((tag & 3) === 0) {
      size = tag >> 2;
      if (size >= 60) {
        const extra = size - 59;
        if (from + extra > end) return null;
        size = block[from] as number;
        if (extra > 1) size += (block[from + 1] as number) * 0x100;
        if (extra > 2) size += (block[from + 2] as number) * 0x10000;
        if (extra > 3) size += (block[from + 3] as number) * 0x1000000;
        from += extra;
      }
      size++;
      if (size > decodedBytes - to || size > end - from) return null;
      if (size <= shortBytes && from + size + wordSlack <= end) {
        for (let i = 0; i < size; i += 4) outWords.setInt32(to + i, words.getInt32(from + i, true), true);
      } else out.set(block.subarray(from, from + size), to);
      from += size;
      to += size;
      continue;
    }
    if ((tag & 3) === 1) {
      if (from >= end) return null;
      size = 4 + ((tag >> 2) & 7);
      offset = ((tag >> 5) << 8) | (block[from++] as number);
    } else if ((tag & 3) === 2) {
      if (from + 2 > end) return null;
      size = 1 + (tag >> 2);
      offset = (block[from] as number) | ((block[from + 1] as number) << 8);
      from += 2;
    } else {
      if (from + 4 > end) return null;
      size = 1 + (tag >> 2);
      offset = words.getUint32(from, true);
      from += 4;
    }
    if (offset === 0 || offset > to || size > decodedBytes - to) return null;
    // A copy may overlap itself: then its bytes repeat, one after the other.
    const back = to - offset;
    if (offset >= 4) {
      for (let i = 0; i < size; i += 4) outWords.setInt32(to + i, outWords.getInt32(back + i, true), true);
    } else for (let i = 0; i < size; i++) out[to + i] = out[back + i] as number;
    to += size;
  }
  return to === decodedBytes ? memory.subarray(0, decodedBytes) : null;
}
