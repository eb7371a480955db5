/** Entries as columns: the currency between rooms and threads. No object stands for a single entry. */
import type { MetadataColumn } from './columns.js';
import type { FieldColumns } from './field-columns.js';
import type { Nanos } from './time.js';

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
