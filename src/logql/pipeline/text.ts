/** Bytes to strings as the stages need them: Go's rules for bad UTF-8, and a cache for the short values that recur. */
import { decodeUtf8, runeSize } from '../../model/utf8.js';

/** A view of `bytes` with Buffer's native search and slices; no copy. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function isAsciiRange(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if ((bytes[i] as number) >= 0x80) return false;
  return true;
}

/** The text of the bytes; how it holds those that are not UTF-8: see model/utf8.ts. */
export function textOf(bytes: Buffer, from: number, to: number): string {
  return isAsciiRange(bytes, from, to) ? bytes.toString('latin1', from, to) : decodeUtf8(bytes, from, to);
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
