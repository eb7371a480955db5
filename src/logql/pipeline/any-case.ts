/** Search without regard to case, as Loki does it for literals of regular expressions: rune by rune, in lower case. */

import { runeSize } from '../../model/utf8.js';
import { containsNeedle } from './block-search.js';

/** Letters beyond ASCII whose lower case is ASCII: the Kelvin sign, and the capital I with a dot. */
const kelvin = Buffer.from('\u212A');
const dottedI = Buffer.from('\u0130');

/** Can a letter beyond ASCII stand for one of the needle's? */
export const hasForeignForms = (needle: Uint8Array): boolean =>
  needle.some((b, i) => b >= 0x80 || (i > 0 && (b === 0x6b || b === 0x69)));

/** Are there bytes in the buffer for which hasForeignForms matters, with a needle of ASCII letters? */
export const hasForeignLetters = (bytes: Buffer): boolean => bytes.includes(kelvin) || bytes.includes(dottedI);

/** `needle` is in lower case. */
export function containsAnyCase(bytes: Buffer, from: number, to: number, needle: Uint8Array): boolean {
  if (!hasForeignForms(needle)) return containsNeedle(bytes, from, to, { bytes: needle, caseInsensitive: true });
  if (needle.length === 0) return true;
  for (let i = from; i <= to - needle.length; i++) if (startsAnyCase(bytes, i, to, needle)) return true;
  return false;
}

function startsAnyCase(b: Buffer, from: number, to: number, needle: Uint8Array): boolean {
  // The first byte is compared as a byte, even when a longer rune begins there.
  if (lowerByte(b[from] as number) !== needle[0]) return false;
  let i = from;
  let k = 0;
  while (i < to && k < needle.length) {
    const c = b[i] as number;
    const wanted = needle[k] as number;
    const size = c < 0x80 && wanted < 0x80 ? 0 : runeSize(b, i, to);
    if (size === 0) {
      if (lowerByte(c) !== wanted) return false;
      i++;
      k++;
      continue;
    }
    const wantedSize = runeSize(needle, k, needle.length);
    if (wantedSize === 0) return false;
    const text = Buffer.from(needle.subarray(k, k + wantedSize)).toString('utf8');
    if (lowerRune(b.toString('utf8', i, i + size)) !== text) return false;
    i += size;
    k += wantedSize;
  }
  return k === needle.length;
}

const lowerByte = (b: number): number => (b >= 0x41 && b <= 0x5a ? b + 32 : b);
const lowerRune = (rune: string): string => (rune === '\u0130' ? 'i' : rune.toLowerCase());
