/** Entries that a decoder holds as objects, put into columns: for forms of push that are not made for speed. */
import { EntryColumns } from './entry-columns.js';
import { plainBytes } from './plain-bytes.js';
import type { PushStream } from './push-request.js';

export interface Row {
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
  readonly line: string;
  /** Structured metadata in several lists, so that rows can share what they have in common. A later pair counts. */
  readonly metadata: readonly (readonly (readonly [name: string, value: string])[])[];
}

export function pushRows(labels: string, rows: readonly Row[], into: PushStream[]): void {
  // Lines stand first, as they will stay; names and values behind them, each once.
  let lineBytes = 0;
  let poolBytes = 0;
  const pool = new Map<string, { start: number; end: number }>();
  for (const { line, metadata } of rows) {
    lineBytes += Buffer.byteLength(line);
    for (const list of metadata) {
      for (const pair of list) {
        for (const text of pair) {
          if (pool.has(text)) continue;
          const end = poolBytes + Buffer.byteLength(text);
          pool.set(text, { start: poolBytes, end });
          poolBytes = end;
        }
      }
    }
  }
  const bytes = Buffer.allocUnsafeSlow(lineBytes + poolBytes);
  for (const [text, span] of pool) bytes.write(text, lineBytes + span.start);

  const columns = new EntryColumns(plainBytes(bytes), 0);
  let at = 0;
  for (const { seconds, nanos, line, metadata } of rows) {
    for (const list of metadata) {
      for (const [name, value] of list) {
        const n = pool.get(name) as { start: number; end: number };
        const v = pool.get(value) as { start: number; end: number };
        columns.addMetadata(lineBytes + n.start, lineBytes + n.end, lineBytes + v.start, lineBytes + v.end);
      }
    }
    const start = at;
    at += bytes.write(line, at);
    columns.addEntry(seconds, nanos, start, at);
  }
  columns.finish(labels, into);
}
