/**
 * The write path put together. What `append` has resolved for is in the WAL, and every query that starts then sees it.
 */
import { randomBytes } from 'node:crypto';
import type { BlockCache } from '../chunks/block-cache.js';
import { ByteWriter } from '../chunks/bytes.js';
import { type Codec, codecsReady } from '../chunks/codec/codec.js';
import { blockTargetBytes } from '../chunks/constants.js';
import { readFooter } from '../chunks/pack-reader.js';
import type { PackStore } from '../chunks/pack-store.js';
import { ApiError } from '../errors.js';
import type { LabelIndex } from '../index/label-index.js';
import { type PackCatalog, reconcileIndex } from '../index/reconcile.js';
import type { Clock, Stop } from '../io/clock.js';
import { type FileSystem, parentOf } from '../io/file-system.js';
import { DamageError } from '../model/block-source.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { FieldExtractor } from '../model/field-columns.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import { type FlushCounters, Flusher, type FlushScope } from './flusher.js';
import { Head, type HeadCounters } from './head/head.js';
import type { HeadReader } from './head/head-reader.js';
import { quietAfterMs } from './head/spare-time.js';
import type { StreamHead } from './head/stream.js';
import type { Ingester } from './ingester.js';
import type { Log } from './log.js';
import type { AdmittedPush } from './push/push-request.js';
import { replayWal, scanWal, type WalDamage, type WalScan } from './recovery.js';
import { recordType } from './wal/constants.js';
import { encodeEntries } from './wal/record.js';
import { Wal } from './wal/wal.js';

/**
 * When a push is answered. 'always': its records are on the disk (one sync serves all that wait). 'interval': they are
 * in the kernel, and on the disk within `syncIntervalMs`. 'os': in the kernel. 'off': there is no WAL.
 */
export type WalSync = 'always' | 'interval' | 'os' | 'off';

export interface IngesterOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** Folder of the WAL; made when missing. Not touched when `walSync` is 'off'. */
  readonly walFolder: string;
  readonly walSync: WalSync;
  readonly store: PackStore;
  readonly index: LabelIndex;
  readonly codec: Codec;
  readonly cache: BlockCache;
  /** Takes the fields out of lines when a block is sealed. */
  readonly extractFields?: FieldExtractor;
  readonly log: Log;
  /** Each place in the WAL where bytes are not what was written, once, at start. */
  readonly onDamage?: (damage: WalDamage) => void;
  readonly syncIntervalMs?: number;
  readonly segmentBytes?: number;
  /** Loki's chunk_block_size, chunk_target_size, max_chunk_age, chunk_idle_period, flush_check_period. */
  readonly blockBytes?: number;
  readonly chunkTargetBytes?: number;
  readonly maxChunkAgeMs?: number;
  readonly chunkIdleMs?: number;
  readonly flushCheckMs?: number;
  /** The head's entries are flushed by `close`, too. Else they wait in the WAL. */
  readonly flushOnClose?: boolean;
  /**
   * When the head takes more than half of this, all of it is flushed at once; at twice as much pushes are refused with 429
   * until there is room again.
   */
  readonly headBytesMax?: number;
  /** While replaying a WAL, what can be flushed is, when the head takes more than this. */
  readonly replayHeadBytesMax?: number;
}

export interface IngesterCounters {
  appends: number;
  entries: number;
  rawBytes: number;
  walRecords: number;
  walRecordBytes: number;
  walWriteFailures: number;
  walSyncs: number;
  walSyncFailures: number;
  walDamages: number;
  replayedRecords: number;
  replayMs: number;
}

/** Plain numbers, for metrics. */
export interface IngesterStats extends IngesterCounters, HeadCounters, FlushCounters {
  readonly streams: number;
  readonly headEntries: number;
  /** Bytes of lines in the head, and what they take there. */
  readonly headRawBytes: number;
  readonly headStoredBytes: number;
  readonly walBytes: number;
  readonly walSegments: number;
}

export interface OpenedIngester extends Ingester {
  stats(): IngesterStats;
  /** What the timer does each `flushCheckMs`: flushes what is due, and keeps the WAL small. */
  flushDue(): Promise<void>;
}

const defaults = {
  ...{ syncIntervalMs: 100, segmentBytes: 16 << 20, blockBytes: blockTargetBytes, chunkTargetBytes: 1_572_864 },
  ...{ maxChunkAgeMs: 2 * 3_600_000, chunkIdleMs: 1_800_000, flushCheckMs: 5000 },
  ...{ flushOnClose: false, replayHeadBytesMax: 256 << 20, headBytesMax: 256 << 20 },
};

