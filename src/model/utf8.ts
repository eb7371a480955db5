/**
 * Text that may hold bytes which are no UTF-8, as lines and Go's strings may: such a byte stands in a string as a lone
 * surrogate, U+DC80 + (byte - 0x80), and is the same byte again when the string is encoded.
 */

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

export const decodeUtf8 = (bytes: Uint8Array, from = 0, to = bytes.length): string =>
  decode(bytes, from, to, (byte) => String.fromCharCode(0xdc00 + byte));

/** For those who must have Unicode: one U+FFFD for each stray byte, as Go writes it. (A TextDecoder makes one of several.) */
export const decodeForDisplay = (bytes: Uint8Array, from = 0, to = bytes.length): string =>
  decode(bytes, from, to, () => '\uFFFD');

function decode(source: Uint8Array, from: number, to: number, stray: (byte: number) => string): string {
  const bytes = Buffer.isBuffer(source) ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const text = bytes.toString('utf8', from, to);
  if (!text.includes('\uFFFD')) return text;
  let out = '';
  let plainFrom = from;
  for (let i = from; i < to; ) {
    const size = runeSize(bytes, i, to);
    if (size === 0) {
      out += bytes.toString('utf8', plainFrom, i) + stray(bytes[i] as number);
      plainFrom = i + 1;
    }
    i += Math.max(size, 1);
  }
  return out + bytes.toString('utf8', plainFrom, to);
}

export function encodeUtf8(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let from = 0;
  for (const { 0: byte, index } of text.matchAll(strayByte)) {
    parts.push(Buffer.from(text.slice(from, index), 'utf8'), Buffer.of(byte.charCodeAt(0) - 0xdc00));
    from = index + 1;
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'));
  return Buffer.concat(parts);
}
/** In a u-expression the halves of a pair do not match by themselves. */
const strayByte = /[\udc80-\udcff]/gu;

/** Bytes of the encoded text. */
export const utf8Length = (text: string): number =>
  text.isWellFormed() ? Buffer.byteLength(text, 'utf8') : encodeUtf8(text).length;
