/** Field columns (model/field-columns.ts) as sections of a block: README.md has their layout. */
import type { FieldNeeds } from '../model/column-needs.js';
import type { ExtractedDecimals, ExtractedField, ExtractedFields, ExtractedTexts } from '../model/extracted-fields.js';
import {
  damagedRow,
  decimalScaleMax,
  decimalText,
  type FieldColumn,
  type FieldColumns,
  type FieldDictionary,
  type FieldFormat,
  mantissaMax,
} from '../model/field-columns.js';
import { fitsBits, readBits, writeBits } from './bit-column.js';
import { type ByteReader, ByteWriter, FormatError } from './bytes.js';
import { type Codec, none } from './codec/codec.js';
import { readFloats, readUints, writeIntegers } from './integer-column.js';
import { packSection, type Section, sectionKinds } from './section.js';
import { accumulate, TextDictionary } from './text-dictionary.js';

/** What all field sections of a block may take on disk, for each of its lines, with their rows in the block table. */
const bytesPerLineMax = 8;

export interface PackedSection {
  readonly section: Section;
  readonly stored: Uint8Array;
}

/** A column of numbers goes before a column of texts of half its bytes: without it there is nothing to compute with. */
const weightOfNumbers = 0.5;

/** The columns that are worth their bytes, cheapest first, and what else is known. Offsets of the sections are not set. */
export function packFields(fields: ExtractedFields, count: number, codec: Codec): readonly PackedSection[] {
  let left = count * bytesPerLineMax;
  const summary = packSection(sectionKinds.fields, fields.format, summaryOf(fields, count), codec, 0);
  left -= costOf(summary);
  const packed: { readonly one: PackedSection; readonly weight: number }[] = [];
  for (const column of fields.columns) {
    const one = packField(column, count, codec);
    if (one === null) continue;
    const isNumeric = column.kind === 'decimals' && column.areNumbers;
    packed.push({ one, weight: costOf(one) * (isNumeric ? weightOfNumbers : 1) });
  }
  packed.sort((a, b) => a.weight - b.weight);
  const kept: PackedSection[] = [];
  for (const { one } of packed) {
    if (costOf(one) > left) continue;
    left -= costOf(one);
    kept.push(one);
  }
  if (kept.length === 0) return [];
  kept.sort((a, b) => (a.section.name < b.section.name ? -1 : 1));
  return [summary, ...kept];
}

/** About what a section's row in the block table takes beside its name. */
const tableRowBytes = 12;
const costOf = ({ section, stored }: PackedSection): number => stored.length + section.name.length + tableRowBytes;

function summaryOf({ names, states }: ExtractedFields, count: number): Uint8Array {
  const out = new ByteWriter(1024);
  out.u8(names === null ? 0 : 1);
  if (names !== null) {
    out.varint(names.length);
    for (const name of names) out.text(name);
  }
  writeBits(out, states === null ? new Uint32Array(count) : new Uint32Array(states), count);
  return out.written();
}

const packField = (column: ExtractedField, count: number, codec: Codec): PackedSection | null =>
  column.kind === 'texts' ? packTexts(column, count, codec) : packDecimals(column, count, codec);

/** A dictionary of more bytes than this may be worth compressing. */
const dictionaryBytesMax = 512;
/** So are rows of which fewer than one of so many differs from the one before. */
const changesMin = 8;

function packTexts(column: ExtractedTexts, count: number, codec: Codec): PackedSection | null {
  const { ids, dictionary } = column;
  const out = new ByteWriter(count + 1024);
  if (dictionary.length === 0) return null;
  const values = Array.from({ length: dictionary.length }, (_, id) => dictionary.bytes(id));
  const lengths = Uint32Array.from(values, (value) => value.length);
  out.varint(values.length);
  writeIntegers(out, lengths, values.length, ['plain']);
  const before = out.length;
  for (const value of values) out.bytes(value);
  const dictionaryBytes = out.length - before;
  writeBits(out, ids, count);
  let changes = 0;
  for (let i = 1; i < count; i++) if (ids[i] !== ids[i - 1]) changes++;
  const isLikelySmaller = dictionaryBytes > dictionaryBytesMax || changes * changesMin < count;
  return packSection(sectionKinds.fieldTexts, column.name, out.written(), isLikelySmaller ? codec : none, 0);
}

function packDecimals(column: ExtractedDecimals, count: number, codec: Codec): PackedSection {
  const { name, scale, mantissas, present } = column;
  const out = new ByteWriter(count * 3 + 64);
  out.u8(scale);
  writeBits(out, present === null ? new Uint32Array(count).fill(1) : new Uint32Array(present), count);
  const whole = present === null ? mantissas : withoutGaps(mantissas, present);
  const asBits = fitsBits(whole, count) && !areNearer(whole);
  out.u8(asBits ? 0 : 1);
  if (asBits) writeBits(out, whole, count);
  else writeIntegers(out, whole, count, ['plain', 'delta']);
  return packSection(sectionKinds.fieldDecimals, name, out.written(), asBits ? none : codec, 0);
}

/** Are neighbours much nearer to each other than the whole column is wide? Counters and times are. */
function areNearer(values: Float64Array): boolean {
  let [least, most, leastStep, mostStep] = [values[0]!, values[0]!, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    const step = value - values[i - 1]!;
    least = Math.min(least, value);
    most = Math.max(most, value);
    leastStep = Math.min(leastStep, step);
    mostStep = Math.max(mostStep, step);
  }
  return (mostStep - leastStep) * 16 < most - least;
}

