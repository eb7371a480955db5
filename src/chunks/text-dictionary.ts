/** The distinct values of a metadata column inside a section, and the rows' identifiers. */
import { invariant } from '../errors.js';
import type { Dictionary, MetadataColumn } from '../model/columns.js';
import { type ByteReader, type ByteWriter, FormatError } from './bytes.js';
import { readUints, writeIntegers } from './integer-column.js';

/** A Dictionary over bytes of a section; strings are made once, when first asked for. */
export class TextDictionary implements Dictionary {
  readonly length: number;
  /** Bytes of memory, for the block cache. */
  readonly byteLength: number;
  readonly #bytes: Buffer;
  readonly #ends: Uint32Array;
  readonly #texts: (string | undefined)[];

  /** Value `id` is bytes[ends[id - 1] ?? 0 .. ends[id]). Neither is copied. */
  constructor(bytes: Uint8Array, ends: Uint32Array) {
    this.length = ends.length;
    // Strings that are made later count as well: two bytes a character at worst.
    this.byteLength = bytes.length * 3 + ends.length * 12;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#ends = ends;
    this.#texts = new Array(ends.length);
  }
  get(id: number): string {
    let text = this.#texts[id];
    if (text === undefined) {
      invariant(id >= 0 && id < this.length, `dictionary has ${this.length} values, ${id} asked for`);
      text = this.#bytes.toString('utf8', id === 0 ? 0 : this.#ends[id - 1], this.#ends[id]);
      this.#texts[id] = text;
    }
    return text;
  }
  bytes(id: number): Uint8Array {
    return this.#bytes.subarray(id === 0 ? 0 : this.#ends[id - 1], this.#ends[id]);
  }
}

/**
 * ```
 * varint    values
 * numbers   their lengths (absent when there are no values)
 * bytes     the values back to back
 * numbers   the rows' identifiers: 0 nothing, else 1 + place in the dictionary
 * ```
 * Only values that `column.ids[0..count)` uses are written, in the order of their first use.
 * False, with nothing written, when no row has a value.
 */
export function writeTextColumn(out: ByteWriter, column: MetadataColumn, count: number): boolean {
  const { ids, dictionary } = column;
  const places = new Uint32Array(dictionary.length + 1);
  const rows = new Uint32Array(count);
  const used: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const id = ids[i]!;
    if (id === 0) continue;
    if (places[id] === 0) {
      used.push(dictionary.bytes(id - 1));
      places[id] = used.length;
    }
    rows[i] = places[id]!;
  }
  if (used.length === 0) return false;
  out.varint(used.length);
  writeIntegers(
    out,
    Uint32Array.from(used, (value) => value.length),
    used.length,
    ['plain'],
  );
  for (const value of used) out.bytes(value);
  // Where each row has a value of its own (trace identifiers), the rows count up: a constant delta, no bytes.
  writeIntegers(out, rows, count, ['plain', 'delta']);
  return true;
}

export function readTextColumn(
  from: ByteReader,
  name: string,
  count: number,
): MetadataColumn & { dictionary: TextDictionary } {
  const values = from.varint();
  if (values > count) throw new FormatError(`${values} values for ${count} rows`);
  const ends = values === 0 ? new Uint32Array(0) : readUints(from, values);
  const byteLength = accumulate(ends);
  const dictionary = new TextDictionary(from.bytes(byteLength), ends);
  const ids = readUints(from, count);
  let most = 0;
  for (let i = 0; i < count; i++) if (ids[i]! > most) most = ids[i]!;
  if (most > values) throw new FormatError(`row refers to value ${most} of ${values}`);
  return { name, dictionary, ids };
}

/** Turns lengths into ends, in place. Returns the last end. */
export function accumulate(lengths: Uint32Array): number {
  let end = 0;
  for (let i = 0; i < lengths.length; i++) {
    end += lengths[i]!;
    lengths[i] = end;
  }
  if (end > 0xffff_ffff) throw new FormatError('lengths add up to more than 4 GiB');
  return end;
}
