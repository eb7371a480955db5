/** The blocks of a scan as one list, in the order in which they are read. */
import { isDecoded } from '../../chunks/block-address.js';
import type { ColumnNeeds } from '../../model/column-needs.js';
import type { Labels } from '../../model/labels.js';
import type { Nanos } from '../../model/time.js';
import type { SourceBlock, StreamSource } from '../stream-source.js';

export interface ScanItem extends SourceBlock {
  /** Place of the stream among the streams of the scan. */
  readonly rank: number;
  /** Place among the stream's blocks in the order in which their entries came: it decides between equal times. */
  readonly place: number;
}

/** No block has more rows (chunks/constants.ts). */
const rowsMax = 2 ** 24;

/** An entry's place in its stream: the block's, then the row's. */
export const placeOf = (item: ScanItem, row: number): number => item.place * rowsMax + row;
export const rowOf = (place: number): number => place % rowsMax;
export const blockPlaceOf = (place: number): number => Math.floor(place / rowsMax);

/** Entries of equal times stand in the order in which they came: those that are stored came before those of the head. */
function byArrival(blocks: readonly SourceBlock[]): readonly SourceBlock[] {
  if (blocks.length === 1) return blocks;
  return [...blocks.filter(({ head }) => !head), ...blocks.filter(({ head }) => head)];
}

/** By loops: there may be a hundred thousand streams of one block. */
function itemsOf(streams: readonly StreamSource[]): ScanItem[] {
  const items: ScanItem[] = [];
  for (const [rank, { blocks }] of streams.entries()) {
    for (const [place, { block, head }] of byArrival(blocks).entries()) items.push({ block, head, rank, place });
  }
  return items;
}

/** Stream after stream. */
export const sampleItems = (streams: readonly StreamSource[]): readonly ScanItem[] => itemsOf(streams);

/** Does the block lie wholly behind a time, in the asked direction? */
export const isBehind = (item: ScanItem, lastNs: Nanos | null, backward: boolean): boolean =>
  lastNs !== null && (backward ? item.block.throughNs < lastNs : item.block.fromNs > lastNs);

/** By their first time, in the asked direction: once a block is behind a time, all that follow are. */
export function logItems(streams: readonly StreamSource[], backward: boolean): readonly ScanItem[] {
  const items = itemsOf(streams);
  const edges = items.map(({ block }) => (backward ? -block.throughNs : block.fromNs));
  const first = edges.reduce((least, ns) => (ns < least ? ns : least), edges[0] ?? 0n);
  // Numbers are sorted much faster; those that are too large to be exact are still in order.
  const distances = Float64Array.from(edges, (ns) => Number(ns - first));
  const order = Uint32Array.from(items, (_, i) => i);
  order.sort((a, b) => {
    const difference = (distances[a] as number) - (distances[b] as number);
    if (difference !== 0 || edges[a] === edges[b]) return difference || a - b;
    return (edges[a] as bigint) < (edges[b] as bigint) ? -1 : 1;
  });
  return Array.from(order, (i) => items[i] as ScanItem);
}

/** What each row costs beside its line: its time, and a little of each column. */
const rowBytes = 16;

/** Bytes of the columns that are looked at, about. */
export const columnBytes = ({ block }: SourceBlock, needs: ColumnNeeds): number =>
  block.count * rowBytes + (needs.lines === 'bytes' ? block.rawBytes : 0);

/** Decoding a block and searching it takes about so many times as long as searching it. See bench/micro/scan.mjs. */
const decodingShare = 4;

/** What scanning the blocks costs, in bytes that have to be decoded first. */
export function workBytes(items: readonly ScanItem[], needs: ColumnNeeds): number {
  let bytes = 0;
  for (const item of items) bytes += columnBytes(item, needs) / (isDecoded(item.block, needs) ? decodingShare : 1);
  return bytes;
}

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
