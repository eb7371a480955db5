/**
 * A file system in memory that remembers what was synced (LevelDB's idea). `crash` is a loss of power: what was not
 * synced is kept, dropped, cut or garbled, as the seed says. `fault` fails a call that a test picks.
 *
 * Stricter than most disks, as POSIX allows: a name lasts only after syncDir of its folder, also that of a synced file;
 * after a failed sync the writes it covered are lost, even when a later sync succeeds (as Linux does).
 */
import type { DirectoryEntry, FileHandle, FileInfo, FileSystem, OpenMode } from '../../src/io/file-system.js';
import { FileError, parentOf } from '../../src/io/file-system.js';
import { cleanPath, MemoryFile, MemoryFileSystem } from '../../src/io/memory-file-system.js';
import { type Prng, prng } from './prng.js';

export type CallName =
  | 'open'
  | 'write'
  | 'read'
  | 'sync'
  | 'truncate'
  | 'rename'
  | 'unlink'
  | 'mkdir'
  | 'rmdir'
  | 'list'
  | 'stat'
  | 'syncDir'
  | 'close';

/** `write` stands for write, writev and their asynchronous forms; `sync` for fsync and fdatasync. */
export interface Fault {
  /** 1 is the next call that `call` and `path` let count. */
  readonly at: number;
  /**
   * 'EIO' and 'ENOSPC': the call fails and does nothing (a sync loses what it covered). 'short': a write or read moves
   * only a part; other calls are not touched. 'crash': the call and all later ones fail until `crash` or `kill`.
   */
  readonly kind: 'EIO' | 'ENOSPC' | 'short' | 'crash';
  /** Fails every call from the chosen one on, until `fault` is set anew. */
  readonly forEver?: boolean;
  readonly call?: CallName;
  readonly path?: RegExp;
}

/** Thrown by calls after a simulated crash: no code under test should mistake it for a failing disk. */
export class CrashedError extends Error {
  override readonly name = 'CrashedError';
}

type Change = { readonly at: number; readonly bytes: Uint8Array } | { readonly truncate: number };
type NameChange =
  | { readonly folder: string; readonly set: string; readonly file: MemoryFile; readonly alsoRemove?: string }
  | { readonly folder: string; readonly remove: string }
  | { readonly folder: string; readonly mkdir: string }
  | { readonly folder: string; readonly rmdir: string };

export class FaultyFileSystem implements FileSystem {
  /** Every call so far, as 'write /wal/00000001'. */
  readonly calls: string[] = [];
  #live: MemoryFileSystem;
  readonly #capacityBytes: number | undefined;
  /** What a loss of power certainly leaves. */
  #lastingFiles = new Map<string, MemoryFile>();
  #lastingFolders = new Set<string>(['/']);
  /** Since the last syncDir of their folder, oldest first. */
  #nameChanges: NameChange[] = [];
  #contents = new Map<MemoryFile, { lasting: MemoryFile; changes: Change[] }>();
  #fault: Fault | null = null;
  #faultCountdown = 0;
  #crashed = false;
  /** Handles of an earlier life are dead. */
  #life = 0;

  constructor(options: { readonly capacityBytes?: number } = {}) {
    this.#capacityBytes = options.capacityBytes;
    this.#live = this.#newMemory();
  }

  set fault(fault: Fault | null) {
    this.#fault = fault;
    this.#faultCountdown = fault?.at ?? 0;
  }

  /** The process dies, the machine lives: nothing that was written is lost. */
  kill(): void {
    this.#life++;
    this.#crashed = false;
    this.fault = null;
  }

