/** What a scan carries along, on either side of the thread boundary: its patience, and what it read. */
import { DamageError } from '../../model/block-source.js';
import type { ColumnNeeds } from '../../model/column-needs.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { TimeRange } from '../../model/time.js';
import type { SourceBlock } from '../stream-source.js';

/** What scans count. QueryStats has these, and more. */
export interface ScanCounters {
  /** Rows and line bytes of the blocks that were read, by where they lay. */
  headLines: number;
  headBytes: number;
  storedLines: number;
  storedBytes: number;
  postFilterLines: number;
}

export const noCounters = (): ScanCounters => ({
  ...{ headLines: 0, headBytes: 0, storedLines: 0, storedBytes: 0, postFilterLines: 0 },
});

export function addCounters(into: ScanCounters, more: ScanCounters): void {
  into.headLines += more.headLines;
  into.headBytes += more.headBytes;
  into.storedLines += more.storedLines;
  into.storedBytes += more.storedBytes;
  into.postFilterLines += more.postFilterLines;
}

/**
 * To be awaited between short pieces of work: lets others run when it is their turn, and throws when the query was
 * cancelled. Returns at once (undefined) when there is nothing to wait for.
 */
export type Breathe = () => Promise<void> | undefined;

/** Work on the main thread between two looks at the event loop. A push needs two or three of these. */
const sliceMs = 1;

/** For scans on the main thread. */
export function inlineBreathe(signal: AbortSignal): Breathe {
  let sliceBegan = performance.now();
  const rest = async (): Promise<void> => {
    await new Promise(setImmediate);
    sliceBegan = performance.now();
    signal.throwIfAborted();
  };
  return () => {
    signal.throwIfAborted();
    return performance.now() - sliceBegan < sliceMs ? undefined : rest();
  };
}

export class ScanContext {
  readonly counters: ScanCounters;
  readonly breathe: Breathe;
  readonly #onDamage: (error: DamageError) => void;

  constructor(counters: ScanCounters, breathe: Breathe, onDamage: (error: DamageError) => void) {
    this.counters = counters;
    this.breathe = breathe;
    this.#onDamage = onDamage;
  }

  /** The block's columns; null when it is damaged: that is reported, and all other data is served. */
  read({ block, head }: SourceBlock, needs: ColumnNeeds): EntryBatch | null {
    const { counters } = this;
    try {
      const batch = block.read(needs);
      if (head) {
        counters.headLines += block.count;
        counters.headBytes += block.rawBytes;
      } else {
        counters.storedLines += block.count;
        counters.storedBytes += block.rawBytes;
      }
      return batch;
    } catch (e) {
      if (!(e instanceof DamageError)) throw e;
      this.damaged(e);
      return null;
    }
  }

  /** For a part of the scan that runs on the main thread and can be cancelled by itself. */
  under(signal: AbortSignal): ScanContext {
    return new ScanContext(this.counters, inlineBreathe(signal), this.#onDamage);
  }

  damaged(error: DamageError): void {
    this.#onDamage(error);
  }
}

/** A block has about as many rows, so that it is looked at in one go. */
export const rowsAtOnceMax = 1024;
/** Ten microseconds a row, which is much, are a few milliseconds. */
const readRowsAtOnce = 256;

/** Rows handed to a pipeline at once. `readsRows`: its stages read lines one by one. */
export const rowsAtOnce = (readsRows: boolean): number => (readsRows ? readRowsAtOnce : rowsAtOnceMax);

/** Rows of a batch with start <= t < end, as [from, to): the rows are sorted by time. */
export function rowsWithin(batch: EntryBatch, range: TimeRange): readonly [from: number, to: number] {
  return [rowAt(batch, range.start), rowAt(batch, range.end)];
}

/** The first row at or after `ns`. */
export function rowAt({ baseNs, offsetNs, count }: EntryBatch, ns: bigint): number {
  const offset = Number(ns - baseNs);
  let low = 0;
  let high = count;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if ((offsetNs[mid] as number) < offset) low = mid + 1;
    else high = mid;
  }
  return low;
}
