/** The write path: WAL first, then the head, then the answer. */
import type { EntryBatch } from '../model/entry-batch.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import type { HeadReader } from './head/head-reader.js';
import type { AdmittedPush } from './push/push-request.js';

export interface Ingester {
  /**
   * Writes one WAL record, then shows the entries in the head, both in the calling tick. Resolves when the record is as
   * durable as `wal.sync` asks for. When the write fails, rejects, and the head shows nothing of the push.
   */
  append(push: AdmittedPush): Promise<void>;
  readonly head: HeadReader;
  /** Seals every head block into packs; resolves when they are stored and indexed. */
  flush(tenant?: TenantId): Promise<void>;
  /** Called in the tick of the append, with what was appended (duplicates left out). Returns how to stop it. */
  onAppend(listener: (tenant: TenantId, labels: Labels, entries: EntryBatch) => void): () => void;
  close(): Promise<void>;
}