  /** Loss of power. */
  crash(seed: number): void {
    const random = prng(seed);
    this.kill();
    for (const folder of new Set(this.#nameChanges.map((change) => change.folder))) {
      const changes = this.#nameChanges.filter((change) => change.folder === folder);
      // A journal keeps the order of changes in a folder: a prefix of them survives.
      for (const change of changes.slice(0, random.int(changes.length + 1))) this.#apply(change);
    }
    const survivors = this.#newMemory();
    for (const folder of [...this.#lastingFolders].sort()) {
      if (this.#lastingFolders.has(parentOf(folder))) survivors.directories.add(folder);
    }
    const contents = new Map<MemoryFile, { lasting: MemoryFile; changes: Change[] }>();
    for (const [path, file] of [...this.#lastingFiles].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!survivors.directories.has(parentOf(path))) continue;
      const state = this.#stateOf(file);
      const after = state.lasting.clone();
      for (const change of state.changes) applyDamaged(after, change, random);
      survivors.files.set(path, after);
      contents.set(after, { lasting: after.clone(), changes: [] });
    }
    this.#live = survivors;
    this.#lastingFiles = new Map(survivors.files);
    this.#lastingFolders = new Set(survivors.directories);
    this.#contents = contents;
    this.#nameChanges = [];
  }

  openSync(path: string, mode: OpenMode): FileHandle {
    this.#call('open', path);
    const key = cleanPath(path);
    const before = this.#live.files.get(key);
    const handle = this.#live.openSync(path, mode);
    const file = this.#live.files.get(key) as MemoryFile;
    const state = this.#stateOf(file);
    if (before === undefined) this.#nameChanges.push({ folder: parentOf(key), set: key, file });
    else if (mode === 'replace') state.changes.push({ truncate: 0 });
    const life = this.#life;
    return new FaultyHandle(handle, {
      call: (name) => {
        if (life !== this.#life) throw new CrashedError(`${name} ${path}: the handle is from before the crash`);
        return this.#call(name, path);
      },
      changed: (change) => state.changes.push(change),
      synced: () => {
        for (const change of state.changes) applyWhole(state.lasting, change);
        state.changes = [];
      },
      syncFailed: () => {
        state.changes = [];
      },
    });
  }
  renameSync(from: string, to: string): void {
    this.#call('rename', from);
    const file = this.#live.files.get(cleanPath(from));
    this.#live.renameSync(from, to);
    const folder = parentOf(cleanPath(to));
    const source = cleanPath(from);
    const set = { folder, set: cleanPath(to), file: file as MemoryFile };
    // In one folder both names change at once.
    if (folder === parentOf(source)) this.#nameChanges.push({ ...set, alsoRemove: source });
    else this.#nameChanges.push(set, { folder: parentOf(source), remove: source });
  }
  unlinkSync(path: string): void {
    this.#call('unlink', path);
    this.#live.unlinkSync(path);
    this.#nameChanges.push({ folder: parentOf(cleanPath(path)), remove: cleanPath(path) });
  }
  async unlink(path: string): Promise<void> {
    this.unlinkSync(path);
  }
  mkdirSync(path: string): void {
    this.#call('mkdir', path);
    const before = new Set(this.#live.directories);
    this.#live.mkdirSync(path);
    for (const folder of this.#live.directories) {
      if (!before.has(folder)) this.#nameChanges.push({ folder: parentOf(folder), mkdir: folder });
    }
  }
  rmdirSync(path: string): void {
    this.#call('rmdir', path);
    this.#live.rmdirSync(path);
    this.#nameChanges.push({ folder: parentOf(cleanPath(path)), rmdir: cleanPath(path) });
  }
  listSync(path: string): DirectoryEntry[] {
    this.#call('list', path);
    return this.#live.listSync(path);
  }
  statSync(path: string): FileInfo | null {
    this.#call('stat', path);
    return this.#live.statSync(path);
  }
  syncDirSync(path: string): void {
    this.#call('syncDir', path);
    this.#live.syncDirSync(path);
    const folder = cleanPath(path);
    for (const change of this.#nameChanges) if (change.folder === folder) this.#apply(change);
    this.#nameChanges = this.#nameChanges.filter((change) => change.folder !== folder);
  }
  async syncDir(path: string): Promise<void> {
    this.syncDirSync(path);
  }
  freeBytes(path: string): number {
    return this.#live.freeBytes(path);
  }

  /** Counts and notes a call, and fails it when its time has come. True: the call shall move only a part. */
  #call(name: CallName, path: string): boolean {
    if (this.#crashed) throw new CrashedError(`${name} ${path}: crashed before`);
    this.calls.push(`${name} ${cleanPath(path)}`);
    const fault = this.#fault;
    if (fault === null || (fault.call !== undefined && fault.call !== name)) return false;
    if (fault.path !== undefined && !fault.path.test(cleanPath(path))) return false;
    this.#faultCountdown--;
    if (this.#faultCountdown > 0 || (this.#faultCountdown < 0 && fault.forEver !== true)) return false;
    if (fault.kind === 'short') return true;
    if (fault.kind === 'crash') {
      this.#crashed = true;
      throw new CrashedError(`${name} ${path}: crash`);
    }
    throw new FileError(fault.kind, name, path);
  }
  #stateOf(file: MemoryFile): { lasting: MemoryFile; changes: Change[] } {
    let state = this.#contents.get(file);
    if (state === undefined) {
      state = { lasting: new MemoryFile(), changes: [] };
      this.#contents.set(file, state);
    }
    return state;
  }
  #apply(change: NameChange): void {
    if ('set' in change) {
      this.#lastingFiles.set(change.set, change.file);
      if (change.alsoRemove !== undefined && change.alsoRemove !== change.set) {
        this.#lastingFiles.delete(change.alsoRemove);
      }
    } else if ('remove' in change) this.#lastingFiles.delete(change.remove);
    else if ('mkdir' in change) this.#lastingFolders.add(change.mkdir);
    else this.#lastingFolders.delete(change.rmdir);
  }
  #newMemory(): MemoryFileSystem {
    return new MemoryFileSystem(this.#capacityBytes === undefined ? {} : { capacityBytes: this.#capacityBytes });
  }
}

interface Watcher {
  call(name: CallName): boolean;
  changed(change: Change): void;
  synced(): void;
  syncFailed(): void;
}

class FaultyHandle implements FileHandle {
  readonly path: string;
  readonly #inner: FileHandle;
  readonly #watcher: Watcher;

  constructor(inner: FileHandle, watcher: Watcher) {
    this.path = inner.path;
    this.#inner = inner;
    this.#watcher = watcher;
  }
  writeSync(bytes: Uint8Array, position: number): number {
    const short = this.#watcher.call('write');
    const part = short ? bytes.subarray(0, Math.ceil(bytes.length / 2)) : bytes;
    const written = this.#inner.writeSync(part, position);
    this.#watcher.changed({ at: position, bytes: part.slice(0, written) });
    return written;
  }
  writevSync(parts: readonly Uint8Array[], position: number): number {
    return this.writeSync(Buffer.concat(parts), position);
  }
  async write(bytes: Uint8Array, position: number): Promise<number> {
    return this.writeSync(bytes, position);
  }
  readSync(into: Uint8Array, position: number): number {
    const short = this.#watcher.call('read');
    return this.#inner.readSync(short ? into.subarray(0, Math.ceil(into.length / 2)) : into, position);
  }
  async read(into: Uint8Array, position: number): Promise<number> {
    return this.readSync(into, position);
  }
  syncSync(): void {
    try {
      this.#watcher.call('sync');
    } catch (error) {
      if (error instanceof FileError) this.#watcher.syncFailed();
      throw error;
    }
    this.#inner.syncSync();
    this.#watcher.synced();
  }
  datasyncSync(): void {
    this.syncSync();
  }
  async sync(): Promise<void> {
    this.syncSync();
  }
  async datasync(): Promise<void> {
    this.syncSync();
  }
  truncateSync(byteLength: number): void {
    this.#watcher.call('truncate');
    this.#inner.truncateSync(byteLength);
    this.#watcher.changed({ truncate: byteLength });
  }
  byteLength(): number {
    return this.#inner.byteLength();
  }
  closeSync(): void {
    this.#watcher.call('close');
    this.#inner.closeSync();
  }
}

function applyWhole(file: MemoryFile, change: Change): void {
  if ('truncate' in change) file.truncate(change.truncate);
  else file.write(change.bytes, change.at);
}

/** An unsynced change after a loss of power: whole, a part, nothing, zeros, or noise. */
function applyDamaged(file: MemoryFile, change: Change, random: Prng): void {
  const fate = random.pick(['whole', 'part', 'nothing', 'zeros', 'noise'] as const);
  if (fate === 'nothing') return;
  if ('truncate' in change) {
    if (fate === 'whole') file.truncate(change.truncate);
    return;
  }
  if (fate === 'whole') file.write(change.bytes, change.at);
  else if (fate === 'part') file.write(change.bytes.subarray(0, random.int(change.bytes.length + 1)), change.at);
  else if (fate === 'zeros') file.write(new Uint8Array(change.bytes.length), change.at);
  else file.write(random.bytes(change.bytes.length), change.at);
}
