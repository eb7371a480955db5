/** The first entries of a log query in time order, over all blocks of all its streams. */
import type { Direction, LogEntry } from '../../logql/engine/querier.js';
import type { Pipeline, StreamPipeline } from '../../logql/pipeline/pipeline-types.js';
import type { Labels } from '../../model/labels.js';
import type { TimeRange } from '../../model/time.js';
import type { SourceBlock, StreamSource } from '../stream-source.js';
import { rowsWithin, type ScanContext } from './scan-context.js';
import { streamHash } from './stream-hash.js';

export interface LogScan {
  readonly range: TimeRange;
  readonly direction: Direction;
  readonly limit: number;
}

interface Task extends SourceBlock {
  readonly stream: StreamPipeline;
  readonly labels: Labels;
}

/**
 * Blocks are read in the asked direction; as soon as `limit` entries are known, blocks (and rows) that lie wholly
 * behind the last of them are not read. Entries of equal times go by their stream's hash, then by arrival.
 */
export async function scanLogs(
  streams: readonly StreamSource[],
  pipeline: Pipeline,
  { range, direction, limit }: LogScan,
  context: ScanContext,
): Promise<LogEntry[]> {
  const backward = direction === 'backward';
  const tasks: Task[] = streams.flatMap(({ labels, blocks }) => {
    const stream = pipeline.forStream(labels);
    return blocks.map((b) => ({ ...b, stream, labels }));
  });
  const edge = ({ block }: Task) => (backward ? -block.throughNs : block.fromNs);
  tasks.sort((a, b) => compare(edge(a), edge(b)));

  const best = new FirstEntries(limit, backward);
  for (const task of tasks) {
    const { block } = task;
    if (best.full && (backward ? block.throughNs < best.lastNs : block.fromNs > best.lastNs)) break;
    await context.breathe();
    const batch = context.read(task, pipeline.needs);
    if (batch === null) continue;
    let [from, to] = rowsWithin(batch, range);
    if (best.full) {
      if (backward) from = Math.max(from, rowsWithin(batch, { start: best.lastNs, end: best.lastNs })[0]);
      else to = Math.min(to, rowsWithin(batch, { start: best.lastNs, end: best.lastNs + 1n })[1]);
    }
    if (to <= from) continue;
    const rows = new Uint32Array(to - from);
    for (let i = 0; i < rows.length; i++) rows[i] = backward ? to - 1 - i : from + i;
    let left = limit;
    task.stream.run(batch, rows, rows.length, (row, line, labels) => {
      const ns = batch.baseNs + BigInt(batch.offsetNs[row] as number);
      // A kept line must not keep its whole block alive.
      const kept = typeof line === 'string' || line.length * 4 > batch.lines.length ? line : line.slice();
      best.add({ ns, line: kept, labels }, task.labels);
      context.stats.postFilterLines++;
      return --left > 0;
    });
  }
  return best.take();
}

const byStream = (a: Labels, b: Labels): number => (a === b ? 0 : compare(streamHash(a), streamHash(b)));

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Keeps the first `limit` of the entries given to it, in time order. */
class FirstEntries {
  readonly #limit: number;
  readonly #backward: boolean;
  #entries: { entry: LogEntry; stream: Labels; seq: number }[] = [];
  #seq = 0;
  /** The time of the last entry kept, once there are `limit`. */
  #lastNs: bigint | null = null;

  constructor(limit: number, backward: boolean) {
    this.#limit = limit;
    this.#backward = backward;
  }

  get full(): boolean {
    return this.#lastNs !== null;
  }

  get lastNs(): bigint {
    return this.#lastNs as bigint;
  }

  add(entry: LogEntry, stream: Labels): void {
    this.#entries.push({ entry, stream, seq: this.#seq++ });
    if (this.#entries.length >= this.#limit * 2 || (this.#lastNs === null && this.#entries.length === this.#limit)) this.#cut();
  }

  take(): LogEntry[] {
    this.#cut();
    return this.#entries.map((e) => e.entry);
  }

  #cut(): void {
    const sign = this.#backward ? -1 : 1;
    this.#entries.sort((a, b) => sign * compare(a.entry.ns, b.entry.ns) || byStream(a.stream, b.stream) || a.seq - b.seq);
    if (this.#entries.length < this.#limit) return;
    this.#entries.length = this.#limit;
    this.#lastNs = this.#entries[this.#limit - 1]?.entry.ns ?? null;
  }
}
