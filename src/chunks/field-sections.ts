/** Field columns (model/field-columns.ts) as sections of a block: README.md has their layout. */
import type { EntryBatch, MetadataColumn } from '../model/entry-batch.js';
import {
  damagedRow,
  decimalScaleMax,
  decimalText,
  type ExtractedField,
  type ExtractedFields,
  type FieldColumn,
  type FieldColumns,
  type FieldDictionary,
  type FieldFormat,
  type FieldNeeds,
  mantissaMax,
} from '../model/field-columns.js';
import { type ByteReader, ByteWriter, FormatError } from './bytes.js';
import type { Codec } from './codec/codec.js';
import { readFloats, readUints, writeIntegers } from './integer-column.js';
import { packSection, type Section, sectionKinds } from './section.js';
import { readTextColumn, writeTextColumn } from './text-dictionary.js';

/** What all field sections of a block may take on disk, for each of its lines, with their rows in the block table. */
const bytesPerLineMax = 8;

export interface PackedSection {
  readonly section: Section;
  readonly stored: Uint8Array;
}

/** The columns that are worth their bytes, cheapest first, and what else is known. Offsets of the sections are not set. */
export function packFields(fields: ExtractedFields, { count }: EntryBatch, codec: Codec): readonly PackedSection[] {
  let left = count * bytesPerLineMax;
  const summary = packSection(sectionKinds.fields, fields.format, summaryOf(fields, count), codec, 0);
  left -= costOf(summary);
  const packed = fields.columns.map((column) => packField(column, count, codec)).filter((one) => one !== null);
  packed.sort((a, b) => a.stored.length - b.stored.length);
  const kept: PackedSection[] = [];
  for (const one of packed) {
    left -= costOf(one);
    if (left < 0) break;
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
  writeIntegers(out, Uint32Array.from(states ?? new Uint8Array(count)), count, ['plain']);
  return out.written();
}

function packField(column: ExtractedField, count: number, codec: Codec): PackedSection | null {
  const out = new ByteWriter(count * 2 + 256);
  if (column.kind === 'texts') {
    return writeTextColumn(out, column, count)
      ? packSection(sectionKinds.fieldTexts, column.name, out.written(), codec, 0)
      : null;
  }
  const { scale, mantissas, present } = column;
  out.u8(scale);
  writeIntegers(out, present === null ? new Uint32Array(count).fill(1) : Uint32Array.from(present), count, ['plain']);
  writeIntegers(out, present === null ? mantissas : withoutGaps(mantissas, present), count, ['plain', 'delta']);
  return packSection(sectionKinds.fieldDecimals, column.name, out.written(), codec, 0);
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
  const states = Uint8Array.from(readUints(from, count));
  let most = 0;
  for (let i = 0; i < count; i++) if ((states[i] as number) > most) most = states[i] as number;
  if (most > damagedRow) throw new FormatError(`state ${most} of a row is not known`);
  return new DecodedFields({ format, count, names, states: most === 0 ? null : states }, new Map());
}

export function readField(from: ByteReader, { kind, name }: Section, count: number): DecodedField {
  return kind === sectionKinds.fieldTexts ? sized(readTextColumn(from, name, count)) : readDecimals(from, name, count);
}

const sized = <C extends MetadataColumn & { dictionary: { byteLength: number } }>(column: C) => ({
  ...column,
  byteLength: 200 + column.ids.byteLength + column.dictionary.byteLength,
});

function readDecimals(from: ByteReader, name: string, count: number): DecodedField {
  const scale = from.u8();
  if (scale > decimalScaleMax) throw new FormatError(`decimals with ${scale} digits behind the point`);
  const ids = readUints(from, count);
  const mantissas = readFloats(from, count);
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
