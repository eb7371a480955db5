/** Gathers one stream's entries into columns while a decoder walks over a body. */
import type { MetadataColumn } from '../../model/columns.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import { BytesDictionary, grown } from './bytes-dictionary.js';
import type { PushStream } from './push-request.js';

const noOffsets = new Float64Array(0);
const noNumbers = new Uint32Array(0);
const noColumns: ColumnBuilder[] = [];

/** 0001-01-01, Go's zero time: the time of an entry without one. No limit lets it pass. */
export const ZERO_TIME_SECONDS = -62135596800;

/** Beyond this a difference in nanoseconds is no longer a whole float64. */
const OFFSET_NS_MAX = 2 ** 52;

export const emptyBatch: EntryBatch = {
  count: 0,
  baseNs: 0n,
  offsetNs: new Float64Array(0),
  lines: new Uint8Array(0),
  lineEnd: new Uint32Array(0),
  metadata: [],
};

/**
 * Lines are moved together inside the body that they come from: the body is given away by its owner. What has been
 * walked over may be overwritten as soon as its entry is complete, so nothing but the labels' text may be kept by offset.
 */
export class EntryColumns {
  readonly #body: Uint8Array;
  readonly #finished: EntryBatch[] = [];
  #linesStart: number;
  #linesEnd: number;
  #count = 0;
  #baseSeconds = 0;
  #baseNanos = 0;
  // Nothing is allocated before it is needed: a push may have a million streams without an entry.
  #offsetNs = noOffsets;
  #lineEnd = noNumbers;
  #columns: ColumnBuilder[] = noColumns;
  #columnByName: Map<string, ColumnBuilder> | null = null;
  /** Metadata of the entry under way: start and end of the name, start and end of the value. */
  #pending = noNumbers;
  #pendingLength = 0;

  /** Lines will be moved to `at` and on; `at` must not lie behind the first line. */
  constructor(body: Uint8Array, at: number) {
    this.#body = body;
    this.#linesStart = at;
    this.#linesEnd = at;
  }

  /** One pair of the entry that is completed next. */
  addMetadata(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const at = this.#pendingLength;
    if (at === this.#pending.length) this.#pending = grown(this.#pending, new Uint32Array(Math.max(32, at * 2)));
    this.#pending[at] = nameStart;
    this.#pending[at + 1] = nameEnd;
    this.#pending[at + 2] = valueStart;
    this.#pending[at + 3] = valueEnd;
    this.#pendingLength = at + 4;
  }

  /** `nanos` counts from 0 to 999,999,999. */
  addEntry(seconds: number, nanos: number, lineStart: number, lineEnd: number): void {
    let offsetNs = 0;
    if (this.#count > 0) {
      offsetNs = (seconds - this.#baseSeconds) * 1e9 + (nanos - this.#baseNanos);
      if (offsetNs > OFFSET_NS_MAX || offsetNs < -OFFSET_NS_MAX) this.#cut();
    }
    const row = this.#count;
    if (row === 0) {
      this.#baseSeconds = seconds;
      this.#baseNanos = nanos;
      offsetNs = 0;
    }
    if (row === this.#offsetNs.length) {
      const capacity = Math.max(16, row * 2);
      this.#offsetNs = grown(this.#offsetNs, new Float64Array(capacity));
      this.#lineEnd = grown(this.#lineEnd, new Uint32Array(capacity));
    }
    if (this.#pendingLength > 0) this.#commitMetadata(row);
    const size = lineEnd - lineStart;
    this.#body.copyWithin(this.#linesEnd, lineStart, lineEnd);
    this.#linesEnd += size;
    this.#offsetNs[row] = offsetNs;
    this.#lineEnd[row] = this.#linesEnd - this.#linesStart;
    this.#count = row + 1;
  }

  /** Forgets the pairs of an entry that will not be completed, and all entries before it. */
  discard(): void {
    this.#finished.length = 0;
    this.#pendingLength = 0;
    this.#reset();
  }

  /** Where the next line goes. */
  get at(): number {
    return this.#linesEnd;
  }

  finish(labels: string, into: PushStream[]): void {
    if (this.#finished.length === 0 && this.#count === 0) {
      into.push({ labels, entries: emptyBatch });
      return;
    }
    if (this.#count > 0) this.#cut();
    for (const entries of this.#finished) into.push({ labels, entries });
  }

  #cut(): void {
    this.#finished.push({
      count: this.#count,
      baseNs: BigInt(this.#baseSeconds) * 1_000_000_000n + BigInt(this.#baseNanos),
      offsetNs: this.#offsetNs.subarray(0, this.#count),
      lines: this.#body.subarray(this.#linesStart, this.#linesEnd),
      lineEnd: this.#lineEnd.subarray(0, this.#count),
      metadata: this.#columns.map((column) => column.finish(this.#count)),
    });
    this.#offsetNs = noOffsets;
    this.#lineEnd = noNumbers;
    this.#reset();
  }

  #reset(): void {
    this.#linesStart = this.#linesEnd;
    this.#count = 0;
    this.#columns = noColumns;
    this.#columnByName = null;
  }

  #commitMetadata(row: number): void {
    const pending = this.#pending;
    const length = this.#pendingLength;
    for (let i = 0; i < length; i += 4) {
      const nameStart = pending[i] as number;
      const nameEnd = pending[i + 1] as number;
      // Entries of a stream have mostly the same names in the same order.
      let column = this.#columns[i >> 2];
      if (column === undefined || !column.hasName(this.#body, nameStart, nameEnd)) {
        column = this.#column(nameStart, nameEnd);
      }
      column.set(row, this.#body, pending[i + 2] as number, pending[i + 3] as number);
    }
    this.#pendingLength = 0;
  }

  #column(nameStart: number, nameEnd: number): ColumnBuilder {
    const key = latin1(this.#body, nameStart, nameEnd);
    if (this.#columnByName === null) {
      this.#columnByName = new Map();
      this.#columns = [];
    }
    let column = this.#columnByName.get(key);
    if (column === undefined) {
      column = new ColumnBuilder(Uint8Array.from(this.#body.subarray(nameStart, nameEnd)));
      this.#columnByName.set(key, column);
      this.#columns.push(column);
    }
    return column;
  }
}

class ColumnBuilder {
  readonly #name: Uint8Array;
  readonly #dictionary = new BytesDictionary();
  #ids = new Uint32Array(16);

  constructor(name: Uint8Array) {
    this.#name = name;
  }

  hasName(body: Uint8Array, start: number, end: number): boolean {
    const name = this.#name;
    if (name.length !== end - start) return false;
    for (let i = 0; i < name.length; i++) if (name[i] !== body[start + i]) return false;
    return true;
  }

  set(row: number, body: Uint8Array, start: number, end: number): void {
    if (row >= this.#ids.length) this.#ids = grown(this.#ids, new Uint32Array(capacityFor(row + 1)));
    this.#ids[row] = this.#dictionary.idOf(body, start, end) + 1;
  }

  finish(count: number): MetadataColumn {
    if (count > this.#ids.length) this.#ids = grown(this.#ids, new Uint32Array(count));
    return {
      name: new TextDecoder().decode(this.#name),
      dictionary: this.#dictionary,
      ids: this.#ids.subarray(0, count),
    };
  }
}

const capacityFor = (n: number): number => 2 ** Math.ceil(Math.log2(n));

const latin1 = (body: Uint8Array, start: number, end: number): string =>
  Buffer.from(body.buffer, body.byteOffset + start, end - start).toString('latin1');
