import { describe, expect, test } from 'vitest';
import { encodeBlock } from '../../src/chunks/block.js';
import { BlockCache, blockSourceOf } from '../../src/chunks/block-cache.js';
import { ByteLru } from '../../src/chunks/byte-lru.js';
import { codecNamed } from '../../src/chunks/codec/codecs.js';
import { allColumns } from '../../src/model/column-needs.js';
import { batchOfRows, type Row, rowsOf, shown } from '../helpers/batches.js';

const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({
    ns: BigInt(i),
    line: new Uint8Array(Buffer.from(`line ${i}`)),
    metadata: { level: i % 2 ? 'info' : 'warn', id: `${i}` },
  }));
const encoded = (count: number) => encodeBlock(batchOfRows(rows(count)), codecNamed('flate'));

/** Three quarters of it are lines. */
const balanced = () =>
  encodeBlock(batchOfRows(rows(50).map((row) => ({ ...row, line: longLine, metadata: {} }))), codecNamed('flate'));
const longLine = new Uint8Array(Buffer.from('long '.repeat(20)));

describe('the block cache', () => {
  test('decodes a column once', () => {
    const cache = new BlockCache();
    const source = blockSourceOf(encoded(50), cache);
    const times = source.read({ lines: 'none', metadata: [] });
    const level = source.read({ lines: 'none', metadata: ['level'] });
    const lines = source.read(allColumns);
    expect(level.offsetNs).toBe(times.offsetNs);
    expect(lines.offsetNs).toBe(times.offsetNs);
    expect(source.read(allColumns).lines).toBe(lines.lines);
    expect(source.read({ lines: 'lengths', metadata: ['id'] }).metadata[0]).toBe(lines.metadata[0]);
    expect(cache.counters).toMatchObject({ misses: 1, partialHits: 2, hits: 2, evictions: 0 });
    expect(shown(rowsOf(lines))).toEqual(shown(rows(50)));
  });

  test('knows that a column is not there', () => {
    const cache = new BlockCache();
    const source = blockSourceOf(encoded(5), cache);
    source.read({ lines: 'none', metadata: ['absent'] });
    source.read({ lines: 'none', metadata: ['absent'] });
    expect(cache.counters).toMatchObject({ misses: 1, hits: 1 });
  });

  test('stays within its bytes, and is of use to scans that are larger than it', () => {
    const probe = new BlockCache();
    blockSourceOf(balanced(), probe).read(allColumns);
    const bytesMax = probe.byteLength * 16;
    const cache = new BlockCache(bytesMax);
    const sources = Array.from({ length: 20 }, () => blockSourceOf(balanced(), cache));
    const scan = (): number => {
      const before = cache.counters.hits;
      for (const source of sources) source.read(allColumns);
      expect(cache.byteLength).toBeLessThanOrEqual(bytesMax);
      return cache.counters.hits - before;
    };
    expect(scan()).toBe(0);
    for (let i = 0; i < 20; i++) expect(scan()).toBeGreaterThan(8);
    expect(cache.counters.evictions).toBeGreaterThan(10);
  });

  test('lets in what is read again and again', () => {
    const probe = new BlockCache();
    blockSourceOf(encoded(100), probe).read(allColumns);
    const cache = new BlockCache(probe.byteLength * 20);
    for (let i = 0; i < 40; i++) blockSourceOf(encoded(100), cache).read(allColumns);
    const wanted = blockSourceOf(encoded(100), cache);
    for (let i = 0; i < 16; i++) wanted.read(allColumns);
    const { hits } = cache.counters;
    wanted.read(allColumns);
    expect(cache.counters.hits).toBe(hits + 1);
  });

  test('does not give up columns for lines', () => {
    const cache = new BlockCache(256 * 1024);
    const few = blockSourceOf(encoded(50), cache);
    few.read({ lines: 'none', metadata: ['level'] });
    for (let i = 0; i < 50; i++) blockSourceOf(balanced(), cache).read(allColumns);
    expect(cache.counters.evictions).toBeGreaterThan(0);
    const { hits } = cache.counters;
    few.read({ lines: 'none', metadata: ['level'] });
    expect(cache.counters.hits).toBe(hits + 1);
  });

  test('of no bytes keeps nothing and still answers', () => {
    const cache = new BlockCache(0);
    const source = blockSourceOf(encoded(10), cache);
    for (let i = 0; i < 2; i++) expect(shown(rowsOf(source.read(allColumns)))).toEqual(shown(rows(10)));
    expect([cache.byteLength, cache.blocks, cache.counters.misses]).toEqual([0, 0, 2]);
  });

  test('forgets', () => {
    const cache = new BlockCache();
    const source = blockSourceOf(encoded(10), cache);
    source.read(allColumns);
    source.forget();
    expect(cache.byteLength).toBe(0);
    source.read(allColumns);
    cache.clear();
    expect([cache.byteLength, cache.blocks]).toEqual([0, 0]);
  });

  test('does not hold a whole block for a few of its bytes that were not worth compressing', () => {
    const given = rows(2000).map((row) => ({ ...row, metadata: { level: 'info' } }));
    const block = encodeBlock(batchOfRows(given), codecNamed('flate'));
    const fresh = (start: number, end: number): Uint8Array => Uint8Array.from(block.bytes.subarray(start, end));
    const place = { file: 'pack', offset: 0 };
    const { metadata } = new BlockCache().read('pack:0', block, fresh, allColumns, place);
    const level = metadata.find(({ name }) => name === 'level');
    expect(block.bytes.length).toBeGreaterThan(4096);
    expect(level?.dictionary.bytes(0).buffer.byteLength).toBeLessThan(64);
  });

  test('counts every byte it holds', () => {
    const cache = new BlockCache();
    blockSourceOf(encoded(1000), cache).read(allColumns);
    const columns = 1000 * (8 + 4 + 4 + 4) + 8890;
    expect(cache.byteLength).toBeGreaterThan(columns);
    expect(cache.counters.decodedBytes).toBe(cache.byteLength);
  });
});

test('a full cache lets in one of so many, and what it has is replaced at once', () => {
  const lru = new ByteLru<string, number>(3, 4);
  for (const key of ['a', 'b', 'c']) lru.set(key, 0, 1);
  expect(['d', 'e', 'f', 'g'].map((key) => lru.set(key, 0, 1))).toEqual([0, 0, 0, 1]);
  lru.set('b', 1, 1);
  expect(['a', 'b', 'c', 'f', 'g'].map((key) => lru.peek(key))).toEqual([undefined, 1, 0, undefined, 0]);
});

test('a cache bounded by bytes does not keep what is larger than itself, and counts replacements once', () => {
  const lru = new ByteLru<string, number>(10);
  lru.set('a', 1, 11);
  expect([lru.size, lru.byteLength]).toEqual([0, 0]);
  lru.set('a', 1, 4);
  lru.set('a', 2, 6);
  expect([lru.get('a'), lru.size, lru.byteLength]).toEqual([2, 1, 6]);
  expect(lru.set('b', 3, 10)).toBe(1);
  expect([lru.get('a'), lru.get('b'), lru.byteLength]).toEqual([undefined, 3, 10]);
});
