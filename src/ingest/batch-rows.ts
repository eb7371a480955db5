/** Batches with some rows left out, and lines cut short. */
import type { EntryBatch } from '../model/entry-batch.js';
import { lineBytes, lineStart, pickRows } from '../model/rows.js';

/** The rows whose `refused` is 0. */
export function withoutRows(batch: EntryBatch, refused: Uint8Array, refusedCount: number): EntryBatch {
  const rows = new Uint32Array(batch.count - refusedCount);
  let n = 0;
  for (let row = 0; row < batch.count; row++) if (refused[row] === 0) rows[n++] = row;
  return pickRows(batch, rows);
}

/** Lines of more than `bytesMax` are cut so that they fit together with `mark`, unless the mark alone is as long. */
export function truncateLines(
  batch: EntryBatch,
  bytesMax: number,
  mark: string,
): { batch: EntryBatch; entries: number; bytes: number } {
  const suffix = Buffer.from(mark);
  const kept = bytesMax - suffix.length;
  let entries = 0;
  let cutBytes = 0;
  for (let row = 0; row < batch.count; row++) {
    if (lineBytes(batch, row) <= bytesMax || kept <= 0) continue;
    entries++;
    cutBytes += lineBytes(batch, row) - kept;
  }
  if (entries === 0) return { batch, entries, bytes: 0 };
  const lines = new Uint8Array(batch.lines.length - cutBytes + entries * suffix.length);
  const lineEnd = new Uint32Array(batch.count);
  let to = 0;
  for (let row = 0; row < batch.count; row++) {
    const start = lineStart(batch, row);
    const size = lineBytes(batch, row);
    const isLong = size > bytesMax;
    const take = isLong ? kept : size;
    lines.set(batch.lines.subarray(start, start + take), to);
    to += take;
    if (isLong) {
      lines.set(suffix, to);
      to += suffix.length;
    }
    lineEnd[row] = to;
  }
  return { batch: { ...batch, lines, lineEnd }, entries, bytes: cutBytes };
}

/**
 * Entries of equal times but different lines get times one nanosecond apart (`increment_duplicate_timestamp`): an entry
 * is moved when its time is that of the entry before it, as that one came or as it was moved.
 */
export function spreadEqualTimes(batch: EntryBatch): EntryBatch {
  const offsetNs = batch.offsetNs.slice();
  let sent = offsetNs[0] as number;
  for (let row = 1; row < batch.count; row++) {
    const own = offsetNs[row] as number;
    const before = offsetNs[row - 1] as number;
    if ((own === sent || own === before) && !sameLine(batch, row - 1, row)) offsetNs[row] = before + 1;
    else sent = own;
  }
  return { ...batch, offsetNs };
}

function sameLine(batch: EntryBatch, a: number, b: number): boolean {
  const size = lineBytes(batch, a);
  if (size !== lineBytes(batch, b)) return false;
  const startA = lineStart(batch, a);
  const startB = lineStart(batch, b);
  for (let i = 0; i < size; i++) if (batch.lines[startA + i] !== batch.lines[startB + i]) return false;
  return true;
}
