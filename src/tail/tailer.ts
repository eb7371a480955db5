/**
 * One live tail: what is appended and passes the query goes to the client, oldest first. A client that does not keep
 * up loses entries and is told which; one that stays blocked is closed. It is given functions, and knows no socket.
 */
import type { Clock } from '../io/clock.js';
import type { LogEntry } from '../logql/engine/querier.js';
import { compilePipeline } from '../logql/pipeline/pipeline.js';
import type { Pipeline, StreamPipeline } from '../logql/pipeline/pipeline-types.js';
import type { LogExpr } from '../logql/syntax/ast.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { Labels } from '../model/labels.js';

export interface DroppedEntry {
  readonly labels: Labels;
  readonly ns: bigint;
}

export interface TailSink {
  /** The client has not read what it was sent. */
  blocked(): boolean;
  send(entries: readonly LogEntry[], dropped: readonly DroppedEntry[]): void;
  /** The tail is over; `reason` is for the client. */
  close(reason: string): void;
}

export interface TailOptions {
  readonly expr: LogExpr;
  readonly matches: (labels: Labels) => boolean;
  /** Entries are held back so long, so that late ones of other streams can be put in order. */
  readonly delayMs: number;
  readonly maxDurationMs: number;
  readonly clock: Clock;
  readonly sink: TailSink;
}

/** Bounds of a tail. Source: Loki 3.7.6. */
const entriesPerFrameMax = 100;
const droppedMax = 1000;
const blockedMaxMs = 15_000;
const queueMax = 10_000;
const frameEveryMs = 50;

export class Tailer {
  readonly #options: TailOptions;
  readonly #pipeline: Pipeline;
  readonly #streams = new Map<string, StreamPipeline | null>();
  #queue: { readonly entry: LogEntry; readonly dueMs: number }[] = [];
  #dropped: DroppedEntry[] = [];
  #blockedSinceMs: number | null = null;
  readonly #stopTimers: (() => void)[] = [];
  #closed = false;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#pipeline = compilePipeline(options.expr);
    const { clock, maxDurationMs } = options;
    this.#stopTimers.push(clock.every(frameEveryMs, () => this.#flush()));
    if (maxDurationMs > 0) {
      this.#stopTimers.push(clock.after(maxDurationMs, () => this.#end('reached tail max duration limit')));
    }
  }

  /** Entries that were there before the tail began: they go first, in one run. */
  begin(history: readonly LogEntry[]): void {
    for (let i = 0; i < history.length; i += entriesPerFrameMax) {
      this.#options.sink.send(history.slice(i, i + entriesPerFrameMax), []);
    }
  }

  /** What was appended to one stream. Called in the tick of the append: it must be quick. */
  append(labels: Labels, batch: EntryBatch): void {
    if (this.#closed) return;
    const stream = this.#stream(labels);
    if (stream === null) return;
    const rows = Uint32Array.from({ length: batch.count }, (_, i) => i);
    const dueMs = this.#options.clock.monotonicMs() + this.#options.delayMs;
    stream.run(batch, rows, rows.length, (row, line, resultLabels) => {
      const ns = batch.baseNs + BigInt(batch.offsetNs[row] as number);
      const entry = { ns, line: typeof line === 'string' ? line : line.slice(), labels: resultLabels };
      if (this.#queue.length < queueMax) this.#queue.push({ entry, dueMs });
      else this.#drop(entry);
      return true;
    });
  }

  stop(): void {
    this.#closed = true;
    for (const stop of this.#stopTimers) stop();
    this.#queue = [];
  }

  #stream(labels: Labels): StreamPipeline | null {
    let stream = this.#streams.get(labels.text);
    if (stream === undefined) {
      stream = this.#options.matches(labels) ? this.#pipeline.forStream(labels) : null;
      this.#streams.set(labels.text, stream);
    }
    return stream;
  }

  #flush(): void {
    const now = this.#options.clock.monotonicMs();
    let due = 0;
    while (due < this.#queue.length && (this.#queue[due] as { dueMs: number }).dueMs <= now) due++;
    if (this.#options.sink.blocked()) {
      this.#blockedSinceMs ??= now;
      if (now - this.#blockedSinceMs > blockedMaxMs) this.#end('the client is too slow: it read nothing for 15s');
      else for (const { entry } of this.#queue.splice(0, due)) this.#drop(entry);
      return;
    }
    this.#blockedSinceMs = null;
    if (due === 0) return;
    const entries = this.#queue.splice(0, due).map((q) => q.entry);
    entries.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
    for (let i = 0; i < entries.length; i += entriesPerFrameMax) {
      this.#options.sink.send(entries.slice(i, i + entriesPerFrameMax), this.#dropped);
      this.#dropped = [];
    }
  }

  #drop(entry: LogEntry): void {
    if (this.#dropped.length < droppedMax) this.#dropped.push({ labels: entry.labels.all, ns: entry.ns });
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.stop();
    this.#options.sink.close(reason);
  }
}
