/**
 * All file calls of the product go through FileSystem, so that a test can fail any of them or pull the plug.
 * Failures are errors with Node's `code` ('ENOENT', 'ENOSPC', 'EIO', …): see `isFileError`.
 */

/**
 * - 'read': the file must exist; writing is refused.
 * - 'update': the file must exist; reading and writing, nothing is cut off.
 * - 'create': the file must not exist ('EEXIST'); reading and writing.
 * - 'replace': created, or cut to length 0; reading and writing.
 */
export type OpenMode = 'read' | 'update' | 'create' | 'replace';

/**
 * An open file. Positions are explicit: a handle has no cursor, and several calls may be under way at once as long as
 * they touch different ranges. Buffers stay the caller's, and must not change before an asynchronous call ends.
 * The handle must be closed exactly once, with no asynchronous call under way.
 */
export interface FileHandle {
  readonly path: string;
  /** Bytes written: may be fewer than given (a short write). See `writeFully`. */
  writeSync(bytes: Uint8Array, position: number): number;
  /** As writeSync, of several buffers back to back with one system call. */
  writevSync(parts: readonly Uint8Array[], position: number): number;
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Bytes read: may be fewer than `into` holds; 0 at the end of the file. See `readFully`. */
  readSync(into: Uint8Array, position: number): number;
  read(into: Uint8Array, position: number): Promise<number>;
  /** Data, and what metadata is needed to read it back, is on the disk. After a failure the file must not be trusted. */
  datasync(): Promise<void>;
  datasyncSync(): void;
  sync(): Promise<void>;
  syncSync(): void;
  truncateSync(byteLength: number): void;
  byteLength(): number;
  closeSync(): void;
}

export interface FileInfo {
  readonly kind: 'file' | 'directory';
  readonly byteLength: number;
  readonly modifiedMs: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
}

/** Paths are the host's; tests in memory use '/' paths. */
export interface FileSystem {
  openSync(path: string, mode: OpenMode): FileHandle;
  /** Replaces `to` when it exists. Lasting only after syncDir of the folder. */
  renameSync(from: string, to: string): void;
  /** 'ENOENT' when it is not there. */
  unlinkSync(path: string): void;
  unlink(path: string): Promise<void>;
  /** With the parents that are missing; no error when it exists. */
  mkdirSync(path: string): void;
  /** Removes an empty directory: 'ENOTEMPTY' when it is not. */
  rmdirSync(path: string): void;
  /** Sorted by name; 'ENOENT' when the directory is not there. Only files and directories are listed. */
  listSync(path: string): DirectoryEntry[];
  /** Null when nothing is there. */
  statSync(path: string): FileInfo | null;
  /** Names created, renamed and removed in the directory are on the disk. */
  syncDir(path: string): Promise<void>;
  syncDirSync(path: string): void;
  /** Bytes that an unprivileged process can still write on the disk that holds `path`; Infinity when not known. */
  freeBytes(path: string): number;
}

/** Writes all of it, in as many calls as it takes. `bytes` may be several buffers, written back to back. */
export function writeFully(file: FileHandle, bytes: Uint8Array | readonly Uint8Array[], position: number): void {
  let rest: readonly Uint8Array[] = bytes instanceof Uint8Array ? [bytes] : bytes;
  let at = position;
  for (;;) {
    rest = rest.filter((part) => part.length > 0);
    const first = rest[0];
    if (first === undefined) return;
    const written = rest.length === 1 ? file.writeSync(first, at) : file.writevSync(rest, at);
    checkProgress(file, written);
    at += written;
    rest = withoutFirst(rest, written);
  }
}

/** As writeFully, on the thread pool. */
export async function writeFullyAsync(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(done === 0 ? bytes : bytes.subarray(done), position + done);
    checkProgress(file, written);
    done += written;
  }
}

/** Fills `into`, or as much of it as the file has from `position` on. Returns the bytes read. */
export function readFully(file: FileHandle, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const read = file.readSync(done === 0 ? into : into.subarray(done), position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** The whole file in a buffer of its own. */
export function readFile(fs: FileSystem, path: string): Uint8Array {
  const file = fs.openSync(path, 'read');
  try {
    const bytes = new Uint8Array(file.byteLength());
    return bytes.subarray(0, readFully(file, bytes, 0));
  } finally {
    file.closeSync();
  }
}

/**
 * A crash leaves the old file or the new one, never a mixture: written as `<path>.tmp`, synced, renamed, and the folder
 * synced. Returns once it is lasting; when it fails, the `.tmp` file is removed if it can be.
 */
export async function replaceFile(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = fs.openSync(temporary, 'replace');
  try {
    try {
      await writeFullyAsync(file, bytes, 0);
      await file.sync();
    } finally {
      file.closeSync();
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    try {
      fs.unlinkSync(temporary);
    } catch {
      // The first failure is the one to report; start-up removes what is left.
    }
    throw error;
  }
  await fs.syncDir(parentOf(path));
}

/** The folder that holds `path`; '.' for a bare name. Both '/' and '\\' part names, as both do on Windows. */
export function parentOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return cut < 0 ? '.' : cut === 0 ? path.slice(0, 1) : path.slice(0, cut);
}

/** An error as Node's own file calls throw it, for file systems that are not Node's. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: string;
  readonly path: string;
  constructor(code: string, call: string, path: string) {
    super(`${code}: ${call} '${path}'`);
    this.code = code;
    this.path = path;
  }
}

export const isFileError = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as Error & { code?: unknown }).code === code;

function checkProgress(file: FileHandle, written: number): void {
  if (written <= 0) throw new FileError('EIO', 'write made no progress', file.path);
}

/** What is left of `parts` when `count` bytes of them are gone. */
function withoutFirst(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = count;
  for (const part of parts) {
    if (skip >= part.length) skip -= part.length;
    else {
      rest.push(skip === 0 ? part : part.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
