/**
 * Entries that were sent before. As Loki, a stream drops an entry whose time, line and structured metadata are those
 * of one in its open block, or of the last one when that is in no open block any more. The rest may be sent twice.
 */
import type { EntryBatch } from '../../model/entry-batch.js';
import { lineStart, pickRows } from '../../model/rows.js';
import type { Nanos } from '../../model/time.js';
import { type OpenBlock, runsMax } from './open-block.js';

/** The batch without what `known` has, and without what occurs twice in it; the batch itself when that is nothing. */
export function withoutDuplicates(batch: EntryBatch, known: KnownEntries | null): EntryBatch {
  const { count, offsetNs } = batch;
  const newest = known === null ? Number.NEGATIVE_INFINITY : known.newestAsOffset(batch.baseNs);
  let isAscending = true;
  let mayRepeat = false;
  let previous = newest;
  for (let i = 0; i < count; i++) {
    const offset = offsetNs[i] as number;
    if (offset <= previous) mayRepeat = true;
    if (i > 0 && offset < (offsetNs[i - 1] as number)) isAscending = false;
    previous = offset;
  }
  if (!mayRepeat) return batch;

  const seen = new EntryTable(batch);
  const kept = new Uint32Array(count);
  let keptCount = 0;
  for (let row = 0; row < count; row++) {
    const offset = offsetNs[row] as number;
    if (known !== null && offset <= newest && known.has(batch, row)) continue;
    // In ascending order only neighbours can have equal times.
    if (!isAscending || offset === offsetNs[row - 1] || offset === offsetNs[row + 1]) {
      if (seen.find(batch, row) >= 0) continue;
      seen.add(row);
    }
    kept[keptCount++] = row;
  }
  return keptCount === count ? batch : pickRows(batch, kept.subarray(0, keptCount));
}

export interface KnownEntries {
  /** The newest time, counted from `baseNs`. */
  newestAsOffset(baseNs: Nanos): number;
  has(batch: EntryBatch, row: number): boolean;
}

/** Equal times up to this many are compared one by one; the table is for more of them, and for disorder. */
const fewEqual = 16;

/** The entries of an open block. One object per block: the table that it may need grows with the block. */
export function knownInBlock(block: OpenBlock): KnownEntries {
  let table: EntryTable | null = null;
  let inTable = 0;
  let rows = block.arrived();
  return {
    newestAsOffset: (baseNs) => Number(block.throughNs - baseNs),
    has(batch, row) {
      if (rows.count !== block.count) rows = block.arrived();
      const { runStarts } = block;
      if (runStarts.length < runsMax) {
        const offset = (batch.offsetNs[row] as number) + Number(batch.baseNs - rows.baseNs);
        let isKnown: boolean | undefined = false;
        for (let run = 0; run <= runStarts.length && isKnown === false; run++) {
          const start = run === 0 ? 0 : (runStarts[run - 1] as number);
          isKnown = isInRun(rows, start, runStarts[run] ?? rows.count, offset, batch, row);
        }
        if (isKnown !== undefined) return isKnown;
      }
      table ??= new EntryTable(rows);
      table.rows = rows;
      for (; inTable < rows.count; inTable++) table.add(inTable);
      return table.find(batch, row) >= 0;
    },
  };
}

/** Only the last entry, of a block that is closed. */
export function knownLast(last: EntryBatch): KnownEntries {
  return {
    newestAsOffset: (baseNs) => Number(last.baseNs + BigInt(last.offsetNs[0] as number) - baseNs),
    has: (batch, row) => isSameEntry(last, 0, batch, row),
  };
}

/** Is the entry among the rows [start, end), whose times ascend? Undefined when more have its time than shall be compared. */
function isInRun(
  rows: EntryBatch,
  start: number,
  end: number,
  offsetNs: number,
  batch: EntryBatch,
  row: number,
): boolean | undefined {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows.offsetNs[middle] as number) < offsetNs) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < end && rows.offsetNs[at] === offsetNs; at++) {
    if (at === low + fewEqual) return undefined;
    if (isSameEntry(rows, at, batch, row)) return true;
  }
  return false;
}

/** Rows by a hash of time and line. */
class EntryTable {
  rows: EntryBatch;
  readonly #byHash = new Map<number, number | number[]>();

  constructor(rows: EntryBatch) {
    this.rows = rows;
  }

  add(row: number): void {
    const hash = hashOf(this.rows, row, this.rows.baseNs);
    const known = this.#byHash.get(hash);
    if (known === undefined) this.#byHash.set(hash, row);
    else if (typeof known === 'number') this.#byHash.set(hash, [known, row]);
    else known.push(row);
  }

  /** -1 when there is no such entry. */
  find(batch: EntryBatch, row: number): number {
    const known = this.#byHash.get(hashOf(batch, row, this.rows.baseNs));
    if (known === undefined) return -1;
    if (typeof known === 'number') return isSameEntry(this.rows, known, batch, row) ? known : -1;
    return known.find((other) => isSameEntry(this.rows, other, batch, row)) ?? -1;
  }
}

/** Four bytes a step: a step waits for the one before it, and lines are long. */
function hashOf(batch: EntryBatch, row: number, baseNs: Nanos): number {
  const time = (batch.offsetNs[row] as number) + (batch.baseNs === baseNs ? 0 : Number(batch.baseNs - baseNs));
  const { lines } = batch;
  const end = batch.lineEnd[row] as number;
  let hash = (time ^ Math.floor(time / 2 ** 32)) | 0;
  let i = lineStart(batch, row);
  for (; i + 4 <= end; i += 4) {
    const word =
      (lines[i] as number) |
      ((lines[i + 1] as number) << 8) |
      ((lines[i + 2] as number) << 16) |
      ((lines[i + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ (lines[i] as number), 0x01000193);
  return hash;
}

function isSameEntry(a: EntryBatch, i: number, b: EntryBatch, k: number): boolean {
  const shiftNs = a.baseNs === b.baseNs ? 0 : Number(b.baseNs - a.baseNs);
  if (a.offsetNs[i] !== (b.offsetNs[k] as number) + shiftNs) return false;
  const aStart = lineStart(a, i);
  const bStart = lineStart(b, k);
  const length = (a.lineEnd[i] as number) - aStart;
  if (length !== (b.lineEnd[k] as number) - bStart) return false;
  for (let n = 0; n < length; n++) if (a.lines[aStart + n] !== b.lines[bStart + n]) return false;
  return metadataWithin(a, i, b, k) && metadataWithin(b, k, a, i);
}

/** Has b's row all the metadata that a's row has, with the same values? A joined batch may have a name twice. */
function metadataWithin(a: EntryBatch, i: number, b: EntryBatch, k: number): boolean {
  return a.metadata.every(({ name, dictionary, ids }) => {
    const id = ids[i] as number;
    if (id === 0) return true;
    const value = dictionary.get(id - 1);
    return b.metadata.some(
      (other) =>
        other.name === name && other.ids[k] !== 0 && other.dictionary.get((other.ids[k] as number) - 1) === value,
    );
  });
}
