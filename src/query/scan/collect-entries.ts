/** Picks the entries of a log query's answer out of those that a scan finds, block after block. */
import type { LogEntry } from '../../logql/engine/querier.js';
import type { Nanos } from '../../model/time.js';

/** An entry with its place among those of equal time. */
export interface FoundEntry extends LogEntry {
  /** Place of its stream. */
  readonly rank: number;
  /** Place in its stream's arrival: grows with it. */
  readonly place: number;
}

export interface EntryCollector {
  /** Once this is known, entries behind it are of no use. */
  readonly lastNs: Nanos | null;
  /** The answer is complete, whatever comes. */
  readonly isDone: boolean;
  add(entry: FoundEntry): void;
  /** No entry before this time will come any more. */
  reached(ns: Nanos): void;
  /** The answer, in order. */
  take(): LogEntry[];
}

/** Of equal times the streams' order holds, then that of arrival (reversed when asked for backward, as in Loki). */
function entryOrder(backward: boolean): (a: FoundEntry, b: FoundEntry) => number {
  const sign = backward ? -1 : 1;
  return (a, b) => {
    if (a.ns !== b.ns) return a.ns < b.ns ? -sign : sign;
    return a.rank - b.rank || sign * (a.place - b.place);
  };
}

/** Keeps the first `limit` entries. */
export class FirstEntries implements EntryCollector {
  readonly isDone = false;
  lastNs: Nanos | null = null;
  readonly #limit: number;
  readonly #backward: boolean;
  readonly #order: (a: FoundEntry, b: FoundEntry) => number;
  readonly #entries: FoundEntry[] = [];
  #isFull = false;

  constructor(limit: number, backward: boolean) {
    this.#limit = limit;
    this.#backward = backward;
    this.#order = entryOrder(backward);
  }

  /** Others know of `limit` entries up to this time. */
  noLaterThan(ns: Nanos | null): void {
    if (ns === null) return;
    if (this.lastNs === null || (this.#backward ? ns > this.lastNs : ns < this.lastNs)) this.lastNs = ns;
  }

  add(entry: FoundEntry): void {
    const count = this.#entries.push(entry);
    if (count >= this.#limit * 2 || (!this.#isFull && count === this.#limit)) this.#cut();
  }

  reached(): void {}

  take(): FoundEntry[] {
    this.#cut();
    return this.#entries;
  }

  #cut(): void {
    this.#entries.sort(this.#order);
    if (this.#entries.length < this.#limit) return;
    this.#entries.length = this.#limit;
    this.#isFull = true;
    this.noLaterThan(this.#entries[this.#limit - 1]?.ns ?? null);
  }
}

/** Keeps entries at least `intervalNs` apart, over all streams together, as Loki thins them out. */
export class SpacedEntries implements EntryCollector {
  readonly lastNs = null;
  readonly #limit: number;
  readonly #backward: boolean;
  readonly #intervalNs: bigint;
  readonly #order: (a: FoundEntry, b: FoundEntry) => number;
  /** Entries that others may still come before. */
  #waiting: FoundEntry[] = [];
  readonly #kept: LogEntry[] = [];

  constructor(limit: number, backward: boolean, intervalNs: bigint) {
    this.#limit = limit;
    this.#backward = backward;
    this.#intervalNs = intervalNs;
    this.#order = entryOrder(backward);
  }

  get isDone(): boolean {
    return this.#kept.length >= this.#limit;
  }

  add(entry: FoundEntry): void {
    this.#waiting.push(entry);
  }

  reached(ns: Nanos): void {
    const settled = this.#waiting.filter((entry) => (this.#backward ? entry.ns > ns : entry.ns < ns));
    if (settled.length === 0) return;
    this.#waiting = this.#waiting.filter((entry) => !(this.#backward ? entry.ns > ns : entry.ns < ns));
    this.#thin(settled);
  }

  take(): LogEntry[] {
    this.#thin(this.#waiting);
    return this.#kept;
  }

  #thin(entries: FoundEntry[]): void {
    for (const entry of entries.sort(this.#order)) {
      if (this.isDone) return;
      const last = this.#kept.at(-1)?.ns;
      if (last !== undefined && (this.#backward ? last - entry.ns : entry.ns - last) < this.#intervalNs) continue;
      this.#kept.push(entry);
    }
  }
}
