/** A frame of a live tail, as Loki writes it. */

import type { LogEntry } from '../../logql/engine/querier.js';
import type { DroppedEntry } from '../../tail/tailer.js';
import { JsonWriter } from './json-writer.js';
import { groupStreams, writeStream } from './results.js';

export function encodeFrame(
  entries: readonly LogEntry[],
  dropped: readonly DroppedEntry[],
  flags: readonly string[],
): string {
  const categorize = flags.includes('categorize-labels');
  const w = new JsonWriter();
  w.raw('{"streams":[');
  let first = true;
  for (const stream of groupStreams(entries, categorize)) {
    if (!first) w.raw(',');
    first = false;
    for (const _ of writeStream(w, stream, categorize, Number.MAX_SAFE_INTEGER)) break;
  }
  w.raw(']');
  if (dropped.length > 0) {
    const list = dropped.map(({ labels, ns }) => ({ labels: labels.toRecord(), timestamp: String(ns) }));
    w.raw(',"dropped_entries":').json(list);
  }
  if (flags.length > 0) w.raw(',"encodingFlags":').json(flags);
  return w.raw('}').take().toString('utf8');
}