/** After a failed sync, how long until the next try when no push asks for it. */
const repairAgainMs = 1000;
/** So many bytes of lines come in between two looks at the head's memory. */
const headCheckBytes = 4 << 20;
/** Full blocks wait for the next free moment to be encoded, unless more than this waits. */
const fullBytesMax = 8 << 20;
/** What takes longer to encode, as the first blocks of a new process do, is followed by as much time for other work. */
const shortSealMs = 2;
/** A larger record's memory is given back. */
const writerBytesMax = 2 << 20;
/** While replaying, the size of the head is looked at after so many bytes of records. */
const relieveBytesMost = 4 << 20;
/** A stream that is large enough for a pack waits so long for columns of its fields. */
const fieldsWaitMs = 60_000;
/** The longest stretch of work of a flush or a checkpoint before others have their turn. */
const workMs = 5;
/** The same while the head is more than half full: then as long as the others had theirs, and at most this. */
const pressedWorkMs = 20;

/**
 * Replays the WAL, and brings the index in line with the store. Owns neither store nor index. Rejects when the WAL was
 * written by a later version of the program, or cannot be read or written to; damage is reported and passed over.
 */
export async function openIngester(given: IngesterOptions): Promise<OpenedIngester> {
  const options = { ...defaults, ...given };
  const { store, index, log } = options;
  await codecsReady();
  const head = new Head(options);
  const counters = newCounters();
  if (options.walSync === 'off') {
    await reconcileIndex(index, catalogOf(store), log);
    return new LoggingIngester(options, head, null, counters);
  }
  const startedMs = options.clock.monotonicMs();
  const onDamage = (damage: WalDamage): void => {
    counters.walDamages++;
    log('error', 'WAL damage', { ...damage });
    options.onDamage?.(damage);
  };
  const { fs, walFolder: folder, segmentBytes } = options;
  await makeFolder(fs, folder);
  const scan = await scanWal({ fs, folder, log, onDamage });
  await settlePacks(scan, store, log);
  await reconcileIndex(index, catalogOf(store), log);
  const newMark = (): number => randomBytes(4).readUInt32LE();
  const wal = new Wal({ fs, folder, segmentBytes, newMark, nextSeq: scan.nextSeq, segments: scan.segments });
  const ingester = new LoggingIngester(options, head, wal, counters);
  try {
    const relieve = (): Promise<void> => ingester.relieve();
    const nowMs = (): number => options.clock.monotonicMs();
    const relieveBytes = Math.min(relieveBytesMost, options.replayHeadBytesMax);
    const replay = { fs, folder, log, onDamage, head, nowMs, relieve, relieveBytes };
    counters.replayedRecords = await replayWal(scan, replay);
  } catch (error) {
    await ingester.abandon();
    throw error;
  }
  counters.replayMs = options.clock.monotonicMs() - startedMs;
  if (counters.replayedRecords > 0)
    log('info', 'WAL replayed', { records: counters.replayedRecords, ms: Math.round(counters.replayMs) });
  return ingester;
}

/** Also when it is there: the start that made it may have been interrupted before its name was on the disk. */
async function makeFolder(fs: FileSystem, folder: string): Promise<void> {
  fs.mkdirSync(folder);
  const parent = parentOf(folder);
  await fs.syncDir(parent);
  if (parentOf(parent) !== parent) await fs.syncDir(parentOf(parent));
}

/** What became of flushes that a crash interrupted, and of packs that were given up. */
async function settlePacks(scan: WalScan, store: PackStore, log: Log): Promise<void> {
  if (scan.unfinished.length === 0 && scan.abandoned.length === 0) return;
  const packs = (await store.list()).map(({ pack }) => pack);
  const named = (id: string): string | undefined => packs.find((pack) => pack.includes(id));
  for (const id of scan.abandoned) {
    const pack = named(id);
    if (pack !== undefined) await store.delete(pack);
  }
  for (const record of scan.unfinished) {
    const pack = named(record.pack);
    if (pack === undefined) continue;
    try {
      readFooter(pack, store.open(pack));
    } catch (error) {
      // Any other failure may be gone at the next start: then the entries would be there twice.
      if (!(error instanceof DamageError)) throw error;
      log('error', 'pack of an interrupted flush is damaged', { pack, error });
      continue; // Its entries are in the WAL.
    }
    scan.coverage.addFlushed(record);
  }
}

function catalogOf(store: PackStore): PackCatalog {
  return {
    list: async () => (await store.list()).map(({ pack }) => pack),
    footer: (pack) => readFooter(pack, store.open(pack)),
  };
}

/** A millisecond of its own for each, and 48 random bits. */
function packIds(clock: Clock): () => string {
  let lastMs = 0;
  return () => {
    lastMs = Math.max(clock.nowMs(), lastMs + 1);
    return lastMs.toString(16).padStart(12, '0') + randomBytes(6).toString('hex');
  };
}

function newCounters(): IngesterCounters {
  return {
    ...{ appends: 0, entries: 0, rawBytes: 0, walRecords: 0, walRecordBytes: 0, walWriteFailures: 0 },
    ...{ walSyncs: 0, walSyncFailures: 0, walDamages: 0, replayedRecords: 0, replayMs: 0 },
  };
}

type Listener = (tenant: TenantId, labels: Labels, entries: EntryBatch) => void;

