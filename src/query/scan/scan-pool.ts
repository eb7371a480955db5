/**
 * Threads that scan blocks. They are started when there is work, and end when there was none for a while. A query's
 * tasks are worked on in any order, a few ahead, and their results given back in order. A thread that dies or hangs
 * fails its query; another takes its place.
 */
import { ApiError, type ErrorCode } from '../../errors.js';
import {
  type FromWorker,
  type LogsMessage,
  QueryControl,
  type QuerySpec,
  type SamplesMessage,
  type TaskMessage,
  type ToWorker,
} from './scan-messages.js';
import type { ScanThread } from './scan-thread.js';

export interface PoolOptions {
  readonly start: () => ScanThread;
  /** Threads at the same time, at most. */
  readonly threadsMax: number;
  /** A thread ends when it had nothing to do for so long. */
  readonly idleMs?: number;
  /** A thread that has not answered so long after its query was cancelled is stopped. */
  readonly stuckMs?: number;
}

/** A scan as the pool sees it. */
export interface PooledScan {
  readonly spec: QuerySpec;
  readonly taskCount: number;
  /** What to send; made when a thread is free for it. */
  task(index: number): Pick<TaskMessage, 'streams' | 'blocks'>;
  /** Tasks of equal lanes go to the same thread when it is free. */
  lane(index: number): number;
  /** Called in the order of the tasks. */
  accept(message: LogsMessage | SamplesMessage, control: QueryControl): void | Promise<void>;
  /** The task and all that follow are of no use any more. */
  isDone(index: number): boolean;
}

const idleMsDefault = 60_000;
const stuckMsDefault = 2_000;

/** Tasks, for each thread, that are worked on or wait for an earlier one's result. */
const tasksAhead = 4;

export class ScanPool {
  readonly #options: Required<PoolOptions>;
  readonly #threads: (PoolThread | null)[];
  /** In turn: the first is served next. */
  #runs: QueryRun[] = [];
  #lastQuery = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = { idleMs: idleMsDefault, stuckMs: stuckMsDefault, ...options };
    this.#threads = new Array<PoolThread | null>(options.threadsMax).fill(null);
  }

  /** Threads that are alive. */
  get threadCount(): number {
    return this.#threads.filter((thread) => thread !== null).length;
  }

  /**
   * Resolves when all results were accepted, or `isDone` said that no more are needed. Rejects with what `accept`
   * threw, with the signal's reason, with a task's error, or when a thread died over a task.
   */
  async run(scan: PooledScan, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closedError();
    const run = new QueryRun(++this.#lastQuery, scan, this.#options.threadsMax * tasksAhead);
    const abort = (): void => run.fail(signal.reason);
    signal.addEventListener('abort', abort);
    // It is served next: the others were served before.
    this.#runs.unshift(run);
    try {
      this.#feed();
      while (run.next < scan.taskCount && !scan.isDone(run.next)) {
        await scan.accept(await run.nextAnswer(), run.control);
        signal.throwIfAborted();
        run.next++;
        this.#feed();
      }
    } finally {
      signal.removeEventListener('abort', abort);
      this.#end(run);
    }
  }

  /** Stops all threads. Queries under way fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const run of this.#runs) run.fail(closedError());
    await Promise.all(this.#threads.map((thread) => thread?.stop()));
  }

  #end(run: QueryRun): void {
    this.#runs = this.#runs.filter((other) => other !== run);
    run.control.cancel();
    for (const thread of this.#threads) thread?.end(run, this.#options.stuckMs);
  }

  /** Gives tasks to threads that are free. */
  #feed(): void {
    if (this.#isClosed) return;
    for (;;) {
      const run = this.#runs.find((one) => one.hasTask());
      if (run === undefined) return;
      const index = this.#freeThread(run);
      if (index < 0) return;
      // Queries take turns.
      this.#runs = [...this.#runs.filter((other) => other !== run), run];
      try {
        const thread = this.#threads[index] ?? null;
        (thread ?? this.#start(index)).send(run, run.takeTask(index, this.#threads.length));
        if (thread !== null) continue;
        // Starting a thread holds up this one for some milliseconds: one at a time.
        setImmediate(() => this.#feed());
        return;
      } catch (error) {
        run.fail(error);
      }
    }
  }

  /** A thread that waits, if possible the one that had the task's data before; else room for a new one; -1: neither. */
  #freeThread(run: QueryRun): number {
    const count = this.#threads.length;
    const preferred = run.laneOfNext() % count;
    let found = -1;
    for (let i = 0; i < count; i++) {
      const thread = this.#threads[i] as PoolThread | null;
      if (thread?.isIdle !== true) continue;
      if (i === preferred) return i;
      found = i;
    }
    if (found >= 0) return found;
    if (this.#threads[preferred] === null) return preferred;
    return this.#threads.indexOf(null);
  }

  #start(index: number): PoolThread {
    const thread = new PoolThread(this.#options.start(), this.#options.idleMs, {
      answered: () => this.#feed(),
      exited: () => {
        this.#threads[index] = null;
        this.#feed();
      },
    });
    this.#threads[index] = thread;
    return thread;
  }
}

