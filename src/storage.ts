/** Everything that keeps data, opened in the order in which each part relies on the one before. */
import { BlockCache } from './chunks/block-cache.js';
import { codecNamed } from './chunks/codec/codecs.js';
import { openFilePackStore } from './chunks/file-pack-store.js';
import { memoryPackStore } from './chunks/memory-pack-store.js';
import { chunkBlocks } from './chunks/pack-reader.js';
import type { PackStore } from './chunks/pack-store.js';
import { Compactor, recoverCompaction } from './compactor/compactor.js';
import { DeleteRequests } from './compactor/delete-requests.js';
import { CompactorJournal } from './compactor/journal.js';
import type { Config } from './config/options.js';
import { openLockDatabase } from './index/lock-database.js';
import { openLabelIndex } from './index/open-label-index.js';
import type { Ingester } from './ingest/ingester.js';
import type { IngesterStats } from './ingest/ingester-options.js';
import { openIngester } from './ingest/open-ingester.js';
import type { Clock } from './io/clock.js';
import { type FileSystem, isFileError, readFile, writeFully } from './io/file-system.js';
import { lockFolder } from './io/lock-file.js';
import type { Limits } from './limits/limits.js';
import type { LogFields, Logger, LogValue } from './log.js';
import { fieldExtractor } from './logql/pipeline/field-extractor.js';
import type { GaugeReadings } from './metrics/metrics.js';
import { DamageError } from './model/block-source.js';
import type { TenantId } from './model/tenant.js';
import type { Nanos } from './model/time.js';
import { DataVersions } from './query/data-versions.js';
import type { Store } from './query/stream-source.js';

export interface Storage {
  readonly ingester: Ingester;
  readonly store: Store;
  readonly requests: DeleteRequests;
  readonly compactor: Compactor;
  readonly versions: DataVersions;
  readonly readings: GaugeReadings;
  /** Counts and logs a block that cannot be read. */
  onDamage(error: DamageError): void;
  /** Puts what the tenant has in the head into packs, and names those with entries of these times. */
  packsOf(tenant: TenantId, fromNs: Nanos, throughNs: Nanos): Promise<readonly string[]>;
  /** Empties every tenant. Only for servers in memory or in a scratch folder. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface StorageDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly fs: FileSystem;
  readonly limitsFor: (tenant: TenantId) => Limits;
}

/** What a folder holds is of this format; a later one is refused. */
const formatVersion = '1';

/** Rejects when another process has the folder, or a later version of the program wrote it. */
export async function openStorage(config: Config, { log, clock, fs, limitsFor }: StorageDeps): Promise<Storage> {
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    return await open(config, { log, clock, fs, limitsFor }, undo, close);
  } catch (e) {
    await close();
    throw e;
  }
}

