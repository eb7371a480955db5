/** Reads packs: the footer to rebuild the index, and a chunk's blocks. */
import { invariant } from '../errors.js';
import { type BlockSource, DamageError } from '../model/block-source.js';
import type { ChunkRef } from '../model/chunk-ref.js';
import type { ColumnNeeds } from '../model/column-needs.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { TenantId } from '../model/tenant.js';
import type { EncodedBlock } from './block.js';
import { type AddressedBlock, hashOf, type StoredAddress } from './block-address.js';
import type { BlockCache } from './block-cache.js';
import { ByteReader, FormatError } from './bytes.js';
import { packHeaderBytes, packMagic, packTailBytes, packVersion, tableBytesMax } from './constants.js';
import { decodeBlockTable, decodeFooter, decodeTail, type PackBlock, PackVersionError } from './pack-format.js';
import type { ByteSource } from './pack-store.js';
import { checkStored } from './section.js';

export interface PackFooter {
  readonly tenant: TenantId;
  readonly chunks: readonly ChunkRef[];
}

/** What the index keeps of a pack. Throws DamageError, or PackVersionError when a later version wrote it. */
export function readFooter(pack: string, source: ByteSource): PackFooter {
  const size = source.byteLength;
  if (size < packHeaderBytes + packTailBytes) throw new DamageError(pack, 0, `pack of ${size} bytes is cut off`);
  const tailOffset = size - packTailBytes;
  const tail = reading(pack, tailOffset, () => decodeTail(exactly(source, tailOffset, size), size));
  reading(pack, 0, () => checkHeader(exactly(source, 0, packHeaderBytes)));
  return reading(pack, tail.footerOffset, () => {
    const stored = exactly(source, tail.footerOffset, tail.footerOffset + tail.footerBytes);
    const { tenant, chunks } = decodeFooter(stored, tail);
    return { tenant, chunks: chunks.map((chunk) => ({ tenant, pack, ...chunk })) };
  });
}

/**
 * The chunk's blocks in the order in which they were written; their times may overlap. Reads the block table only,
 * or takes it from the cache; blocks are read, through the cache, when asked for. Throws DamageError.
 */
export function chunkBlocks(ref: ChunkRef, source: ByteSource, cache: BlockCache): BlockSource[] {
  return cachedTable(ref, source, cache).map((block, index) => new StoredBlock(ref, index, block, source, cache));
}

/** One block of a chunk, as its address names it. Throws DamageError. */
export function blockAt(address: StoredAddress, source: ByteSource, cache: BlockCache): BlockSource {
  const { pack, metaOffset, index } = address;
  const block = cachedTable(address, source, cache)[index];
  if (block === undefined) throw new DamageError(pack, metaOffset, `block table has no block ${index}`);
  return new StoredBlock(address, index, block, source, cache);
}

/** Where a chunk's block table lies. */
type TableRef = Pick<ChunkRef, 'pack' | 'metaOffset' | 'metaBytes'>;

function cachedTable(ref: TableRef, source: ByteSource, cache: BlockCache): readonly PackBlock[] {
  return cache.table(`${ref.pack}:${ref.metaOffset}`, () => readBlockTable(ref, source)) as readonly PackBlock[];
}

/** The chunk's blocks as they are stored, to be put into another pack: nothing is decompressed, but all of it is checked. */
export function encodedBlocks(ref: ChunkRef, source: ByteSource): EncodedBlock[] {
  return readBlockTable(ref, source).map(({ offset, storedBytes, ...header }) => {
    const bytes = reading(ref.pack, offset, () => exactly(source, offset, offset + storedBytes));
    for (const section of header.sections) {
      checkStored(section, bytes.subarray(section.offset, section.offset + section.storedBytes), {
        file: ref.pack,
        offset,
      });
    }
    return { ...header, bytes };
  });
}

function readBlockTable(ref: TableRef, source: ByteSource): PackBlock[] {
  return reading(ref.pack, ref.metaOffset, () => {
    if (ref.metaBytes > tableBytesMax) throw new FormatError(`block table of ${ref.metaBytes} bytes`);
    return decodeBlockTable(exactly(source, ref.metaOffset, ref.metaOffset + ref.metaBytes));
  });
}

/** A class, not a literal with closures: a query may list a hundred thousand of them. */
class StoredBlock implements AddressedBlock {
  readonly fromNs: bigint;
  readonly throughNs: bigint;
  readonly count: number;
  readonly rawBytes: number;
  readonly #ref: TableRef;
  readonly #index: number;
  readonly #block: PackBlock;
  readonly #source: ByteSource;
  readonly #cache: BlockCache;

  constructor(ref: TableRef, index: number, block: PackBlock, source: ByteSource, cache: BlockCache) {
    this.fromNs = block.fromNs;
    this.throughNs = block.throughNs;
    this.count = block.count;
    this.rawBytes = block.rawBytes;
    this.#ref = ref;
    this.#index = index;
    this.#block = block;
    this.#source = source;
    this.#cache = cache;
  }

  read(needs: ColumnNeeds): EntryBatch {
    const { offset } = this.#block;
    const { pack } = this.#ref;
    const bytes = (start: number, end: number): Uint8Array =>
      reading(pack, offset + start, () => exactly(this.#source, offset + start, offset + end));
    return this.#cache.read(this.#key, this.#block, bytes, needs, { file: pack, offset });
  }

  isDecoded(needs: ColumnNeeds): boolean {
    return this.#cache.has(this.#key, this.#block, needs);
  }

  get #key(): string {
    return `${this.#ref.pack}:${this.#block.offset}`;
  }

  get hash(): number | null {
    return typeof this.#source.localPath === 'string' ? hashOf(this.#ref.pack, this.#block.offset) : null;
  }

  address(): StoredAddress {
    const { pack, metaOffset, metaBytes } = this.#ref;
    const path = this.#source.localPath;
    invariant(typeof path === 'string', `${pack} has no path for other threads`);
    return { kind: 'stored', path, pack, metaOffset, metaBytes, index: this.#index };
  }
}

function checkHeader(bytes: Uint8Array): void {
  const from = new ByteReader(bytes);
  if (from.u32() !== packMagic) throw new FormatError('no mark at the start: not a pack');
  const version = from.u16();
  if (version > packVersion) throw new FormatError(`header says version ${version}, the tail does not`);
}

/** A pack that is shorter than its tables say is damaged; failures of the disk itself pass as they are. */
function exactly(source: ByteSource, start: number, end: number): Uint8Array {
  if (end > source.byteLength) throw new FormatError(`bytes up to ${end} expected, pack has ${source.byteLength}`);
  const bytes = source.slice(start, end);
  if (bytes.length !== end - start) throw new FormatError(`${end - start} bytes expected, ${bytes.length} there`);
  return bytes;
}

function reading<T>(pack: string, offset: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof FormatError) throw new DamageError(pack, offset, cause.message);
    if (cause instanceof PackVersionError) cause.message = `${pack}: ${cause.message}`;
    throw cause;
  }
}
