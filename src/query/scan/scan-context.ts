/** What a scan carries along: cancellation, the main thread's patience, and what was read. */
import type { SourceBlock, StreamSource } from '../stream-source.js';
import type { ColumnNeeds, EntryBatch } from '../../model/entry-batch.js';
import { DamageError } from '../../model/block-source.js';
import type { TimeRange } from '../../model/time.js';
import type { QueryStats } from '../stats.js';

/** Work on the main thread between two looks at the event loop. */
const sliceMs = 8;

export class ScanContext {
  readonly signal: AbortSignal;
  readonly stats: QueryStats;
  readonly #onDamage: (error: DamageError) => void;
  #sliceBegan = performance.now();

  constructor(signal: AbortSignal, stats: QueryStats, onDamage: (error: DamageError) => void) {
    this.signal = signal;
    this.stats = stats;
    this.#onDamage = onDamage;
  }

  /** Lets others run when this scan has had its slice; throws when the query was cancelled. */
  async breathe(): Promise<void> {
    this.signal.throwIfAborted();
    if (performance.now() - this.#sliceBegan < sliceMs) return;
    await new Promise(setImmediate);
    this.#sliceBegan = performance.now();
    this.signal.throwIfAborted();
  }

  /** The block's columns; null when it is damaged: that is reported, and all other data is served. */
  read({ block, head }: SourceBlock, needs: ColumnNeeds): EntryBatch | null {
    try {
      const batch = block.read(needs);
      if (head) {
        this.stats.headLines += block.count;
        this.stats.headBytes += block.rawBytes;
      } else {
        this.stats.storedLines += block.count;
        this.stats.storedBytes += block.rawBytes;
      }
      return batch;
    } catch (e) {
      if (!(e instanceof DamageError)) throw e;
      this.#onDamage(e);
      return null;
    }
  }

  /** Counts the streams and blocks that a selector found. */
  found(streams: readonly StreamSource[]): void {
    this.stats.streams += streams.length;
    for (const s of streams) {
      this.stats.blocks += s.blocks.length;
      this.stats.chunksMatched += s.chunks;
    }
  }
}

/** Rows of a batch with start <= t < end, as [from, to): the rows are sorted by time. */
export function rowsWithin(batch: EntryBatch, range: TimeRange): readonly [from: number, to: number] {
  return [lowerBound(batch, range.start), lowerBound(batch, range.end)];
}

/** The first row at or after `ns`. */
function lowerBound({ baseNs, offsetNs, count }: EntryBatch, ns: bigint): number {
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
