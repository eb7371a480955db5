/** What an ingester is given, and the numbers that it gives. */
import type { BlockCache } from '../chunks/block-cache.js';
import type { Codec } from '../chunks/codec/codec.js';
import { blockTargetBytes } from '../chunks/constants.js';
import type { PackStore } from '../chunks/pack-store.js';
import type { LabelIndex } from '../index/label-index.js';
import type { Clock } from '../io/clock.js';
import type { FileSystem } from '../io/file-system.js';
import type { FieldExtractor } from '../model/extracted-fields.js';
import type { FlushCounters } from './flusher.js';
import type { HeadCounters } from './head/head.js';
import type { Log } from './log.js';
import type { WalDamage } from './recovery.js';

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

export const ingesterDefaults = {
  ...{ syncIntervalMs: 100, segmentBytes: 16 << 20, blockBytes: blockTargetBytes, chunkTargetBytes: 1_572_864 },
  ...{ maxChunkAgeMs: 2 * 3_600_000, chunkIdleMs: 1_800_000, flushCheckMs: 5000 },
  ...{ flushOnClose: false, replayHeadBytesMax: 256 << 20, headBytesMax: 256 << 20 },
};

/** All of them. */
export type IngesterSettings = typeof ingesterDefaults & IngesterOptions;

export function newCounters(): IngesterCounters {
  return {
    ...{ appends: 0, entries: 0, rawBytes: 0, walRecords: 0, walRecordBytes: 0, walWriteFailures: 0 },
    ...{ walSyncs: 0, walSyncFailures: 0, walDamages: 0, replayedRecords: 0, replayMs: 0 },
  };
}
