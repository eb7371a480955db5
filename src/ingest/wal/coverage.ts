/** Which entries in the WAL are not its concern any more: flushed to a pack, or written anew in a later record. */
import type { Labels } from '../../model/labels.js';
import type { TenantId } from '../../model/tenant.js';
import type { EntriesRecord, FlushRecord, Position } from './record.js';

export class Coverage {
  readonly #streams = new Map<string, StreamCoverage>();

  /** The record has all that was left of its streams; earlier ones are void for them. */
  addMoved(record: EntriesRecord, seq: number): void {
    for (const { labels } of record.streams) {
      const stream = this.#stream(record.tenant, labels);
      stream.movedTo = Math.max(stream.movedTo, seq);
    }
  }

  /** The record's pack is stored. */
  addFlushed(record: FlushRecord): void {
    for (const { labels, through } of record.streams) {
      const { flushed } = this.#stream(record.tenant, labels);
      const before = flushed.get(record.day);
      if (before === undefined || isBefore(before, through)) flushed.set(record.day, through);
    }
  }

  /** Null when nothing of the stream is covered. */
  of(tenant: TenantId, labels: Labels): StreamCoverage | null {
    return this.#streams.get(keyOf(tenant, labels)) ?? null;
  }

  #stream(tenant: TenantId, labels: Labels): StreamCoverage {
    const key = keyOf(tenant, labels);
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      stream = { movedTo: 0, flushed: new Map() };
      this.#streams.set(key, stream);
    }
    return stream;
  }
}

export interface StreamCoverage {
  /** Earlier records are void. */
  movedTo: number;
  /** By UTC day: entries of the day through this place are in packs. */
  readonly flushed: Map<number, Position>;
}

export const isBefore = (a: Position, b: Position): boolean => a.seq < b.seq || (a.seq === b.seq && a.row < b.row);

/** Neither a tenant's id nor the text of labels has a NUL that is not escaped. */
const keyOf = (tenant: TenantId, labels: Labels): string => `${tenant}\0${labels.text}`;
