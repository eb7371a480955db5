/**
 * The block of a stream that grows. Append-only: what a snapshot shows is never written again, so a snapshot is a view
 * and costs nothing. Columns that are worth it lie in shared memory, for threads that scan them. There may be a hundred
 * thousand blocks of a single entry: what each has is made no larger than that, or when it is first needed.
 */
import { type AddressedBlock, type ColumnsAddress, columnsAddress } from '../../chunks/block-address.js';
import { allColumns, type ColumnNeeds } from '../../model/column-needs.js';
import type { MetadataColumn } from '../../model/columns.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import { lineStart, offsetNsMax, pickRows, timeOrder } from '../../model/rows.js';
import type { Nanos } from '../../model/time.js';
import type { Position } from '../wal/record.js';
import { firstOf, noBytes, noEnds, noOffsets, reserved } from './growing-column.js';
import { HeadColumn } from './head-column.js';

/** Writers that push at the same time make a few runs of ascending times. More than this are disorder. */
export const runsMax = 16;
const noRuns: readonly number[] = [];

/** A block that has this many rows is full, however short its lines are. */
const rowsMax = 65_536;

export class OpenBlock {
  readonly kind = 'raw';
  /** The time of the first entry that came. */
  readonly baseNs: Nanos;
  /** When it came, by the monotonic clock. */
  readonly arrivedMs: number;
  /** Of the first record and the last row that are in it. Changed when the WAL moves them. */
  firstSeq: number;
  last: Position;
  count = 0;
  /** Bytes of the lines. */
  rawBytes = 0;
  // Not 0, for which V8 lays out all blocks anew, and drops the code for them, when the first fraction of a second comes.
  minOffsetNs = -0;
  maxOffsetNs = -0;
  /** Rows that are older than the row before them, between which times ascend: all, or the first `runsMax`. */
  runStarts: readonly number[] = noRuns;
  #offsetNs = noOffsets;
  #lineEnd = noEnds;
  #lines = noBytes;
  #columns: readonly HeadColumn[] = [];
  #sorted: EntryBatch | null = null;

  constructor(baseNs: Nanos, firstSeq: number, nowMs: number) {
    this.baseNs = baseNs;
    this.firstSeq = firstSeq;
    this.last = { seq: firstSeq, row: 0 };
    this.arrivedMs = nowMs;
  }

  /** Makes room at once, for a stream whose block before became so large: nothing has to be moved then. */
  expect(rows: number, lineBytes: number): void {
    this.#offsetNs = reserved(this.#offsetNs, this.count, rows);
    this.#lineEnd = reserved(this.#lineEnd, this.count, rows);
    this.#lines = reserved(this.#lines, this.rawBytes, lineBytes);
  }

  /** In the order of their times, as they came. */
  get isSorted(): boolean {
    return this.runStarts.length === 0;
  }

  get metadataBytes(): number {
    return this.#columns.reduce((sum, column) => sum + column.dictionaryBytes, 0);
  }

  /** About what a WAL record of the entries takes, without the labels. */
  get walBytes(): number {
    let bytes = this.rawBytes + 12 * this.count;
    for (const column of this.#columns) bytes += this.count + column.dictionaryBytes;
    return bytes;
  }

  get fromNs(): Nanos {
    return this.minOffsetNs === 0 ? this.baseNs : this.baseNs + BigInt(this.minOffsetNs);
  }

  get throughNs(): Nanos {
    return this.maxOffsetNs === 0 ? this.baseNs : this.baseNs + BigInt(this.maxOffsetNs);
  }

  isFull(targetBytes: number): boolean {
    return this.count >= rowsMax || this.rawBytes + this.metadataBytes >= targetBytes;
  }

  /**
   * Appends rows of the batch from `start` on, until the block is full or a time is too far from its base. Returns
   * the row behind the last one taken: `start` when none fits. Row i is `i` rows behind `first` in the WAL.
   */
  append(batch: EntryBatch, start: number, targetBytes: number, first: Position): number {
    const shiftNs = Number(batch.baseNs - this.baseNs);
    if (Math.abs(shiftNs) > 2 * offsetNsMax) return start;
    const end = this.#fittingRows(batch, start, shiftNs, targetBytes);
    if (end === start) return start;
    this.#appendLines(batch, start, end);
    this.#appendTimes(batch, start, end, shiftNs);
    for (const column of batch.metadata) this.#appendMetadata(column, start, end);
    this.count += end - start;
    this.rawBytes = this.#lineEnd[this.count - 1] as number;
    for (const column of this.#columns) column.reserve(this.count);
    if (batch.count === 1 && this.count === 1) this.#shareSingle();
    this.last = { seq: first.seq, row: first.row + end - 1 };
    this.#sorted = null;
    return end;
  }

  #shareSingle(): void {
    this.#offsetNs = onlyZero;
    for (const column of this.#columns) column.shareSingle();
  }

  #fittingRows(batch: EntryBatch, start: number, shiftNs: number, targetBytes: number): number {
    const bytesMax = lineStart(batch, start) + targetBytes - this.rawBytes;
    const rowEnd = Math.min(batch.count, start + rowsMax - this.count);
    for (let row = start; row < rowEnd; row++) {
      if (Math.abs((batch.offsetNs[row] as number) + shiftNs) > offsetNsMax) return row;
      if ((batch.lineEnd[row] as number) >= bytesMax) return row + 1;
    }
    return rowEnd;
  }

  #appendLines(batch: EntryBatch, start: number, end: number): void {
    const from = lineStart(batch, start);
    const through = batch.lineEnd[end - 1] as number;
    const before = this.rawBytes;
    this.#lines = reserved(this.#lines, before, before + through - from);
    this.#lines.set(batch.lines.subarray(from, through), before);
    this.#lineEnd = reserved(this.#lineEnd, this.count, this.count + end - start);
    const shift = before - from;
    const at = this.count - start;
    for (let row = start; row < end; row++) this.#lineEnd[at + row] = (batch.lineEnd[row] as number) + shift;
  }

