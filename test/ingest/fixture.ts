/** A write path over a faulty file system, and ways to ask it what it has. */
import { BlockCache } from '../../src/chunks/block-cache.js';
import { codecNamed } from '../../src/chunks/codec/codecs.js';
import { openFilePackStore } from '../../src/chunks/file-pack-store.js';
import { chunkBlocks } from '../../src/chunks/pack-reader.js';
import type { PackStore } from '../../src/chunks/pack-store.js';
import type { LabelIndex } from '../../src/index/label-index.js';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import type { IngesterOptions } from '../../src/ingest/ingester-options.js';
import type { OpenedIngester } from '../../src/ingest/logging-ingester.js';
import { openIngester } from '../../src/ingest/open-ingester.js';
import type { AdmittedPush } from '../../src/ingest/push/push-request.js';
import type { WalDamage } from '../../src/ingest/recovery.js';
import type { FileSystem } from '../../src/io/file-system.js';
import type { BlockSource } from '../../src/model/block-source.js';
import { allColumns } from '../../src/model/column-needs.js';
import { dictionaryOf } from '../../src/model/columns.js';
import type { EntryBatch } from '../../src/model/entry-batch.js';
import { Labels } from '../../src/model/labels.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { FaultyFileSystem } from '../helpers/faulty-file-system.js';

export type Entry = readonly [ns: bigint, line: string, metadata?: Readonly<Record<string, string>>];

export function batchOf(entries: readonly Entry[]): EntryBatch {
  const baseNs = entries[0]?.[0] ?? 0n;
  const lines = entries.map(([, line]) => Buffer.from(line));
  let end = 0;
  const names = [...new Set(entries.flatMap(([, , metadata]) => Object.keys(metadata ?? {})))].sort();
  return {
    count: entries.length,
    baseNs,
    offsetNs: Float64Array.from(entries, ([ns]) => Number(ns - baseNs)),
    lines: new Uint8Array(Buffer.concat(lines)),
    lineEnd: Uint32Array.from(lines, (line) => (end += line.length)),
    metadata: names.map((name) => {
      const values = [...new Set(entries.flatMap(([, , metadata]) => metadata?.[name] ?? []))];
      const ids = Uint32Array.from(entries, ([, , metadata]) => values.indexOf(metadata?.[name] ?? '') + 1);
      return { name, dictionary: dictionaryOf(values), ids };
    }),
  };
}

export const streamOf = (labels: Readonly<Record<string, string>>, entries: readonly Entry[]) => ({
  labels: Labels.from(labels),
  entries: batchOf(entries),
});

export const pushOf = (
  labels: Readonly<Record<string, string>>,
  entries: readonly Entry[],
  tenant = 'fake',
): AdmittedPush => ({ tenant, streams: [streamOf(labels, entries)] });

const decoder = new TextDecoder();

/** Entries as texts `ns line` or `ns line {json}`, in the order of the batch. */
export function rowsOf(batch: EntryBatch): string[] {
  return Array.from({ length: batch.count }, (_, i) => {
    const ns = batch.baseNs + BigInt(batch.offsetNs[i] as number);
    const line = decoder.decode(batch.lines.subarray(i === 0 ? 0 : batch.lineEnd[i - 1], batch.lineEnd[i]));
    const metadata = batch.metadata.flatMap(({ name, dictionary, ids }) =>
      ids[i] === 0 ? [] : [[name, dictionary.get((ids[i] as number) - 1)]],
    );
    return `${ns} ${line}${metadata.length > 0 ? ` ${JSON.stringify(Object.fromEntries(metadata))}` : ''}`;
  });
}

/** In the order of time; entries of equal times in the order of the blocks and of the rows in them. */
export function rowsOfBlocks(blocks: readonly BlockSource[]): string[] {
  const rows = blocks.flatMap((block) => {
    const batch = block.read(allColumns);
    const texts = rowsOf(batch);
    return texts.map((text, i) => ({ ns: batch.baseNs + BigInt(batch.offsetNs[i] as number), text }));
  });
  return rows.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0)).map(({ text }) => text);
}

export const always = { start: -(2n ** 63n), end: 2n ** 63n - 1n };

export type Contents = Record<string, string[]>;

/** What a query sees: head and packs, in one tick. Keys are `tenant {labels}`. */
export function contentsOf(ingester: OpenedIngester, index: LabelIndex, store: PackStore): Contents {
  const blocks = new Map<string, BlockSource[]>();
  const add = (key: string, found: readonly BlockSource[]) => blocks.set(key, [...(blocks.get(key) ?? []), ...found]);
  const cache = new BlockCache(0);
  for (const tenant of index.tenants())
    for (const { labels, chunks } of index.select(tenant, [], always))
      for (const ref of chunks) add(`${tenant} ${labels.text}`, chunkBlocks(ref, store.open(ref.pack), cache));
  for (const tenant of ingester.head.tenants())
    for (const stream of ingester.head.select(tenant, () => true, always))
      add(`${tenant} ${stream.labels.text}`, stream.blocks());
  return Object.fromEntries([...blocks].sort().map(([key, found]) => [key, rowsOfBlocks(found)]));
}

export interface World {
  readonly fs: FaultyFileSystem;
  readonly clock: FakeClock;
  readonly index: LabelIndex;
  readonly store: PackStore;
  readonly ingester: OpenedIngester;
  readonly damages: WalDamage[];
  readonly logged: string[];
  contents(): Contents;
}

export const walFolder = '/data/wal';

/** Opens what lies in `fs`; the index is new each time, as if it had been lost, unless it is given. */
export async function openWorld(
  fs: FaultyFileSystem = new FaultyFileSystem(),
  options: Partial<IngesterOptions> & { readonly index?: LabelIndex; readonly clock?: FakeClock } = {},
): Promise<World> {
  const clock = options.clock ?? new FakeClock();
  const index = options.index ?? openLabelIndex(':memory:');
  const store = options.store ?? openFilePackStore(fs as FileSystem, '/data/chunks', { shared: false });
  const damages: WalDamage[] = [];
  const logged: string[] = [];
  const ingester = await openIngester({
    ...{ fs, walFolder, walSync: 'always', codec: codecNamed('snappy'), cache: new BlockCache(1 << 20) },
    log: (level, event, fields) => logged.push(`${level} ${event} ${JSON.stringify(fields, jsonSafe)}`),
    ...options,
    ...{ clock, index, store, onDamage: (damage: WalDamage) => damages.push(damage) },
  });
  return { fs, clock, index, store, ingester, damages, logged, contents: () => contentsOf(ingester, index, store) };
}

const jsonSafe = (_: string, value: unknown) => (value instanceof Error ? value.message : value);

/** The files of the WAL, oldest first. */
export const segmentsOf = (fs: FileSystem): string[] =>
  fs
    .listSync(walFolder)
    .filter(({ kind }) => kind === 'file')
    .map(({ name }) => `${walFolder}/${name}`);

export const newYear = 1_767_225_600_000_000_000n;
export const at = (seconds: number): bigint => newYear + BigInt(Math.round(seconds * 1e9));
