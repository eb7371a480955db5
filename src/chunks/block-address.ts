/** How another thread of this process reads a block: plain data that crosses by postMessage. */
import type { BlockSource } from '../model/block-source.js';
import type { ColumnNeeds } from '../model/column-needs.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { Nanos } from '../model/time.js';
import type { EncodedBlock } from './block.js';

export type BlockAddress = StoredAddress | EncodedAddress | ColumnsAddress;

/** In a pack: the other thread opens the file and reads the chunk's block table itself. */
export interface StoredAddress {
  readonly kind: 'stored';
  readonly path: string;
  readonly pack: string;
  readonly metaOffset: number;
  readonly metaBytes: number;
  /** Place in the block table. */
  readonly index: number;
}

/** Sealed, in memory. Its bytes are shared memory, or are copied. */
export interface EncodedAddress {
  readonly kind: 'encoded';
  /** No other block of the same BlockCache has it. */
  readonly id: number;
  readonly block: EncodedBlock;
}

/** Not encoded: its columns as they are, those in shared memory uncopied. Only what was asked for. */
export interface ColumnsAddress {
  readonly kind: 'columns';
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
  readonly rawBytes: number;
  readonly batch: Omit<EntryBatch, 'metadata' | 'fields'>;
  readonly metadata: readonly { readonly name: string; readonly texts: readonly string[]; readonly ids: Uint32Array }[];
}

/** A block that other threads may be able to read, too. */
export interface AddressedBlock extends BlockSource {
  /**
   * Null when only this thread can read it. Else always the same for the same block, and 0 when no thread would
   * remember what it decoded of it.
   */
  readonly hash: number | null;
  /** Only when `hash` is not null. `needs`: what will be read there. */
  address(needs: ColumnNeeds): BlockAddress;
  /** Reading it in this thread costs nothing now. */
  isDecoded(needs: ColumnNeeds): boolean;
}

/** True of blocks of this kind only: of others it is not known. */
export const isDecoded = (block: BlockSource, needs: ColumnNeeds): boolean =>
  'isDecoded' in block && (block as AddressedBlock).isDecoded(needs);

/** The block when other threads can read it. */
export const addressed = (block: BlockSource): AddressedBlock | null =>
  'address' in block && (block as AddressedBlock).hash !== null ? (block as AddressedBlock) : null;

/** The address of a block whose columns are here already. Arrays that are no shared memory are copied when sent. */
export function columnsAddress(
  block: Pick<BlockSource, 'fromNs' | 'throughNs' | 'rawBytes'>,
  { count, baseNs, offsetNs, lines, lineEnd, metadata }: EntryBatch,
  needs: ColumnNeeds,
): ColumnsAddress {
  const chosen = metadata.filter(({ name }) => needs.metadata === 'all' || needs.metadata.includes(name));
  return {
    kind: 'columns',
    fromNs: block.fromNs,
    throughNs: block.throughNs,
    rawBytes: block.rawBytes,
    batch: {
      count,
      baseNs,
      offsetNs,
      lines: needs.lines === 'bytes' ? lines : new Uint8Array(0),
      lineEnd: needs.lines === 'none' ? new Uint32Array(0) : lineEnd,
    },
    metadata: chosen.map(({ name, dictionary, ids }) => ({
      name,
      texts: Array.from({ length: dictionary.length }, (_, id) => dictionary.get(id)),
      ids,
    })),
  };
}

/** 32 bits of a name and a number, for spreading. */
export function hashOf(name: string, n: number): number {
  let hash = n | 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
