/**
 * The write-ahead log: numbered segments of framed records. What `append` has returned for is in the kernel, and
 * survives the death of the process; what `sync` has resolved for survives the loss of power.
 *
 * - A record gets its sequence number when it is wholly written. A failed write leaves no trace that a reader could
 *   take for a record: the next one is written over it.
 * - After a failed sync nobody knows what is on the disk: the segment is not written to again, and `untrustedFrom`
 *   says which records have to be written anew from what is in memory.
 * - Segments are deleted oldest first only. So what a record says about earlier ones outlives them.
 */
import type { FileHandle, FileSystem } from '../../io/file-system.js';
import { writeFully } from '../../io/file-system.js';
import { frameHeaderBytes, type RecordType, recordBytesMax, segmentHeaderBytes } from './constants.js';
import { encodeFrameHeader } from './frame.js';
import { encodeSegmentHeader, type SegmentName, segmentFile } from './segment.js';

export interface WalOptions {
  readonly fs: FileSystem;
  /** Must exist. */
  readonly folder: string;
  /** A segment that has reached this is not written to again. */
  readonly segmentBytes: number;
  /** Of the next record. */
  readonly nextSeq: number;
  /** Segments found at start, oldest first; they are not written to. */
  readonly segments: readonly ClosedSegment[];
  /** A number in [0, 2^32) that differs from segment to segment. */
  readonly newMark: () => number;
}

export interface ClosedSegment {
  readonly name: SegmentName;
  /** No record in it or in those before has a greater number. */
  readonly lastSeq: number;
  readonly bytes: number;
}

interface Segment {
  readonly name: SegmentName;
  lastSeq: number;
  bytes: number;
  /** Null when it was found at start, or is closed. */
  file: FileHandle | null;
  /** Written to since the last sync began. */
  isDirty: boolean;
  /** Its name is not known to be on the disk. */
  isNew: boolean;
  /** The first sequence number that a record of this segment may have. */
  readonly firstSeq: number;
  /** A write failed and could not be cut off: bytes of it may lie behind the good ones. */
  hasRest: boolean;
}

export class Wal {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #newMark: () => number;
  readonly #header = new Uint8Array(frameHeaderBytes);
  /** Oldest first; the last one is written to when `#current` says so. */
  #segments: Segment[];
  #current: Segment | null = null;
  /** No longer part of the WAL, but their files are still open. */
  #leaving: Segment[] = [];
  #nextNumber: number;
  #nextSeq: number;
  #untrustedFrom: number | null = null;
  #syncing: Promise<void> | null = null;
  #nextSync: Promise<void> | null = null;

