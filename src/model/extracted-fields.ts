/** Fields as they are found in lines, before they become columns of a block. */
import type { MetadataColumn } from './columns.js';
import type { EntryBatch } from './entry-batch.js';
import type { FieldColumns } from './field-columns.js';

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
