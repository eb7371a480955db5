/**
 * One live tail: what is appended and passes the query goes to the client, oldest first. A client that does not keep
 * up loses entries and is told which; one that stays blocked is closed. It is given functions, and knows no socket.
 */
import type { Clock } from '../io/clock.js';
import type { LogEntry } from '../logql/engine/querier.js';
import { compilePipeline } from '../logql/pipeline/pipeline.js';
import type { LineText, Pipeline, StreamPipeline } from '../logql/pipeline/pipeline-types.js';
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
  /** Entries are held back until they are so old, so that late ones of other streams can be put in order. */
  readonly delayMs: number;
  readonly maxDurationMs: number;
  readonly clock: Clock;
  readonly sink: TailSink;
}

/** Bounds of a tail. Source: Loki 3.7.6; those in bytes are ours. */
const frameEntriesMax = 100;
const frameBytesMax = 1 << 20;
const droppedMax = 1000;
const blockedMaxMs = 15_000;
const queueEntriesMax = 10_000;
const queueBytesMax = 8 << 20;
const frameEveryMs = 50;
/** After so many lines the pipeline is compiled anew: it remembers every set of labels that it has made. */
const pipelineLinesMax = 100_000;

interface Queued {
  readonly entry: LogEntry;
  readonly dueMs: number;
}

export class Tailer {
  readonly #options: TailOptions;
  #pipeline: Pipeline;
  #pipelineLines = 0;
  readonly #streams = new Map<string, StreamPipeline | null>();
  /** Null until `begin`. */
  #history: readonly LogEntry[] | null = null;
  #queue: Queued[] = [];
  #queueBytes = 0;
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

  /** Entries that were there before the tail began, oldest first: they go first. Until then nothing is sent. */
  begin(history: readonly LogEntry[]): void {
    this.#history = history;
    this.#flush();
  }

  /** What was appended to one stream. Called in the tick of the append: it must be quick, and the batch is not kept. */
  append(labels: Labels, batch: EntryBatch): void {
    if (this.#closed) return;
    const stream = this.#stream(labels, batch.count);
    if (stream === null) return;
    const rows = Uint32Array.from({ length: batch.count }, (_, i) => i);
    stream.run(batch, rows, rows.length, (row, line, resultLabels) => {
      const ns = batch.baseNs + BigInt(batch.offsetNs[row] as number);
      this.#enqueue({ ns, line: typeof line === 'string' ? line : line.slice(), labels: resultLabels });
      return true;
    });
  }

  stop(): void {
    this.#closed = true;
    for (const stop of this.#stopTimers) stop();
    this.#queue = [];
    this.#history = [];
  }

  #enqueue(entry: LogEntry): void {
    const { clock, delayMs } = this.#options;
    const bytes = bytesOf(entry.line);
    if (this.#queue.length >= queueEntriesMax || this.#queueBytes + bytes > queueBytesMax) {
      this.#drop(entry);
      return;
    }
    const ageMs = Number(clock.nowNs() - entry.ns) / 1e6;
    const dueMs = clock.monotonicMs() + Math.max(0, Math.min(delayMs, delayMs - ageMs));
    this.#queue.push({ entry, dueMs });
    this.#queueBytes += bytes;
  }

  #stream(labels: Labels, lines: number): StreamPipeline | null {
    this.#pipelineLines += lines;
    if (this.#pipelineLines > pipelineLinesMax) {
      this.#pipelineLines = lines;
      this.#streams.clear();
      this.#pipeline = compilePipeline(this.#options.expr);
    }
    let stream = this.#streams.get(labels.text);
    if (stream === undefined) {
      stream = this.#options.matches(labels) ? this.#pipeline.forStream(labels) : null;
      this.#streams.set(labels.text, stream);
    }
    return stream;
  }

  #flush(): void {
    if (this.#history === null || this.#closed) return;
    const { clock, sink } = this.#options;
    const nowMs = clock.monotonicMs();
    if (sink.blocked()) {
      this.#blockedSinceMs ??= nowMs;
      if (nowMs - this.#blockedSinceMs > blockedMaxMs) this.#end('the client is too slow: it read nothing for 15s');
      else for (const entry of this.#takeDue(nowMs)) this.#drop(entry);
      return;
    }
    this.#blockedSinceMs = null;
    this.#history = this.#send(this.#history);
    if (this.#history.length > 0) return;
    const rest = this.#send(this.#takeDue(nowMs));
    for (const entry of rest) this.#drop(entry);
    if (this.#dropped.length > 0 && rest.length === 0) this.#sendFrame([]);
  }

  /** In frames, until the client is blocked; returns what is left. */
  #send(entries: readonly LogEntry[]): readonly LogEntry[] {
    let from = 0;
    while (from < entries.length && !this.#options.sink.blocked()) {
      let to = from;
      let bytes = 0;
      while (to < entries.length && to - from < frameEntriesMax && bytes < frameBytesMax) {
        bytes += bytesOf((entries[to++] as LogEntry).line);
      }
      this.#sendFrame(entries.slice(from, to));
      from = to;
    }
    return from === 0 ? entries : entries.slice(from);
  }

  #sendFrame(entries: readonly LogEntry[]): void {
    this.#options.sink.send(entries, this.#dropped);
    this.#dropped = [];
  }

  /** Takes what has been held back long enough, by time. */
  #takeDue(nowMs: number): LogEntry[] {
    const due: LogEntry[] = [];
    const rest: Queued[] = [];
    for (const queued of this.#queue) {
      if (queued.dueMs > nowMs) rest.push(queued);
      else {
        due.push(queued.entry);
        this.#queueBytes -= bytesOf(queued.entry.line);
      }
    }
    this.#queue = rest;
    return due.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
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

/** A text counts by its length: near enough for a bound. */
const bytesOf = (line: LineText): number => line.length;