  constructor(options: WalOptions) {
    this.#fs = options.fs;
    this.#folder = options.folder;
    this.#segmentBytes = options.segmentBytes;
    this.#newMark = options.newMark;
    this.#nextSeq = options.nextSeq;
    let firstSeq = 0;
    this.#segments = options.segments.map(({ name, lastSeq, bytes }) => {
      const segment = { name, lastSeq, bytes, firstSeq, file: null, isDirty: false, isNew: false, hasRest: false };
      firstSeq = lastSeq + 1;
      return segment;
    });
    this.#nextNumber = Math.max(0, ...options.segments.map((segment) => segment.name.number)) + 1;
  }

  /** Of all segments. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  get segmentCount(): number {
    return this.#segments.length;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The records of the segment that is written to begin here, or later. */
  get currentFirstSeq(): number {
    return this.#current?.firstSeq ?? this.#nextSeq;
  }

  /** Records from this number on, and before `currentFirstSeq`, may not be on the disk although they were written. */
  get untrustedFrom(): number | null {
    return this.#untrustedFrom;
  }

  /** What was not trusted has been written anew, and synced. */
  trust(): void {
    this.#untrustedFrom = null;
  }

  get isDirty(): boolean {
    return this.#segments.some((segment) => segment.isDirty);
  }

  /**
   * Writes one record, wholly, and returns its sequence number. `payload` may be reused after. Throws the file error
   * when it cannot be written; the WAL is then as before, and the next call tries again.
   */
  append(type: RecordType, payload: Uint8Array): number {
    if (payload.length > recordBytesMax)
      throw new RangeError(`WAL record has ${payload.length} bytes, at most ${recordBytesMax} fit`);
    let segment = this.#current;
    if (segment === null || (segment.bytes >= this.#segmentBytes && segment.bytes > segmentHeaderBytes)) {
      segment = this.#openSegment();
    }
    const seq = this.#nextSeq;
    encodeFrameHeader(this.#header, segment.name.mark, type, seq, payload);
    const file = segment.file as FileHandle;
    segment.isDirty = true;
    try {
      writeFully(file, [this.#header, payload], segment.bytes);
    } catch (error) {
      segment.hasRest = true;
      this.#cutRest(segment);
      throw error;
    }
    segment.bytes += frameHeaderBytes + payload.length;
    segment.lastSeq = seq;
    this.#nextSeq = seq + 1;
    if (segment.hasRest) this.#cutRest(segment);
    return seq;
  }

  /** Best effort: what a failed write left behind is overwritten by the next one, and no reader takes it for a record. */
  #cutRest(segment: Segment): void {
    try {
      (segment.file as FileHandle).truncateSync(segment.bytes);
      segment.hasRest = false;
    } catch {
      // Kept in mind: tried again after the next write.
    }
  }

  #openSegment(): Segment {
    const name = { number: this.#nextNumber, mark: this.#newMark() };
    const path = this.#pathOf(name);
    const file = this.#fs.openSync(path, 'create');
    try {
      writeFully(file, encodeSegmentHeader(name.mark, this.#nextSeq), 0);
    } catch (error) {
      file.closeSync();
      this.#nextNumber++; // The file may stay: its name is used up.
      try {
        this.#fs.unlinkSync(path);
      } catch {
        // The write's error is the one to report. A segment without records does no harm.
      }
      throw error;
    }
    this.#nextNumber++;
    const segment: Segment = {
      ...{ name, file, bytes: segmentHeaderBytes, firstSeq: this.#nextSeq, lastSeq: this.#nextSeq - 1 },
      ...{ isDirty: true, isNew: true, hasRest: false },
    };
    this.#segments.push(segment);
    this.#current = segment;
    this.#closeClean();
    return segment;
  }

  /**
   * Resolves when all that was appended before the call is on the disk, unless `untrustedFrom` then says otherwise. One
   * pass serves all that ask while another one runs. Rejects when the disk says no.
   */
  sync(): Promise<void> {
    if (this.#syncing === null) {
      this.#syncing = this.#syncPass().finally(() => {
        this.#syncing = null;
        this.#closeClean();
      });
      return this.#syncing;
    }
    // The pass under way may have begun before the caller's write.
    this.#nextSync ??= this.#syncing
      .catch(() => undefined) // Its own callers hear of it.
      .then(() => {
        this.#nextSync = null;
        return this.sync();
      });
    return this.#nextSync;
  }

  async #syncPass(): Promise<void> {
    const dirty = this.#segments.filter((segment) => segment.isDirty);
    try {
      for (const segment of dirty) {
        segment.isDirty = false;
        await (segment.file as FileHandle).datasync();
      }
      if (dirty.some((segment) => segment.isNew)) {
        await this.#fs.syncDir(this.#folder);
        for (const segment of dirty) segment.isNew = false;
      }
    } catch (error) {
      this.#distrust(dirty);
      throw error;
    }
  }

  #distrust(segments: readonly Segment[]): void {
    for (const segment of segments) {
      if (!this.#segments.includes(segment)) continue; // Deleted meanwhile.
      this.#untrustedFrom = Math.min(this.#untrustedFrom ?? Number.POSITIVE_INFINITY, segment.firstSeq);
      segment.isDirty = false;
      if (segment === this.#current) {
        // A record that failed may lie whole behind the good ones: its number must not be given to another.
        if (segment.hasRest) this.#nextSeq++;
        this.#current = null;
      }
    }
  }

  /**
   * Begins a new segment and syncs it while it is empty: tells whether the disk can be trusted again before much is
   * written to it. When it rejects, the segment is gone.
   */
  async probe(): Promise<void> {
    await this.#syncing?.catch(() => undefined); // Its own callers hear of it.
    this.#current = null;
    const segment = this.#openSegment();
    try {
      await this.sync();
    } catch (error) {
      if (segment.bytes === segmentHeaderBytes && this.#segments.at(-1) === segment) {
        this.#segments.pop();
        this.#current = null;
        this.#fs.unlinkSync(this.#pathOf(segment.name));
      }
      throw error;
    }
  }

  /** Closes the files that are not written to any more and have nothing to sync. */
  #closeClean(): void {
    if (this.#syncing !== null) return; // It may be at work on one of them.
    for (const segment of this.#segments) if (segment !== this.#current && !segment.isDirty) this.#close(segment);
    for (const segment of this.#leaving) this.#close(segment);
    this.#leaving = [];
  }

  #close(segment: Segment): void {
    const file = segment.file;
    segment.file = null;
    try {
      file?.closeSync();
    } catch {
      // Its bytes are written and synced, or known to be untrusted: nothing hangs on closing.
    }
  }

  /** Would `deleteBefore` delete anything? */
  canDeleteBefore(seq: number): boolean {
    const oldest = this.#segments[0];
    return oldest !== undefined && oldest !== this.#current && oldest.lastSeq < seq;
  }

  /** Deletes the oldest segments that have no record with this number or a later one. Returns how many. */
  deleteBefore(seq: number): number {
    let count = 0;
    while (this.canDeleteBefore(seq)) {
      const oldest = this.#segments[0] as Segment;
      this.#fs.unlinkSync(this.#pathOf(oldest.name));
      this.#segments.shift();
      oldest.isDirty = false;
      this.#leaving.push(oldest);
      count++;
    }
    this.#closeClean();
    return count;
  }

  /** Syncs and closes. Rejects when the last sync fails; the files are closed all the same. */
  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      await (this.#nextSync ?? this.#syncing)?.catch(() => undefined); // Its own callers hear of it.
      this.#current = null;
      for (const segment of [...this.#leaving, ...this.#segments]) this.#close(segment);
    }
  }

  #pathOf(name: SegmentName): string {
    return `${this.#folder}/${segmentFile(name)}`;
  }
}