const closedError = (): ApiError => new ApiError('unavailable', 'the server is stopping');

/** One query's way through the pool. */
class QueryRun {
  readonly id: number;
  readonly control = QueryControl.create();
  /** The task whose result is wanted next. */
  next = 0;
  readonly #scan: PooledScan;
  readonly #ahead: number;
  /** 1: given to a thread. */
  readonly #taken: Uint8Array;
  /** No task before this one is to be given away. */
  #firstFree = 0;
  readonly #answers = new Map<number, LogsMessage | SamplesMessage>();
  #waiting: { resolve(message: LogsMessage | SamplesMessage): void; reject(error: unknown): void } | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(id: number, scan: PooledScan, ahead: number) {
    this.id = id;
    this.#scan = scan;
    this.#ahead = ahead;
    this.#taken = new Uint8Array(scan.taskCount);
  }

  get spec(): QuerySpec {
    return this.#scan.spec;
  }

  /** Rejects when the query has failed. */
  nextAnswer(): Promise<LogsMessage | SamplesMessage> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#wake();
    });
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.control.cancel();
    this.#wake();
  }

  answered(message: FromWorker): void {
    if (message.kind === 'failed') this.fail(errorOf(message));
    else if (message.kind !== 'cancelled') {
      this.#answers.set(message.task, message);
      this.#wake();
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const answer = this.#answers.get(this.next);
    if (this.#failure === null && answer === undefined) return;
    this.#waiting = null;
    this.#answers.delete(this.next);
    if (this.#failure !== null) waiting.reject(this.#failure.error);
    else if (answer !== undefined) waiting.resolve(answer);
  }

  hasTask(): boolean {
    while (this.#taken[this.#firstFree] === 1) this.#firstFree++;
    const first = this.#firstFree;
    if (this.#failure !== null || first >= this.#scan.taskCount || first >= this.next + this.#ahead) return false;
    // The one that is waited for is always given away.
    return first === this.next || !this.#scan.isDone(first);
  }

  laneOfNext(): number {
    return this.#scan.lane(this.#firstFree);
  }

  /** The first free task of the thread's lane that may be worked on now, else the first of all. */
  takeTask(thread: number, threads: number): TaskMessage {
    const end = Math.min(this.#scan.taskCount, this.next + this.#ahead);
    let task = this.#firstFree;
    for (let i = task; i < end; i++) {
      if (this.#taken[i] === 1 || this.#scan.lane(i) % threads !== thread) continue;
      task = i;
      break;
    }
    this.#taken[task] = 1;
    return { kind: 'task', query: this.id, task, ...this.#scan.task(task) };
  }
}

function errorOf({ code, message, stack }: Extract<FromWorker, { kind: 'failed' }>): Error {
  const error = code === null ? new Error(message) : new ApiError(code as ErrorCode, message);
  error.stack = stack;
  return error;
}

interface ThreadEvents {
  readonly answered: () => void;
  readonly exited: () => void;
}

class PoolThread {
  readonly #thread: ScanThread;
  readonly #idleMs: number;
  readonly #events: ThreadEvents;
  /** Queries that it was told of. */
  readonly #known = new Set<QueryRun>();
  #busyWith: QueryRun | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;
  #error: Error | null = null;

  constructor(thread: ScanThread, idleMs: number, events: ThreadEvents) {
    this.#thread = thread;
    this.#idleMs = idleMs;
    this.#events = events;
    thread.on('message', (message) => this.#answered(message));
    thread.on('error', (error) => {
      this.#error = error;
    });
    thread.on('exit', (code) => this.#exited(code));
    thread.unref();
    this.#setTimer(idleMs);
  }

  get isIdle(): boolean {
    return this.#busyWith === null && !this.#isStopping;
  }

  send(run: QueryRun, task: TaskMessage): void {
    if (!this.#known.has(run)) {
      this.#post({ kind: 'query', query: run.id, spec: run.spec, control: run.control.buffer });
      this.#known.add(run);
    }
    this.#post(task);
    clearTimeout(this.#timer);
    this.#thread.ref();
    this.#busyWith = run;
  }

  /** The query is over; if this thread still works for it, it has `stuckMs` to see that. */
  end(run: QueryRun, stuckMs: number): void {
    if (this.#known.delete(run)) this.#post({ kind: 'end', query: run.id });
    if (this.#busyWith === run) this.#setTimer(stuckMs);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#thread.terminate();
  }

  #post(message: ToWorker): void {
    this.#thread.postMessage(message, []);
  }

  #answered(message: FromWorker): void {
    const run = this.#busyWith;
    this.#busyWith = null;
    this.#thread.unref();
    this.#setTimer(this.#idleMs);
    run?.answered(message);
    this.#events.answered();
  }

  #setTimer(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.stop(), ms);
    this.#timer.unref();
  }

  #exited(code: number): void {
    clearTimeout(this.#timer);
    this.#isStopping = true;
    const why = this.#error === null ? `exit code ${code}` : this.#error.message;
    this.#busyWith?.fail(new ApiError('internal', `a scan worker died: ${why}`));
    this.#busyWith = null;
    this.#events.exited();
  }
}
