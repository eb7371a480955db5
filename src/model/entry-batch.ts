/** Entries as columns: the currency between rooms and threads. No object stands for a single entry. */
import { type FieldColumns, type FieldNeeds, selectFields } from './field-columns.js';
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

/** What a reader of entries will look at: columns that are not needed are not decoded. */
export interface ColumnNeeds {
  /** 'none': neither lines nor lengths; 'lengths': lineEnd only. */
  readonly lines: 'none' | 'lengths' | 'bytes';
  /** Structured metadata: all columns, or those with the names given. */
  readonly metadata: 'all' | readonly string[];
  /** Where a block has field columns these may take the place of lines. A source may leave them out of account. */
  readonly fields?: FieldNeeds;
}

export const allColumns: ColumnNeeds = { lines: 'bytes', metadata: 'all' };

/** A dictionary over strings that are there already. */
export function dictionaryOf(values: readonly string[]): Dictionary {
  const encoder = new TextEncoder();
  return { length: values.length, get: (id) => values[id] as string, bytes: (id) => encoder.encode(values[id]) };
}

/** The columns that either needs. Those of fields are left out: what they would spare is needed by the other. */
export function unionNeeds(a: ColumnNeeds, b: ColumnNeeds): ColumnNeeds {
  const order = ['none', 'lengths', 'bytes'] as const;
  const lines = order[Math.max(order.indexOf(a.lines), order.indexOf(b.lines))] as ColumnNeeds['lines'];
  if (a.metadata === 'all' || b.metadata === 'all') return { lines, metadata: 'all' };
  return { lines, metadata: [...new Set([...a.metadata, ...b.metadata])] };
}

/** A new batch of some rows, in the order given. Lines are copied, dictionaries shared. */
export function selectRows(batch: EntryBatch, rows: Uint32Array): EntryBatch {
  const count = rows.length;
  const hasLengths = batch.lineEnd.length === batch.count && batch.count > 0;
  const hasLines = hasLengths && batch.lines.length > 0;
  const offsetNs = new Float64Array(count);
  const lineEnd = new Uint32Array(hasLengths ? count : 0);
  const start = (row: number): number => (row === 0 ? 0 : (batch.lineEnd[row - 1] as number));
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    offsetNs[i] = batch.offsetNs[row] as number;
    if (hasLengths) {
      bytes += (batch.lineEnd[row] as number) - start(row);
      lineEnd[i] = bytes;
    }
  }
  const lines = new Uint8Array(hasLines ? bytes : 0);
  if (hasLines) {
    let at = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      lines.set(batch.lines.subarray(start(row), batch.lineEnd[row]), at);
      at = lineEnd[i] as number;
    }
  }
  const metadata = batch.metadata.map((column) => ({
    name: column.name,
    dictionary: column.dictionary,
    ids: Uint32Array.from(rows, (row) => column.ids[row] as number),
  }));
  const fields = batch.fields && { fields: selectFields(batch.fields, rows) };
  return { count, baseNs: batch.baseNs, offsetNs, lines, lineEnd, metadata, ...fields };
}

/** Rows [from, to) as a batch of its own; times and ids are views, lines too. */
export function sliceRows(batch: EntryBatch, from: number, to: number): EntryBatch {
  const begin = from === 0 ? 0 : (batch.lineEnd[from - 1] as number);
  return {
    count: to - from,
    baseNs: batch.baseNs,
    offsetNs: batch.offsetNs.subarray(from, to),
    lines: batch.lines.subarray(begin, batch.lineEnd[to - 1]),
    lineEnd: batch.lineEnd.slice(from, to).map((end) => end - begin),
    metadata: batch.metadata.map((column) => ({ ...column, ids: column.ids.subarray(from, to) })),
  };
}

/** All rows of whole batches of one stream by time; of equal times, those of earlier batches first. */
export function concatByTime(batches: readonly EntryBatch[]): EntryBatch {
  const [first] = batches;
  if (first === undefined) throw new Error('invariant: nothing to put together');
  const count = batches.reduce((n, b) => n + b.count, 0);
  const baseNs = batches.reduce((ns, b) => (b.baseNs < ns ? b.baseNs : ns), first.baseNs);
  const bytes = batches.reduce((n, b) => n + (b.lineEnd[b.count - 1] ?? 0), 0);
  const joined = {
    count,
    baseNs,
    offsetNs: new Float64Array(count),
    lines: new Uint8Array(bytes),
    lineEnd: new Uint32Array(count),
    metadata: joinMetadata(batches, count),
  };
  let row = 0;
  let at = 0;
  for (const b of batches) {
    const shift = Number(b.baseNs - baseNs);
    for (let i = 0; i < b.count; i++) {
      joined.offsetNs[row + i] = (b.offsetNs[i] as number) + shift;
      joined.lineEnd[row + i] = (b.lineEnd[i] as number) + at;
    }
    const size = b.lineEnd[b.count - 1] ?? 0;
    joined.lines.set(b.lines.subarray(0, size), at);
    at += size;
    row += b.count;
  }
  if (isSorted(joined.offsetNs)) return joined;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  order.sort((a, b) => (joined.offsetNs[a] as number) - (joined.offsetNs[b] as number) || a - b);
  return selectRows(joined, order);
}

function isSorted(offsets: Float64Array): boolean {
  for (let i = 1; i < offsets.length; i++) if ((offsets[i] as number) < (offsets[i - 1] as number)) return false;
  return true;
}

function joinMetadata(batches: readonly EntryBatch[], count: number): MetadataColumn[] {
  const names = [...new Set(batches.flatMap((b) => b.metadata.map((c) => c.name)))].sort();
  return names.map((name) => {
    const ids = new Uint32Array(count);
    const values: string[] = [];
    const idOf = new Map<string, number>();
    let row = 0;
    for (const b of batches) {
      const column = b.metadata.find((c) => c.name === name);
      for (let i = 0; column !== undefined && i < b.count; i++) {
        const id = column.ids[i] as number;
        if (id === 0) continue;
        const value = column.dictionary.get(id - 1);
        let known = idOf.get(value);
        if (known === undefined) {
          values.push(value);
          known = values.length;
          idOf.set(value, known);
        }
        ids[row + i] = known;
      }
      row += b.count;
    }
    return { name, dictionary: dictionaryOf(values), ids };
  });
}
