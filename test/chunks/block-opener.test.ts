import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeBlock } from '../../src/chunks/block.js';
import { addressed, type BlockAddress, isDecoded } from '../../src/chunks/block-address.js';
import { BlockCache, blockSourceOf } from '../../src/chunks/block-cache.js';
import { BlockOpener } from '../../src/chunks/block-opener.js';
import { codecNamed } from '../../src/chunks/codec/codecs.js';
import { openFilePackStore } from '../../src/chunks/file-pack-store.js';
import { memoryPackStore } from '../../src/chunks/memory-pack-store.js';
import { fileSource, OpenFiles } from '../../src/chunks/open-files.js';
import { chunkBlocks } from '../../src/chunks/pack-reader.js';
import type { PackStore } from '../../src/chunks/pack-store.js';
import { writePack } from '../../src/chunks/pack-writer.js';
import { OpenBlock } from '../../src/ingest/head/open-block.js';
import type { FileHandle } from '../../src/io/file-system.js';
import { MemoryFileSystem } from '../../src/io/memory-file-system.js';
import { nodeFileSystem } from '../../src/io/node-file-system.js';
import { type BlockSource, DamageError } from '../../src/model/block-source.js';
import { allColumns, type ColumnNeeds } from '../../src/model/column-needs.js';
import { Labels } from '../../src/model/labels.js';
import { batchOfRows, randomRows, rowsOf, shown } from '../helpers/batches.js';
import { prng } from '../helpers/prng.js';

const undo: (() => unknown)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

const codec = codecNamed('snappy');
const row = (ns: number, line: string, metadata = {}) => ({ ns: BigInt(ns), line: Buffer.from(line), metadata });
const rows = [row(1, 'one', { level: 'info' }), row(2, 'two', { trace: 'ü' }), row(2, '', { level: 'warn' })];

/** The block's address as another thread has it, opened with nothing in the cache. */
function elsewhere(block: BlockSource, needs: ColumnNeeds = allColumns): BlockSource {
  const address = structuredClone(addressed(block)?.address(needs)) as BlockAddress;
  return opener().open(address);
}

function opener(): BlockOpener {
  const opener = new BlockOpener(nodeFileSystem(), 4, new BlockCache());
  undo.push(() => opener.closeFiles());
  return opener;
}

