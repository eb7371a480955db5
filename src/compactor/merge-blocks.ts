/** Blocks of one stream put together: small ones become full ones, full ones stay as they are. */
import { decodeBlock, type EncodedBlock, encodeBlock, isIndexed, withIndexes } from '../chunks/block.js';
import type { Codec } from '../chunks/codec/codec.js';
import { allColumns, linesOnly } from '../model/column-needs.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { FieldExtractor } from '../model/extracted-fields.js';
import { joinByTime, sliceRows } from '../model/rows.js';

/** Blocks with at least this are left alone. */
const fullFromBytes = 192 * 1024;
export const blockBytes = 256 * 1024;

/**
 * In order of time; entries of equal times keep the order of the blocks. Where an extractor finds fields in a block that
 * was written without, it gets their columns.
 */
export function mergeBlocks(
  blocks: readonly EncodedBlock[],
  codec: Codec,
  extractFields: FieldExtractor | null = null,
): EncodedBlock[] {
  const small = blocks.filter((b) => b.rawBytes < fullFromBytes);
  if (small.length < 2) return blocks.map((block) => withColumns(block, codec, extractFields));
  const full = blocks
    .filter((b) => b.rawBytes >= fullFromBytes)
    .map((block) => withColumns(block, codec, extractFields));
  const merged = encodeRuns(joinByTime(small.map((b) => decodeBlock(b, allColumns))), codec, extractFields);
  return [...full, ...merged].sort((a, b) => (a.fromNs < b.fromNs ? -1 : a.fromNs > b.fromNs ? 1 : 0));
}

function withColumns(block: EncodedBlock, codec: Codec, extractFields: FieldExtractor | null): EncodedBlock {
  if (extractFields === null || isIndexed(block)) return block;
  const batch = decodeBlock(block, linesOnly);
  return withIndexes(block, batch.lines, extractFields(batch), codec);
}

/** Cuts a batch into blocks of about 256 KiB of lines. */
export function encodeRuns(
  batch: EntryBatch,
  codec: Codec,
  extractFields: FieldExtractor | null = null,
): EncodedBlock[] {
  const out: EncodedBlock[] = [];
  for (let from = 0; from < batch.count; ) {
    const begin = from === 0 ? 0 : (batch.lineEnd[from - 1] as number);
    let to = from + 1;
    while (to < batch.count && (batch.lineEnd[to] as number) - begin <= blockBytes) to++;
    const run = sliceRows(batch, from, to);
    const block = encodeBlock(run, codec);
    out.push(extractFields === null ? block : withIndexes(block, run.lines, extractFields(run), codec));
    from = to;
  }
  return out;
}
