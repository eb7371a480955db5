/** Everything that keeps data, opened in the order in which each part relies on the one before. */
import { BlockCache } from './chunks/block-cache.js';
import { codecNamed, codecsReady } from './chunks/codec/codec.js';
import { openFilePackStore } from './chunks/file-pack-store.js';
import { memoryPackStore } from './chunks/memory-pack-store.js';
import { chunkBlocks } from './chunks/pack-reader.js';
import type { PackStore } from './chunks/pack-store.js';
import { Compactor, recoverCompaction } from './compactor/compactor.js';
import { DeleteRequests } from './compactor/delete-requests.js';
import { CompactorJournal } from './compactor/journal.js';
import type { Config } from './config/options.js';
import { openLabelIndex } from './index/open-label-index.js';
import { openIngester } from './ingest/open-ingester.js';
import type { Ingester } from './ingest/ingester.js';
import type { Clock } from './io/clock.js';
import type { FileSystem } from './io/file-system.js';
import { lockFolder } from './io/lock-file.js';
import type { Limits } from './limits/limits.js';
import type { Logger } from './log.js';
import type { GaugeReadings } from './metrics/metrics.js';
import { DamageError } from './model/block-source.js';
import type { TenantId } from './model/tenant.js';
import { DataVersions } from './query/data-versions.js';
import type { Store } from './query/stream-source.js';

export interface Storage {
  readonly ingester: Ingester;
  readonly store: Store;
  readonly requests: DeleteRequests;
  readonly compactor: Compactor;
  readonly versions: DataVersions;
  readonly readings: GaugeReadings;
  /** Counted by those who read blocks. */
  damagedBlocks: number;
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
