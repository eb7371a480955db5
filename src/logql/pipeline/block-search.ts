/**
 * Finds the rows of a block whose lines contain given bytes, by searching the whole block at once.
 *
 * Lines stand back to back, so a hit may lie across two lines: it counts only when it lies inside one. After a hit the
 * search goes on behind that line, as one is enough.
 */
import type { LineNeedle } from '../../model/column-needs.js';
import { asBuffer } from './text.js';

/** Bytes to find. `caseInsensitive`: `bytes` are lower case, and upper-case ASCII letters match as well. */
export type Needle = LineNeedle;

/** Marks row i with 1 in `marks` when its line contains the needle; leaves other marks as they are. */
export type BlockSearcher = (
  lines: Buffer,
  lineEnd: Uint32Array,
  /** Rows to look at: first inclusive, end exclusive. */
  firstRow: number,
  endRow: number,
  marks: Uint8Array,
) => void;

export function blockSearcher(needle: Needle): BlockSearcher {
  if (needle.bytes.length === 0) return (_lines, _lineEnd, firstRow, endRow, marks) => marks.fill(1, firstRow, endRow);
  return needle.caseInsensitive ? anyCaseSearcher(needle.bytes) : exactSearcher(needle.bytes);
}

const windowBytes = 6;
const sampleBytes = 4096;

/**
 * Searches for the part of the needle that begins with its rarest byte. The platform's search jumps from one occurrence
 * of the first byte to the next, so a rare first byte makes it about ten times as fast; the rest is compared on a hit.
 */
function exactSearcher(needle: Uint8Array): BlockSearcher {
  let offset = -1;
  let window: Buffer = Buffer.alloc(0);
  return (lines, lineEnd, firstRow, endRow, marks) => {
    if (offset < 0) {
      offset = rarestAt(needle, lines);
      window = Buffer.from(needle.subarray(offset, offset + windowBytes));
    }
    const end = endRow === 0 ? 0 : (lineEnd[endRow - 1] as number);
    const block = end === lines.length ? lines : lines.subarray(0, end);
    const { length } = needle;
    const tail = offset + window.length;
    let row = firstRow;
    let rowStart = firstRow === 0 ? 0 : (lineEnd[firstRow - 1] as number);
    let at = rowStart + offset;
    for (;;) {
      at = block.indexOf(window, at);
      if (at < 0) return;
      const start = at - offset;
      row = rowAt(lineEnd, row, endRow, start);
      rowStart = row === 0 ? 0 : (lineEnd[row - 1] as number);
      const rowEnd = lineEnd[row] as number;
      if (start + length > rowEnd) {
        // It reaches into the next line, or is too long for the rest of this one.
        at++;
        continue;
      }
      let k = 0;
      while (k < offset && block[start + k] === needle[k]) k++;
      if (k === offset) {
        k = tail;
        while (k < length && block[start + k] === needle[k]) k++;
        if (k >= length) {
          marks[row] = 1;
          at = rowEnd + offset;
          continue;
        }
      }
      at++;
    }
  };
}

/** The row that holds byte `at`: galloping from `row`, then by halves. */
function rowAt(lineEnd: Uint32Array, row: number, endRow: number, at: number): number {
  if ((lineEnd[row] as number) > at) return row;
  let step = 1;
  let low = row;
  while (low + step < endRow && (lineEnd[low + step] as number) <= at) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, endRow - 1);
  low++;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lineEnd[middle] as number) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where in the needle the byte stands that a sample of the block has least often. */
const rarestAt = (needle: Uint8Array, lines: Uint8Array): number => rarestOf(needle, bytesOfSample(lines)).at;

function bytesOfSample(lines: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  const from = Math.max(0, (lines.length - sampleBytes) >> 1);
  const to = Math.min(lines.length, from + sampleBytes);
  for (let i = from; i < to; i++) counts[lines[i] as number] = (counts[lines[i] as number] as number) + 1;
  return counts;
}

function rarestOf(needle: Uint8Array, counts: Uint32Array): { readonly at: number; readonly count: number } {
  let at = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < needle.length; i++) {
    const count = counts[needle[i] as number] as number;
    if (count < least) {
      at = i;
      least = count;
    }
  }
  return { at, count: least };
}

/**
 * Steps are as long as the needle, jumps as long as the way to its rarest letter. Of a sample's letters times bytes of the
 * needle, jumps win up to about this (bench/micro/any-case.mjs).
 */
const jumpsMax = 320;
/** After so many blocks it is looked again what is rare. */
const choiceBlocks = 16;

