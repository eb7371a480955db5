import type { LogEntry } from '../../logql/engine/querier.js';

/** An entry with its place among those of equal time. */
export interface FoundEntry extends LogEntry {
  /** Place of its stream among the streams of the scan. */
  readonly rank: number;
  /** Place in its stream by arrival: grows with it. */
  readonly place: number;
}
