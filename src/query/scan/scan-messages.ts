/** What crosses between the threads of a scan: plain data and typed arrays only. */
import type { BlockAddress } from '../../chunks/block-address.js';
import type { Direction } from '../../logql/engine/querier.js';
import type { Grouping } from '../../logql/syntax/ast.js';
import type { StepGrid, TimeRange } from '../../model/time.js';
import type { EntryColumns } from './entry-columns.js';
import type { ScanCounters } from './scan-context.js';
import type { SeriesStates } from './series-states.js';

/** A query, as text: each thread parses and compiles it for itself. */
export type QuerySpec = LogQuerySpec | SampleQuerySpec;

export interface LogQuerySpec {
  readonly kind: 'logs';
  /** The log query, printed. */
  readonly text: string;
  readonly range: TimeRange;
  readonly direction: Direction;
  readonly limit: number;
}

export interface SampleQuerySpec {
  readonly kind: 'samples';
  /** The range aggregation, printed; what it says of range and offset does not count. */
  readonly text: string;
  readonly grouping: Grouping | null;
  readonly grid: StepGrid;
  readonly rangeNs: number;
  readonly offsetNs: number;
}

/** Comes before a query's tasks. */
export interface QueryMessage {
  readonly kind: 'query';
  readonly query: number;
  readonly spec: QuerySpec;
  readonly control: SharedArrayBuffer;
}

/** Some blocks to be scanned, in this order. A worker has one task at a time. */
export interface TaskMessage {
  readonly kind: 'task';
  readonly query: number;
  readonly task: number;
  /** The labels of the streams that the blocks are of: names and values by turns. */
  readonly streams: readonly { readonly rank: number; readonly labels: readonly string[] }[];
  readonly blocks: readonly TaskBlock[];
}

export interface TaskBlock {
  readonly address: BlockAddress;
  readonly head: boolean;
  readonly rank: number;
  readonly place: number;
}

/** No more tasks: what is kept for the query can go. */
export interface EndMessage {
  readonly kind: 'end';
  readonly query: number;
}

/** What a thread is told when it starts. */
export interface ScanThreadData {
  /** Decoded blocks that it keeps for the next query. */
  readonly cacheBytes: number;
}

export type ToWorker = QueryMessage | TaskMessage | EndMessage;

/** One answer to each task. */
export type FromWorker = LogsMessage | SamplesMessage | CancelledMessage | FailedMessage;

interface Scanned {
  readonly query: number;
  readonly task: number;
  readonly counters: ScanCounters;
  readonly damages: readonly { readonly file: string; readonly offset: number; readonly reason: string }[];
}

export interface LogsMessage extends Scanned {
  readonly kind: 'logs';
  readonly entries: EntryColumns;
}

export interface SamplesMessage extends Scanned {
  readonly kind: 'samples';
  readonly series: SeriesStates;
}

export interface CancelledMessage {
  readonly kind: 'cancelled';
  readonly query: number;
  readonly task: number;
}

export interface FailedMessage {
  readonly kind: 'failed';
  readonly query: number;
  readonly task: number;
  /** Of an ApiError; null for faults of ours. */
  readonly code: string | null;
  readonly message: string;
  readonly stack: string;
}

/**
 * Shared by all threads of a query: whether it is cancelled, and for log queries the time behind which entries are of
 * no use any more, and whether there is no room for lines.
 */
export class QueryControl {
  static create(): QueryControl {
    return new QueryControl(new SharedArrayBuffer(24));
  }

  readonly buffer: SharedArrayBuffer;
  readonly #flags: Int32Array;
  readonly #last: BigInt64Array;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#last = new BigInt64Array(buffer, 0, 1);
    this.#flags = new Int32Array(buffer, 8, 3);
  }

  cancel(): void {
    Atomics.store(this.#flags, 0, 1);
  }

  get isCancelled(): boolean {
    return Atomics.load(this.#flags, 0) === 1;
  }

  /** From now on entries are to come without their lines. */
  leaveLines(): void {
    Atomics.store(this.#flags, 2, 1);
  }

  get leavesLines(): boolean {
    return Atomics.load(this.#flags, 2) === 1;
  }

  /** Null until there is one. */
  get lastNs(): bigint | null {
    return Atomics.load(this.#flags, 1) === 1 ? Atomics.load(this.#last, 0) : null;
  }

  setLast(ns: bigint): void {
    Atomics.store(this.#last, 0, ns);
    Atomics.store(this.#flags, 1, 1);
  }
}
