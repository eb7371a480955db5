/** The blocks of a scan as one list, in the order in which they are read. */
import type { ColumnNeeds } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import type { SourceBlock, StreamSource } from '../stream-source.js';

export interface ScanItem extends SourceBlock {
  /** Place of the stream among the streams of the scan. */
  readonly rank: number;
  /** Place among the stream's blocks in the order in which their entries came: it decides between equal times. */
  readonly place: number;
}

/** Entries of equal times stand in the order in which they came: those that are stored came before those of the head. */
function byArrival(blocks: readonly SourceBlock[]): readonly SourceBlock[] {
  return [...blocks.filter(({ head }) => !head), ...blocks.filter(({ head }) => head)];
}

const itemsOf = (streams: readonly StreamSource[]): ScanItem[] =>
  streams.flatMap(({ blocks }, rank) => byArrival(blocks).map((source, place) => ({ ...source, rank, place })));

/** Stream after stream. */
export const sampleItems = (streams: readonly StreamSource[]): readonly ScanItem[] => itemsOf(streams);

/** Items by the edge at which entries are asked for first. `edges[i]`: how far items[i] is from the first one's. */
export interface LogItems {
  readonly items: readonly ScanItem[];
  readonly edges: Float64Array;
  /** The distance of a time; exact up to 104 days, beyond it in the right order. */
  edgeOf(ns: bigint): number;
}

export function logItems(streams: readonly StreamSource[], backward: boolean): LogItems {
  const items = itemsOf(streams);
  const edgeNs = ({ block }: ScanItem): bigint => (backward ? block.throughNs : block.fromNs);
  let first = 0n;
  items.forEach((item, i) => {
    const ns = edgeNs(item);
    if (i === 0 || (backward ? ns > first : ns < first)) first = ns;
  });
  const edgeOf = (ns: bigint): number => Number(backward ? first - ns : ns - first);
  const distance = Float64Array.from(items, (item) => edgeOf(edgeNs(item)));
  const order = Uint32Array.from(items, (_, i) => i);
  // Of equal edges the items stand by rank already.
  order.sort((a, b) => (distance[a] as number) - (distance[b] as number) || a - b);
  return {
    items: Array.from(order, (i) => items[i] as ScanItem),
    edges: Float64Array.from(order, (i) => distance[i] as number),
    edgeOf,
  };
}

/** What each row costs beside its line: its time, and a little of each column. */
const rowBytes = 16;

/** Bytes that reading the block decodes, about. */
export const decodedBytes = ({ block }: SourceBlock, needs: ColumnNeeds): number =>
  block.count * rowBytes + (needs.lines === 'bytes' ? block.rawBytes : 0);

/** Something for each stream, made when it is first needed. */
export function perStream<T>(labelsOf: (rank: number) => Labels, make: (labels: Labels) => T): (rank: number) => T {
  const made = new Map<number, T>();
  return (rank) => {
    let one = made.get(rank);
    if (one === undefined) {
      one = make(labelsOf(rank));
      made.set(rank, one);
    }
    return one;
  };
}
