/** Where a chunk lies: the unit that the index knows. A chunk is a run of blocks of one stream inside a pack. */
import type { Labels } from './labels.js';
import type { TenantId } from './tenant.js';
import type { Nanos } from './time.js';

export interface ChunkRef {
  readonly tenant: TenantId;
  readonly labels: Labels;
  /** `<tenant folder>/<UTC day>/<name>.pack`, relative to the pack store: no local path. */
  readonly pack: string;
  /** The chunk's block table (not its blocks) inside the pack. */
  readonly metaOffset: number;
  readonly metaBytes: number;
  /** Inclusive. */
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
  readonly entries: number;
  /** Bytes of the lines, and of the blocks as stored. */
  readonly rawBytes: number;
  readonly storedBytes: number;
}
