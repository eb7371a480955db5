/**
 * The block of a stream that grows. Append-only: what a snapshot shows is never written again, so a snapshot is a view
 * and costs nothing. The columns lie in shared memory, for threads that scan them.
 */
import { type AddressedBlock, columnsAddress } from '../../chunks/block-address.js';
import type { Dictionary, EntryBatch, MetadataColumn } from '../../model/entry-batch.js';
import { lineStart, offsetNsMax, pickRows, timeOrder } from '../../model/rows.js';
import type { Nanos } from '../../model/time.js';
import type { Position } from '../wal/record.js';

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
  minOffsetNs = 0;
  maxOffsetNs = 0;
  /** In the order of their times, as they came. */
  isSorted = true;
  #offsetNs = new Float64Array(new SharedArrayBuffer(8 * initialRows));
  #lineEnd = new Uint32Array(new SharedArrayBuffer(4 * initialRows));
  #lines = new Uint8Array(new SharedArrayBuffer(initialBytes));
  readonly #columns: HeadColumn[] = [];
  #sorted: EntryBatch | null = null;

  constructor(baseNs: Nanos, firstSeq: number, nowMs: number) {
    this.baseNs = baseNs;
    this.firstSeq = firstSeq;
    this.last = { seq: firstSeq, row: 0 };
    this.arrivedMs = nowMs;
  }

  /** Bytes of the lines. */
  get rawBytes(): number {
    return this.count === 0 ? 0 : (this.#lineEnd[this.count - 1] as number);
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
    return this.baseNs + BigInt(this.minOffsetNs);
  }

  get throughNs(): Nanos {
    return this.baseNs + BigInt(this.maxOffsetNs);
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
    for (const column of this.#columns) column.reserve(this.count);
    this.last = { seq: first.seq, row: first.row + end - 1 };
    this.#sorted = null;
    return end;
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
    const at = this.count - start;
    for (let row = start; row < end; row++) {
      const offset = (batch.offsetNs[row] as number) + shiftNs;
      this.#offsetNs[at + row] = offset;
      if (offset < previous) this.isSorted = false;
      if (offset < this.minOffsetNs) this.minOffsetNs = offset;
      if (offset > this.maxOffsetNs) this.maxOffsetNs = offset;
      previous = offset;
    }
  }

  #appendMetadata(column: MetadataColumn, start: number, end: number): void {
    let own = this.#columns.find(({ name }) => name === column.name);
    for (let row = start; row < end; row++) {
      const id = column.ids[row] as number;
      if (id === 0) continue;
      if (own === undefined) {
        own = new HeadColumn(column.name);
        this.#columns.push(own);
      }
      own.set(this.count + row - start, column.dictionary, id);
    }
    own?.forgetSource();
  }

  /** The first `count` rows, as they came. A view: rows that are appended later do not show. */
  arrived(count = this.count): EntryBatch {
    return {
      count,
      baseNs: this.baseNs,
      offsetNs: this.#offsetNs.subarray(0, count),
      lines: this.#lines.subarray(0, count === 0 ? 0 : this.#lineEnd[count - 1]),
      lineEnd: this.#lineEnd.subarray(0, count),
      metadata: this.#columns.map((column) => column.view(count)).sort((a, b) => (a.name < b.name ? -1 : 1)),
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
    const { count, rawBytes, fromNs, throughNs, isSorted } = this;
    let own: EntryBatch | null = null;
    const read = (): EntryBatch => {
      if (isSorted) own ??= this.arrived(count);
      // While nothing is appended, queries share what one of them had sorted.
      else if (this.count === count) return this.ordered();
      else own ??= inOrder(this.arrived(count), fromNs);
      return own;
    };
    const bounds = { fromNs, throughNs, count, rawBytes };
    return {
      ...bounds,
      read,
      isDecoded: () => true,
      hash: 0,
      address: (needs) => columnsAddress(bounds, read(), needs),
    };
  }
}

/** The rows of a batch, which must be out of order, oldest first. */
const inOrder = (batch: EntryBatch, fromNs: Nanos): EntryBatch =>
  pickRows(batch, timeOrder(batch.offsetNs, batch.count) as Uint32Array, fromNs);

const initialRows = 16;
const initialBytes = 1024;

/** Room for `need` elements; the first `used` are kept. Views of the old memory stay as they are. */
function reserved<A extends Float64Array | Uint32Array | Uint8Array>(array: A, used: number, need: number): A {
  if (need <= array.length) return array;
  const length = Math.max(need, array.length * 2);
  const Type = array.constructor as new (buffer: SharedArrayBuffer) => A;
  const bigger = new Type(new SharedArrayBuffer(length * array.BYTES_PER_ELEMENT));
  bigger.set(array.subarray(0, used));
  return bigger;
}

/** One metadata name. Its dictionary grows with it. */
class HeadColumn {
  readonly name: string;
  dictionaryBytes = 0;
  #ids = new Uint32Array(new SharedArrayBuffer(4 * initialRows));
  readonly #texts: string[] = [];
  readonly #idOfText = new Map<string, number>();
  /** Ids of the dictionary that is being appended from → own ids. */
  readonly #idOfSource = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
  }

  set(row: number, dictionary: Dictionary, sourceId: number): void {
    let id = this.#idOfSource.get(sourceId);
    if (id === undefined) {
      const text = dictionary.get(sourceId - 1);
      id = this.#idOfText.get(text);
      if (id === undefined) {
        id = this.#texts.push(text);
        this.#idOfText.set(text, id);
        this.dictionaryBytes += text.length;
      }
      this.#idOfSource.set(sourceId, id);
    }
    this.#ids = reserved(this.#ids, this.#ids.length, row + 1);
    this.#ids[row] = id;
  }

  forgetSource(): void {
    this.#idOfSource.clear();
  }

  reserve(rows: number): void {
    this.#ids = reserved(this.#ids, this.#ids.length, rows);
  }

  view(rows: number): MetadataColumn {
    const texts = this.#texts;
    const dictionary: Dictionary = {
      length: texts.length,
      get: (id) => texts[id] as string,
      bytes: (id) => encoder.encode(texts[id]),
    };
    return { name: this.name, dictionary, ids: this.#ids.subarray(0, rows) };
  }
}

const encoder = new TextEncoder();