class LoggingIngester implements OpenedIngester {
  readonly #options: typeof defaults & IngesterOptions;
  readonly #head: Head;
  readonly #wal: Wal | null;
  readonly #flusher: Flusher;
  readonly #counters: IngesterCounters;
  readonly #listeners = new Set<Listener>();
  readonly #stopFlushing: Stop;
  /** Waits for the next sync of mode 'interval'. */
  #stopSync: Stop | null = null;
  /** Waits until there is time for columns of fields. */
  #stopFields: Stop | null = null;
  #repairing: Promise<void> | null = null;
  #sealing = false;
  #workMs = workMs;
  /** Of records, one after the other. */
  #writer = new ByteWriter();
  #isClosing = false;
  #closed: Promise<void> | null = null;
  /** Sequence numbers without a WAL. */
  #appends = 0;
  #workSinceMs: number;
  /** As of the last look. */
  #headBytes = 0;
  #rawBytesAtCheck = 0;

  constructor(options: typeof defaults & IngesterOptions, head: Head, wal: Wal | null, counters: IngesterCounters) {
    const { store, index, segmentBytes, log, clock } = options;
    this.#options = options;
    this.#head = head;
    this.#wal = wal;
    this.#counters = counters;
    const pause = (): Promise<void> => this.#pause();
    this.#flusher = new Flusher({ head, wal, store, index, segmentBytes, newPackId: packIds(clock), pause, log });
    this.#workSinceMs = clock.monotonicMs();
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
      this.#sealFull();
    }
    // Also when all of it was here before: the answer vouches for it, too.
    if (walSync === 'always') await this.#durable();
    else if (walSync === 'interval') this.#syncSoon(this.#options.syncIntervalMs);
  }

  /** Looks at the head's memory now and then: adding it up takes time. */
  #checkRoom(): void {
    const { headBytesMax, log } = this.#options;
    if (this.#counters.rawBytes - this.#rawBytesAtCheck >= headCheckBytes || this.#headBytes > headBytesMax) {
      this.#rawBytesAtCheck = this.#counters.rawBytes;
      this.#headBytes = this.#head.memoryBytes();
      // At half of it: more comes in while that is written.
      if (2 * this.#headBytes > headBytesMax && !this.#flusher.isBusy) {
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

  /** Encodes full blocks one by one, with other work between them, or at once when too much waits. */
  #sealFull(): void {
    while (this.#head.fullBytes > fullBytesMax) this.#head.sealOne();
    this.#sealAfter(0);
  }

  #sealAfter(ms: number): void {
    if (this.#sealing || this.#head.fullBytes === 0) return;
    this.#sealing = true;
    const { clock, log } = this.#options;
    const seal = (): void => {
      this.#sealing = false;
      const beganMs = clock.monotonicMs();
      try {
        this.#head.sealOne();
      } catch (error) {
        log('error', 'block cannot be sealed', { error });
      }
      this.#fieldsSoon();
      this.#sealAfter(clock.monotonicMs() - beganMs);
    };
    if (ms < shortSealMs) setImmediate(seal);
    else clock.after(ms, seal);
  }

  /** Looks now and then whether there is time for columns, as long as blocks wait for them. */
  #fieldsSoon(): void {
    if (this.#stopFields !== null || !this.#head.wantsFields || this.#isClosing) return;
    this.#stopFields = this.#options.clock.after(quietAfterMs, () => {
      this.#addFields()
        .catch((error: unknown) => this.#options.log('error', 'fields cannot be given columns', { error }))
        .finally(() => {
          this.#stopFields = null;
          this.#fieldsSoon();
        });
    });
  }

  async #addFields(): Promise<void> {
    while (this.#head.addFields()) await this.#pause();
  }

  async #pause(): Promise<void> {
    const { clock, headBytesMax } = this.#options;
    const stoppedMs = clock.monotonicMs();
    if (stoppedMs - this.#workSinceMs < this.#workMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#workSinceMs = clock.monotonicMs();
    const mostMs = 2 * this.#headBytes > headBytesMax ? pressedWorkMs : workMs;
    this.#workMs = Math.min(mostMs, Math.max(workMs, this.#workSinceMs - stoppedMs));
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
    // What is full is weighed as it will be stored. Not what becomes full meanwhile: that may never end.
    for (let left = this.#head.fullCount; left > 0 && this.#head.sealOne(); left--) await this.#pause();
    const nowMs = clock.monotonicMs();
    await this.#addFields();
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
    const { maxChunkAgeMs, chunkIdleMs, chunkTargetBytes, headBytesMax } = this.#options;
    if (nowMs - oldest.arrivedMs >= maxChunkAgeMs || nowMs - stream.lastAppendMs >= chunkIdleMs) return 'all';
    // After a burst its columns are made first, if there is room for so long: a pack is not written twice for them.
    const isYoung = nowMs - oldest.arrivedMs < fieldsWaitMs;
    if (waiting.has(stream) && isYoung && 2 * this.#headBytes < headBytesMax) return null;
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
    this.#stopFields?.();
  }
}
