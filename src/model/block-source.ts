/** A block of one stream that can be read: in a pack, sealed in the head, or the head's open one. */
import type { ColumnNeeds } from './column-needs.js';
import type { EntryBatch } from './entry-batch.js';
import type { Nanos } from './time.js';

export interface BlockSource {
  /** Inclusive bounds of the entries' times. */
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
  readonly count: number;
  /** Bytes of the lines. */
  readonly rawBytes: number;
  /** Decodes at least the columns named. Throws DamageError when a checksum does not fit. */
  read(needs: ColumnNeeds): EntryBatch;
}

/** Bytes on disk are not what was written. The reader counts it, logs it and goes on without the block. */
export class DamageError extends Error {
  override readonly name = 'DamageError';
  readonly file: string;
  readonly offset: number;
  readonly reason: string;
  constructor(file: string, offset: number, reason: string) {
    super(`${file}: damage at offset ${offset}: ${reason}`);
    this.file = file;
    this.offset = offset;
    this.reason = reason;
  }
}
