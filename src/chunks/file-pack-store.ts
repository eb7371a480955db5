/** Packs as files below a folder. */
import { invariant } from '../errors.js';
import { type FileSystem, isFileError, parentOf, writeFullyAsync } from '../io/file-system.js';
import { fileSource, OpenFiles } from './open-files.js';
import { type ByteSource, type PackInfo, type PackStore, packSuffix } from './pack-store.js';

export interface FilePackStoreOptions {
  /** Files kept open for reading; the one not read for longest is closed. */
  readonly openFilesMax?: number;
  /** False where other threads or processes cannot see the files (a file system in memory). */
  readonly shared?: boolean;
}

const temporarySuffix = '.tmp';

/** Parts are put together to writes of this size: one system call each, and none holds up a synchronous reader long. */
const writeBytes = 1024 * 1024;

/** Creates the folder when it is missing, and removes what an interrupted `put` left. */
export function openFilePackStore(fs: FileSystem, folder: string, options: FilePackStoreOptions = {}): PackStore {
  makeFolder(fs, folder);
  for (const path of filesBelow(fs, folder, temporarySuffix)) fs.unlinkSync(`${folder}/${path}`);
  return new FilePackStore(fs, folder, options.openFilesMax ?? 128, options.shared ?? true);
}

class FilePackStore implements PackStore {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #shared: boolean;
  readonly #files: OpenFiles;

  constructor(fs: FileSystem, folder: string, openFilesMax: number, shared: boolean) {
    this.#fs = fs;
    this.#folder = folder;
    this.#shared = shared;
    this.#files = new OpenFiles(fs, openFilesMax);
  }

  async put(pack: string, parts: readonly Uint8Array[]): Promise<void> {
    invariant(pack.endsWith(packSuffix), `pack name ${pack} does not end in ${packSuffix}`);
    const path = this.#pathOf(pack);
    const temporary = path + temporarySuffix;
    invariant(this.#fs.statSync(path) === null, `pack ${pack} is there already`);
    makeFolder(this.#fs, parentOf(path));
    const file = this.#fs.openSync(temporary, 'create');
    let renamed = false;
    try {
      try {
        let position = 0;
        for (const bytes of gathered(parts)) {
          await writeFullyAsync(file, bytes, position);
          position += bytes.length;
        }
        await file.sync();
      } finally {
        file.closeSync();
      }
      this.#fs.renameSync(temporary, path);
      renamed = true;
      await this.#fs.syncDir(parentOf(path));
    } catch (error) {
      // A pack of a put that failed should not appear after a restart: its entries are flushed again, under another name.
      try {
        this.#fs.unlinkSync(renamed ? path : temporary);
      } catch (second) {
        // What is left of a `.tmp` file, start-up removes.
        if (renamed) throw new AggregateError([error, second], `pack ${pack} is not stored for good, nor removed`);
      }
      throw error;
    }
  }

  open(pack: string): ByteSource {
    return fileSource(this.#files, this.#pathOf(pack), this.#shared);
  }

  async list(): Promise<PackInfo[]> {
    const packs: PackInfo[] = [];
    for (const pack of filesBelow(this.#fs, this.#folder, packSuffix)) {
      const info = this.#fs.statSync(this.#pathOf(pack));
      if (info !== null) packs.push({ pack, byteLength: info.byteLength });
    }
    return packs.sort((a, b) => (a.pack < b.pack ? -1 : 1));
  }

  async delete(pack: string): Promise<void> {
    const path = this.#pathOf(pack);
    this.#files.close(path);
    try {
      await this.#fs.unlink(path);
    } catch (error) {
      if (!isFileError(error, 'ENOENT')) throw error;
    }
    this.#removeIfEmpty(parentOf(path));
  }

  localPath(pack: string): string | null {
    return this.#shared ? this.#pathOf(pack) : null;
  }

  async close(): Promise<void> {
    this.#files.closeAll();
  }

  #pathOf(pack: string): string {
    return `${this.#folder}/${pack}`;
  }

  /** The folder of a day whose last pack went. */
  #removeIfEmpty(folder: string): void {
    try {
      this.#fs.rmdirSync(folder);
    } catch (error) {
      if (!isFileError(error, 'ENOTEMPTY') && !isFileError(error, 'ENOENT')) throw error;
    }
  }
}

/** With parents; each new name is made lasting in its parent. */
function makeFolder(fs: FileSystem, folder: string): void {
  const missing: string[] = [];
  for (let path = folder; fs.statSync(path) === null; path = parentOf(path)) {
    missing.push(path);
    if (path === parentOf(path)) break;
  }
  if (missing.length === 0) return;
  fs.mkdirSync(folder);
  try {
    for (const path of missing.toReversed()) fs.syncDirSync(parentOf(path));
  } catch (error) {
    // A folder that is there counts as lasting: one whose name is not must go, so that the next call makes it anew.
    for (const path of missing) fs.rmdirSync(path);
    throw error;
  }
}

/** Paths below the folder, without it. */
function filesBelow(fs: FileSystem, folder: string, suffix: string, below = ''): string[] {
  return fs.listSync(below === '' ? folder : `${folder}/${below}`).flatMap(({ name, kind }) => {
    const path = below === '' ? name : `${below}/${name}`;
    if (kind === 'directory') return filesBelow(fs, folder, suffix, path);
    return name.endsWith(suffix) ? [path] : [];
  });
}

function* gathered(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  let run: Uint8Array[] = [];
  let byteLength = 0;
  for (const part of parts) {
    run.push(part);
    byteLength += part.length;
    if (byteLength < writeBytes) continue;
    yield run.length === 1 ? part : Buffer.concat(run);
    run = [];
    byteLength = 0;
  }
  if (byteLength > 0) yield Buffer.concat(run);
}
