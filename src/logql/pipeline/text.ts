/** Bytes to strings as the stages need them: Go's rules for bad UTF-8, and a cache for the short values that recur. */
import { decodeUtf8, runeSize } from '../../model/utf8.js';

/** A view of `bytes` with Buffer's native search and slices; no copy. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Of Buffer; Node's types leave it out. What toString('latin1') calls, without the way there. */
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice: (this: Buffer, from: number, to: number) => string;
};

export function isAsciiRange(bytes: Uint8Array, from: number, to: number): boolean {
  let seen = 0;
  for (let i = from; i < to; i++) seen |= bytes[i] as number;
  return seen < 0x80;
}

/** The text of the bytes; how it holds those that are not UTF-8: see model/utf8.ts. */
export function textOf(bytes: Buffer, from: number, to: number): string {
  return isAsciiRange(bytes, from, to) ? latin1Slice.call(bytes, from, to) : decodeUtf8(bytes, from, to);
}

/** As textOf, but U+FFFD and each byte that is not UTF-8 become a space: so do Loki's json and logfmt parsers. */
export function spacedTextOf(bytes: Buffer, from: number, to: number): string {
  if (isAsciiRange(bytes, from, to)) return latin1Slice.call(bytes, from, to);
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
const notAscii = 0x80808080 | 0;

/**
 * Strings of short ASCII values, by their bytes: values recur from line to line, and a string that exists costs no
 * allocation and has its hash ready. One slot for each hash: a newcomer takes the place of the one before.
 */
export class TextCache {
  readonly #texts: string[] = new Array<string>(cacheSlots).fill('');
  /** Texts that had to be made. */
  misses = 0;

  /** Null when it is too long, or not ASCII. */
  get(bytes: Buffer, from: number, to: number): string | null {
    const length = to - from;
    if (length > cachedLength) return null;
    let hash = length;
    let seen = 0;
    let i = from;
    for (; i + 4 <= to; i += 4) {
      const word =
        (bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24);
      seen |= word;
      hash = Math.imul(hash ^ word, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    let rest = 0;
    for (; i < to; i++) rest = (rest << 8) | (bytes[i] as number);
    if (((seen | rest) & notAscii) !== 0) return null;
    hash = Math.imul(hash ^ rest, 0x85ebca6b);
    const slot = (hash ^ (hash >>> 17)) & (cacheSlots - 1);
    const cached = this.#texts[slot] as string;
    if (cached.length === length) {
      let k = 0;
      while (k < length && cached.charCodeAt(k) === bytes[from + k]) k++;
      if (k === length) return cached;
    }
    this.misses++;
    const text = latin1Slice.call(bytes, from, to);
    this.#texts[slot] = text;
    return text;
  }
}
