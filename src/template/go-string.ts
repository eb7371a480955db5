/**
 * Go strings are bytes. Here a string is a JavaScript string in which a byte that belongs to no valid UTF-8 sequence
 * stands as a lone surrogate, U+DC80 + (byte - 0x80). So cutting a character in two and joining it again loses nothing.
 */
const encoder = new TextEncoder();
const ascii = /^[\x00-\x7f]*$/;
const surrogate = /[\ud800-\udfff]/;

export const isAscii = (text: string): boolean => ascii.test(text);

const isEscape = (unit: number): boolean => unit >= 0xdc80 && unit <= 0xdcff;
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Bytes of the string, as Go's len() counts them. */
export function byteLength(text: string): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) n += 1;
    else if (unit < 0x800) n += 2;
    else if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) {
      n += 4;
      i++;
    } else n += isEscape(unit) ? 1 : 3;
  }
  return n;
}

export function toBytes(text: string): Uint8Array {
  if (!surrogate.test(text)) return encoder.encode(text);
  const out: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) out.push(unit);
    else if (isEscape(unit)) out.push(unit - 0xdc00);
    else if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) out.push(...encoder.encode(text.slice(i, ++i + 1)));
    else out.push(...encoder.encode(text[i]));
  }
  return Uint8Array.from(out);
}

export function fromBytes(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const b = bytes[i] as number;
    const size = b < 0x80 ? 1 : sequenceLength(bytes, i);
    if (size === 0) {
      out += String.fromCharCode(0xdc00 + b);
      i++;
    } else {
      out += String.fromCodePoint(decodeAt(bytes, i, size));
      i += size;
    }
  }
  return out;
}

/** Length of the valid UTF-8 sequence at i, or 0 when there is none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const b0 = bytes[i] as number;
  const b1 = bytes[i + 1] ?? 0;
  const follows = (k: number): boolean => ((bytes[i + k] ?? 0) & 0xc0) === 0x80;
  if (b0 >= 0xc2 && b0 <= 0xdf) return follows(1) ? 2 : 0;
  if (b0 >= 0xe0 && b0 <= 0xef) {
    if (!follows(1) || !follows(2)) return 0;
    return (b0 === 0xe0 && b1 < 0xa0) || (b0 === 0xed && b1 > 0x9f) ? 0 : 3;
  }
  if (b0 >= 0xf0 && b0 <= 0xf4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    return (b0 === 0xf0 && b1 < 0x90) || (b0 === 0xf4 && b1 > 0x8f) ? 0 : 4;
  }
  return 0;
}

function decodeAt(bytes: Uint8Array, i: number, size: number): number {
  if (size === 1) return bytes[i] as number;
  let cp = (bytes[i] as number) & (0xff >> (size + 1));
  for (let k = 1; k < size; k++) cp = (cp << 6) | ((bytes[i + k] as number) & 0x3f);
  return cp;
}

/** text[start:end] by bytes. The caller has checked the bounds. */
export function sliceBytes(text: string, start: number, end: number): string {
  return isAscii(text) ? text.slice(start, end) : fromBytes(toBytes(text).subarray(start, end));
}

/** What is shown: halves that met again are one character, bytes that stay alone are U+FFFD. */
export function toDisplay(text: string): string {
  if (!surrogate.test(text) || text.isWellFormed()) return text;
  return fromBytes(toBytes(text)).toWellFormed();
}

/** Joins halves of characters that have met. */
export function normalise(text: string): string {
  return !surrogate.test(text) || text.isWellFormed() ? text : fromBytes(toBytes(text));
}

/** Code points; a stray byte counts as one. */
export const runes = (text: string): string[] => (isAscii(text) ? text.split('') : [...normalise(text)]);

export function runeCount(text: string): number {
  if (isAscii(text)) return text.length;
  let n = 0;
  for (const _ of text) n++;
  return n;
}

/** Order of the bytes. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(toBytes(a), toBytes(b));
}

const space = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const oneSpace = new RegExp(`^[${space}]$`);

/** unicode.IsSpace of a single character. */
export const isSpace = (ch: string): boolean => oneSpace.test(ch);
/** strings.TrimSpace. */
export const trimSpace = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start] as string)) start++;
  while (end > start && isSpace(text[end - 1] as string)) end--;
  return text.slice(start, end);
};
