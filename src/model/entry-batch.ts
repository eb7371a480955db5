/** Entries as columns: the currency between rooms and threads. No object stands for a single entry. */
import type { Nanos } from './time.js';

/** The distinct strings of a column, kept as bytes; a string is made when it is first asked for. */
export interface Dictionary {
  readonly length: number;
  /** `id` counts from 0. */
  get(id: number): string;
  bytes(id: number): Uint8Array;
}

/** One structured metadata name over the rows of a batch. */
export interface MetadataColumn {
  readonly name: string;
  readonly dictionary: Dictionary;
  /** Row i has dictionary.get(ids[i] - 1), or nothing when ids[i] is 0. */
  readonly ids: Uint32Array;
}

/** A run of one stream's entries, oldest first; entries of equal times stand in the order in which they came. */
export interface EntryBatch {
  readonly count: number;
  readonly baseNs: Nanos;
  /** Entry i is at baseNs + offsetNs[i]; exact for 104 days. */
  readonly offsetNs: Float64Array;
  /** UTF-8, back to back, nothing between. Empty when lines were not asked for (lineEnd then may be, too). */
  readonly lines: Uint8Array;
  /** Entry i is lines[lineEnd[i - 1] ?? 0 .. lineEnd[i]). */
  readonly lineEnd: Uint32Array;
  /** Sorted by name; only the columns that were asked for. */
  readonly metadata: readonly MetadataColumn[];
  readonly fields?: FieldColumns;
}

/** What a reader of entries will look at: columns that are not needed are not decoded. */
export interface ColumnNeeds {
  /** 'none': neither lines nor lengths; 'lengths': lineEnd only. */
  readonly lines: 'none' | 'lengths' | 'bytes';
  /** Structured metadata: all columns, or those with the names given. */
  readonly metadata: 'all' | readonly string[];
}

export const allColumns: ColumnNeeds = { lines: 'bytes', metadata: 'all' };

/**
 * Fields of JSON or logfmt lines that were taken out of a block when it was sealed. Never the only home of anything:
 * the lines stay the truth. See chunks/README.md.
 */
export interface FieldColumns {
  readonly format: 'json' | 'logfmt';
  /** Row i did not parse when malformed[i] is 1; null when all rows parse. */
  readonly malformed: Uint8Array | null;
  /** The column of a top-level field, under its sanitised name; undefined when it was not kept. */
  column(name: string): MetadataColumn | undefined;
}

export function dictionaryOf(values: readonly string[]): Dictionary {
  const encoder = new TextEncoder();
  return { length: values.length, get: (id) => values[id] as string, bytes: (id) => encoder.encode(values[id]) };
}