/** Jumps to the needle's rarest byte, be it a small or a capital letter, where there is a rare one. */
function anyCaseSearcher(needle: Uint8Array): BlockSearcher {
  const steps = anyCaseBySteps(needle);
  let search = steps;
  let blocks = 0;
  return (lines, lineEnd, firstRow, endRow, marks) => {
    if (blocks++ % choiceBlocks === 0) {
      const counts = bytesOfSample(lines);
      for (let b = A; b <= Z; b++)
        counts[lower[b] as number] = (counts[lower[b] as number] as number) + (counts[b] as number);
      const { at, count } = rarestOf(needle, counts);
      search = count * needle.length <= jumpsMax ? anyCaseByJumps(needle, at) : steps;
    }
    search(lines, lineEnd, firstRow, endRow, marks);
  };
}

function anyCaseByJumps(needle: Uint8Array, offset: number): BlockSearcher {
  const { length } = needle;
  const small = needle[offset] as number;
  const capital = upper(small);
  return (lines, lineEnd, firstRow, endRow, marks) => {
    const end = endRow === 0 ? 0 : (lineEnd[endRow - 1] as number);
    const block = end === lines.length ? lines : lines.subarray(0, end);
    const next = (byte: number, from: number): number => {
      const at = block.indexOf(byte, from);
      return at < 0 ? end : at;
    };
    let row = firstRow;
    let from = (firstRow === 0 ? 0 : (lineEnd[firstRow - 1] as number)) + offset;
    let nextSmall = next(small, from);
    let nextCapital = capital === small ? end : next(capital, from);
    for (;;) {
      const at = Math.min(nextSmall, nextCapital);
      if (at >= end) return;
      const start = at - offset;
      row = rowAt(lineEnd, row, endRow, start);
      const rowEnd = lineEnd[row] as number;
      from = at + 1;
      if (start + length <= rowEnd && isAnyCase(block, start, needle)) {
        marks[row] = 1;
        from = rowEnd + offset;
      }
      if (nextSmall < from) nextSmall = next(small, from);
      if (nextCapital < from) nextCapital = next(capital, from);
    }
  };
}

function isAnyCase(bytes: Uint8Array, start: number, needle: Uint8Array): boolean {
  let k = 0;
  while (k < needle.length && lower[bytes[start + k] as number] === needle[k]) k++;
  return k === needle.length;
}

/** Horspool's search on bytes folded to lower case. */
function anyCaseBySteps(needle: Uint8Array): BlockSearcher {
  const last = needle.length - 1;
  const shift = new Uint8Array(256).fill(Math.min(needle.length, 255));
  for (let i = Math.max(0, last - 254); i < last; i++) {
    shift[needle[i] as number] = last - i;
    shift[upper(needle[i] as number)] = last - i;
  }
  const final = needle[last] as number;
  const shiftOfFinal = shift[final] as number;
  // None at a byte that may be the needle's last: then the rest is compared.
  shift[final] = 0;
  shift[upper(final)] = 0;
  return (lines, lineEnd, firstRow, endRow, marks) => {
    let row = firstRow;
    const end = endRow === 0 ? 0 : (lineEnd[endRow - 1] as number);
    let at = (firstRow === 0 ? 0 : (lineEnd[firstRow - 1] as number)) + last;
    while (at < end) {
      const step = shift[lines[at] as number] as number;
      at += step;
      if (step !== 0) continue;
      const start = at - last;
      if (isAnyCase(lines, start, needle)) {
        row = rowAt(lineEnd, row, endRow, start);
        const rowEnd = lineEnd[row] as number;
        if (at < rowEnd) {
          marks[row] = 1;
          at = rowEnd + last;
          continue;
        }
      }
      at += shiftOfFinal;
    }
  };
}

const A = 0x41;
const Z = 0x5a;
const upper = (b: number): number => (b >= 0x61 && b <= 0x7a ? b - 32 : b);
const lower = new Uint8Array(256);
for (let b = 0; b < 256; b++) lower[b] = b >= A && b <= Z ? b + 32 : b;

/** Does bytes[from..to) contain the needle? For single lines. */
export function containsNeedle(bytes: Uint8Array, from: number, to: number, needle: Needle): boolean {
  const { bytes: wanted, caseInsensitive } = needle;
  const { length } = wanted;
  if (length === 0) return true;
  if (to - from < length) return false;
  if (!caseInsensitive && to - from > 64) return asBuffer(bytes).subarray(from, to).indexOf(wanted) >= 0;
  const first = wanted[0] as number;
  for (let i = from; i <= to - length; i++) {
    const b = bytes[i] as number;
    if ((caseInsensitive ? lower[b] : b) !== first) continue;
    let k = 1;
    if (caseInsensitive) while (k < length && lower[bytes[i + k] as number] === wanted[k]) k++;
    else while (k < length && bytes[i + k] === wanted[k]) k++;
    if (k === length) return true;
  }
  return false;
}
