/**
 * A column of small whole numbers, each in as many bits as the largest needs: where values come in no order, as the
 * identifiers of fields do, that is as small as a compressor makes it, for a tenth of the time.
 *
 * ```
 * u8 width   bits of a number, 0..24
 * signed     the least of the numbers; it was subtracted from each
 * bits       width x count bits, lowest first, filled up to a whole byte
 * ```
 * The count is known to the reader.
 */
import { invariant } from '../errors.js';
import { type ByteReader, type ByteWriter, FormatError } from './bytes.js';

/** Numbers may be this many bits apart: a number and the rest of a byte fit into 32 bits without sign. */
const widthMax = 24;

/** Are the numbers near enough to each other? */
export function fitsBits(values: Uint32Array | Float64Array, count: number): boolean {
  const [least, most] = boundsOf(values, count);
  return most - least < 2 ** widthMax;
}

/** Writes `values[0..count)`, whole numbers of at most 2^53 from zero that `fitsBits`; count >= 1. */
export function writeBits(out: ByteWriter, values: Uint32Array | Float64Array, count: number): void {
  const [least, most] = boundsOf(values, count);
  invariant(most - least < 2 ** widthMax, `numbers from ${least} to ${most} take more than ${widthMax} bits`);
  const width = 32 - Math.clz32(most - least);
  out.u8(width);
  out.signed(least);
  const bytes = out.space(Math.ceil((count * width) / 8));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < count; i++) {
    bits |= (values[i]! - least) << held;
    held += width;
    while (held >= 8) {
      bytes[at++] = bits;
      bits >>>= 8;
      held -= 8;
    }
  }
  if (held > 0) bytes[at] = bits;
}

function boundsOf(values: Uint32Array | Float64Array, count: number): readonly [least: number, most: number] {
  let least = values[0]!;
  let most = least;
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    if (value < least) least = value;
    else if (value > most) most = value;
  }
  return [least, most];
}

/** Reads `count` numbers into an array of either kind; Uint32Array takes those from 0 up. */
export function readBits<A extends Uint32Array | Float64Array>(from: ByteReader, count: number, into: A): A {
  const width = from.u8();
  if (width > widthMax) throw new FormatError(`numbers of ${width} bits`);
  const least = from.signed();
  if (into instanceof Uint32Array && (least < 0 || least > 2 ** 31)) throw new FormatError(`least number ${least}`);
  const bytes = from.bytes(Math.ceil((count * width) / 8));
  const mask = 2 ** width - 1;
  let at = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < count; i++) {
    while (held < width) {
      bits |= bytes[at++]! << held;
      held += 8;
    }
    into[i] = (bits & mask) + least;
    bits >>>= width;
    held -= width;
  }
  return into;
}
