/** FileSystem on node:fs. */
import * as fs from 'node:fs';
import type { DirectoryEntry, FileHandle, FileInfo, FileSystem, OpenMode } from './file-system.js';

const flagsOf: Record<OpenMode, string> = { read: 'r', update: 'r+', create: 'wx+', replace: 'w+' };

export function nodeFileSystem(): FileSystem {
  return {
    openSync: (path, mode) => new NodeFile(path, fs.openSync(path, flagsOf[mode], 0o640)),
    renameSync: (from, to) => fs.renameSync(from, to),
    unlinkSync: (path) => fs.unlinkSync(path),
    unlink: (path) => call((done) => fs.unlink(path, done)),
    mkdirSync: (path) => void fs.mkdirSync(path, { recursive: true }),
    rmdirSync: (path) => fs.rmdirSync(path),
    listSync: (path) =>
      fs
        .readdirSync(path, { withFileTypes: true })
        .flatMap((entry): DirectoryEntry[] =>
          entry.isFile()
            ? [{ name: entry.name, kind: 'file' }]
            : entry.isDirectory()
              ? [{ name: entry.name, kind: 'directory' }]
              : [],
        )
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    statSync(path): FileInfo | null {
      const info = fs.statSync(path, { throwIfNoEntry: false });
      if (info === undefined) return null;
      return { kind: info.isDirectory() ? 'directory' : 'file', byteLength: info.size, modifiedMs: info.mtimeMs };
    },
    syncDirSync(path) {
      if (!canSyncFolders) return;
      const fd = fs.openSync(path, 'r');
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    },
    async syncDir(path) {
      if (!canSyncFolders) return;
      const fd = fs.openSync(path, 'r');
      try {
        await call((done) => fs.fsync(fd, done));
      } finally {
        fs.closeSync(fd);
      }
    },
    freeBytes(path) {
      const disk = fs.statfsSync(path);
      return disk.bavail * disk.bsize;
    },
  };
}

/** Windows cannot open a folder; NTFS journals names by itself. */
const canSyncFolders = process.platform !== 'win32';

class NodeFile implements FileHandle {
  readonly path: string;
  readonly #fd: number;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }
  writeSync(bytes: Uint8Array, position: number): number {
    return fs.writeSync(this.#fd, bytes, 0, bytes.length, position);
  }
  writevSync(parts: readonly Uint8Array[], position: number): number {
    // More buffers than IOV_MAX (1024 on Linux) would be refused: the rest is a short write.
    return fs.writevSync(this.#fd, parts.length > 1024 ? parts.slice(0, 1024) : parts, position);
  }
  write(bytes: Uint8Array, position: number): Promise<number> {
    return call((done) => fs.write(this.#fd, bytes, 0, bytes.length, position, done));
  }
  readSync(into: Uint8Array, position: number): number {
    return fs.readSync(this.#fd, into, 0, into.length, position);
  }
  read(into: Uint8Array, position: number): Promise<number> {
    return call((done) => fs.read(this.#fd, into, 0, into.length, position, done));
  }
  datasync(): Promise<void> {
    return call((done) => fs.fdatasync(this.#fd, done));
  }
  datasyncSync(): void {
    fs.fdatasyncSync(this.#fd);
  }
  sync(): Promise<void> {
    return call((done) => fs.fsync(this.#fd, done));
  }
  syncSync(): void {
    fs.fsyncSync(this.#fd);
  }
  truncateSync(byteLength: number): void {
    fs.ftruncateSync(this.#fd, byteLength);
  }
  byteLength(): number {
    return fs.fstatSync(this.#fd).size;
  }
  closeSync(): void {
    fs.closeSync(this.#fd);
  }
}

/** A callback call as a promise. Without fs/promises' FileHandle, which closes files behind our back when collected. */
function call<T = void>(start: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}
