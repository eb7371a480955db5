/** A push as its decoder yields it: what was sent, before limits and discovery had a say. */
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import type { TenantId } from '../../model/tenant.js';

export interface PushRequest {
  readonly streams: readonly PushStream[];
  /** Size of the decompressed body. */
  readonly bodyBytes: number;
  /** Set by a decoder that adds `service_name` on its own (OTLP). */
  readonly isDiscovered?: boolean;
}

/**
 * Entries in the order in which they were sent (which may not be that of time). Times further than 2^52 ns from the
 * first begin another PushStream of the same labels, so that offsets stay exact.
 */
export interface PushStream {
  /** As sent: `{app="x"}`. Not yet parsed, so that a cache by text can spare the parsing. */
  readonly labels: string;
  /** Metadata as it was sent: columns in the order in which their names first came, names and values not yet cleaned. */
  readonly entries: EntryBatch;
}

/** What admission lets through: labels parsed, discovered ones added, refused entries left out. */
export interface AdmittedStream {
  readonly labels: Labels;
  /** Still in the order in which they were sent. */
  readonly entries: EntryBatch;
}
export interface AdmittedPush {
  readonly tenant: TenantId;
  readonly streams: readonly AdmittedStream[];
}
