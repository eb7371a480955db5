/** The entries of a log query, out of the blocks of all its streams. */
import type { Direction } from '../../logql/engine/querier.js';
import type { Pipeline, RowSink, StreamPipeline } from '../../logql/pipeline/pipeline-types.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Nanos, TimeRange } from '../../model/time.js';
import type { FirstEntries } from './first-entries.js';
import { LaterEntry, type LineReader } from './line-reader.js';
import { rowAt, rowsAtOnce, rowsWithin, type ScanContext } from './scan-context.js';
import { isBehind, placeOf, type ScanItem, workBytes } from './scan-item.js';

export interface LogScan {
  readonly range: TimeRange;
  readonly direction: Direction;
  /** At most so many entries are asked for. */
  readonly limit: number;
  readonly pipeline: Pipeline;
  readonly streamOf: (rank: number) => StreamPipeline;
  /** For the lines that the answer has no room for. */
  readonly reader: LineReader;
}

/**
 * Scans blocks in their order until no more are of use, or about `bytesMax` of work are done (see workBytes). Returns
 * the number of blocks that need no more work.
 */
export async function scanLogs(
  items: readonly ScanItem[],
  scan: LogScan,
  into: FirstEntries,
  context: ScanContext,
  bytesMax = Number.POSITIVE_INFINITY,
): Promise<number> {
  const backward = scan.direction === 'backward';
  let bytes = 0;
  for (const [i, item] of items.entries()) {
    if (isBehind(item, into.lastNs, backward)) return items.length;
    if (bytes >= bytesMax) return i;
    bytes += workBytes([item], scan.pipeline.needs);
    await scanLogBlock(item, scan, into, context);
  }
  return items.length;
}

/** Scans one block. Entries that cannot be among the first `limit` any more are left out. */
export async function scanLogBlock(
  item: ScanItem,
  scan: LogScan,
  into: FirstEntries,
  context: ScanContext,
): Promise<void> {
  const backward = scan.direction === 'backward';
  await context.breathe();
  const { rank } = item;
  const stream = scan.streamOf(rank);
  // Without room for its lines, why decode them?
  const isLater = !into.hasRoom && scan.pipeline.lines === 'unread';
  const batch = context.read(item, isLater ? { ...stream.needs, lines: 'none' } : stream.needs);
  if (batch === null) return;
  const [from, to] = usefulRows(batch, scan.range, into.lastNs, backward);
  if (to <= from) return;

  const { baseNs, offsetNs } = batch;
  const bound = new Bound(into, baseNs, backward);
  let left = scan.limit;
  let lastOffset = Number.NaN;
  const sink: RowSink = (row, line, labels) => {
    const offset = offsetNs[row] as number;
    // Rows come in the asked order: those behind this one are of no use either.
    if (bound.isBehind(offset)) return false;
    const ns = baseNs + BigInt(offset);
    const place = placeOf(item, row);
    if (into.hasRoom && !isLater) {
      // A kept line must not keep its whole block alive.
      const kept = typeof line === 'string' ? line : Buffer.from(line);
      into.add({ ns, line: kept, labels, rank, place }, line.length);
    } else into.add(new LaterEntry(scan.reader, item, { ns, labels, place }), 0);
    context.counters.postFilterLines++;
    // Entries of one time may turn out to be one: all of them count once.
    if (offset !== lastOffset) left--;
    lastOffset = offset;
    return left > 0;
  };

  const atOnce = rowsAtOnce(stream.readsRows(batch));
  const rows = new Uint32Array(Math.min(to - from, atOnce));
  for (let done = 0; done < to - from; done += atOnce) {
    if (done > 0) await context.breathe();
    const count = Math.min(atOnce, to - from - done);
    for (let i = 0; i < count; i++) rows[i] = backward ? to - 1 - done - i : from + done + i;
    if (!stream.run(batch, rows, count, sink)) return;
  }
}

function usefulRows(
  batch: EntryBatch,
  range: TimeRange,
  lastNs: Nanos | null,
  backward: boolean,
): readonly [from: number, to: number] {
  const [from, to] = rowsWithin(batch, range);
  if (lastNs === null) return [from, to];
  return backward ? [Math.max(from, rowAt(batch, lastNs)), to] : [from, Math.min(to, rowAt(batch, lastNs + 1n))];
}

/** The collector's last time as an offset of a batch: kept as a number, for it is asked for each row. */
class Bound {
  readonly #into: FirstEntries;
  readonly #baseNs: Nanos;
  readonly #backward: boolean;
  #lastNs: Nanos | null = null;
  #offset = 0;

  constructor(into: FirstEntries, baseNs: Nanos, backward: boolean) {
    this.#into = into;
    this.#baseNs = baseNs;
    this.#backward = backward;
  }

  isBehind(offset: number): boolean {
    const { lastNs } = this.#into;
    if (lastNs === null) return false;
    if (lastNs !== this.#lastNs) {
      this.#lastNs = lastNs;
      this.#offset = Number(lastNs - this.#baseNs);
    }
    return this.#backward ? offset < this.#offset : offset > this.#offset;
  }
}
