/** Bytes to strings as the stages need them: Go's rules for bad UTF-8, and a cache for the short values that recur. */

/** A view of `bytes` with Buffer's native search and slices; no copy. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function isAsciiRange(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if ((bytes[i] as number) >= 0x80) return false;
  return true;
}

/** The text of the bytes; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Buffer, from: number, to: number): string {
  return isAsciiRange(bytes, from, to) ? bytes.toString('latin1', from, to) : bytes.toString('utf8', from, to);
}

/** As textOf, but U+FFFD and each byte that is not UTF-8 become a space: so do Loki's json and logfmt parsers. */
export function spacedTextOf(bytes: Buffer, from: number, to: number): string {
  if (isAsciiRange(bytes, from, to)) return bytes.toString('latin1', from, to);
  const text = bytes.toString('utf8', from, to);
  return text.includes('\uFFFD') ? replaceInvalid(bytes, from, to, ' ') : text;
}

/** The text with `substitute` for U+FFFD and for each single byte that is not UTF-8, as Go counts them. */
export function replaceInvalid(bytes: Buffer, from: number, to: number, substitute: string): string {
  let out = '';
  let plainFrom = from;
  for (let i = from; i < to; ) {
    const size = runeSize(bytes, i, to);
    if (size > 0 && !isReplacement(bytes, i, size)) {
      i += size;
      continue;
    }
    out += bytes.toString('utf8', plainFrom, i) + substitute;
    i += Math.max(size, 1);
    plainFrom = i;
  }
  return out + bytes.toString('utf8', plainFrom, to);
}

const isReplacement = (bytes: Uint8Array, at: number, size: number): boolean =>
  size === 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;

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

/** Has the range a byte that is not UTF-8, or U+FFFD itself? (bytes.ContainsRune(b, utf8.RuneError)) */
export function hasInvalidRune(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; ) {
    if ((bytes[i] as number) < 0x80) {
      i++;
      continue;
    }
    const size = runeSize(bytes, i, to);
    if (size === 0 || isReplacement(bytes, i, size)) return true;
    i += size;
  }
  return false;
}

const cacheSlots = 4096;
const cachedLength = 32;
const hashSeed = 0x811c9dc5 | 0;

/**
 * Strings of short ASCII values, by their bytes: values recur from line to line, and a string that exists costs no
 * allocation and has its hash ready. One slot for each hash: a newcomer takes the place of the one before.
 */
export class TextCache {
  readonly #texts: (string | undefined)[] = new Array<string | undefined>(cacheSlots).fill(undefined);

  get(bytes: Buffer, from: number, to: number): string {
    const length = to - from;
    if (length > cachedLength) return spacedTextOf(bytes, from, to);
    if (length === 0) return '';
    let hash = hashSeed;
    let seen = 0;
    for (let i = from; i < to; i++) {
      const b = bytes[i] as number;
      seen |= b;
      hash = Math.imul(hash ^ b, 0x01000193);
    }
    if (seen >= 0x80) return spacedTextOf(bytes, from, to);
    const slot = (hash ^ (hash >>> 15)) & (cacheSlots - 1);
    const cached = this.#texts[slot];
    if (cached !== undefined && cached.length === length) {
      let k = 0;
      while (k < length && cached.charCodeAt(k) === bytes[from + k]) k++;
      if (k === length) return cached;
    }
    const text = bytes.toString('latin1', from, to);
    this.#texts[slot] = text;
    return text;
  }
}
