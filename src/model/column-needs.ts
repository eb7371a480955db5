/** What a reader of entries will look at, so that nothing else is read and decoded. */
import type { FieldColumns, FieldFormat } from './field-columns.js';

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

/** The columns that either needs. Those of fields are left out: what they would spare is needed by the other. */
export function unionNeeds(a: ColumnNeeds, b: ColumnNeeds): ColumnNeeds {
  const order = ['none', 'lengths', 'bytes'] as const;
  const lines = order[Math.max(order.indexOf(a.lines), order.indexOf(b.lines))] as ColumnNeeds['lines'];
  if (a.metadata === 'all' || b.metadata === 'all') return { lines, metadata: 'all' };
  return { lines, metadata: [...new Set([...a.metadata, ...b.metadata])] };
}
