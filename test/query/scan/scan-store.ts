/** A store for tests of scans: streams of rows as open blocks, sealed blocks and packs, without an ingester. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EncodedBlock, encodeBlock } from '../../../src/chunks/block.js';
import { BlockCache, blockSourceOf } from '../../../src/chunks/block-cache.js';
import { codecNamed, codecsReady } from '../../../src/chunks/codec/codecs.js';
import { openFilePackStore } from '../../../src/chunks/file-pack-store.js';
import { memoryPackStore } from '../../../src/chunks/memory-pack-store.js';
import { chunkBlocks } from '../../../src/chunks/pack-reader.js';
import { writePack } from '../../../src/chunks/pack-writer.js';
import { OpenBlock } from '../../../src/ingest/head/open-block.js';
import { nodeFileSystem } from '../../../src/io/node-file-system.js';
import type { BlockSource } from '../../../src/model/block-source.js';
import type { ChunkRef } from '../../../src/model/chunk-ref.js';
import { Labels } from '../../../src/model/labels.js';
import { labelsTest, type Store } from '../../../src/query/stream-source.js';
import { batchOfRows, type Row } from '../../helpers/batches.js';

/** Where a run of rows lies. A stream's runs must be given as packed, sealed, open: as an ingester would have them. */
export type Where = 'packed' | 'sealed' | 'open';

export interface StreamRows {
  readonly labels: Readonly<Record<string, string>>;
  readonly runs: readonly { readonly where: Where; readonly rows: readonly Row[] }[];
}

export interface ScanStore extends Store {
  /** Where packs lie; null in memory. */
  readonly folder: string | null;
  close(): Promise<void>;
}

const tenant = 'fake';

/** Rows of a run must be in the order of their times, except those of open blocks. */
export async function scanStore(
  streams: readonly StreamRows[],
  options: { readonly inMemory?: boolean; readonly codec?: string } = {},
): Promise<ScanStore> {
  await codecsReady();
  const codec = codecNamed(options.codec ?? 'snappy');
  const cache = new BlockCache(8 * 1024 * 1024);
  const folder = options.inMemory === true ? null : mkdtempSync(join(tmpdir(), 'skald-scan-'));
  const packs = folder === null ? memoryPackStore() : openFilePackStore(nodeFileSystem(), folder);
  const head: { labels: Labels; blocks: BlockSource[] }[] = [];
  const stored: { labels: Labels; chunks: ChunkRef[] }[] = [];
  for (const { labels: record, runs } of streams) {
    const labels = Labels.from(record);
    const blocks: BlockSource[] = [];
    const packed: EncodedBlock[] = [];
    for (const { where, rows } of runs) {
      if (rows.length === 0) continue;
      if (where === 'open') blocks.push(openBlock(rows));
      else {
        const encoded = encodeBlock(batchOfRows(rows), codec);
        if (where === 'packed') packed.push(encoded);
        else blocks.push(blockSourceOf(encoded, cache));
      }
    }
    if (blocks.length > 0) head.push({ labels, blocks });
    if (packed.length > 0) {
      const chunks = await writePack(packs, tenant, '2026-01-01', [{ labels, blocks: packed }]);
      stored.push({ labels, chunks });
    }
  }
  return {
    folder,
    head: {
      tenants: () => [tenant],
      select: (_tenant, test) =>
        head
          .filter(({ labels }) => test(labels))
          .map(({ labels, blocks }) => ({ labels, fromNs: 0n, throughNs: 0n, blocks: () => blocks })),
      newestNs: () => null,
      streamCount: () => head.length,
    },
    // Only `select` is used by scans.
    index: {
      select: (_tenant: string, matchers: Parameters<typeof labelsTest>[0]) =>
        stored.filter(({ labels }) => labelsTest(matchers)(labels)),
    } as unknown as Store['index'],
    blocksOf: (ref) => chunkBlocks(ref, packs.open(ref.pack), cache),
    visible: (_ref, block) => block,
    async close() {
      await packs.close();
      if (folder !== null) rmSync(folder, { recursive: true });
    },
  };
}

function openBlock(rows: readonly Row[]): BlockSource {
  const first = rows[0] as Row;
  const block = new OpenBlock(first.ns, 0, 0);
  block.append(batchOfRows(rows), 0, 2 ** 30, { seq: 0, row: 0 });
  return block.snapshot();
}
