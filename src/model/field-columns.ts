/**
 * Fields of JSON or logfmt lines as columns of their block. Never the only home of anything: the lines stay the truth,
 * and whoever reads columns must answer as if it had parsed the lines. ADR 5 tells why they are as they are.
 */
import type { Dictionary, MetadataColumn } from './columns.js';

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