  #appendTimes(batch: EntryBatch, start: number, end: number, shiftNs: number): void {
    this.#offsetNs = reserved(this.#offsetNs, this.count, this.count + end - start);
    let previous = this.count === 0 ? Number.NEGATIVE_INFINITY : (this.#offsetNs[this.count - 1] as number);
    let { minOffsetNs: least, maxOffsetNs: most } = this;
    const at = this.count - start;
    for (let row = start; row < end; row++) {
      const offset = (batch.offsetNs[row] as number) + shiftNs;
      this.#offsetNs[at + row] = offset;
      if (offset < previous) this.#beginRun(at + row);
      if (offset < least) least = offset;
      if (offset > most) most = offset;
      previous = offset;
    }
    this.minOffsetNs = least;
    this.maxOffsetNs = most;
  }

  #beginRun(row: number): void {
    if (this.runStarts.length < runsMax) this.runStarts = [...this.runStarts, row];
  }

  #appendMetadata({ name, dictionary, ids }: MetadataColumn, start: number, end: number): void {
    let first = start;
    while (first < end && ids[first] === 0) first++;
    if (first === end) return;
    const own = this.#column(name);
    own.reserve(this.count + end - start);
    const shift = this.count - start;
    for (let row = first; row < end; row++) {
      const id = ids[row] as number;
      if (id !== 0) own.set(row + shift, dictionary, id);
    }
    own.forgetSource();
  }

  #column(name: string): HeadColumn {
    for (const own of this.#columns) if (own.name === name) return own;
    const own = new HeadColumn(name);
    this.#columns = this.#columns.concat(own);
    return own;
  }

  /** The first `count` rows, as they came. A view: rows that are appended later do not show. */
  arrived(count = this.count, { lines, metadata }: ColumnNeeds = allColumns): EntryBatch {
    const columns = metadata === 'all' ? this.#columns : this.#columns.filter(({ name }) => metadata.includes(name));
    const lineBytes = count === 0 ? 0 : (this.#lineEnd[count - 1] as number);
    return {
      count,
      baseNs: this.baseNs,
      offsetNs: firstOf(this.#offsetNs, count),
      lines: lines === 'bytes' ? firstOf(this.#lines, lineBytes) : noBytes,
      lineEnd: firstOf(this.#lineEnd, count),
      metadata: columns.map((column) => column.view(count)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  }

  /** The rows so far, oldest first. Kept until the next append when they had to be sorted. */
  ordered(): EntryBatch {
    if (this.isSorted) return this.arrived();
    this.#sorted ??= inOrder(this.arrived(), this.fromNs);
    return this.#sorted;
  }

  /** What a query may hold: it shows the rows so far, however long it is kept. */
  snapshot(): AddressedBlock {
    return new Snapshot(this);
  }
}

/** A class, not a literal with closures: a query may list a hundred thousand of them. */
class Snapshot implements AddressedBlock {
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
  readonly count: number;
  readonly rawBytes: number;
  readonly hash = 0;
  readonly #block: OpenBlock;
  readonly #isSorted: boolean;
  /** Rows that had to be sorted, when others came since. */
  #sorted: EntryBatch | null = null;

  constructor(block: OpenBlock) {
    this.fromNs = block.fromNs;
    this.throughNs = block.throughNs;
    this.count = block.count;
    this.rawBytes = block.rawBytes;
    this.#block = block;
    this.#isSorted = block.isSorted;
  }

  read(needs: ColumnNeeds): EntryBatch {
    if (this.#isSorted) return this.#block.arrived(this.count, needs);
    // While nothing is appended, queries share what one of them had sorted.
    if (this.#block.count === this.count) return this.#block.ordered();
    this.#sorted ??= inOrder(this.#block.arrived(this.count), this.fromNs);
    return this.#sorted;
  }

  isDecoded(): boolean {
    return true;
  }

  address(needs: ColumnNeeds): ColumnsAddress {
    return columnsAddress(this, this.read(needs), needs);
  }
}

/** The rows of a batch, which must be out of order, oldest first. */
const inOrder = (batch: EntryBatch, fromNs: Nanos): EntryBatch =>
  pickRows(batch, timeOrder(batch.offsetNs, batch.count) as Uint32Array, fromNs);

/** Of many blocks, for a column that is full is not written to again: the first entry's time is the base. */
const onlyZero = Float64Array.of(0);