function packStore(): PackStore {
  const folder = mkdtempSync(join(tmpdir(), 'skald-opener-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const store = openFilePackStore(nodeFileSystem(), folder);
  undo.push(() => store.close());
  return store;
}

async function storedBlocks(store: PackStore, cache = new BlockCache()): Promise<BlockSource[]> {
  const blocks = [rows.slice(0, 1), rows.slice(1)].map((part) => encodeBlock(batchOfRows(part), codec));
  const [ref] = await writePack(store, 'fake', '2026-01-01', [{ labels: Labels.from({ app: 'a' }), blocks }]);
  if (ref === undefined) throw new Error('no chunk');
  return chunkBlocks(ref, store.open(ref.pack), cache);
}

const text = (block: BlockSource, needs = allColumns) => shown(rowsOf(block.read(needs)));

describe('a block read by its address', () => {
  test('in a pack', async () => {
    const blocks = await storedBlocks(packStore());
    for (const [i, block] of blocks.entries()) {
      const other = elsewhere(block);
      expect(text(other)).toEqual(shown(i === 0 ? rows.slice(0, 1) : rows.slice(1)));
      expect([other.fromNs, other.throughNs, other.count, other.rawBytes]).toEqual([
        block.fromNs,
        block.throughNs,
        block.count,
        block.rawBytes,
      ]);
    }
    expect(new Set(blocks.map((block) => addressed(block)?.hash)).size).toBe(2);
  });

  test('in a pack that is gone, is damage', async () => {
    const store = packStore();
    const [block] = await storedBlocks(store);
    const address = addressed(block as BlockSource)?.address(allColumns) as BlockAddress;
    if (address.kind === 'stored') await store.delete(address.pack);
    expect(() => opener().open(address)).toThrow(DamageError);
    expect(() => opener().open(address)).toThrow('the pack is missing');
  });

  test('in a pack, but not in its block table, is damage', async () => {
    const [block] = await storedBlocks(packStore());
    const address = addressed(block as BlockSource)?.address(allColumns) as BlockAddress;
    expect(() => opener().open({ ...address, index: 2 } as BlockAddress)).toThrow('block table has no block 2');
  });

  test('sealed, its bytes in shared memory', () => {
    const encoded = encodeBlock(batchOfRows(rows), codec);
    expect(encoded.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(text(elsewhere(blockSourceOf(encoded, new BlockCache())))).toEqual(shown(rows));
  });

  test('open, also when its entries came out of order and more come', () => {
    const random = prng();
    for (let round = 0; round < 20; round++) {
      const given = randomRows(random, 1 + random.int(60));
      const order = random.int(2) === 0 ? given : [...given].sort(() => random.next() - 0.5);
      const block = new OpenBlock((order[0] as (typeof order)[number]).ns, 0, 0);
      block.append(batchOfRows(order), 0, 2 ** 30, { seq: 0, row: 0 });
      const snapshot = block.snapshot();
      block.append(batchOfRows([row(Number(given[0]?.ns), 'later', { other: 'x' })]), 0, 2 ** 30, { seq: 1, row: 0 });
      expect(text(elsewhere(snapshot)), `SEED=${random.seed}`).toEqual(text(snapshot));
    }
  });

  test('open, has only the columns that are asked for', () => {
    const block = new OpenBlock(1n, 0, 0);
    block.append(batchOfRows(rows), 0, 2 ** 30, { seq: 0, row: 0 });
    const times = elsewhere(block.snapshot(), { lines: 'none', metadata: ['trace'] }).read(allColumns);
    expect([times.lines.length, times.lineEnd.length, times.metadata.map(({ name }) => name)]).toEqual([
      0,
      0,
      ['trace'],
    ]);
    const lengths = elsewhere(block.snapshot(), { lines: 'lengths', metadata: [] }).read(allColumns);
    expect([lengths.lines.length, [...lengths.lineEnd], lengths.metadata]).toEqual([0, [3, 6, 6], []]);
  });
});

describe('no other thread can read', () => {
  test('a block of a pack in memory', async () => {
    const [block] = await storedBlocks(memoryPackStore());
    expect(addressed(block as BlockSource)).toBeNull();
  });

  test('a block of a pack in a file system that is not shared', async () => {
    const store = openFilePackStore(new MemoryFileSystem(), '/packs', { shared: false });
    const [block] = await storedBlocks(store);
    expect(addressed(block as BlockSource)).toBeNull();
  });

  test('a block of another kind', () => {
    const block = { fromNs: 0n, throughNs: 0n, count: 1, rawBytes: 0, read: () => batchOfRows([]) };
    expect(addressed(block)).toBeNull();
    expect(isDecoded(block, allColumns)).toBe(false);
  });
});

describe('a block knows what is decoded of it', () => {
  const times: ColumnNeeds = { lines: 'none', metadata: [] };
  test('by column, when it is encoded', async () => {
    const cache = new BlockCache();
    const [stored] = await storedBlocks(packStore(), cache);
    for (const block of [stored as BlockSource, blockSourceOf(encodeBlock(batchOfRows(rows), codec), cache)]) {
      expect(isDecoded(block, times)).toBe(false);
      block.read(times);
      expect([isDecoded(block, times), isDecoded(block, allColumns)]).toEqual([true, false]);
      block.read(allColumns);
      expect(isDecoded(block, allColumns)).toBe(true);
      cache.clear();
      expect(isDecoded(block, times)).toBe(false);
    }
  });

  test('always, when it is open', () => {
    expect(isDecoded(new OpenBlock(1n, 0, 0).snapshot(), allColumns)).toBe(true);
  });
});

describe('open files', () => {
  function counted(filesMax: number) {
    const fs = new MemoryFileSystem();
    const open = new Set<FileHandle>();
    const openSync = fs.openSync.bind(fs);
    fs.openSync = (path, mode) => {
      const file = openSync(path, mode);
      const closeSync = file.closeSync.bind(file);
      file.closeSync = () => {
        open.delete(file);
        closeSync();
      };
      open.add(file);
      return file;
    };
    for (const name of ['a', 'b', 'c']) {
      const file = fs.openSync(`/${name}`, 'create');
      file.writeSync(Buffer.from(`file ${name}`), 0);
      file.closeSync();
    }
    return { files: new OpenFiles(fs, filesMax), open };
  }
  test('are no more than the bound, and those used last', () => {
    const { files, open } = counted(2);
    const sources = ['/a', '/b', '/c'].map((path) => fileSource(files, path, true));
    expect([...open].map(({ path }) => path)).toEqual(['/b', '/c']);
    expect(sources.map((source) => Buffer.from(source.slice(5, 6)).toString())).toEqual(['a', 'b', 'c']);
    expect(open.size).toBe(2);
    files.close('/c');
    files.close('/nothing');
    expect(open.size).toBe(1);
    files.closeAll();
    expect(open.size).toBe(0);
  });

  test('say what is not there', () => {
    const { files } = counted(2);
    expect(() => files.get('/d')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    const source = fileSource(files, '/a', false);
    expect([source.localPath, source.byteLength]).toEqual([null, 6]);
    for (const [start, end] of [
      [-1, 2],
      [3, 2],
      [0, 7],
    ] as const)
      expect(() => source.slice(start, end)).toThrow(RangeError);
  });
});
