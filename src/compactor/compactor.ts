/**
 * Makes small packs into large ones, and lets go of what is expired or asked to be deleted. `runOnce` is one pass; it can
 * be stopped after any step and run again. Timers only call it, tests call it directly.
 */
import { decodeBlock, type EncodedBlock, encodeBlock, withIndexes } from '../chunks/block.js';
import type { Codec } from '../chunks/codec/codec.js';
import { encodedBlocks, readFooter } from '../chunks/pack-reader.js';
import type { PackStore } from '../chunks/pack-store.js';
import { newPackId, type SealedChunk, writePack } from '../chunks/pack-writer.js';
import type { LabelIndex, PackRow } from '../index/label-index.js';
import type { Clock } from '../io/clock.js';
import type { Limits } from '../limits/limits.js';
import type { Logger } from '../log.js';
import { type BlockSource, DamageError } from '../model/block-source.js';
import type { ChunkRef } from '../model/chunk-ref.js';
import { allColumns } from '../model/column-needs.js';
import type { FieldExtractor } from '../model/extracted-fields.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos } from '../model/time.js';
import type { DeleteRequest, DeleteRequests } from './delete-requests.js';
import type { CompactorJournal } from './journal.js';
import { mergeBlocks } from './merge-blocks.js';
import { type RetentionRules, retentionRules } from './retention.js';

export interface CompactorDeps {
  readonly store: PackStore;
  readonly index: LabelIndex;
  readonly requests: DeleteRequests;
  readonly journal: CompactorJournal;
  readonly codec: Codec;
  /** Takes the fields out of lines where a block is written anew. */
  readonly extractFields?: FieldExtractor;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limitsFor: (tenant: TenantId) => Limits;
  /** Entries of these times are gone: what was computed from them must be computed again. */
  readonly changed: (tenant: TenantId, from: Nanos, through: Nanos) => void;
  /** table_manager.retention_period, where it holds; else 0. */
  readonly fallbackRetentionMs: number;
  readonly cancelPeriodMs: number;
  /** How long expired and deleted packs stay on disk: no running query may still need them. */
  readonly deleteDelayMs: number;
  /** storage_config.max_disk_size; 0: no bound. */
  readonly maxDiskBytes: number;
}

export interface CompactionReport {
  merged: number;
  expiredChunks: number;
  deleteRequests: number;
  removedPacks: number;
}

/** Packs below this are worth merging, as soon as there are so many of one day; one merge makes at most so much. */
const smallPackBytes = 16 * 1024 * 1024;
const mergeFrom = 4;
const mergedPackBytes = 128 * 1024 * 1024;
/** No query runs longer on a list of packs that it took before they were replaced. */
const replacedDelayMs = 120_000;

export class Compactor {
  readonly #deps: CompactorDeps;
  #running: Promise<CompactionReport> | null = null;

  constructor(deps: CompactorDeps) {
    this.#deps = deps;
  }

  /** Passes do not overlap: a second call gets the one that runs. */
  runOnce(signal?: AbortSignal): Promise<CompactionReport> {
    this.#running ??= this.#pass(signal).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Resolves when no pass is under way. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => undefined); // whoever asked for the pass hears of its failure
  }

