/** LZ4, its block format (no frame: the section's table has sizes and checksum). Source: lz4_Block_format.md. */
import { FormatError } from '../bytes.js';
import type { Codec } from './codec.js';

export const lz4: Codec = { id: 2, name: 'lz4', encode: encodeLz4, decode: decodeLz4 };

const matchMin = 4;
/** The last match starts at least 12 bytes before the end, and the last 5 bytes are literals. */
const matchStartMargin = 12;
const literalTail = 5;
const distanceMax = 65_535;
const hashBits = 15;

/** Positions + 1 by hash of four bytes; cleared for each call. Calls are synchronous, so one table does. */
const table = new Int32Array(1 << hashBits);

function encodeLz4(input: Uint8Array): Uint8Array {
  const out = new Uint8Array(input.length + Math.floor(input.length / 255) + 16);
  const matchEnd = input.length - literalTail;
  const last = input.length - matchStartMargin;
  table.fill(0);
  let anchor = 0;
  let to = 0;
  let at = 0;
  let misses = 0;
  while (at <= last) {
    const word = load32(input, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - hashBits);
    const candidate = table[slot]! - 1;
    table[slot] = at + 1;
    if (candidate < 0 || at - candidate > distanceMax || load32(input, candidate) !== word) {
      // The longer nothing repeats, the larger the steps.
      at += 1 + (misses++ >> 6);
      continue;
    }
    misses = 0;
    let length = matchMin;
    while (at + length < matchEnd && input[candidate + length] === input[at + length]) length++;
    to = putSequence(out, to, input, anchor, at, length);
    out[to++] = (at - candidate) & 255;
    out[to++] = (at - candidate) >> 8;
    to = putLength(out, to, length - matchMin);
    at += length;
    anchor = at;
  }
  to = putSequence(out, to, input, anchor, input.length, matchMin);
  return out.slice(0, to);
}

/** Token, length of the literals, literals. The match's length goes into the token here, its rest later. */
function putSequence(
  out: Uint8Array,
  start: number,
  input: Uint8Array,
  from: number,
  end: number,
  match: number,
): number {
  const literals = end - from;
  let to = start;
  out[to++] = (Math.min(literals, 15) << 4) | Math.min(match - matchMin, 15);
  to = putLength(out, to, literals);
  if (literals < 24) for (let k = 0; k < literals; k++) out[to + k] = input[from + k]!;
  else out.set(input.subarray(from, end), to);
  return to + literals;
}

/** What of a length the four bits of the token do not hold. */
function putLength(out: Uint8Array, start: number, length: number): number {
  let to = start;
  if (length < 15) return to;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) out[to++] = 255;
  out[to++] = rest;
  return to;
}

const load32 = (b: Uint8Array, i: number): number => b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24);

function decodeLz4(input: Uint8Array, decodedBytes: number): Uint8Array {
  const out = new Uint8Array(decodedBytes);
  let at = 0;
  let to = 0;
  for (;;) {
    if (at >= input.length) throw new FormatError('lz4 data is cut off');
    const token = input[at++]!;
    let literals = token >> 4;
    if (literals === 15) {
      for (let byte = 255; byte === 255; literals += byte) {
        if (at >= input.length) throw new FormatError('lz4 data is cut off');
        byte = input[at++]!;
      }
    }
    if (at + literals > input.length || to + literals > decodedBytes) throw new FormatError('broken lz4 literals');
    if (literals < 24) for (let k = 0; k < literals; k++) out[to + k] = input[at + k]!;
    else out.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === input.length) break;
    if (at + 2 > input.length) throw new FormatError('lz4 data is cut off');
    const distance = input[at]! | (input[at + 1]! << 8);
    at += 2;
    let length = (token & 15) + matchMin;
    if (length === 15 + matchMin) {
      for (let byte = 255; byte === 255; length += byte) {
        if (at >= input.length) throw new FormatError('lz4 data is cut off');
        byte = input[at++]!;
      }
    }
    if (distance === 0 || distance > to || to + length > decodedBytes) throw new FormatError('broken lz4 match');
    if (length >= 32 && distance >= length) {
      out.copyWithin(to, to - distance, to - distance + length);
      to += length;
    } else for (let end = to + length; to < end; to++) out[to] = out[to - distance]!;
  }
  if (to !== decodedBytes) throw new FormatError(`lz4 gave ${to} bytes, ${decodedBytes} expected`);
  return out;
}
