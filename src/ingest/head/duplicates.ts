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
  const newest = known === null ? Number.NEGATIVE_INFINITY : known.compareWith(batch.baseNs);
  return isNewer(batch, newest) ? batch : withoutKnown(batch, known, newest);
}

/** Are all entries newer than `newest`, each newer than the one before? Then none can occur twice. */
function isNewer({ offsetNs, count }: EntryBatch, newest: number): boolean {
  let previous = newest;
  for (let i = 0; i < count; i++) {
    const offset = offsetNs[i] as number;
    if (offset <= previous) return false;
    previous = offset;
  }
  return true;
}

function withoutKnown(batch: EntryBatch, known: KnownEntries | null, newest: number): EntryBatch {
  const { count, offsetNs } = batch;
  const ascending = isAscending(batch);
  const seen = new EntryTable(batch);
  const kept = new Uint32Array(count);
  let keptCount = 0;
  for (let row = 0; row < count; row++) {
    const offset = offsetNs[row] as number;
    if (known !== null && offset <= newest && known.has(batch, row)) continue;
    // In ascending order only neighbours can have equal times.
    if (!ascending || offset === offsetNs[row - 1] || offset === offsetNs[row + 1]) {
      if (seen.find(batch, row) >= 0) continue;
      seen.add(row);
    }
    kept[keptCount++] = row;
  }
  return keptCount === count ? batch : pickRows(batch, kept.subarray(0, keptCount));
}

function isAscending({ offsetNs, count }: EntryBatch): boolean {
  for (let i = 1; i < count; i++) if ((offsetNs[i] as number) < (offsetNs[i - 1] as number)) return false;
  return true;
}

export interface KnownEntries {
  /** To be called before a batch is asked for, whose times count from `baseNs`. Returns the newest time here, counted so, too. */
  compareWith(baseNs: Nanos): number;
  has(batch: EntryBatch, row: number): boolean;
}

/** Equal times up to this many are compared one by one; the table is for more of them, and for disorder. */
const fewEqual = 16;

/** The entries of an open block. One object per block: the table that it may need grows with the block. */
export class KnownInBlock implements KnownEntries {
  readonly #block: OpenBlock;
  #rows: EntryBatch;
  /** To be added to times of the batch that is asked for: then they count from the block's base. */
  #shiftNs = -0;
  #table: EntryTable | null = null;
  #inTable = 0;

  constructor(block: OpenBlock) {
    this.#block = block;
    this.#rows = block.arrived();
  }

  compareWith(baseNs: Nanos): number {
    this.#shiftNs = Number(baseNs - this.#block.baseNs);
    return this.#block.maxOffsetNs - this.#shiftNs;
  }

  has(batch: EntryBatch, row: number): boolean {
    if (this.#rows.count !== this.#block.count) this.#rows = this.#block.arrived();
    return this.#isInRuns(batch, row) ?? this.#isInTable(batch, row);
  }

  /** Undefined when there are too many runs, or equal times, to look through. */
  #isInRuns(batch: EntryBatch, row: number): boolean | undefined {
    const { runStarts } = this.#block;
    if (runStarts.length >= runsMax) return undefined;
    const rows = this.#rows;
    const offset = (batch.offsetNs[row] as number) + this.#shiftNs;
    for (let run = 0; run <= runStarts.length; run++) {
      const start = run === 0 ? 0 : (runStarts[run - 1] as number);
      const isKnown = isInRun(rows, start, runStarts[run] ?? rows.count, offset, batch, row);
      if (isKnown !== false) return isKnown;
    }
    return false;
  }

  #isInTable(batch: EntryBatch, row: number): boolean {
    this.#table ??= new EntryTable(this.#rows);
    this.#table.rows = this.#rows;
    for (; this.#inTable < this.#rows.count; this.#inTable++) this.#table.add(this.#inTable);
    return this.#table.find(batch, row) >= 0;
  }
}

/** Only the last entry, of a block that is closed. */
export class KnownLast implements KnownEntries {
  readonly #last: EntryBatch;

  constructor(last: EntryBatch) {
    this.#last = last;
  }

  compareWith(baseNs: Nanos): number {
    return Number(this.#last.baseNs + BigInt(this.#last.offsetNs[0] as number) - baseNs);
  }

  has(batch: EntryBatch, row: number): boolean {
    return isSameEntry(this.#last, 0, batch, row);
  }
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
