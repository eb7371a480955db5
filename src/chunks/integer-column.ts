/**
 * A column of whole numbers, as byte planes: all lowest bytes, then all second bytes, …. Planes keep decoding a plain
 * loop over bytes, and leave the general compressor the high bytes as long runs.
 *
 * ```
 * u8 scheme   0 plain, 1 delta, 2 delta of delta
 * u8 width    bytes of a number in the planes, 0..7
 * varint      scale: every number was divided by it
 * signed      scheme 1, 2: the first value
 * signed      scheme 2: the first delta
 * signed      the least of the numbers that follow; it was subtracted from each
 * planes      width x (count - scheme) bytes
 * ```
 * The count is known to the reader.
 */
import { invariant } from '../errors.js';
import { type ByteReader, type ByteWriter, FormatError } from './bytes.js';

export type IntegerScheme = 'plain' | 'delta' | 'delta-of-delta';
const schemeIds: Record<IntegerScheme, number> = { plain: 0, delta: 1, 'delta-of-delta': 2 };

/**
 * Writes `values[0..count)` by the scheme of `schemes` that takes the fewest bytes; of equal ones the first.
 * Values and their differences must be whole multiples of `scale` and at most 2^53 from zero; count >= 1.
 */
export function writeIntegers(
  out: ByteWriter,
  values: Float64Array | Uint32Array,
  count: number,
  schemes: readonly IntegerScheme[],
  scale = 1,
): void {
  let best: Plan | undefined;
  for (const scheme of schemes) {
    const plan = measure(values, count, schemeIds[scheme], scale);
    if (plan !== undefined && (best === undefined || plan.width < best.width)) best = plan;
  }
  invariant(best !== undefined, 'a column of numbers spans more than 2^53');
  out.u8(best.scheme);
  out.u8(best.width);
  out.varint(scale);
  const first = values[0]! / scale;
  const firstDelta = best.scheme === 2 ? values[1]! / scale - first : 0;
  if (best.scheme >= 1) out.signed(first);
  if (best.scheme === 2) out.signed(firstDelta);
  out.signed(best.least);
  const n = count - best.scheme;
  const planes = out.space(best.width * n);
  if (best.width === 0) return;
  let previous = best.scheme === 0 ? 0 : values[best.scheme - 1]! / scale;
  let delta = firstDelta;
  for (let i = 0; i < n; i++) {
    const value = values[i + best.scheme]! / scale;
    let number = value;
    if (best.scheme === 1) number = value - previous;
    else if (best.scheme === 2) {
      number = value - previous - delta;
      delta = value - previous;
    }
    previous = value;
    let rest = number - best.least;
    if (best.width <= 4) {
      for (let at = i, k = best.width; k > 0; at += n, k--, rest >>>= 8) planes[at] = rest;
    } else {
      for (let at = i, k = best.width; k > 0; at += n, k--) {
        planes[at] = rest % 256;
        rest = Math.floor(rest / 256);
      }
    }
  }
}

interface Plan {
  readonly scheme: number;
  readonly width: number;
  readonly least: number;
}

/** What the scheme would take; undefined when it does not fit the values. */
function measure(values: Float64Array | Uint32Array, count: number, scheme: number, scale: number): Plan | undefined {
  if (count < scheme) return undefined;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let previous = scheme === 0 ? 0 : values[0]!;
  let delta = 0;
  if (scheme === 2) {
    delta = values[1]! - previous;
    previous = values[1]!;
  }
  for (let i = scheme; i < count; i++) {
    const value = values[i]!;
    let number = value;
    if (scheme !== 0) {
      number = value - previous;
      previous = value;
      if (scheme === 2) {
        const change = number - delta;
        delta = number;
        number = change;
      }
    }
    if (number < least) least = number;
    if (number > most) most = number;
  }
  if (least > most) return { scheme, width: 0, least: 0 };
  const range = (most - least) / scale;
  if (range > 2 ** 53) return undefined;
  return { scheme, width: bytesFor(range), least: least / scale };
}

function bytesFor(range: number): number {
  let width = 0;
  for (let rest = range; rest >= 1; rest /= 256) width++;
  return width;
}

