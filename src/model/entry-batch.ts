/** Entries as columns: the currency between rooms and threads. No object stands for a single entry. */
import type { FieldColumns, FieldNeeds } from './field-columns.js';
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
  /** Only where they were asked for, the block has them, and they are of use. */
  readonly fields?: FieldColumns;
}

/**
 * The rows with these columns instead of their own, without columns of fields. Not by spreading: all batches of a push are
 * objects of one shape, and the code that they run through is compiled for that.
 */
export const withMetadata = (batch: EntryBatch, metadata: readonly MetadataColumn[]): EntryBatch => ({
  count: batch.count,
  baseNs: batch.baseNs,
  offsetNs: batch.offsetNs,
  lines: batch.lines,
  lineEnd: batch.lineEnd,
  metadata,
});

/** Bytes that a line may contain. `caseInsensitive`: in any case. */
export interface LineNeedle {
  readonly bytes: Uint8Array;
  readonly caseInsensitive: boolean;
}

/** What a reader of entries will look at: columns that are not needed are not decoded. */
export interface ColumnNeeds {
  /** 'none': neither lines nor lengths; 'lengths': lineEnd only. */
  readonly lines: 'none' | 'lengths' | 'bytes';
  /** Structured metadata: all columns, or those with the names given. */
  readonly metadata: 'all' | readonly string[];
  /** Where a block has field columns these may take the place of lines. A source may leave them out of account. */
  readonly fields?: FieldNeeds;
  /**
   * Only lines that contain one needle of each list are of interest. A source that knows that it has none may give a batch
   * without entries; one that gives entries gives them all.
   */
  readonly needles?: readonly (readonly LineNeedle[])[];
}

export const allColumns: ColumnNeeds = { lines: 'bytes', metadata: 'all' };
export const linesOnly: ColumnNeeds = { lines: 'bytes', metadata: [] };

/** A dictionary over the strings that are there now; more may be added to the list behind them. */
export const dictionaryOf = (texts: readonly string[]): Dictionary => new TextList(texts);

/** A class, not a literal with closures: V8 compiles what is called through closures again and again. */
class TextList implements Dictionary {
  readonly length: number;
  readonly #texts: readonly string[];
  readonly #encoded: (Uint8Array | undefined)[] = [];

  constructor(texts: readonly string[]) {
    this.length = texts.length;
    this.#texts = texts;
  }

  get(id: number): string {
    return this.#texts[id] as string;
  }

  bytes(id: number): Uint8Array {
    this.#encoded[id] ??= encoder.encode(this.#texts[id]);
    return this.#encoded[id] as Uint8Array;
  }
}

const encoder = new TextEncoder();

/** The columns that either needs. Those of fields are left out: what they would spare is needed by the other. */
export function unionNeeds(a: ColumnNeeds, b: ColumnNeeds): ColumnNeeds {
  const order = ['none', 'lengths', 'bytes'] as const;
  const lines = order[Math.max(order.indexOf(a.lines), order.indexOf(b.lines))] as ColumnNeeds['lines'];
  if (a.metadata === 'all' || b.metadata === 'all') return { lines, metadata: 'all' };
  return { lines, metadata: [...new Set([...a.metadata, ...b.metadata])] };
}
