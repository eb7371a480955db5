/** Picking and ordering rows of a batch. */
import type { Dictionary, EntryBatch, MetadataColumn } from '../../model/entry-batch.js';
import type { Nanos } from '../../model/time.js';

/** The rows [start, end), as views where that is possible. */
export function sliceRows(batch: EntryBatch, start: number, end: number): EntryBatch {
  if (start === 0 && end === batch.count) return batch;
  const firstByte = start === 0 ? 0 : (batch.lineEnd[start - 1] as number);
  const lastByte = end === 0 ? 0 : (batch.lineEnd[end - 1] as number);
  const lineEnd = batch.lineEnd.slice(start, end);
  for (let i = 0; i < lineEnd.length; i++) lineEnd[i] = (lineEnd[i] as number) - firstByte;
  return {
    count: end - start,
    baseNs: batch.baseNs,
    offsetNs: batch.offsetNs.subarray(start, end),
    lines: batch.lines.subarray(firstByte, lastByte),
    lineEnd,
    metadata: batch.metadata.map((column) => ({ ...column, ids: column.ids.subarray(start, end) })),
  };
}

/** Copies the rows named, in the order named. Their times count from `baseNs`. */
export function pickRows(batch: EntryBatch, rows: Uint32Array, baseNs: Nanos = batch.baseNs): EntryBatch {
  const shiftNs = Number(batch.baseNs - baseNs);
  const count = rows.length;
  const offsetNs = new Float64Array(count);
  const lineEnd = new Uint32Array(count);
  let byteLength = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    offsetNs[i] = (batch.offsetNs[row] as number) + shiftNs;
    byteLength += (batch.lineEnd[row] as number) - lineStart(batch, row);
    lineEnd[i] = byteLength;
  }
  const lines = new Uint8Array(byteLength);
  for (let i = 0; i < count; ) {
    // Neighbours that stay neighbours are copied at once.
    const first = i;
    while (++i < count && rows[i] === (rows[i - 1] as number) + 1);
    const start = lineStart(batch, rows[first] as number);
    lines.set(batch.lines.subarray(start, batch.lineEnd[rows[i - 1] as number]), first === 0 ? 0 : lineEnd[first - 1]);
  }
  const metadata = batch.metadata.map(({ name, dictionary, ids }) => ({
    name,
    dictionary,
    ids: Uint32Array.from(rows, (row) => ids[row] as number),
  }));
  return { count, baseNs, offsetNs, lines, lineEnd, metadata };
}

/** The rows in the order of their times, equal times as they came; null when they are in order already. */
export function timeOrder(offsetNs: Float64Array, count: number): Uint32Array | null {
  let i = 1;
  while (i < count && (offsetNs[i] as number) >= (offsetNs[i - 1] as number)) i++;
  if (i >= count) return null;
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  return rows.sort((a, b) => (offsetNs[a] as number) - (offsetNs[b] as number) || a - b);
}

/** Of equal labels and times that fit together: b's rows behind a's. Null when they do not fit. */
export function joinBatches(a: EntryBatch, b: EntryBatch): EntryBatch | null {
  const shiftNs = Number(b.baseNs - a.baseNs);
  for (let i = 0; i < b.count; i++) if (!(Math.abs((b.offsetNs[i] as number) + shiftNs) <= offsetNsMax)) return null;
  const count = a.count + b.count;
  const offsetNs = new Float64Array(count);
  offsetNs.set(a.offsetNs.subarray(0, a.count));
  for (let i = 0; i < b.count; i++) offsetNs[a.count + i] = (b.offsetNs[i] as number) + shiftNs;
  const aBytes = a.count === 0 ? 0 : (a.lineEnd[a.count - 1] as number);
  const bBytes = b.count === 0 ? 0 : (b.lineEnd[b.count - 1] as number);
  const lines = new Uint8Array(aBytes + bBytes);
  lines.set(a.lines.subarray(0, aBytes));
  lines.set(b.lines.subarray(0, bBytes), aBytes);
  const lineEnd = new Uint32Array(count);
  lineEnd.set(a.lineEnd.subarray(0, a.count));
  for (let i = 0; i < b.count; i++) lineEnd[a.count + i] = (b.lineEnd[i] as number) + aBytes;
  const names = new Set([...a.metadata, ...b.metadata].map((column) => column.name));
  const metadata = [...names].sort().map((name) => joinColumns(name, a, b));
  return { count, baseNs: a.baseNs, offsetNs, lines, lineEnd, metadata };
}

/** Offsets of a batch stay within this of its base, so that the sum and difference of two are exact. */
export const offsetNsMax = 2 ** 52;

export function areExact({ count, offsetNs }: EntryBatch): boolean {
  for (let i = 0; i < count; i++) if (!(Math.abs(offsetNs[i] as number) <= offsetNsMax)) return false;
  return true;
}

function joinColumns(name: string, a: EntryBatch, b: EntryBatch): MetadataColumn {
  const first = a.metadata.find((column) => column.name === name);
  const second = b.metadata.find((column) => column.name === name);
  const firstLength = first?.dictionary.length ?? 0;
  const dictionary: Dictionary = {
    length: firstLength + (second?.dictionary.length ?? 0),
    get: (id) => (id < firstLength ? first?.dictionary.get(id) : second?.dictionary.get(id - firstLength)) as string,
    bytes: (id) =>
      (id < firstLength ? first?.dictionary.bytes(id) : second?.dictionary.bytes(id - firstLength)) as Uint8Array,
  };
  const ids = new Uint32Array(a.count + b.count);
  if (first !== undefined) ids.set(first.ids.subarray(0, a.count));
  for (let i = 0; i < b.count; i++) {
    const id = second?.ids[i] ?? 0;
    ids[a.count + i] = id === 0 ? 0 : id + firstLength;
  }
  return { name, dictionary, ids };
}

export const lineStart = (batch: EntryBatch, row: number): number =>
  row === 0 ? 0 : (batch.lineEnd[row - 1] as number);
