/**
 * Head → packs. The invariant: an entry is in exactly one of head and store, at every tick. The pack is written first,
 * and nobody sees it; then, in one tick, the index learns of it and the head lets its entries go.
 *
 * A crash keeps it, too. Before a pack is written, the WAL says on the disk which entries it will have; after the
 * hand-over it says that this is done. At start a pack that was begun either is in the store, and its entries are not
 * replayed, or is not, and they are. A pack that is given up is named in the WAL before its entries go elsewhere.
 *
 * Flushing, rewriting and repairing change what the WAL says of the head's entries: they run one after another.
 */

import type { PackStore } from '../chunks/pack-store.js';
import { type SealedChunk, utcDay, writePack } from '../chunks/pack-writer.js';
import type { LabelIndex } from '../index/label-index.js';
import type { ChunkRef } from '../model/chunk-ref.js';
import type { TenantId } from '../model/tenant.js';
import type { Head } from './head/head.js';
import { dayNs, type SealedBlock } from './head/sealed-block.js';
import type { HeadBlock, StreamHead } from './head/stream.js';
import type { Log } from './log.js';
import { rewriteStreams } from './wal/checkpoint.js';
import { recordType } from './wal/constants.js';
import { encodeAbandoned, encodeFlush, type FlushRecord, type Position } from './wal/record.js';
import type { Wal } from './wal/wal.js';

export interface FlusherOptions {
  readonly head: Head;
  /** Null: nothing is logged. */
  readonly wal: Wal | null;
  readonly store: PackStore;
  readonly index: LabelIndex;
  /** As the WAL's option: the WAL may grow to twice what the head's entries take, and this. */
  readonly segmentBytes: number;
  /** An identifier that no other writer takes. Later ones sort behind earlier ones. */
  readonly newPackId: () => string;
  /** Lets other work have its turn. */
  readonly pause: () => Promise<void>;
  readonly log: Log;
}

export interface FlushCounters {
  flushes: number;
  flushFailures: number;
  flushedPacks: number;
  flushedChunks: number;
  flushedEntries: number;
  flushedRawBytes: number;
  flushedStoredBytes: number;
  checkpoints: number;
  checkpointBytes: number;
  walRepairs: number;
}

/** What of a stream shall be flushed: all of it, the blocks that do not grow any more, or nothing. */
export type FlushScope = 'all' | 'closed' | null;

/** A pack has at most so many chunks: they are handed over in one tick. */
const packChunksMax = 1000;
/** A pack that has this many bytes gets no more chunks. */
const packTargetBytes = 64 << 20;

/** A stream's entries of one day, on their way. */
interface Departing {
  readonly stream: StreamHead;
  readonly blocks: readonly SealedBlock[];
  readonly through: Position;
}

interface DayPack {
  readonly tenant: TenantId;
  readonly day: number;
  readonly chunks: readonly Departing[];
}

/** Stored, and not yet known to the index. */
interface StoredPack {
  readonly pack: DayPack;
  readonly record: FlushRecord;
  readonly refs: readonly ChunkRef[];
}