  async #pass(signal?: AbortSignal): Promise<CompactionReport> {
    const report: CompactionReport = { merged: 0, expiredChunks: 0, deleteRequests: 0, removedPacks: 0 };
    for (const tenant of this.#deps.index.tenants()) {
      signal?.throwIfAborted();
      report.expiredChunks += await this.#retain(tenant);
      report.merged += await this.#merge(tenant, signal);
    }
    // Asked anew each time: a request also covers the packs that the one before it has written.
    for (;;) {
      signal?.throwIfAborted();
      const [request] = this.#deps.requests.due(this.#deps.cancelPeriodMs);
      if (request === undefined) break;
      await this.#delete(request);
      report.deleteRequests++;
    }
    await this.#boundDisk();
    report.removedPacks = await this.emptyTrash();
    return report;
  }

  /** Chunks whose newest entry is older than their stream's period go; the others of their packs stay. */
  async #retain(tenant: TenantId): Promise<number> {
    const { index, limitsFor, fallbackRetentionMs, clock } = this.#deps;
    const rules = retentionRules(limitsFor(tenant), fallbackRetentionMs);
    if (rules.shortestMs === 0) return 0;
    let expired = 0;
    for (const row of index.packs(tenant)) {
      if (row.fromNs >= before(clock, rules.shortestMs)) continue;
      expired += await this.#rewrite(
        row,
        (ref) => (isExpired(ref, rules, clock) ? 'drop' : 'keep'),
        this.#deps.deleteDelayMs,
      );
    }
    return expired;
  }

  async #delete(request: DeleteRequest): Promise<void> {
    const { index, requests, changed } = this.#deps;
    for (const row of index.packs(request.tenant)) {
      if (!request.packs.includes(row.pack)) continue;
      await this.#rewrite(row, (ref) => (touches(ref, request) ? 'filter' : 'keep'), this.#deps.deleteDelayMs);
    }
    await requests.processed(request.id);
    changed(request.tenant, request.fromNs, request.throughNs);
  }

  /** Packs of one day that are small become one. */
  async #merge(tenant: TenantId, signal?: AbortSignal): Promise<number> {
    const days = new Map<string, PackRow[]>();
    for (const row of this.#deps.index.packs(tenant)) {
      if (row.storedBytes >= smallPackBytes || this.#deps.requests.covers(row.pack)) continue;
      const day = dayOf(row.pack);
      days.set(day, [...(days.get(day) ?? []), row]);
    }
    let merged = 0;
    for (const [day, rows] of days) {
      for (const group of groupsOf(rows)) {
        signal?.throwIfAborted();
        if (await this.#mergeGroup(tenant, day, group)) merged += group.length;
      }
    }
    return merged;
  }

  async #mergeGroup(tenant: TenantId, day: string, rows: readonly PackRow[]): Promise<boolean> {
    const { store, codec, extractFields } = this.#deps;
    const streams = new Map<string, { labels: ChunkRef['labels']; blocks: EncodedBlock[] }>();
    for (const row of rows) {
      const read = this.#reading(row.pack, () => {
        const source = store.open(row.pack);
        return readFooter(row.pack, source).chunks.map((ref) => ({ ref, blocks: encodedBlocks(ref, source) }));
      });
      if (read === null) return false;
      for (const { ref, blocks } of read) {
        const stream = streams.get(ref.labels.text) ?? { labels: ref.labels, blocks: [] };
        stream.blocks.push(...blocks);
        streams.set(ref.labels.text, stream);
      }
      await yieldToOthers();
    }
    const chunks: SealedChunk[] = [];
    for (const { labels, blocks } of streams.values()) {
      chunks.push({ labels, blocks: mergeBlocks(blocks, codec, extractFields) });
      await yieldToOthers();
    }
    await this.#replace(
      tenant,
      day,
      rows.map((r) => r.pack),
      chunks,
      replacedDelayMs,
    );
    return true;
  }

  /** Writes a pack anew without what `fate` says; returns how many chunks were dropped or changed. */
  async #rewrite(row: PackRow, fate: (ref: ChunkRef) => 'keep' | 'drop' | 'filter', delayMs: number): Promise<number> {
    const { store } = this.#deps;
    const refs = this.#reading(row.pack, () => readFooter(row.pack, store.open(row.pack)).chunks);
    if (refs === null) return 0;
    const fates = refs.map(fate);
    if (fates.every((f) => f === 'keep')) return 0;
    const chunks: SealedChunk[] = [];
    let touched = 0;
    for (const [i, ref] of refs.entries()) {
      if (fates[i] === 'drop') {
        touched++;
        continue;
      }
      const blocks = this.#reading(row.pack, () => encodedBlocks(ref, store.open(row.pack)));
      if (blocks === null) return 0;
      const kept = fates[i] === 'keep' ? blocks : blocks.flatMap((block) => this.#visible(ref, block));
      if (kept.length !== blocks.length || kept.some((block, k) => block !== blocks[k])) touched++;
      if (kept.length > 0) chunks.push({ labels: ref.labels, blocks: kept });
      await yieldToOthers();
    }
    if (touched === 0) return 0;
    await this.#replace(row.tenant, dayOf(row.pack), [row.pack], chunks, delayMs);
    return touched;
  }

  /** What the delete requests leave of a block. */
  #visible(ref: ChunkRef, block: EncodedBlock): EncodedBlock[] {
    const source: BlockSource = {
      fromNs: block.fromNs,
      throughNs: block.throughNs,
      count: block.count,
      rawBytes: block.rawBytes,
      read: (needs) => decodeBlock(block, needs),
    };
    const shown = this.#deps.requests.visible(ref.tenant, ref.labels, source, ref.pack);
    if (shown === null) return [];
    if (shown === source) return [block];
    const batch = shown.read(allColumns);
    if (batch.count === block.count) return [block];
    const { codec, extractFields } = this.#deps;
    if (batch.count === 0) return [];
    return [withIndexes(encodeBlock(batch, codec), batch.lines, extractFields?.(batch) ?? null, codec)];
  }

  async #replace(
    tenant: TenantId,
    day: string,
    old: readonly string[],
    chunks: readonly SealedChunk[],
    delayMs: number,
  ): Promise<void> {
    const { store, index, requests, journal, clock } = this.#deps;
    const replacement = { id: chunks.length > 0 ? newPackId() : null, replaces: old };
    await journal.begin(replacement);
    const refs = replacement.id === null ? [] : await writePack(store, tenant, day, chunks, replacement.id);
    const [fresh] = refs;
    if (fresh !== undefined) for (const pack of old) await requests.alsoCover(pack, fresh.pack);
    index.replacePacks(old, refs);
    await journal.done(replacement, clock.nowMs() + delayMs);
  }

  /** With max_disk_size the oldest packs go first. */
  async #boundDisk(): Promise<void> {
    const { index, maxDiskBytes, log } = this.#deps;
    if (maxDiskBytes <= 0) return;
    const rows = [...index.packs()].sort((a, b) => (a.throughNs < b.throughNs ? -1 : 1));
    let total = rows.reduce((bytes, row) => bytes + row.storedBytes, 0);
    for (const row of rows) {
      if (total <= maxDiskBytes) return;
      log.warn('the oldest pack goes: storage_config.max_disk_size is reached', {
        pack: row.pack,
        bytes: row.storedBytes,
      });
      await this.#replace(row.tenant, dayOf(row.pack), [row.pack], [], 0);
      this.#deps.changed(row.tenant, row.fromNs, row.throughNs);
      total -= row.storedBytes;
    }
  }

  /** Removes packs whose time has come. */
  async emptyTrash(): Promise<number> {
    const { store, index, journal, clock } = this.#deps;
    const due = journal.trash.filter((t) => t.afterMs <= clock.nowMs()).map((t) => t.pack);
    for (const pack of due) await store.delete(pack);
    if (due.length === 0) return 0;
    index.forgetRetired(due);
    await journal.removed(due);
    return due.length;
  }

  /** Null, and a line in the log, when the pack is damaged: it stays as it is, and its good blocks are served. */
  #reading<T>(pack: string, read: () => T): T | null {
    try {
      return read();
    } catch (e) {
      if (!(e instanceof DamageError)) throw e;
      this.#deps.log.error('a damaged pack is left as it is', { pack, offset: e.offset, err: e.message });
      return null;
    }
  }
}

