/** The write path opened: what was in the WAL is in the head, and what is in the store is in the index. */
import { randomBytes } from 'node:crypto';
import { codecsReady } from '../chunks/codec/codecs.js';
import { readFooter } from '../chunks/pack-reader.js';
import type { PackStore } from '../chunks/pack-store.js';
import { type PackCatalog, reconcileIndex } from '../index/reconcile.js';
import { type FileSystem, parentOf } from '../io/file-system.js';
import { DamageError } from '../model/block-source.js';
import { Head } from './head/head.js';
import { type IngesterOptions, ingesterDefaults, newCounters } from './ingester-options.js';
import type { Log } from './log.js';
import { LoggingIngester, type OpenedIngester } from './logging-ingester.js';
import { replayWal, scanWal, type WalDamage, type WalScan } from './recovery.js';
import { Wal } from './wal/wal.js';

/** While replaying, the size of the head is looked at after so many bytes of records. */
const relieveBytesMost = 4 << 20;

/**
 * Replays the WAL, and brings the index in line with the store. Owns neither store nor index. Rejects when the WAL was
 * written by a later version of the program, or cannot be read or written to; damage is reported and passed over.
 */
export async function openIngester(given: IngesterOptions): Promise<OpenedIngester> {
  const options = { ...ingesterDefaults, ...given };
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
