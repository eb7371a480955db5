/** The inside of a JSON string to text, with the leniency and the refusals of Loki's parser. */
import { spacedTextOf } from './text.js';

/** '' when an escape is bad; what is not UTF-8, or U+FFFD, becomes a space. */
export function unescapeJson(bytes: Buffer, from: number, to: number): string {
  const raw = unescapeJsonBytes(bytes, from, to);
  return raw === null ? '' : spacedTextOf(raw, 0, raw.length);
}

/** The unescaped bytes, or null when an escape is bad. */
export function unescapeJsonBytes(bytes: Buffer, from: number, to: number): Buffer | null {
  // Each escape is at least as long as what it stands for.
  const out = Buffer.allocUnsafe(to - from);
  let length = 0;
  for (let i = from; i < to; ) {
    const b = bytes[i] as number;
    if (b !== 0x5c) {
      out[length++] = b;
      i++;
      continue;
    }
    if (i + 1 >= to) return null;
    const letter = bytes[i + 1] as number;
    const plain = plainEscapes[letter] as number;
    if (plain !== 0) {
      out[length++] = plain;
      i += 2;
      continue;
    }
    if (letter !== 0x75) return null;
    const first = hex4(bytes, i, to);
    if (first < 0) return null;
    if (first < 0xd800 || first > 0xdfff) {
      length = putRune(out, length, first);
      i += 6;
      continue;
    }
    // The second half needs hexadecimal digits in place; that `\u` stands before them is not looked at.
    const second = hex4(bytes, i + 6, to);
    if (second < 0xdc00) return null;
    length = putRune(out, length, 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    i += 12;
  }
  return out.subarray(0, length);
}

const plainEscapes = new Uint8Array(256);
for (const [letter, byte] of [
  ['"', 0x22],
  ['\\', 0x5c],
  ['/', 0x2f],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
] as const) {
  plainEscapes[letter.charCodeAt(0)] = byte;
}

function hex4(bytes: Uint8Array, at: number, to: number): number {
  if (at + 6 > to) return -1;
  let value = 0;
  for (let k = 2; k < 6; k++) {
    const b = bytes[at + k] as number;
    const digit =
      b >= 0x30 && b <= 0x39 ? b - 0x30 : b >= 0x41 && b <= 0x46 ? b - 55 : b >= 0x61 && b <= 0x66 ? b - 87 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function putRune(out: Buffer, at: number, rune: number): number {
  const code = rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff) ? 0xfffd : rune;
  return at + out.write(String.fromCodePoint(code), at, 'utf8');
}
