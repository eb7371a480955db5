/** FileSystem in memory, for servers and tests that keep nothing. Paths are '/' paths; every one of them is absolute. */
import type { DirectoryEntry, FileHandle, FileInfo, FileSystem, OpenMode } from './file-system.js';
import { FileError, parentOf } from './file-system.js';

/** The contents of a file, whatever its name; an unlinked file lives on in open handles. */
export class MemoryFile {
  modifiedMs = 0;
  byteLength = 0;
  #bytes = new Uint8Array(0);

  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.byteLength - position));
    into.set(this.#bytes.subarray(position, position + count));
    return count;
  }
  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.byteLength) this.truncate(end);
    this.#bytes.set(bytes, position);
  }
  truncate(byteLength: number): void {
    if (byteLength > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(byteLength, this.#bytes.length * 2, 256));
      grown.set(this.#bytes.subarray(0, this.byteLength));
      this.#bytes = grown;
    } else if (byteLength < this.byteLength) {
      // What grows again must read as zeros.
      this.#bytes.fill(0, byteLength, this.byteLength);
    }
    this.byteLength = byteLength;
  }
  clone(): MemoryFile {
    const copy = new MemoryFile();
    copy.modifiedMs = this.modifiedMs;
    copy.byteLength = this.byteLength;
    copy.#bytes = this.#bytes.slice(0, this.byteLength);
    return copy;
  }
}

export interface MemoryFileSystemOptions {
  /** Bytes that all files together may have; a write beyond it is cut short, then fails with 'ENOSPC'. */
  readonly capacityBytes?: number;
  readonly nowMs?: () => number;
}

export class MemoryFileSystem implements FileSystem {
  /** By clean path. A simulation of crashes keeps its own copy of both. */
  readonly files = new Map<string, MemoryFile>();
  readonly directories = new Set<string>(['/']);
  readonly #capacityBytes: number;
  readonly #nowMs: () => number;

  constructor(options: MemoryFileSystemOptions = {}) {
    this.#capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
    this.#nowMs = options.nowMs ?? (() => 0);
  }

  openSync(path: string, mode: OpenMode): FileHandle {
    const key = cleanPath(path);
    let file = this.files.get(key);
    if (this.directories.has(key)) throw new FileError('EISDIR', 'open', path);
    if (file === undefined) {
      if (mode === 'read' || mode === 'update') throw new FileError('ENOENT', 'open', path);
      this.#mustBeDirectory(parentOf(key), 'open');
      file = new MemoryFile();
      file.modifiedMs = this.#nowMs();
      this.files.set(key, file);
    } else if (mode === 'create') throw new FileError('EEXIST', 'open', path);
    else if (mode === 'replace') file.truncate(0);
    return new MemoryHandle(path, file, mode, {
      nowMs: this.#nowMs,
      roomBytes: () => this.#freeBytes(),
    });
  }
  renameSync(from: string, to: string): void {
    const source = cleanPath(from);
    const target = cleanPath(to);
    const file = this.files.get(source);
    if (file === undefined) throw new FileError('ENOENT', 'rename', from);
    this.#mustBeDirectory(parentOf(target), 'rename');
    if (this.directories.has(target)) throw new FileError('EISDIR', 'rename', to);
    this.files.delete(source);
    this.files.set(target, file);
  }
  unlinkSync(path: string): void {
    if (!this.files.delete(cleanPath(path))) throw new FileError('ENOENT', 'unlink', path);
  }
  async unlink(path: string): Promise<void> {
    this.unlinkSync(path);
  }
  mkdirSync(path: string): void {
    const key = cleanPath(path);
    if (this.directories.has(key)) return;
    if (this.files.has(key)) throw new FileError('EEXIST', 'mkdir', path);
    this.mkdirSync(parentOf(key));
    this.directories.add(key);
  }
  rmdirSync(path: string): void {
    const key = cleanPath(path);
    this.#mustBeDirectory(key, 'rmdir');
    if (this.listSync(key).length > 0) throw new FileError('ENOTEMPTY', 'rmdir', path);
    this.directories.delete(key);
  }
  listSync(path: string): DirectoryEntry[] {
    const key = cleanPath(path);
    this.#mustBeDirectory(key, 'scandir');
    const entries: DirectoryEntry[] = [];
    const add = (child: string, kind: 'file' | 'directory'): void => {
      if (child !== '/' && parentOf(child) === key)
        entries.push({ name: child.slice(child.lastIndexOf('/') + 1), kind });
    };
    for (const file of this.files.keys()) add(file, 'file');
    for (const directory of this.directories) add(directory, 'directory');
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  statSync(path: string): FileInfo | null {
    const key = cleanPath(path);
    if (this.directories.has(key)) return { kind: 'directory', byteLength: 0, modifiedMs: 0 };
    const file = this.files.get(key);
    return file === undefined ? null : { kind: 'file', byteLength: file.byteLength, modifiedMs: file.modifiedMs };
  }
  syncDirSync(path: string): void {
    this.#mustBeDirectory(cleanPath(path), 'fsync');
  }
  async syncDir(path: string): Promise<void> {
    this.syncDirSync(path);
  }
  freeBytes(_path: string): number {
    return this.#freeBytes();
  }

  #freeBytes(): number {
    if (this.#capacityBytes === Number.POSITIVE_INFINITY) return this.#capacityBytes;
    let used = 0;
    for (const file of this.files.values()) used += file.byteLength;
    return Math.max(0, this.#capacityBytes - used);
  }
  #mustBeDirectory(key: string, call: string): void {
    if (!this.directories.has(key)) throw new FileError(this.files.has(key) ? 'ENOTDIR' : 'ENOENT', call, key);
  }
}

/** '/a/b' for 'a//b/' and './a/b': one name for each place. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

class MemoryHandle implements FileHandle {
  readonly path: string;
  readonly #file: MemoryFile;
  readonly #mode: OpenMode;
  readonly #disk: { readonly nowMs: () => number; readonly roomBytes: () => number };
  #open = true;

  constructor(path: string, file: MemoryFile, mode: OpenMode, disk: { nowMs: () => number; roomBytes: () => number }) {
    this.path = path;
    this.#file = file;
    this.#mode = mode;
    this.#disk = disk;
  }
  writeSync(bytes: Uint8Array, position: number): number {
    this.#mustBeOpen('write', true);
    const grows = Math.max(0, position + bytes.length - this.#file.byteLength);
    const room = grows === 0 ? 0 : this.#disk.roomBytes();
    const fitting = bytes.length - Math.max(0, grows - room);
    if (fitting <= 0 && bytes.length > 0) throw new FileError('ENOSPC', 'write', this.path);
    this.#file.write(fitting === bytes.length ? bytes : bytes.subarray(0, fitting), position);
    this.#file.modifiedMs = this.#disk.nowMs();
    return fitting;
  }
  writevSync(parts: readonly Uint8Array[], position: number): number {
    let written = 0;
    for (const part of parts) {
      // Once something is written, what stops the rest is told by the next call, as with a short write.
      if (written > 0 && this.#disk.roomBytes() === 0) break;
      const count = this.writeSync(part, position + written);
      written += count;
      if (count < part.length) break;
    }
    return written;
  }
  async write(bytes: Uint8Array, position: number): Promise<number> {
    return this.writeSync(bytes, position);
  }
  readSync(into: Uint8Array, position: number): number {
    this.#mustBeOpen('read', false);
    return this.#file.read(into, position);
  }
  async read(into: Uint8Array, position: number): Promise<number> {
    return this.readSync(into, position);
  }
  async datasync(): Promise<void> {
    this.#mustBeOpen('fdatasync', false);
  }
  datasyncSync(): void {
    this.#mustBeOpen('fdatasync', false);
  }
  async sync(): Promise<void> {
    this.#mustBeOpen('fsync', false);
  }
  syncSync(): void {
    this.#mustBeOpen('fsync', false);
  }
  truncateSync(byteLength: number): void {
    this.#mustBeOpen('ftruncate', true);
    this.#file.truncate(byteLength);
    this.#file.modifiedMs = this.#disk.nowMs();
  }
  byteLength(): number {
    this.#mustBeOpen('fstat', false);
    return this.#file.byteLength;
  }
  closeSync(): void {
    this.#mustBeOpen('close', false);
    this.#open = false;
  }
  #mustBeOpen(call: string, forWriting: boolean): void {
    if (!this.#open || (forWriting && this.#mode === 'read')) throw new FileError('EBADF', call, this.path);
  }
}
