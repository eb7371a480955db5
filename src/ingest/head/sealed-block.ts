/** A block of the head that is encoded and waits for its pack. Its entries are of one UTC day. */
import {
  decodeBlock,
  type EncodedBlock,
  encodeBlock,
  fieldSections,
  filterSections,
  withSections,
} from '../../chunks/block.js';
import { type BlockCache, blockSourceOf } from '../../chunks/block-cache.js';
import type { Codec } from '../../chunks/codec/codec.js';
import type { BlockSource } from '../../model/block-source.js';
import { linesOnly } from '../../model/column-needs.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { FieldExtractor } from '../../model/extracted-fields.js';
import { sliceRows } from '../../model/rows.js';
import type { Nanos } from '../../model/time.js';
import type { Position } from '../wal/record.js';
import type { OpenBlock } from './open-block.js';

export interface SealedBlock {
  readonly kind: 'sealed';
  /** Days since 1970-01-01. */
  readonly day: number;
  /** These two change when the fields get their columns later than the block was sealed. */
  encoded: EncodedBlock;
  source: BlockSource & { forget(): void };
  readonly arrivedMs: number;
  /** About what its entries take as a WAL record. */
  readonly walBytes: number;
  /** As OpenBlock's. The blocks that one open block became share them. */
  firstSeq: number;
  last: Position;
}

export interface SealOptions {
  readonly codec: Codec;
  readonly cache: BlockCache;
  /** Takes the fields out of lines, which are then kept as columns beside them, where there is time for it. */
  readonly extractFields?: FieldExtractor;
}

/** One block for each day that the entries are of; their rows in the order of time. Fields get no columns here. */
export function sealBlock(block: OpenBlock, { codec, cache }: SealOptions): SealedBlock[] {
  const { arrivedMs, firstSeq, last } = block;
  return splitByDay(block.ordered()).map(({ day, entries }) => {
    const encoded = encodeBlock(entries, codec);
    const source = blockSourceOf(encoded, cache);
    return {
      kind: 'sealed',
      day,
      encoded,
      source,
      arrivedMs,
      walBytes: Math.ceil(block.walBytes * (entries.count / block.count)),
      firstSeq,
      last,
    };
  });
}

/**
 * Gives the fields of the block's lines their columns, and its texts their filter, in steps of a few milliseconds. Whoever
 * holds the source that it had reads on.
 */
export function* addFields(block: SealedBlock, { codec, cache, extractFields }: SealOptions): Generator<void, void> {
  const batch = decodeBlock(block.encoded, linesOnly);
  yield;
  const fields = extractFields?.(batch) ?? null;
  yield;
  const columns = fieldSections(block.encoded, fields, codec);
  yield;
  const encoded = withSections(block.encoded, [...columns, ...filterSections(block.encoded, batch.lines)]);
  if (encoded === block.encoded) return;
  block.encoded = encoded;
  block.source.forget();
  block.source = blockSourceOf(block.encoded, cache);
}

export interface DayEntries {
  readonly day: number;
  readonly entries: EntryBatch;
}

/** Entries in the order of time, cut at midnight UTC. */
function splitByDay(batch: EntryBatch): DayEntries[] {
  const days: DayEntries[] = [];
  for (let start = 0; start < batch.count; ) {
    const day = dayOf(batch.baseNs + BigInt(batch.offsetNs[start] as number));
    const nextDay = Number(BigInt(day + 1) * dayNs - batch.baseNs);
    let end = start + 1;
    while (end < batch.count && (batch.offsetNs[end] as number) < nextDay) end++;
    days.push({ day, entries: sliceRows(batch, start, end) });
    start = end;
  }
  return days;
}

export const dayNs = 86_400_000_000_000n;

/** The UTC day of a time, counted from 1970-01-01. */
export const dayOf = (ns: Nanos): number => Number((ns - (((ns % dayNs) + dayNs) % dayNs)) / dayNs);
