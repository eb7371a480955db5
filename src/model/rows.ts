/** Rows of a batch: picked, sliced, put in the order of their times, put behind one another. */
import { dictionaryOf, type MetadataColumn } from './columns.js';
import type { EntryBatch } from './entry-batch.js';
import { selectFields } from './field-columns.js';
import type { Nanos } from './time.js';

export const lineStart = ({ lineEnd }: EntryBatch, row: number): number =>
  row === 0 ? 0 : (lineEnd[row - 1] as number);

export const lineBytes = (batch: EntryBatch, row: number): number =>
  (batch.lineEnd[row] as number) - lineStart(batch, row);

/** Bytes of the lines of the first `count` rows. */
const bytesOf = (batch: EntryBatch, count: number): number => (count === 0 ? 0 : (batch.lineEnd[count - 1] ?? 0));

/** Offsets of a batch stay within this of its base, so that the sum and difference of two are exact. */
export const offsetNsMax = 2 ** 52;

/** True when all times can count from `baseNs`. */
export function isWithin(batch: EntryBatch, baseNs: Nanos): boolean {
  const { count, offsetNs } = batch;
  const shiftNs = Number(batch.baseNs - baseNs);
  for (let i = 0; i < count; i++) if (!(Math.abs((offsetNs[i] as number) + shiftNs) <= offsetNsMax)) return false;
  return true;
}

/** The rows [from, to), as views where that is possible; field columns are left out. */
export function sliceRows(batch: EntryBatch, from: number, to: number): EntryBatch {
  if (from === 0 && to === batch.count) return batch;
  const begin = bytesOf(batch, from);
  const lineEnd = batch.lineEnd.slice(from, to);
  for (let i = 0; i < lineEnd.length; i++) lineEnd[i] = (lineEnd[i] as number) - begin;
  return {
    count: to - from,
    baseNs: batch.baseNs,
    offsetNs: batch.offsetNs.subarray(from, to),
    lines: batch.lines.subarray(begin, bytesOf(batch, to)),
    lineEnd,
    metadata: batch.metadata.map((column) => ({ ...column, ids: column.ids.subarray(from, to) })),
  };
}

/**
 * Copies the rows named, in the order named; their times count from `baseNs`. Dictionaries are shared. A batch without
 * lines, or without their lengths, stays without.
 */
export function pickRows(batch: EntryBatch, rows: Uint32Array, baseNs: Nanos = batch.baseNs): EntryBatch {
  const shiftNs = Number(batch.baseNs - baseNs);
  const count = rows.length;
  const offsetNs = new Float64Array(count);
  for (let i = 0; i < count; i++) offsetNs[i] = (batch.offsetNs[rows[i] as number] as number) + shiftNs;
  const metadata = batch.metadata.map(({ name, dictionary, ids }): MetadataColumn => {
    const picked = new Uint32Array(count);
    for (let i = 0; i < count; i++) picked[i] = ids[rows[i] as number] as number;
    return { name, dictionary, ids: picked };
  });
  const { lines, lineEnd } = pickLines(batch, rows);
  const picked = { count, baseNs, offsetNs, lines, lineEnd, metadata };
  return batch.fields === undefined ? picked : { ...picked, fields: selectFields(batch.fields, rows) };
}

function pickLines(batch: EntryBatch, rows: Uint32Array): Pick<EntryBatch, 'lines' | 'lineEnd'> {
  if (batch.lineEnd.length < batch.count) return { lines: new Uint8Array(0), lineEnd: new Uint32Array(0) };
  const count = rows.length;
  const lineEnd = new Uint32Array(count);
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    bytes += lineBytes(batch, rows[i] as number);
    lineEnd[i] = bytes;
  }
  if (batch.lines.length === 0) return { lines: batch.lines, lineEnd };
  const lines = new Uint8Array(bytes);
  for (let i = 0; i < count; ) {
    // Neighbours that stay neighbours are copied at once.
    const first = i;
    while (++i < count && rows[i] === (rows[i - 1] as number) + 1);
    const start = lineStart(batch, rows[first] as number);
    lines.set(batch.lines.subarray(start, batch.lineEnd[rows[i - 1] as number]), first === 0 ? 0 : lineEnd[first - 1]);
  }
  return { lines, lineEnd };
}

/**
 * The rows in the order of their times, equal times as they came; null when they are in order already. Rows come in a few
 * long runs, as many as there are writers: those are merged.
 */
export function timeOrder(offsetNs: Float64Array, count: number): Uint32Array | null {
  let bounds = [0];
  for (let i = 1; i < count; i++) if ((offsetNs[i] as number) < (offsetNs[i - 1] as number)) bounds.push(i);
  if (bounds.length === 1) return null;
  bounds.push(count);
  let rows = new Uint32Array(count);
  for (let i = 0; i < count; i++) rows[i] = i;
  let merged = new Uint32Array(count);
  while (bounds.length > 2) {
    const mergedBounds = [0];
    for (let run = 0; run + 1 < bounds.length; run += 2) {
      const middle = bounds[run + 1] as number;
      const end = bounds[run + 2] ?? middle;
      mergeRuns(offsetNs, rows, merged, bounds[run] as number, middle, end);
      mergedBounds.push(end);
    }
    [rows, merged] = [merged, rows];
    bounds = mergedBounds;
  }
  return rows;
}

/** Merges the runs [start, middle) and [middle, end) of `rows` into the same place of `to`. */
function mergeRuns(
  offsetNs: Float64Array,
  rows: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const isLeft =
      right === end ||
      (left < middle && (offsetNs[rows[left] as number] as number) <= (offsetNs[rows[right] as number] as number));
    to[at] = rows[isLeft ? left++ : right++] as number;
  }
}

/** All rows of whole batches of one stream, one batch behind the other; times count from `baseNs`. */
export function joinRows(batches: readonly EntryBatch[], baseNs: Nanos): EntryBatch {
  const count = batches.reduce((n, b) => n + b.count, 0);
  const offsetNs = new Float64Array(count);
  const lineEnd = new Uint32Array(count);
  const lines = new Uint8Array(batches.reduce((n, b) => n + bytesOf(b, b.count), 0));
  let row = 0;
  let at = 0;
  for (const b of batches) {
    const shiftNs = Number(b.baseNs - baseNs);
    for (let i = 0; i < b.count; i++) {
      offsetNs[row + i] = (b.offsetNs[i] as number) + shiftNs;
      lineEnd[row + i] = (b.lineEnd[i] as number) + at;
    }
    const bytes = bytesOf(b, b.count);
    lines.set(b.lines.subarray(0, bytes), at);
    at += bytes;
    row += b.count;
  }
  return { count, baseNs, offsetNs, lines, lineEnd, metadata: joinMetadata(batches, count) };
}

/** The same by time; of equal times, those of earlier batches first. */
export function joinByTime(batches: readonly EntryBatch[]): EntryBatch {
  const [first] = batches;
  if (first === undefined) throw new Error('invariant: nothing to put together');
  const joined = joinRows(
    batches,
    batches.reduce((ns, b) => (b.baseNs < ns ? b.baseNs : ns), first.baseNs),
  );
  const order = timeOrder(joined.offsetNs, joined.count);
  return order === null ? joined : pickRows(joined, order);
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
