/** Bytes that may or may not be UTF-8, as Go reads them: each byte that is no part of a rune counts by itself. */

/** Bytes of the rune at `at`, or 0 when no whole rune stands there (Go then steps over one byte). */
export function runeSize(bytes: Uint8Array, at: number, to: number): number {
  const b0 = bytes[at] as number;
  if (b0 < 0x80) return 1;
  if (b0 < 0xc2 || b0 > 0xf4) return 0;
  const size = b0 < 0xe0 ? 2 : b0 < 0xf0 ? 3 : 4;
  if (at + size > to) return 0;
  const b1 = bytes[at + 1] as number;
  const low = b0 === 0xe0 ? 0xa0 : b0 === 0xf0 ? 0x90 : 0x80;
  const high = b0 === 0xed ? 0x9f : b0 === 0xf4 ? 0x8f : 0xbf;
  if (b1 < low || b1 > high) return 0;
  for (let k = 2; k < size; k++) if (((bytes[at + k] as number) & 0xc0) !== 0x80) return 0;
  return size;
}

/** The text, with one U+FFFD for each byte that is no part of a rune (a TextDecoder makes one of several such bytes). */
export function decodeUtf8(source: Uint8Array, from = 0, to = source.length): string {
  const bytes = Buffer.isBuffer(source) ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const text = bytes.toString('utf8', from, to);
  if (!text.includes('\uFFFD')) return text;
  let out = '';
  let plainFrom = from;
  for (let i = from; i < to; ) {
    const size = runeSize(bytes, i, to);
    if (size === 0) {
      out += `${bytes.toString('utf8', plainFrom, i)}\uFFFD`;
      plainFrom = i + 1;
    }
    i += Math.max(size, 1);
  }
  return out + bytes.toString('utf8', plainFrom, to);
}
