/**
 * Fields of JSON or logfmt lines as columns of their block. Never the only home of anything: the lines stay the truth,
 * and whoever reads columns must answer as if it had parsed the lines. ADR 5 tells why they are as they are.
 */
import type { ColumnNeeds, Dictionary, EntryBatch, MetadataColumn } from './entry-batch.js';

export type FieldFormat = 'json' | 'logfmt';

/** What the columns say of a row: all of its fields. */
export const plainRow = 0;
/** No object at all: `| json` fails at its first byte. It has no fields. */
export const foreignRow = 1;
/** Nothing: only the line tells. */
export const oddRow = 2;
/** All of its fields to a parser that passes over damage (`| logfmt`); nothing to one that does not (`--strict`). */
export const damagedRow = 3;

/** A column's distinct values. */
export interface FieldDictionary extends Dictionary {
  /** Where every value is a decimal number: it, exactly as its text parses. */
  number?(id: number): number;
}

export interface FieldColumn extends MetadataColumn {
  readonly dictionary: FieldDictionary;
}

/** The field columns of a block that were asked for. */
export interface FieldColumns {
  readonly format: FieldFormat;
  /** Rows. */
  readonly count: number;
  /** One of the constants above for each row; null when all are plain. */
  readonly states: Uint8Array | null;
  /** Of the rows that are plain or damaged: under these names they have fields. Null when they were too many to list. */
  readonly names: ReadonlySet<string> | null;
  /** By the label's name; undefined when there is no such field, or its column was not kept, or not asked for. */
  column(name: string): FieldColumn | undefined;
}

/** Columns that serve instead of the lines, where a block has them. */
export interface FieldNeeds {
  readonly format: FieldFormat;
  readonly names: readonly string[];
  /**
   * Asked with a block's columns and the names of all its metadata: what else is to be read of it. Null when the columns
   * are of no use: then it is read as if there were none.
   */
  rest(fields: FieldColumns, metadataNames: readonly string[]): Pick<ColumnNeeds, 'lines' | 'metadata'> | null;
}

/** Fields as an extractor found them, in all rows of a batch. */
export interface ExtractedTexts extends MetadataColumn {
  readonly kind: 'texts';
}
export interface ExtractedDecimals {
  readonly kind: 'decimals';
  readonly name: string;
  /** Written as numbers, not as texts of digits: likelier to be computed with. */
  readonly areNumbers: boolean;
  /** The value of row i is mantissas[i] / 10^scale, without zeros at its end; 0 where `present` is 0. */
  readonly scale: number;
  readonly mantissas: Float64Array;
  /** Null when every row has a value. */
  readonly present: Uint8Array | null;
}
export type ExtractedField = ExtractedTexts | ExtractedDecimals;

export interface ExtractedFields extends Pick<FieldColumns, 'format' | 'states'> {
  readonly names: readonly string[] | null;
  /** Those that may be worth a column. */
  readonly columns: readonly ExtractedField[];
}

/** Null when the lines are of neither format. What it gives is valid until its next call, and may share the batch's memory. */
export type FieldExtractor = (batch: EntryBatch) => ExtractedFields | null;

export const decimalScaleMax = 9;
/** Mantissas are below this, so that a number is the quotient of two exact ones. */
export const mantissaMax = 1e15;

/** The text of a decimal, as JSON writers print it: no zeros at the end, no exponent. */
export function decimalText(mantissa: number, scale: number): string {
  if (scale === 0) return String(mantissa);
  const digits = String(Math.abs(mantissa)).padStart(scale + 1, '0');
  const whole = digits.slice(0, -scale);
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${mantissa < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The columns of some rows, in the order given; dictionaries are shared. */
export function selectFields(fields: FieldColumns, rows: Uint32Array): FieldColumns {
  const { format, states, names } = fields;
  const made = new Map<string, FieldColumn | undefined>();
  return {
    format,
    count: rows.length,
    states: states === null ? null : Uint8Array.from(rows, (row) => states[row] as number),
    names,
    column(name) {
      if (made.has(name)) return made.get(name);
      const column = fields.column(name);
      const own = column && { ...column, ids: Uint32Array.from(rows, (row) => column.ids[row] as number) };
      made.set(name, own);
      return own;
    },
  };
}
