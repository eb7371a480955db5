/** The ingester: what `append` has resolved for is in the WAL, and every query that starts then sees it. */
import { randomBytes } from 'node:crypto';
import { ByteWriter } from '../chunks/bytes.js';
import { ApiError } from '../errors.js';
import type { Clock, Stop } from '../io/clock.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import { Flusher, type FlushScope } from './flusher.js';
import type { Head } from './head/head.js';
import type { HeadReader } from './head/head-reader.js';
import type { StreamHead } from './head/stream.js';
import type { Ingester } from './ingester.js';
import type { IngesterCounters, IngesterSettings, IngesterStats } from './ingester-options.js';
import { Pace } from './pace.js';
import type { AdmittedPush } from './push/push-request.js';
import { Sealing } from './sealing.js';
import { recordType } from './wal/constants.js';
import { encodeEntries } from './wal/record.js';
import type { Wal } from './wal/wal.js';

export interface OpenedIngester extends Ingester {
  stats(): IngesterStats;
  /** What the timer does each `flushCheckMs`: flushes what is due, and keeps the WAL small. */
  flushDue(): Promise<void>;
}

/** After a failed sync, how long until the next try when no push asks for it. */
const repairAgainMs = 1000;
/** So many bytes of lines come in between two looks at the head's memory. */
const headCheckBytes = 4 << 20;
/** The longest stretch of work of a flush or a checkpoint before others have their turn. */
const flushWorkMs = 5;
/** A larger record's memory is given back. */
const writerBytesMax = 2 << 20;
/** A stream that is large enough for a pack waits so long for columns of its fields. */
const fieldsWaitMs = 60_000;

/** A millisecond of its own for each, and 48 random bits. */
function packIds(clock: Clock): () => string {
  let lastMs = 0;
  return () => {
    lastMs = Math.max(clock.nowMs(), lastMs + 1);
    return lastMs.toString(16).padStart(12, '0') + randomBytes(6).toString('hex');
  };
}

type Listener = (tenant: TenantId, labels: Labels, entries: EntryBatch) => void;

export class LoggingIngester implements OpenedIngester {
  readonly #options: IngesterSettings;
  readonly #head: Head;
  readonly #wal: Wal | null;
  readonly #flusher: Flusher;
  readonly #sealing: Sealing;
  readonly #counters: IngesterCounters;
  readonly #listeners = new Set<Listener>();
  readonly #stopFlushing: Stop;
  /** Waits for the next sync of mode 'interval'. */
  #stopSync: Stop | null = null;
  #repairing: Promise<void> | null = null;
  /** Of records, one after the other. */
  #writer = new ByteWriter();
  #isClosing = false;
  #closed: Promise<void> | null = null;
  /** Sequence numbers without a WAL. */
  #appends = 0;
  /** As of the last look. */
  #headBytes = 0;
  #rawBytesAtCheck = 0;

  constructor(options: IngesterSettings, head: Head, wal: Wal | null, counters: IngesterCounters) {
    const { store, index, segmentBytes, log, clock } = options;
    this.#options = options;
    this.#head = head;
    this.#wal = wal;
    this.#counters = counters;
    const pace = new Pace(clock, flushWorkMs, () => this.#isHalfFull);
    this.#sealing = new Sealing({ head, clock, pace, log });
    const pause = (): Promise<void> => pace.pause();
    this.#flusher = new Flusher({ head, wal, store, index, segmentBytes, newPackId: packIds(clock), pause, log });
    this.#stopFlushing = clock.every(options.flushCheckMs, () => {
      if (this.#flusher.isBusy) return;
      this.flushDue().catch((error: unknown) => log('error', 'flush failed', { error }));
    });
  }

  get head(): HeadReader {
    return this.#head;
  }

  // Everything up to the first await happens in the caller's tick.
  async append(push: AdmittedPush): Promise<void> {
    if (this.#isClosing) throw new ApiError('unavailable', 'the ingester is shutting down');
    const { walSync } = this.#options;
    if (walSync === 'always' && this.#wal !== null && this.#wal.untrustedFrom !== null) await this.#repair();
    this.#checkRoom();
    const record = this.#head.admit(push);
    if (record.streams.length > 0) {
      if (this.#writer.capacity > writerBytesMax) this.#writer = new ByteWriter();
      const seq = this.#log(encodeEntries(record, this.#writer));
      this.#head.append(record, seq, this.#options.clock.monotonicMs());
      this.#counters.appends++;
      for (const { labels, entries } of record.streams) {
        this.#counters.entries += entries.count;
        this.#counters.rawBytes += entries.lineEnd[entries.count - 1] ?? 0;
        this.#tell(push.tenant, labels, entries);
      }
      this.#head.busy();
      this.#sealing.sealFull();
    }
    // Also when all of it was here before: the answer vouches for it, too.
    if (walSync === 'always') await this.#durable();
    else if (walSync === 'interval') this.#syncSoon(this.#options.syncIntervalMs);
  }

  /** As of the last look. */
  get #isHalfFull(): boolean {
    return 2 * this.#headBytes > this.#options.headBytesMax;
  }

  /** Looks at the head's memory now and then: adding it up takes time. */
  #checkRoom(): void {
    const { headBytesMax, log } = this.#options;
    if (this.#counters.rawBytes - this.#rawBytesAtCheck >= headCheckBytes || this.#headBytes > headBytesMax) {
      this.#rawBytesAtCheck = this.#counters.rawBytes;
      this.#headBytes = this.#head.memoryBytes();
      // At half of it: more comes in while that is written.
      if (this.#isHalfFull && !this.#flusher.isBusy) {
        this.#flusher.flush(() => 'all').catch((error: unknown) => log('error', 'flush failed', { error }));
      }
    }
    if (this.#headBytes > 2 * headBytesMax) {
      throw new ApiError('too-many-requests', 'the head is full and is being flushed: try again in a moment');
    }
  }

  /** Returns the sequence number of the record. Nothing has happened when it throws. */
  #log(payload: Uint8Array): number {
    if (this.#wal === null) return ++this.#appends;
    try {
      const seq = this.#wal.append(recordType.entries, payload);
      this.#counters.walRecords++;
      this.#counters.walRecordBytes += payload.length;
      return seq;
    } catch (error) {
      this.#counters.walWriteFailures++;
      throw this.#failure('cannot write to the WAL', error);
    }
  }

  #failure(what: string, error: unknown): ApiError {
    this.#options.log('error', what, { error });
    return new ApiError('internal', `${what}: ${(error as Error).message}`, { cause: error });
  }

