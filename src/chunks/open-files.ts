/** Files kept open for reading, bounded: the one not read for longest is closed. One for each thread. */
import { type FileHandle, type FileSystem, readFully } from '../io/file-system.js';
import type { ByteSource } from './pack-store.js';

export class OpenFiles {
  readonly #fs: FileSystem;
  readonly #filesMax: number;
  /** By path, in the order of their last use. */
  readonly #open = new Map<string, FileHandle>();

  constructor(fs: FileSystem, filesMax: number) {
    this.#fs = fs;
    this.#filesMax = filesMax;
  }

  /** Valid until the next call. Throws an error of code 'ENOENT' when there is no such file. */
  get(path: string): FileHandle {
    let file = this.#open.get(path);
    if (file === undefined) {
      file = this.#fs.openSync(path, 'read');
      for (const oldest of this.#open.keys()) {
        if (this.#open.size < this.#filesMax) break;
        this.close(oldest);
      }
    } else this.#open.delete(path);
    this.#open.set(path, file);
    return file;
  }

  /** Nothing happens when it is not open. */
  close(path: string): void {
    this.#open.get(path)?.closeSync();
    this.#open.delete(path);
  }

  closeAll(): void {
    for (const path of [...this.#open.keys()]) this.close(path);
  }
}

/** A file as the reader of packs takes it, opened again whenever it had to be closed. Throws as OpenFiles.get. */
export function fileSource(files: OpenFiles, path: string, isShared: boolean): ByteSource {
  const byteLength = files.get(path).byteLength();
  return {
    byteLength,
    localPath: isShared ? path : null,
    slice(start, end) {
      if (start < 0 || end < start || end > byteLength) {
        throw new RangeError(`${path}: bytes ${start} to ${end} of ${byteLength}`);
      }
      // A buffer of its own: Node's pool would let a small cached slice pin its neighbours.
      const bytes = new Uint8Array(end - start);
      const read = readFully(files.get(path), bytes, start);
      return read === bytes.length ? bytes : bytes.subarray(0, read);
    },
  };
}
