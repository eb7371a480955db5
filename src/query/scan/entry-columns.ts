/** Entries of a log query as columns, to cross between threads: lines as one buffer, never as strings. */
import type { LogEntry } from '../../logql/engine/querier.js';
import type { ResultLabels } from '../../logql/pipeline/pipeline-types.js';
import { byName, type LabelPair, Labels } from '../../model/labels.js';
import type { FoundEntry } from './found-entry.js';
import { LaterEntry } from './line-reader.js';

export interface EntryColumns {
  readonly count: number;
  readonly ns: BigInt64Array<ArrayBuffer>;
  readonly rank: Uint32Array<ArrayBuffer>;
  readonly place: Float64Array<ArrayBuffer>;
  /** UTF-8, back to back. */
  readonly lines: Uint8Array<ArrayBuffer>;
  readonly lineEnd: Float64Array<ArrayBuffer>;
  /** 1: the line is left out, and is to be read again. */
  readonly isLater: Uint8Array<ArrayBuffer>;
  /** Of each entry, its place in `labels`. */
  readonly labelsId: Uint32Array<ArrayBuffer>;
  /** The distinct label sets as JSON: see LabelsParts. JSON, for it is cheaper to copy and read than many small arrays. */
  readonly labels: string;
}

/** An entry without its line. */
export type EntryPlace = Omit<FoundEntry, 'line'>;

/** Names and values by turns. */
type LabelsParts = readonly [stream: readonly string[], metadata: readonly string[], parsed: readonly string[]];

export function toColumns(entries: readonly FoundEntry[]): EntryColumns {
  const count = entries.length;
  const ids = new Map<ResultLabels, number>();
  const sets: LabelsParts[] = [];
  const lines = entries.map(sentLine);
  const columns = {
    count,
    ns: new BigInt64Array(count),
    rank: new Uint32Array(count),
    place: new Float64Array(count),
    lines: new Uint8Array(lines.reduce((bytes, line) => bytes + line.length, 0)),
    lineEnd: new Float64Array(count),
    isLater: Uint8Array.from(entries, (entry) => (entry instanceof LaterEntry ? 1 : 0)),
    labelsId: new Uint32Array(count),
  };
  let end = 0;
  entries.forEach(({ ns, rank, place, labels }, i) => {
    columns.ns[i] = ns;
    columns.rank[i] = rank;
    columns.place[i] = place;
    const line = lines[i] as Uint8Array;
    columns.lines.set(line, end);
    end += line.length;
    columns.lineEnd[i] = end;
    let id = ids.get(labels);
    if (id === undefined) {
      id = sets.push([labels.stream.pairs.flat(), labels.metadata.pairs.flat(), labels.parsed.pairs.flat()]) - 1;
      ids.set(labels, id);
    }
    columns.labelsId[i] = id;
  });
  return { ...columns, labels: JSON.stringify(sets) };
}

function sentLine(entry: FoundEntry): Uint8Array {
  if (entry instanceof LaterEntry) return noBytes;
  return typeof entry.line === 'string' ? Buffer.from(entry.line) : entry.line;
}

const noBytes = new Uint8Array(0);

export const columnBuffers = ({ ns, rank, place, lines, lineEnd, isLater, labelsId }: EntryColumns): ArrayBuffer[] =>
  [ns, rank, place, lines, lineEnd, isLater, labelsId].map(({ buffer }) => buffer);

/** The entries again; their lines are views of the columns. `later` gives those whose lines were left out. */
export function fromColumns(columns: EntryColumns, later: (entry: EntryPlace) => FoundEntry): FoundEntry[] {
  const labels = (JSON.parse(columns.labels) as LabelsParts[]).map(labelsOf);
  const entries: FoundEntry[] = [];
  let start = 0;
  for (let i = 0; i < columns.count; i++) {
    const end = columns.lineEnd[i] as number;
    const entry: FoundEntry = {
      ns: columns.ns[i] as bigint,
      line: columns.lines.subarray(start, end) satisfies LogEntry['line'],
      labels: labels[columns.labelsId[i] as number] as ResultLabels,
      rank: columns.rank[i] as number,
      place: columns.place[i] as number,
    };
    entries.push(columns.isLater[i] === 1 ? later(entry) : entry);
    start = end;
  }
  return entries;
}

function labelsOf([stream, metadata, parsed]: LabelsParts): ResultLabels {
  const parts = [stream, metadata, parsed].map((flat) => pairsOf(flat));
  const whole = parts.map((pairs) => new Labels(pairs)) as [Labels, Labels, Labels];
  const isStreamOnly = metadata.length === 0 && parsed.length === 0;
  // The parts are disjoint: together they are all labels.
  const all = isStreamOnly ? whole[0] : new Labels(parts.flat().sort(byName));
  return { all, stream: whole[0], metadata: whole[1], parsed: whole[2] };
}

export function pairsOf(flat: readonly string[]): LabelPair[] {
  const pairs: LabelPair[] = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i] as string, flat[i + 1] as string]);
  return pairs;
}