export class Flusher {
  readonly counters: FlushCounters = {
    ...{ flushes: 0, flushFailures: 0, flushedPacks: 0, flushedChunks: 0 },
    ...{ flushedEntries: 0, flushedRawBytes: 0, flushedStoredBytes: 0 },
    ...{ checkpoints: 0, checkpointBytes: 0, walRepairs: 0 },
  };
  readonly #options: FlusherOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** The index refused it. Nothing else is flushed before it is handed over. */
  #stored: StoredPack | null = null;
  /** Given up, which the WAL does not say yet; or still to be removed from the store. */
  readonly #unsaid = new Set<string>();
  readonly #unremoved = new Set<string>();
  /** Handed over, which the WAL does not say yet. */
  #unconfirmed: FlushRecord[] = [];

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** Something is under way. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Flushes what `scopeOf` says, with all columns of fields or with those that there was time for. Rejects at the first
   * failure: what is not flushed by then stays in head and WAL, and can be flushed again.
   */
  flush(scopeOf: (stream: StreamHead) => FlushScope, fields: 'all' | 'ready' = 'ready'): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#settle();
        const departing = await this.#collect(scopeOf);
        const { head, pause } = this.#options;
        if (fields === 'all') while (head.addFields(true)) await pause();
        for (const pack of packsOf(departing)) await this.#flushPack(pack);
        this.counters.flushes++;
      } catch (error) {
        this.counters.flushFailures++;
        throw error;
      }
    });
  }

  /** Deletes segments that are not needed any more; rewrites what holds others when the WAL has grown too large. */
  tidyWal(): Promise<void> {
    const { wal, head, segmentBytes } = this.#options;
    if (wal === null) return Promise.resolve();
    return this.#inTurn(async () => {
      await this.#settle();
      await this.#deleteSegments(wal);
      if (wal.segmentCount < 2 || wal.bytes <= 2 * head.walBytes() + segmentBytes) return;
      const beforeSeq = wal.currentFirstSeq;
      await this.#rewrite(wal, (stream) => stream.firstSeq < beforeSeq);
      this.counters.checkpoints++;
      await this.#deleteSegments(wal);
    });
  }

  /** After a failed sync: writes anew what may not be on the disk. Resolves when the WAL can be trusted again. */
  repairWal(): Promise<void> {
    const { wal, log } = this.#options;
    if (wal === null) return Promise.resolve();
    return this.#inTurn(async () => {
      const from = wal.untrustedFrom;
      if (from === null) return;
      await wal.probe();
      await this.#settle();
      await this.#rewrite(wal, (stream) => stream.blocks.some((block) => block.last.seq >= from));
      await wal.sync();
      if (wal.untrustedFrom !== from) throw new Error('the WAL could not be synced');
      wal.trust();
      this.counters.walRepairs++;
      log('warn', 'WAL written anew after a failed sync', { fromSeq: from });
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#waiting > 0) await this.#last;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#waiting++;
    const turn = this.#last.then(work);
    this.#last = turn
      .catch(() => undefined) // Whoever asked for the work hears of it.
      .then(() => {
        this.#waiting--;
      });
    return turn;
  }

  /** Ends what an earlier flush could not. */
  async #settle(): Promise<void> {
    const { wal, store } = this.#options;
    if (this.#stored !== null) this.#handOver(this.#stored);
    this.#sayAbandoned();
    if (this.#unremoved.size > 0) {
      for (const { pack } of await store.list()) {
        const id = [...this.#unremoved].find((unremoved) => pack.includes(unremoved));
        if (id !== undefined) await store.delete(pack);
      }
      this.#unremoved.clear();
    }
    while (wal !== null && this.#unconfirmed.length > 0) {
      wal.append(recordType.flushed, encodeFlush(this.#unconfirmed[0] as FlushRecord));
      this.#unconfirmed.shift();
    }
  }

  #sayAbandoned(): void {
    if (this.#unsaid.size === 0) return;
    this.#options.wal?.append(recordType.abandoned, encodeAbandoned([...this.#unsaid]));
    this.#unsaid.clear();
  }

  /** Seals what shall leave. A stream's blocks leave in the order of their arrival, none is passed over. */
  async #collect(scopeOf: (stream: StreamHead) => FlushScope): Promise<Departing[]> {
    const { head, pause } = this.#options;
    const departing: Departing[] = [];
    for (const stream of [...head.streams()]) {
      const scope = scopeOf(stream);
      if (scope === null) continue;
      if (scope === 'all') stream.cut();
      const closed = stream.closedBlocks();
      const through = closed.at(-1)?.last;
      if (through === undefined) continue;
      const sealed = closed.flatMap((block) => (block.kind === 'sealed' ? [block] : head.seal(stream, block)));
      for (const [, blocks] of byDay(sealed)) departing.push({ stream, blocks, through });
      await pause();
    }
    return departing;
  }

  async #flushPack(pack: DayPack): Promise<void> {
    const { wal, store } = this.#options;
    const id = this.#options.newPackId();
    const record: FlushRecord = {
      ...{ tenant: pack.tenant, pack: id, day: pack.day },
      streams: pack.chunks.map(({ stream, through }) => ({ labels: stream.labels, through })),
    };
    if (wal !== null) {
      wal.append(recordType.flushing, encodeFlush(record));
      await syncTrusted(wal);
    }
    const chunks = pack.chunks.map(
      ({ stream, blocks }): SealedChunk => ({ labels: stream.labels, blocks: blocks.map(({ encoded }) => encoded) }),
    );
    let refs: readonly ChunkRef[];
    try {
      refs = await writePack(store, pack.tenant, utcDay(BigInt(pack.day) * dayNs), chunks, id);
    } catch (error) {
      this.#unsaid.add(id);
      this.#unremoved.add(id);
      throw error;
    }
    this.#handOver({ pack, record, refs });
  }

  /** One tick: before it the entries are in the head only, after it in the store only. */
  #handOver(stored: StoredPack): void {
    const { index, wal, log } = this.#options;
    this.#stored = stored;
    index.addChunks(stored.refs);
    this.#stored = null;
    for (const { stream, blocks } of stored.pack.chunks) stream.release(new Set<HeadBlock>(blocks));
    this.#count(stored.refs);
    try {
      wal?.append(recordType.flushed, encodeFlush(stored.record));
    } catch (error) {
      // The pack is in the store, so that a start does without this record, for as long as the pack is there.
      this.#unconfirmed.push(stored.record);
      log('warn', 'end of flush not in the WAL', { pack: stored.record.pack, error });
    }
  }

  #count(refs: readonly ChunkRef[]): void {
    this.counters.flushedPacks++;
    this.counters.flushedChunks += refs.length;
    for (const ref of refs) {
      this.counters.flushedEntries += ref.entries;
      this.counters.flushedRawBytes += ref.rawBytes;
      this.counters.flushedStoredBytes += ref.storedBytes;
    }
  }

  async #rewrite(wal: Wal, test: (stream: StreamHead) => boolean): Promise<void> {
    const { head, pause, log } = this.#options;
    this.counters.checkpointBytes += await rewriteStreams(wal, [...head.streams()].filter(test), pause, log);
  }

  async #deleteSegments(wal: Wal): Promise<void> {
    const neededFrom = (): number => Math.min(this.#options.head.firstSeq(), wal.nextSeq);
    if (!wal.canDeleteBefore(neededFrom())) return;
    // What was moved must be on the disk before its old place goes.
    await syncTrusted(wal);
    wal.deleteBefore(neededFrom());
  }
}

