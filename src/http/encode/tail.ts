/** Frames of a live tail, as Loki writes them: an object for each entry, so that their order over all streams is kept. */
import type { LogEntry } from '../../logql/engine/querier.js';
import type { DroppedEntry } from '../../tail/tailer.js';
import { JsonWriter } from './json-writer.js';
import { rfc3339Nano } from './legacy-time.js';
import { writeLabels, writeValue } from './results.js';

/** A frame of `/loki/api/v1/tail`. */
export function encodeFrame(
  entries: readonly LogEntry[],
  dropped: readonly DroppedEntry[],
  flags: readonly string[],
): Buffer {
  const categorize = flags.includes('categorize-labels');
  const w = new JsonWriter();
  w.raw('{"streams":[');
  for (const [i, entry] of entries.entries()) {
    w.raw(i > 0 ? ',{"stream":' : '{"stream":');
    writeLabels(w, categorize ? entry.labels.stream : entry.labels.all);
    w.raw(',"values":[');
    writeValue(w, entry, categorize);
    w.raw(']}');
  }
  w.raw(']');
  if (dropped.length > 0) {
    w.raw(',"dropped_entries":').json(
      dropped.map(({ labels, ns }) => ({ timestamp: String(ns), labels: labels.toRecord() })),
    );
  }
  if (flags.length > 0) w.raw(',"encodingFlags":').json(flags);
  return w.raw('}').take();
}

/** A frame of `/api/prom/tail`. */
export function encodeLegacyFrame(entries: readonly LogEntry[], dropped: readonly DroppedEntry[]): Buffer {
  const w = new JsonWriter();
  w.raw('{"streams":[');
  for (const [i, { ns, line, labels }] of entries.entries()) {
    w.raw(i > 0 ? ',{"labels":' : '{"labels":').string(labels.all.text);
    w.raw(`,"entries":[{"ts":"${rfc3339Nano(ns)}","line":`);
    if (typeof line === 'string') w.string(line);
    else w.bytes(line);
    w.raw('}]}');
  }
  const list = dropped.map(({ labels, ns }) => ({ Timestamp: rfc3339Nano(ns), Labels: labels.text }));
  return w
    .raw('],"dropped_entries":')
    .json(list.length > 0 ? list : null)
    .raw('}')
    .take();
}