/** Reads `count` numbers into a Float64Array: times. */
export function readFloats(from: ByteReader, count: number): Float64Array {
  const out = new Float64Array(count);
  const head = readHead(from, count);
  const { scheme, least, scale } = head;
  spread(head, out, scheme, count - scheme);
  if (scheme === 0) {
    for (let i = 0; i < count; i++) out[i] = (out[i]! + least) * scale;
  } else if (scheme === 1) {
    let value = head.first;
    out[0] = value * scale;
    for (let i = 1; i < count; i++) {
      value += out[i]! + least;
      out[i] = value * scale;
    }
  } else {
    let delta = head.firstDelta;
    let value = head.first + delta;
    out[0] = head.first * scale;
    out[1] = value * scale;
    for (let i = 2; i < count; i++) {
      delta += out[i]! + least;
      value += delta;
      out[i] = value * scale;
    }
  }
  return out;
}

/** Reads `count` numbers below 2^32: identifiers, lengths. */
export function readUints(from: ByteReader, count: number): Uint32Array {
  const out = new Uint32Array(count);
  const head = readHead(from, count);
  const { scheme, least } = head;
  if (head.width > 4 || head.scale !== 1 || scheme > 1) throw new FormatError('numbers too wide for 32 bits');
  spread(head, out, scheme, count - scheme);
  if (scheme === 0) {
    if (least !== 0) for (let i = 0; i < count; i++) out[i] = out[i]! + least;
  } else {
    let value = head.first;
    out[0] = value;
    for (let i = 1; i < count; i++) {
      value += out[i]! + least;
      out[i] = value;
    }
  }
  return out;
}

interface Head {
  readonly scheme: number;
  readonly width: number;
  readonly scale: number;
  readonly first: number;
  readonly firstDelta: number;
  readonly least: number;
  readonly planes: Uint8Array;
}

function readHead(from: ByteReader, count: number): Head {
  const scheme = from.u8();
  const width = from.u8();
  if (scheme > 2 || scheme > count || width > 7) throw new FormatError(`unknown column of numbers ${scheme}/${width}`);
  const scale = from.varint();
  const first = scheme >= 1 ? from.signed() : 0;
  const firstDelta = scheme === 2 ? from.signed() : 0;
  const least = from.signed();
  return { scheme, width, scale, first, firstDelta, least, planes: from.bytes(width * (count - scheme)) };
}

/** Puts the planes together into out[start .. start + n). */
function spread(head: Head, out: Float64Array | Uint32Array, start: number, n: number): void {
  // One loop for each kind of array keeps both fast.
  if (out instanceof Float64Array) spreadFloats(head.planes, head.width, out, start, n);
  else spreadUints(head.planes, head.width, out, start, n);
}

function spreadFloats(planes: Uint8Array, width: number, out: Float64Array, start: number, n: number): void {
  if (width === 1) {
    for (let i = 0; i < n; i++) out[start + i] = planes[i]!;
  } else if (width === 2) {
    for (let i = 0; i < n; i++) out[start + i] = planes[i]! | (planes[n + i]! << 8);
  } else if (width === 3) {
    for (let i = 0; i < n; i++) out[start + i] = planes[i]! | (planes[n + i]! << 8) | (planes[2 * n + i]! << 16);
  } else if (width >= 4) {
    for (let i = 0; i < n; i++) {
      const low = planes[i]! | (planes[n + i]! << 8) | (planes[2 * n + i]! << 16);
      out[start + i] = low + planes[3 * n + i]! * 2 ** 24;
    }
    for (let k = 4; k < width; k++) {
      const weight = 256 ** k;
      for (let i = 0; i < n; i++) out[start + i] = out[start + i]! + planes[k * n + i]! * weight;
    }
  }
}

function spreadUints(planes: Uint8Array, width: number, out: Uint32Array, start: number, n: number): void {
  if (width === 1) out.set(planes.subarray(0, n), start);
  else if (width === 2) {
    for (let i = 0; i < n; i++) out[start + i] = planes[i]! | (planes[n + i]! << 8);
  } else if (width >= 3) {
    for (let i = 0; i < n; i++) {
      const high = width === 4 ? planes[3 * n + i]! << 24 : 0;
      out[start + i] = planes[i]! | (planes[n + i]! << 8) | (planes[2 * n + i]! << 16) | high;
    }
  }
}
