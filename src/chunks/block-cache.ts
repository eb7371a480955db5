/** Decoded blocks, and the block tables of chunks, bounded by bytes. One for each thread. */
import type { ColumnNeeds } from '../model/column-needs.js';
import type { EntryBatch } from '../model/entry-batch.js';
import {
  type BlockBytes,
  type BlockHeader,
  type DecodedColumns,
  type EncodedBlock,
  hasColumns,
  readBlock,
  withLines,
} from './block.js';
import type { AddressedBlock, EncodedAddress } from './block-address.js';
import { ByteLru } from './byte-lru.js';
import type { Place } from './section.js';

export const blockCacheBytesDefault = 64 * 1024 * 1024;

/** Names a block for as long as it can be read: `<pack>:<offset>`, or the number of a block in memory. */
export type BlockKey = string | number;

export interface BlockCacheCounters {
  /** Reads that found all columns, that found some, that found none. */
  hits: number;
  partialHits: number;
  misses: number;
  evictions: number;
  /** Bytes of the columns that had to be decoded. */
  decodedBytes: number;
}

/** A query reads the same lines as the one before, or as many others: in a full cache one block of eight is replaced. */
const admitEvery = 8;

export class BlockCache {
  readonly counters: BlockCacheCounters = { hits: 0, partialHits: 0, misses: 0, evictions: 0, decodedBytes: 0 };
  /** Lines are most of a block: by themselves, so that they do not displace what is small and costs as much to decode. */
  readonly #lines: ByteLru<BlockKey, Uint8Array>;
  /** All columns but the lines. */
  readonly #columns: ByteLru<BlockKey, DecodedColumns>;
  readonly #tables: ByteLru<string, readonly BlockHeader[]>;
  #lastId = 0;

  /**
   * 0 keeps nothing. Three quarters are for lines. Block tables may take another quarter: many slow streams have more
   * tables than blocks.
   */
  constructor(bytesMax: number = blockCacheBytesDefault) {
    this.#lines = new ByteLru((bytesMax * 3) / 4, admitEvery);
    this.#columns = new ByteLru(bytesMax / 4, admitEvery);
    this.#tables = new ByteLru(bytesMax / 4);
  }
  get byteLength(): number {
    return this.#lines.byteLength + this.#columns.byteLength + this.#tables.byteLength;
  }
  get blocks(): number {
    return this.#columns.size;
  }

  /** The batch may share memory with the cache: it is for reading only, and stays valid. Throws DamageError. */
  read(key: BlockKey, block: BlockHeader, bytes: BlockBytes, needs: ColumnNeeds, place: Place): EntryBatch {
    const known = joined(this.#columns.get(key), needs.lines === 'bytes' ? this.#lines.get(key) : undefined);
    const { columns, batch } = readBlock(block, bytes, needs, place, known);
    if (columns === known) {
      this.counters.hits++;
      return batch;
    }
    if (known === undefined) this.counters.misses++;
    else this.counters.partialHits++;
    const { lines } = columns;
    const byteLength = bytesOf(columns);
    this.counters.decodedBytes += byteLength - (known === undefined ? 0 : bytesOf(known));
    this.counters.evictions += this.#columns.set(key, withLines(columns, undefined), byteLength);
    if (lines !== undefined && lines !== known?.lines) {
      this.counters.decodedBytes += lines.byteLength;
      // Without the other columns they would be of no use.
      if (this.#columns.peek(key) !== undefined)
        this.counters.evictions += this.#lines.set(key, lines, lines.byteLength);
    }
    return batch;
  }

  /** Whether `read` would find all of it. Fields do not count: with them it may need less. */
  has(key: BlockKey, block: BlockHeader, { lines, metadata }: ColumnNeeds): boolean {
    const known = this.#columns.peek(key);
    if (known === undefined || (lines === 'bytes' && this.#lines.peek(key) === undefined)) return false;
    return hasColumns(block, { lines: lines === 'bytes' ? 'lengths' : lines, metadata }, known);
  }

  /** The table of a chunk, by pack and place; `load` makes it when it is not here. */
  table(key: string, load: () => readonly BlockHeader[]): readonly BlockHeader[] {
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table = load();
    // About what V8 takes for the objects of a block and of each of its sections.
    let byteLength = 100;
    for (const block of table) byteLength += 150 + block.sections.length * 100;
    this.#tables.set(key, table, byteLength);
    return table;
  }

  /** A number that no other block in memory has, among those of this cache. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** For a block that will not be read again. */
  forget(key: BlockKey): void {
    this.#lines.delete(key);
    this.#columns.delete(key);
  }
  clear(): void {
    this.#lines.clear();
    this.#columns.clear();
    this.#tables.clear();
  }
}

/** A sealed block in memory that can be read. Make it once for each block and keep it: its identity is the cache's key. */
export function blockSourceOf(encoded: EncodedBlock, cache: BlockCache): AddressedBlock & { forget(): void } {
  const id = cache.nextId();
  return { ...sourceOfEncoded({ kind: 'encoded', id, block: encoded }, cache), forget: () => cache.forget(id) };
}

/** The same block, in another thread. */
export function sourceOfEncoded(address: EncodedAddress, cache: BlockCache): AddressedBlock {
  const { id, block } = address;
  const bytes: BlockBytes = (start, end) => block.bytes.subarray(start, end);
  const place = { file: 'sealed block in memory', offset: 0 };
  return {
    fromNs: block.fromNs,
    throughNs: block.throughNs,
    count: block.count,
    rawBytes: block.rawBytes,
    hash: id,
    read: (needs) => cache.read(id, block, bytes, needs, place),
    address: () => address,
    isDecoded: (needs) => cache.has(id, block, needs),
  };
}

const joined = (columns: DecodedColumns | undefined, lines: Uint8Array | undefined): DecodedColumns | undefined =>
  columns === undefined || lines === undefined ? columns : withLines(columns, lines);

/** Overhead of the objects around a block's columns. */
const slotBytes = 400;

/** Of all columns but the lines. */
function bytesOf(columns: DecodedColumns): number {
  let byteLength = slotBytes + columns.offsetNs.byteLength + (columns.lineEnd?.byteLength ?? 0);
  for (const { ids, dictionary } of columns.metadata.values())
    byteLength += 200 + ids.byteLength + dictionary.byteLength;
  byteLength += (columns.fields?.byteLength ?? 0) + (columns.grams?.byteLength ?? 0);
  return byteLength;
}
