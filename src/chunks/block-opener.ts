/** Reads blocks by the addresses that another thread gave. */
import { type FileSystem, isFileError } from '../io/file-system.js';
import { type BlockSource, DamageError } from '../model/block-source.js';
import { dictionaryOf } from '../model/columns.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { BlockAddress, ColumnsAddress, StoredAddress } from './block-address.js';
import { type BlockCache, sourceOfEncoded } from './block-cache.js';
import { fileSource, OpenFiles } from './open-files.js';
import { blockAt } from './pack-reader.js';

export class BlockOpener {
  readonly #files: OpenFiles;
  readonly #cache: BlockCache;

  /** At most so many files are kept open, each until it is not among those read last. */
  constructor(fs: FileSystem, openFilesMax: number, cache: BlockCache) {
    this.#files = new OpenFiles(fs, openFilesMax);
    this.#cache = cache;
  }

  /** Blocks that were opened can still be read: their files are then opened again. */
  closeFiles(): void {
    this.#files.closeAll();
  }

  /** Throws DamageError, also when the pack is gone. */
  open(address: BlockAddress): BlockSource {
    switch (address.kind) {
      case 'stored':
        return this.#openStored(address);
      case 'encoded':
        return sourceOfEncoded(address, this.#cache);
      case 'columns':
        return openColumns(address);
    }
  }

  #openStored(address: StoredAddress): BlockSource {
    try {
      return blockAt(address, fileSource(this.#files, address.path, true), this.#cache);
    } catch (error) {
      if (!isFileError(error, 'ENOENT')) throw error;
      throw new DamageError(address.pack, 0, 'the pack is missing');
    }
  }
}

function openColumns({ fromNs, throughNs, rawBytes, batch, metadata }: ColumnsAddress): BlockSource {
  const columns = metadata.map(({ name, texts, ids }) => ({ name, dictionary: dictionaryOf(texts), ids }));
  const whole: EntryBatch = { ...batch, metadata: columns };
  return { fromNs, throughNs, count: batch.count, rawBytes, read: () => whole };
}
