/**
 * The index of what lies in packs: streams, labels, chunks. SQLite, synchronous on purpose: a query takes the head's
 * snapshot and the list of chunks in one tick. It is a cache: everything in it can be rebuilt from the packs.
 */
import type { ChunkRef } from '../model/chunk-ref.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, TimeRange } from '../model/time.js';

export interface IndexedStream {
  readonly labels: Labels;
  /** Those that overlap the range, by time. */
  readonly chunks: readonly ChunkRef[];
}

export interface LabelIndex {
  /** One transaction; idempotent by pack and metaOffset. */
  addChunks(refs: readonly ChunkRef[]): void;
  /** Removes every chunk of the packs. `add` (merged or rewritten chunks) comes in the same transaction. */
  replacePacks(packs: readonly string[], add: readonly ChunkRef[]): void;
  /** Streams that match and have a chunk in the range. Equality and regular expressions by Loki's rules. */
  select(tenant: TenantId, matchers: readonly Matcher[], range: TimeRange): readonly IndexedStream[];
  /** The labels of the streams that `select` would give, without the chunks. */
  series(tenant: TenantId, matchers: readonly Matcher[], range: TimeRange): readonly Labels[];
  labelNames(tenant: TenantId, matchers: readonly Matcher[], range: TimeRange): readonly string[];
  labelValues(tenant: TenantId, name: string, matchers: readonly Matcher[], range: TimeRange): readonly string[];
  packs(tenant?: TenantId): readonly PackRow[];
  /** Packs that `replacePacks` took out: they may still lie in the store, and must not be indexed again. */
  retired(): readonly string[];
  /** They are gone from the store. */
  forgetRetired(packs: readonly string[]): void;
  tenants(): readonly TenantId[];
  close(): void;
}

export interface PackRow {
  readonly pack: string;
  readonly tenant: TenantId;
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
  readonly chunks: number;
  readonly entries: number;
  readonly storedBytes: number;
}