async function open(
  config: Config,
  { log, clock, fs, limitsFor }: StorageDeps,
  undo: (() => unknown)[],
  close: () => Promise<void>,
): Promise<Storage> {
  const { paths, inMemory } = config;
  const disk = inMemory ? null : fs;
  if (disk !== null) {
    makeFolder(disk, paths.root);
    const lock = lockFolder(
      paths.root,
      `process ${process.pid} (HTTP port ${config.server.http_listen_port})`,
      openLockDatabase,
    );
    undo.push(() => lock.release());
    checkVersion(disk, paths.root);
  }
  const packs: PackStore = disk === null ? memoryPackStore() : openFilePackStore(disk, paths.chunks);
  undo.push(() => packs.close());
  const index = openLabelIndex(disk === null ? ':memory:' : `${paths.root}/index.db`);
  undo.push(() => {
    try {
      index.close();
    } catch (e) {
      // The disk is full, say. Nothing is lost with it: it is checked when it is opened, and can be built again.
      log.warn('index.db was not closed in order', { err: e as Error });
    }
  });
  if (index.setAside !== null)
    log.error('index.db was damaged: it is set aside, and built again from the packs', { reason: index.setAside });

  const journal = new CompactorJournal(disk, `${paths.root}/compactor.json`);
  await recoverCompaction(journal, packs, index, clock.nowMs());
  const requests = new DeleteRequests(disk, `${paths.root}/delete-requests.json`, clock);
  const cache = new BlockCache();
  const codec = codecNamed(config.ingester.chunk_encoding);
  const extractFields = fieldExtractor();
  const { ingester: ing } = config;
  const ingester = await openIngester({
    fs,
    clock,
    walFolder: paths.wal,
    walSync: disk === null || !ing.wal.enabled ? 'off' : syncModes[ing.wal.sync],
    store: packs,
    index,
    codec,
    cache,
    extractFields,
    log: (level, event, fields) => log[level](event, fieldsOf(fields)),
    blockBytes: ing.chunk_block_size,
    chunkTargetBytes: ing.chunk_target_size,
    maxChunkAgeMs: ing.max_chunk_age,
    chunkIdleMs: ing.chunk_idle_period,
    flushCheckMs: ing.flush_check_period,
    replayHeadBytesMax: Math.min(ing.wal.replay_memory_ceiling, replayBytesMax),
    // Without a WAL the head would be lost.
    flushOnClose: disk !== null && !ing.wal.enabled,
  });
  undo.push(() => ingester.close());

  const versions = new DataVersions();
  undo.push(ingester.onAppend((tenant, _labels, batch) => versions.appended(tenant, batch)));
  let damagedBlocks = 0;
  const onDamage = (e: DamageError): void => {
    damagedBlocks++;
    log.error('a damaged block is left out', { file: e.file, offset: e.offset, err: e.message });
  };
  const store: Store = {
    head: ingester.head,
    index,
    blocksOf(ref) {
      try {
        return chunkBlocks(ref, packs.open(ref.pack), cache);
      } catch (e) {
        if (e instanceof DamageError) onDamage(e);
        else if (isFileError(e, 'ENOENT')) onDamage(new DamageError(ref.pack, 0, 'the pack is missing'));
        else throw e;
        return [];
      }
    },
    visible: (ref, block) => requests.visible(ref.tenant, ref.labels, block, ref.pack),
  };

  const compactor = new Compactor({
    store: packs,
    index,
    requests,
    journal,
    codec,
    extractFields,
    clock,
    log: log.named('compactor'),
    limitsFor,
    changed: (tenant, from, through) => versions.changed(tenant, from, through),
    fallbackRetentionMs: config.table_manager.retention_deletes_enabled ? config.table_manager.retention_period : 0,
    cancelPeriodMs: config.compactor.delete_request_cancel_period,
    deleteDelayMs: config.compactor.retention_delete_delay,
    maxDiskBytes: config.storage_config.max_disk_size,
  });
  const compact = (): void => {
    compactor.runOnce(stopping.signal).catch((e: Error) => {
      if (!stopping.signal.aborted) log.error('compaction failed, and is tried again', { err: e.message });
    });
  };
  const stopping = new AbortController();
  const stopTimer = clock.every(config.compactor.compaction_interval, compact);
  undo.push(async () => {
    stopTimer();
    stopping.abort();
    await compactor.idle();
  });

  const readings: GaugeReadings = {
    memoryStreams: () => ingester.head.tenants().map((tenant) => [tenant, ingester.head.streamCount(tenant)] as const),
    memoryChunks: () => ingester.stats().streams,
    totals: () => totalsOf(ingester.stats(), damagedBlocks),
  };

  return {
    ingester,
    store,
    requests,
    compactor,
    versions,
    readings,
    onDamage,
    close,
    async packsOf(tenant, fromNs, throughNs) {
      await ingester.flush(tenant);
      return index
        .packs(tenant)
        .filter((row) => row.fromNs <= throughNs && row.throughNs >= fromNs)
        .map((row) => row.pack);
    },
    async reset() {
      await ingester.flush();
      for (const { pack } of await packs.list()) {
        index.replacePacks([pack], []);
        await packs.delete(pack);
        index.forgetRetired([pack]);
      }
      await requests.clear();
      cache.clear();
    },
  };
}

/** Loki's default is 4 GiB; a log store for a laptop flushes earlier. */
const replayBytesMax = 256 * 2 ** 20;

const syncModes = { always: 'always', interval: 'interval', never: 'os' } as const;

const totalsOf = (s: IngesterStats, damagedBlocks: number): Readonly<Record<string, number>> => ({
  loki_ingester_chunks_created_total: s.streamsCreated + s.blocksSealed,
  loki_ingester_wal_records_logged_total: s.walRecords,
  loki_ingester_wal_logged_bytes_total: s.walRecordBytes,
  loki_ingester_wal_disk_full_failures_total: s.walWriteFailures,
  loki_ingester_wal_corruptions_total: s.walDamages,
  loki_ingester_checkpoint_creations_total: s.checkpoints,
  loki_ingester_chunks_flush_failures_total: s.flushFailures,
  skald_damaged_blocks_total: damagedBlocks,
});

function fieldsOf(fields: Readonly<Record<string, unknown>> = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error || typeof value !== 'object' ? (value as LogValue) : JSON.stringify(value),
    ]),
  );
}

/** There is a folder, and it can be written to: the database would only say that it cannot be opened. */
function makeFolder(fs: FileSystem, folder: string): void {
  const found = fs.statSync(folder);
  if (found !== null && found.kind !== 'directory')
    throw new Error(`${folder} is a file: the data folder must be a folder`);
  if (found === null) fs.mkdirSync(folder);
  const probe = `${folder}/.probe`;
  try {
    fs.openSync(probe, 'replace').closeSync();
    fs.unlinkSync(probe);
  } catch (e) {
    // A full disk is no reason not to start: what is there can be read, and deleted.
    if (!isFileError(e, 'ENOSPC')) throw e;
  }
}

function checkVersion(fs: FileSystem, root: string): void {
  const path = `${root}/VERSION`;
  if (fs.statSync(path) === null) {
    const file = fs.openSync(path, 'replace');
    try {
      writeFully(file, Buffer.from(`${formatVersion}\n`), 0);
      file.syncSync();
    } finally {
      file.closeSync();
    }
    return;
  }
  const found = Buffer.from(readFile(fs, path)).toString('utf8').trim();
  if (found !== formatVersion && found !== '') {
    throw new Error(
      `${root} was written in format ${found}; this program knows format ${formatVersion}: use the version that wrote it, or another folder`,
    );
  }
}