/**
 * At start, before the index is held against the store: a replacement that the index did not take over is undone; packs
 * that were replaced are gone.
 */
export async function recoverCompaction(
  journal: CompactorJournal,
  store: PackStore,
  index: LabelIndex,
  nowMs: number,
): Promise<void> {
  if (journal.pending.length > 0) {
    const known = new Set(index.packs().map((row) => row.pack));
    const stored = (await store.list()).map((info) => info.pack);
    for (const replacement of journal.pending) {
      const fresh =
        replacement.id === null ? undefined : stored.find((pack) => pack.includes(replacement.id as string));
      const taken =
        fresh === undefined
          ? replacement.id === null && !replacement.replaces.some((p) => known.has(p))
          : known.has(fresh);
      if (taken) await journal.done(replacement, nowMs);
      else {
        if (fresh !== undefined) await store.delete(fresh);
        await journal.undone(replacement);
      }
    }
  }
  // No query can still read what was thrown away before this start.
  const packs = journal.trash.map((t) => t.pack);
  for (const pack of packs) await store.delete(pack);
  if (packs.length === 0) return;
  index.replacePacks(packs, []);
  index.forgetRetired(packs);
  await journal.removed(packs);
}

const before = (clock: Clock, periodMs: number): Nanos => clock.nowNs() - BigInt(Math.round(periodMs)) * 1_000_000n;

function isExpired(ref: ChunkRef, rules: RetentionRules, clock: Clock): boolean {
  const period = rules.periodOf(ref.labels);
  return period > 0 && ref.throughNs < before(clock, period);
}

const touches = (ref: ChunkRef, { fromNs, throughNs }: DeleteRequest): boolean =>
  ref.fromNs <= throughNs && ref.throughNs >= fromNs;

/** `<tenant>/<day>/<name>.pack` */
const dayOf = (pack: string): string => pack.split('/')[1] as string;

/** Oldest first, in groups that make packs of a good size; a handful of small packs is left in peace. */
function groupsOf(rows: readonly PackRow[]): PackRow[][] {
  const groups: PackRow[][] = [];
  let group: PackRow[] = [];
  let bytes = 0;
  for (const row of [...rows].sort((a, b) => (a.fromNs < b.fromNs ? -1 : 1))) {
    if (bytes + row.storedBytes > mergedPackBytes && group.length > 0) {
      groups.push(group);
      group = [];
      bytes = 0;
    }
    group.push(row);
    bytes += row.storedBytes;
  }
  groups.push(group);
  return groups.filter((g) => g.length >= mergeFrom);
}

const yieldToOthers = (): Promise<void> => new Promise(setImmediate);