/** Rows without a value repeat the one before, so that they do not widen the range. */
function withoutGaps(mantissas: Float64Array, present: Uint8Array): Float64Array {
  const filled = mantissas.slice();
  let last = mantissas[Math.max(0, present.indexOf(1))] as number;
  for (let i = 0; i < filled.length; i++) {
    if (present[i] === 1) last = filled[i] as number;
    else filled[i] = last;
  }
  return filled;
}

/** Those of a block's field columns that were decoded so far. Immutable. */
export class DecodedFields implements FieldColumns {
  readonly format: FieldFormat;
  readonly count: number;
  readonly states: Uint8Array | null;
  readonly names: ReadonlySet<string> | null;
  readonly #columns: ReadonlyMap<string, FieldColumn>;
  /** Bytes of memory, about. */
  readonly byteLength: number;

  constructor(
    summary: Omit<FieldColumns, 'column'>,
    columns: ReadonlyMap<string, FieldColumn & { readonly byteLength: number }>,
  ) {
    this.format = summary.format;
    this.count = summary.count;
    this.states = summary.states;
    this.names = summary.names;
    this.#columns = columns;
    let byteLength = (this.states?.byteLength ?? 0) + (this.names?.size ?? 0) * 80;
    for (const column of columns.values()) byteLength += column.byteLength;
    this.byteLength = byteLength;
  }

  column(name: string): FieldColumn | undefined {
    return this.#columns.get(name);
  }

  has(name: string): boolean {
    return this.#columns.has(name);
  }

  with(more: ReadonlyMap<string, DecodedField>): DecodedFields {
    return new DecodedFields(this, new Map([...this.#columns, ...more] as [string, DecodedField][]));
  }
}

export type DecodedField = FieldColumn & { readonly byteLength: number };

/** Whether the block has columns of this format at all. */
export const hasFields = (sections: readonly Section[], format: FieldFormat): boolean =>
  sections.some(({ kind, name }) => kind === sectionKinds.fields && name === format);

/** Is it one of the sections of fields that are asked for, and not decoded yet? */
export function isWantedField(
  { kind, name }: Section,
  needs: FieldNeeds | undefined,
  known: DecodedFields | undefined,
): boolean {
  if (needs === undefined) return false;
  if (kind === sectionKinds.fields) return known === undefined && name === needs.format;
  return needs.names.includes(name) && known?.has(name) !== true;
}

export function readSummary(from: ByteReader, format: FieldFormat, count: number): DecodedFields {
  let names: Set<string> | null = null;
  if (from.u8() === 1) {
    names = new Set();
    for (let left = from.varint(); left > 0; left--) names.add(from.text());
  }
  const states = new Uint8Array(readBits(from, count, new Uint32Array(count)));
  let most = 0;
  for (let i = 0; i < count; i++) if ((states[i] as number) > most) most = states[i] as number;
  if (most > damagedRow) throw new FormatError(`state ${most} of a row is not known`);
  return new DecodedFields({ format, count, names, states: most === 0 ? null : states }, new Map());
}

export function readField(from: ByteReader, { kind, name }: Section, count: number): DecodedField {
  return kind === sectionKinds.fieldTexts ? readTexts(from, name, count) : readDecimals(from, name, count);
}

function readTexts(from: ByteReader, name: string, count: number): DecodedField {
  const values = from.varint();
  if (values === 0 || values > count) throw new FormatError(`${values} values for ${count} rows`);
  const ends = readUints(from, values);
  const dictionary = new TextDictionary(from.bytes(accumulate(ends)), ends);
  const ids = readBits(from, count, new Uint32Array(count));
  for (let i = 0; i < count; i++)
    if (ids[i]! > values) throw new FormatError(`row refers to value ${ids[i]} of ${values}`);
  return { name, ids, dictionary, byteLength: 200 + ids.byteLength + dictionary.byteLength };
}

function readDecimals(from: ByteReader, name: string, count: number): DecodedField {
  const scale = from.u8();
  if (scale > decimalScaleMax) throw new FormatError(`decimals with ${scale} digits behind the point`);
  const ids = readBits(from, count, new Uint32Array(count));
  const form = from.u8();
  if (form > 1) throw new FormatError(`decimals in the unknown form ${form}`);
  const mantissas = form === 0 ? readBits(from, count, new Float64Array(count)) : readFloats(from, count);
  for (let i = 0; i < count; i++) {
    if (ids[i]! > 1 || !(Math.abs(mantissas[i]!) < mantissaMax)) throw new FormatError(`row ${i} is no decimal`);
    if (ids[i] === 1) ids[i] = i + 1;
  }
  return { name, ids, dictionary: new DecimalDictionary(scale, mantissas), byteLength: 200 + count * 12 };
}

/** Each row has a value of its own: to look for equal ones would cost more than it spares. */
class DecimalDictionary implements FieldDictionary {
  readonly length: number;
  readonly #scale: number;
  readonly #unit: number;
  readonly #mantissas: Float64Array;

  constructor(scale: number, mantissas: Float64Array) {
    this.length = mantissas.length;
    this.#scale = scale;
    this.#unit = 10 ** scale;
    this.#mantissas = mantissas;
  }
  get(id: number): string {
    return decimalText(this.#mantissas[id]!, this.#scale);
  }
  bytes(id: number): Uint8Array {
    return Buffer.from(this.get(id), 'latin1');
  }
  /** Both parts are exact, so the quotient is what the text parses to. */
  number(id: number): number {
    return this.#mantissas[id]! / this.#unit;
  }
}