  async #durable(): Promise<void> {
    const wal = this.#wal;
    if (wal === null) return;
    try {
      await wal.sync();
      this.#counters.walSyncs++;
    } catch (error) {
      this.#counters.walSyncFailures++;
      this.#options.log('error', 'cannot sync the WAL', { error });
    }
    if (wal.untrustedFrom !== null) await this.#repair();
  }

  /** Rejects with what the client shall hear. */
  async #repair(): Promise<void> {
    this.#repairing ??= this.#flusher.repairWal().finally(() => {
      this.#repairing = null;
    });
    try {
      await this.#repairing;
    } catch (error) {
      throw this.#failure('cannot sync the WAL', error);
    }
  }

  #syncSoon(ms: number): void {
    if (this.#stopSync !== null || this.#isClosing) return;
    this.#stopSync = this.#options.clock.after(ms, () => {
      this.#stopSync = null;
      this.#durable().catch(() => this.#syncSoon(repairAgainMs)); // Logged where it failed.
    });
  }

  #tell(tenant: TenantId, labels: Labels, entries: EntryBatch): void {
    for (const listener of this.#listeners) {
      try {
        listener(tenant, labels, entries);
      } catch (error) {
        this.#options.log('error', 'listener of appends failed', { error });
      }
    }
  }

  async flush(tenant?: TenantId): Promise<void> {
    const scopeOf = (stream: StreamHead): FlushScope =>
      tenant === undefined || stream.tenant === tenant ? 'all' : null;
    // Who asks for it has time; who closes has not.
    await this.#flusher.flush(scopeOf, this.#isClosing ? 'ready' : 'all');
    await this.#flusher.tidyWal();
  }

  async flushDue(): Promise<void> {
    const { clock, chunkIdleMs } = this.#options;
    await this.#sealing.sealDue(); // What is full is weighed as it will be stored.
    const nowMs = clock.monotonicMs();
    await this.#sealing.addFields();
    const waiting = this.#head.withoutFields();
    this.#headBytes = this.#head.memoryBytes();
    await this.#flusher.flush((stream) => this.#scopeOf(stream, nowMs, waiting));
    this.#head.forgetFlushed();
    this.#head.removeIdle(nowMs - chunkIdleMs);
    await this.#flusher.tidyWal();
  }

  #scopeOf(stream: StreamHead, nowMs: number, waiting: ReadonlySet<StreamHead>): FlushScope {
    const oldest = stream.blocks[0];
    if (oldest === undefined) return null;
    const { maxChunkAgeMs, chunkIdleMs, chunkTargetBytes } = this.#options;
    if (nowMs - oldest.arrivedMs >= maxChunkAgeMs || nowMs - stream.lastAppendMs >= chunkIdleMs) return 'all';
    // After a burst its columns are made first, if there is room for so long: a pack is not written twice for them.
    const isYoung = nowMs - oldest.arrivedMs < fieldsWaitMs;
    if (waiting.has(stream) && isYoung && !this.#isHalfFull) return null;
    return stream.sealedBytes >= chunkTargetBytes ? 'closed' : null;
  }

  /** While replaying: keeps the head below its bound by flushing everything. */
  async relieve(): Promise<void> {
    while (this.#head.sealOne());
    if (this.#head.memoryBytes() > this.#options.replayHeadBytesMax) await this.#flusher.flush(() => 'all');
  }

  onAppend(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stats(): IngesterStats {
    return {
      ...{ ...this.#counters, ...this.#head.counters, ...this.#flusher.counters },
      ...this.#head.sizes(),
      ...{ walBytes: this.#wal?.bytes ?? 0, walSegments: this.#wal?.segmentCount ?? 0 },
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    this.#stopTimers();
    try {
      if (this.#options.flushOnClose) await this.flush();
      await this.#flusher.idle();
      if (this.#wal !== null && this.#wal.untrustedFrom !== null) await this.#repair();
    } finally {
      await this.#wal?.close();
    }
  }

  /** Opening failed. */
  async abandon(): Promise<void> {
    this.#isClosing = true;
    this.#stopTimers();
    await this.#flusher.idle();
    // The error to report is the one that led here.
    await this.#wal?.close().catch((error: unknown) => this.#options.log('warn', 'cannot close the WAL', { error }));
  }

  #stopTimers(): void {
    this.#stopFlushing();
    this.#stopSync?.();
    this.#stopSync = null;
    this.#sealing.stop();
  }
}
