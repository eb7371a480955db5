/** Where packs lie. A pack is immutable and appears whole or not at all. */

/** Random access to the bytes of a pack, synchronous: the reader runs where it is called. */
export interface ByteSource {
  readonly byteLength: number;
  /** The file that another thread may open itself; absent or null when there is none. */
  readonly localPath?: string | null;
  /** Bytes [start, end), a view or a copy, for reading only. Throws RangeError beyond the end. */
  slice(start: number, end: number): Uint8Array;
}

export interface PackInfo {
  readonly pack: string;
  readonly byteLength: number;
}

/** A pack is named by its key, `<tenant folder>/<UTC day>/<name>.pack`. */
export interface PackStore {
  /**
   * Atomic and lasting: when it resolves, a loss of power keeps the pack. When it rejects, there is no such pack (an
   * AggregateError: the disk let us neither keep nor remove it). `parts` lie back to back and must not change until
   * then. A name is never used twice.
   */
  put(pack: string, parts: readonly Uint8Array[]): Promise<void>;
  /** Throws an error of code 'ENOENT' when there is no such pack. */
  open(pack: string): ByteSource;
  /** Sorted by name. Files with other endings are left out. */
  list(): Promise<PackInfo[]>;
  /** A missing pack is not an error. A source that is open may fail afterwards. */
  delete(pack: string): Promise<void>;
  /** A path that another thread may open itself, or null when bytes must be handed over. */
  localPath(pack: string): string | null;
  close(): Promise<void>;
}

export const packSuffix = '.pack';
