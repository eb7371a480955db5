/** The entries of a log query's answer, picked out of those that a scan finds, block after block. */
import { createHash } from 'node:crypto';
import type { LogEntry } from '../../logql/engine/querier.js';
import type { Labels } from '../../model/labels.js';
import type { Nanos } from '../../model/time.js';
import type { FoundEntry } from './found-entry.js';
import { LaterEntry } from './line-reader.js';
import { streamHash } from './stream-hash.js';

/** Lines of an answer that are kept until it is sent: at most about so many bytes. */
export const heldBytesDefault = 16 * 1024 * 1024;

/**
 * Keeps the first `limit` of the entries given to it, in order of time. Entries of equal times go by their stream's
 * hash, then by arrival (reversed when asked for backward), as in Loki. Entries of one stream and time that the stages
 * made equal (`line_format` often does) are one, and count once. When there is no more room for lines, entries are to
 * come without them (LaterEntry).
 */
export class FirstEntries {
  readonly #limit: number;
  readonly #backward: boolean;
  readonly #order: (a: FoundEntry, b: FoundEntry) => number;
  readonly #heldBytesMax: number;
  /** Of lines that came; when those are too many, of lines that are here. */
  #heldBytes = 0;
  #entries: FoundEntry[] = [];
  #isFull = false;
  #lastNs: Nanos | null = null;

  constructor(
    limit: number,
    backward: boolean,
    labelsOf: (rank: number) => Labels,
    heldBytesMax: number = heldBytesDefault,
  ) {
    this.#limit = limit;
    this.#heldBytesMax = heldBytesMax;
    this.#backward = backward;
    this.#order = entryOrder(backward, labelsOf);
  }

  /** Once there is such a time, entries behind it are of no use. */
  get lastNs(): Nanos | null {
    return this.#lastNs;
  }

  /** Entries may come with their lines. */
  get hasRoom(): boolean {
    return this.#heldBytes < this.#heldBytesMax;
  }

  /** There are, elsewhere, `limit` entries up to this time. */
  noLaterThan(ns: Nanos | null): void {
    if (ns !== null && (this.#lastNs === null || (this.#backward ? ns > this.#lastNs : ns < this.#lastNs))) {
      this.#lastNs = ns;
    }
  }

  /** `heldBytes`: of its line; 0 when that is read again. */
  add(entry: FoundEntry, heldBytes: number): void {
    const count = this.#entries.push(entry);
    this.#heldBytes += heldBytes;
    if (count >= this.#limit * 2 || (!this.#isFull && count === this.#limit)) this.#cut();
  }

  /** In order. */
  take(): readonly FoundEntry[] {
    this.#cut();
    return this.#entries;
  }

  #cut(): void {
    this.#entries.sort(this.#order);
    this.#entries = withoutRepeats(this.#entries);
    if (this.#entries.length < this.#limit) return;
    this.#entries.length = this.#limit;
    if (!this.hasRoom) this.#heldBytes = this.#entries.reduce((bytes, entry) => bytes + heldBytesOf(entry), 0);
    this.#isFull = true;
    this.noLaterThan(this.#entries.at(-1)?.ns ?? null);
  }
}

const heldBytesOf = (entry: FoundEntry): number => (entry instanceof LaterEntry ? 0 : entry.line.length);

/** Of sorted entries: leaves out those whose line and labels an earlier one of their stream and time has. */
function withoutRepeats(entries: FoundEntry[]): FoundEntry[] {
  const isTie = (i: number): boolean => {
    const [a, b] = [entries[i - 1], entries[i]];
    return a !== undefined && b !== undefined && a.ns === b.ns && a.rank === b.rank;
  };
  const repeats = new Set<FoundEntry>();
  let seen = new Set<string>();
  for (const [i, entry] of entries.entries()) {
    if (!isTie(i)) {
      if (!isTie(i + 1)) continue;
      seen = new Set();
    }
    const content = contentOf(entry);
    if (seen.has(content)) repeats.add(entry);
    else seen.add(content);
  }
  return repeats.size === 0 ? entries : entries.filter((entry) => !repeats.has(entry));
}

/** A line that is longer counts as equal when its digest is: many of them need not be in memory at once. */
const comparedBytesMax = 1024;

function contentOf({ line, labels }: LogEntry): string {
  const bytes = typeof line === 'string' ? Buffer.from(line) : Buffer.from(line.buffer, line.byteOffset, line.length);
  const text =
    bytes.length > comparedBytesMax
      ? createHash('sha256').update(bytes).digest('base64') + bytes.length
      : bytes.toString('latin1');
  return JSON.stringify([text, labels.metadata.text, labels.parsed.text]);
}

function entryOrder(backward: boolean, labelsOf: (rank: number) => Labels): (a: FoundEntry, b: FoundEntry) => number {
  const sign = backward ? -1 : 1;
  return (a, b) => {
    if (a.ns !== b.ns) return a.ns < b.ns ? -sign : sign;
    if (a.rank === b.rank) return sign * (a.place - b.place);
    const [first, second] = [streamHash(labelsOf(a.rank)), streamHash(labelsOf(b.rank))];
    return first < second ? -1 : first > second ? 1 : a.rank - b.rank;
  };
}

/** Entries in order, at least `intervalNs` apart, over all streams together, as Loki thins them out. */
export function spaced<T extends LogEntry>(entries: readonly T[], intervalNs: bigint, backward: boolean): T[] {
  const kept: T[] = [];
  let last: Nanos | null = null;
  for (const entry of entries) {
    if (last !== null && (backward ? last - entry.ns : entry.ns - last) < intervalNs) continue;
    kept.push(entry);
    last = entry.ns;
  }
  return kept;
}
