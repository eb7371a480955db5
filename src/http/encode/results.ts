/** Query results as Loki writes them. Streams leave in pieces, so that a large answer is never one object. */

import type { QueryResult } from '../../logql/engine/engine.js';
import { formatSample } from '../../logql/engine/go-number.js';
import type { LogEntry, StepSeries } from '../../logql/engine/querier.js';
import type { ResultLabels } from '../../logql/pipeline/pipeline-types.js';
import type { Labels } from '../../model/labels.js';
import { nanosToMillis } from '../../model/time.js';
import { type QueryStats, statsJson } from '../../query/stats.js';
import { JsonWriter } from './json-writer.js';

export interface EncodeOptions {
  /** From X-Loki-Response-Encoding-Flags; repeated in the answer. */
  readonly flags: readonly string[];
  readonly stats: QueryStats;
}

const pieceBytes = 64 * 1024;

/** The body of a query's answer, in pieces of about 64 KiB. */
export function* encodeResult(result: QueryResult, options: EncodeOptions): Generator<Buffer> {
  const w = new JsonWriter();
  w.raw(`{"status":"success","data":{"resultType":"${typeNames[result.kind]}"`);
  if (result.kind === 'streams' && options.flags.length > 0) w.raw(',"encodingFlags":').json(options.flags);
  w.raw(',"result":');
  switch (result.kind) {
    case 'streams':
      yield* encodeStreams(w, result.entries, options.flags.includes('categorize-labels'));
      break;
    case 'matrix':
      yield* encodeMatrix(w, result);
      break;
    case 'vector': {
      const at = jsonSeconds(nanosToMillis(result.atNs));
      w.raw('[');
      result.samples.forEach((sample, i) => {
        w.raw(i > 0 ? ',{"metric":' : '{"metric":');
        writeLabels(w, sample.labels);
        w.raw(`,"value":[${at},"${formatSample(sample.value)}"]}`);
      });
      w.raw(']');
      break;
    }
    case 'scalar':
      w.raw(`[${scalarTime(result.atNs)},"${formatSample(result.value)}"]`);
      break;
  }
  w.raw(',"stats":').json(statsJson(options.stats)).raw('}}\n');
  yield w.take();
}

const typeNames = { streams: 'streams', matrix: 'matrix', vector: 'vector', scalar: 'scalar' } as const;

export interface ResultStream {
  readonly labels: Labels;
  readonly entries: LogEntry[];
}

/** Entries by stream, streams by label text, as Loki sorts them. With categories, only stream labels name a stream. */
function* encodeStreams(w: JsonWriter, entries: readonly LogEntry[], categorize: boolean): Generator<Buffer> {
  const streams = [...groupStreams(entries, categorize)].sort((a, b) => (a.labels.text < b.labels.text ? -1 : 1));
  w.raw('[');
  for (const [i, stream] of streams.entries()) {
    if (i > 0) w.raw(',');
    yield* encodeStream(w, stream, categorize);
  }
  w.raw(']');
}

/** One stream and its values; yields whenever more than a piece waits. */
function* encodeStream(w: JsonWriter, stream: ResultStream, categorize: boolean): Generator<Buffer> {
  w.raw('{"stream":');
  writeLabels(w, stream.labels);
  w.raw(',"values":[');
  for (const [k, entry] of stream.entries.entries()) {
    if (k > 0) w.raw(',');
    writeValue(w, entry, categorize);
    if (w.pending > pieceBytes) yield w.take();
  }
  w.raw(']}');
}

/** `["<ns>","<line>"]`, with the categories of its labels as third element if asked for. */
export function writeValue(w: JsonWriter, { ns, line, labels }: LogEntry, categorize: boolean): void {
  w.raw(`["${ns}",`);
  if (typeof line === 'string') w.string(line);
  else w.bytes(line);
  if (categorize) categories(w, labels);
  w.raw(']');
}

export function groupStreams(entries: readonly LogEntry[], categorize: boolean): Iterable<ResultStream> {
  const byText = new Map<string, ResultStream>();
  const byLabels = new Map<ResultLabels, ResultStream>();
  for (const entry of entries) {
    let stream = byLabels.get(entry.labels);
    if (stream === undefined) {
      const labels = categorize ? entry.labels.stream : entry.labels.all;
      stream = byText.get(labels.text) ?? { labels, entries: [] };
      byText.set(labels.text, stream);
      byLabels.set(entry.labels, stream);
    }
    stream.entries.push(entry);
  }
  return byText.values();
}

/** The third element of a value: `{"structuredMetadata":{…},"parsed":{…}}`, empty ones left out. */
function categories(w: JsonWriter, labels: ResultLabels): void {
  w.raw(',{');
  if (labels.metadata.pairs.length > 0) {
    w.raw('"structuredMetadata":');
    writeLabels(w, labels.metadata);
  }
  if (labels.parsed.pairs.length > 0) {
    w.raw(labels.metadata.pairs.length > 0 ? ',"parsed":' : '"parsed":');
    writeLabels(w, labels.parsed);
  }
  w.raw('}');
}

function* encodeMatrix(w: JsonWriter, { grid, series }: Extract<QueryResult, { kind: 'matrix' }>): Generator<Buffer> {
  const times: string[] = [];
  for (let k = 0; k < grid.count; k++) {
    times.push(jsonSeconds(nanosToMillis(grid.startNs + BigInt(Math.round(k * grid.stepNs)))));
  }
  w.raw('[');
  for (const [i, one] of series.entries()) {
    w.raw(i > 0 ? ',{"metric":' : '{"metric":');
    writeLabels(w, one.labels);
    w.raw(',"values":[').raw(samplesText(one, times)).raw(']}');
    if (w.pending > pieceBytes) yield w.take();
  }
  w.raw(']');
}

function samplesText({ values, present }: StepSeries, times: readonly string[]): string {
  let text = '';
  for (let k = 0; k < times.length; k++) {
    if (present[k]) text += `${text === '' ? '' : ','}[${times[k]},"${formatSample(values[k] as number)}"]`;
  }
  return text;
}

export function writeLabels(w: JsonWriter, labels: Labels): void {
  w.raw('{');
  labels.pairs.forEach(([name, value], i) => {
    if (i > 0) w.raw(',');
    w.string(name).raw(':').string(value);
  });
  w.raw('}');
}

/** Milliseconds as JSON seconds: 1767225600 or 1767225600.5. */
export const jsonSeconds = (ms: number): string => String(ms / 1000);

/** Loki 3.7 takes a scalar's nanoseconds for milliseconds and lets them overflow (recorded: api/query/37). */
const scalarTime = (ns: bigint): string => {
  const wholeMsNs = ns - (ns % 1_000_000n);
  return String(BigInt.asIntN(64, wholeMsNs * 1000n) / 1_000_000n);
};
