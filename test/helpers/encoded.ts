/** Chunks for tests of packs. */
import { encodeBlock } from '../../src/chunks/block.js';
import { codecNamed } from '../../src/chunks/codec/codecs.js';
import type { SealedChunk } from '../../src/chunks/pack-writer.js';
import { Labels } from '../../src/model/labels.js';
import { batchOfRows, type Row } from './batches.js';

/** A chunk of blocks, each of the rows given. */
export const sealedChunk = (
  labels: Record<string, string>,
  blocks: readonly (readonly Row[])[],
  codec = 'none',
): SealedChunk => ({
  labels: Labels.from(labels),
  blocks: blocks.map((rows) => encodeBlock(batchOfRows(rows), codecNamed(codec))),
});
