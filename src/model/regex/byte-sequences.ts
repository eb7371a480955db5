/** Sets of code points as the bytes of UTF-8 that spell them. */
import { anyRune } from './char-class.js';
import type { Ranges } from './syntax.js';

/** The ranges of bytes (lo, hi, lo, hi, …) of each sequence that spells code points of the set. */
export function sequencesOf(ranges: Ranges): readonly (readonly number[])[] {
  return ranges === anyRune ? anySequences : spelled(ranges);
}

function spelled(ranges: Ranges): readonly (readonly number[])[] {
  const out: (readonly number[])[] = [];
  for (let i = 0; i < ranges.length; i += 2)
    eachSequence(ranges[i] as number, ranges[i + 1] as number, (bytes) => out.push(bytes));
  return out;
}

/** Nearly every expression has it: it stands before what may begin anywhere. */
const anySequences = spelled(anyRune);

/** Calls back with ranges of bytes (lo, hi, lo, hi, …) that together spell the code points lo to hi. */
function eachSequence(lo: number, hi: number, emit: (bytes: readonly number[]) => void): void {
  if (lo > hi) return;
  // Surrogates have no UTF-8.
  if (lo < 0xd800 && hi >= 0xd800) {
    eachSequence(lo, 0xd7ff, emit);
    eachSequence(0xe000, hi, emit);
    return;
  }
  if (lo >= 0xd800 && lo < 0xe000) {
    eachSequence(0xe000, hi, emit);
    return;
  }
  for (const last of [0x7f, 0x7ff, 0xffff]) {
    if (lo <= last && last < hi) {
      eachSequence(lo, last, emit);
      eachSequence(last + 1, hi, emit);
      return;
    }
  }
  if (hi <= 0x7f) {
    emit([lo, hi]);
    return;
  }
  for (let bits = 6; bits <= 18; bits += 6) {
    const mask = (1 << bits) - 1;
    if ((lo & ~mask) === (hi & ~mask)) continue;
    if ((lo & mask) !== 0) {
      eachSequence(lo, lo | mask, emit);
      eachSequence((lo | mask) + 1, hi, emit);
      return;
    }
    if ((hi & mask) !== mask) {
      eachSequence(lo, (hi & ~mask) - 1, emit);
      eachSequence(hi & ~mask, hi, emit);
      return;
    }
  }
  const first = utf8(lo);
  const last = utf8(hi);
  emit(first.flatMap((b, i) => [b, last[i] as number]));
}

function utf8(rune: number): number[] {
  const tail = (shift: number): number => 0x80 | ((rune >> shift) & 0x3f);
  if (rune < 0x800) return [0xc0 | (rune >> 6), tail(0)];
  if (rune < 0x10000) return [0xe0 | (rune >> 12), tail(6), tail(0)];
  return [0xf0 | (rune >> 18), tail(12), tail(6), tail(0)];
}