/** All that was appended is on the disk, or this rejects. */
async function syncTrusted(wal: Wal): Promise<void> {
  await wal.sync();
  if (wal.untrustedFrom !== null) throw new Error('the WAL could not be synced, and is not written anew yet');
}

function byDay(blocks: readonly SealedBlock[]): Map<number, SealedBlock[]> {
  const days = new Map<number, SealedBlock[]>();
  for (const block of blocks) {
    const day = days.get(block.day);
    if (day === undefined) days.set(block.day, [block]);
    else day.push(block);
  }
  return days;
}

/** As few packs as fit: one for each tenant and day, unless that would be too large. */
function packsOf(departing: readonly Departing[]): DayPack[] {
  const packs = new Map<string, { pack: DayPack & { chunks: Departing[] }; bytes: number }>();
  const done: DayPack[] = [];
  for (const chunk of departing) {
    const { tenant } = chunk.stream;
    const day = (chunk.blocks[0] as SealedBlock).day;
    const key = `${day} ${tenant}`;
    let open = packs.get(key);
    if (open === undefined) {
      open = { pack: { tenant, day, chunks: [] }, bytes: 0 };
      packs.set(key, open);
    }
    open.pack.chunks.push(chunk);
    for (const block of chunk.blocks) open.bytes += block.encoded.bytes.length;
    if (open.pack.chunks.length < packChunksMax && open.bytes < packTargetBytes) continue;
    done.push(open.pack);
    packs.delete(key);
  }
  for (const { pack } of packs.values()) done.push(pack);
  return done;
}
