/**
 * Which texts the lines of a block cannot contain: a bit for each hash of four bytes that stand side by side in them,
 * ASCII letters in lower case. A needle that has four bytes whose bit is not set is in no line. Layout: README.md.
 */
import type { LineNeedle } from '../model/column-needs.js';

const gramBytes = 4;
/** A small block is read as quickly as its filter. */
const linesBytesMin = 8 * 1024;
/** Lines have so many bytes for each byte of the filter: JSON of 300 bytes sets about four of ten bits. */
const bytesPerFilterByte = 64;
const filterBytesMax = 64 * 1024;
/** Where more bits than this are set, the filter would seldom tell anything. */
const densityMax = 0.75;

const lower = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));

/** Null when it is not worth it. */
export function gramFilterOf(lines: Uint8Array): Uint8Array | null {
  if (lines.length < linesBytesMin) return null;
  const bytes = Math.min(filterBytesMax, 2 ** Math.round(Math.log2(lines.length / bytesPerFilterByte)));
  const filter = new Uint8Array(bytes);
  const shift = shiftOf(bytes);
  let gram = (lower[lines[0] as number] as number) << 16;
  gram |= (lower[lines[1] as number] as number) << 8;
  gram |= lower[lines[2] as number] as number;
  for (let i = gramBytes - 1; i < lines.length; i++) {
    gram = (gram << 8) | (lower[lines[i] as number] as number);
    const bit = Math.imul(gram, multiplier) >>> shift;
    filter[bit >>> 3] = (filter[bit >>> 3] as number) | (1 << (bit & 7));
  }
  return densityOf(filter) > densityMax ? null : filter;
}

/** False when no line has one needle of each list. */
export function mayContain(filter: Uint8Array, needles: readonly (readonly LineNeedle[])[]): boolean {
  return needles.every((list) => list.some((needle) => mayContainNeedle(filter, needle)));
}

function mayContainNeedle(filter: Uint8Array, { bytes, caseInsensitive }: LineNeedle): boolean {
  const shift = shiftOf(filter.length);
  for (let i = 0; i + gramBytes <= bytes.length; i++) {
    let gram = 0;
    let isCertain = true;
    for (let k = i; k < i + gramBytes; k++) {
      const byte = lower[bytes[k] as number] as number;
      if (caseInsensitive && hasForeignForm(byte)) isCertain = false;
      gram = (gram << 8) | byte;
    }
    if (!isCertain) continue;
    const bit = Math.imul(gram, multiplier) >>> shift;
    if (((filter[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** In any case these also match letters beyond ASCII: İ, the Kelvin sign, ſ. */
const hasForeignForm = (byte: number): boolean => byte >= 0x80 || byte === 0x69 || byte === 0x6b || byte === 0x73;

const multiplier = 0x9e3779b1;
/** Leaves as many bits of a hash as the filter has places for. */
const shiftOf = (filterBytes: number): number => 32 - Math.log2(filterBytes * 8);

function densityOf(filter: Uint8Array): number {
  let set = 0;
  for (const byte of filter) for (let bits = byte; bits !== 0; bits &= bits - 1) set++;
  return set / (filter.length * 8);
}
