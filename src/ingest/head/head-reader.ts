/** What queries see of the head: everything acknowledged and not yet in a pack. */
import type { BlockSource } from '../../model/block-source.js';
import type { Labels } from '../../model/labels.js';
import type { TenantId } from '../../model/tenant.js';
import type { Nanos, TimeRange } from '../../model/time.js';

export interface HeadReader {
  tenants(): readonly TenantId[];
  /**
   * Streams with entries in the range whose labels pass; the labels of every stream with entries are tested. Synchronous:
   * one tick sees all of a push or nothing.
   */
  select(tenant: TenantId, test: (labels: Labels) => boolean, range: TimeRange): readonly HeadStream[];
  /** Null when the head has no such stream. For the out-of-order window. */
  newestNs(tenant: TenantId, labels: Labels): Nanos | null;
  streamCount(tenant: TenantId): number;
}

export interface HeadStream {
  readonly labels: Labels;
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
  /** Snapshots: later appends do not show. Sealed blocks first, the open one last. */
  blocks(): readonly BlockSource[];
}
