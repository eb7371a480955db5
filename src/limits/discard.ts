/**
 * Why entries are not taken: the reason as `loki_discarded_samples_total{reason}` names it, and the text that the
 * client reads. Texts are Loki 3.7.6's, word for word.
 */
import { goTime, rfc3339, wholeBytes } from './text.js';

/** Times in nanoseconds, sizes in bytes; `stream` is the text of the labels. */
export const discardText = {
  missing_labels: () => 'error at least one label pair is required per stream',
  missing_enforced_labels: (o: { labels: readonly string[]; tenant: string; stream: string }) =>
    `missing required labels '${o.labels.join(',')}' for user '${o.tenant}' for stream '${o.stream}' (policy: '')`,
  max_label_names_per_series: (o: { stream: string; count: number; limit: number }) =>
    `entry for stream '${o.stream}' has ${o.count} label names; limit ${o.limit}`,
  label_name_too_long: (o: { stream: string; name: string }) =>
    `stream '${o.stream}' has label name too long: '${o.name}'`,
  label_value_too_long: (o: { stream: string; value: string }) =>
    `stream '${o.stream}' has label value too long: '${o.value}'`,
  duplicate_label_names: (o: { stream: string; name: string }) =>
    `stream '${o.stream}' has duplicate label name: '${o.name}'`,

  greater_than_max_sample_age: (o: { stream: string; atNs: bigint; oldestNs: bigint }) =>
    `entry for stream '${o.stream}' has timestamp too old: ${rfc3339(o.atNs)}, oldest acceptable timestamp is: ${rfc3339(o.oldestNs)}`,
  too_far_in_future: (o: { stream: string; atNs: bigint }) =>
    `entry for stream '${o.stream}' has timestamp too new: ${rfc3339(o.atNs)}`,
  line_too_long: (o: { stream: string; limit: number; bytes: number }) =>
    `max entry size '${o.limit}' bytes exceeded for stream '${o.stream}' while adding an entry with length '${o.bytes}' bytes`,
  disallowed_structured_metadata: (o: { stream: string }) =>
    `stream '${o.stream}' includes structured metadata, but this feature is disallowed. Please see \`limits_config.allow_structured_metadata\` or contact your Loki administrator to enable it`,
  structured_metadata_too_large: (o: { stream: string; bytes: number; limit: number }) =>
    `stream '${o.stream}' has structured metadata too large: '${o.bytes}' bytes, limit: '${o.limit}' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it`,
  structured_metadata_too_many: (o: { stream: string; count: number; limit: number }) =>
    `stream '${o.stream}' has too many structured metadata labels: '${o.count}', limit: '${o.limit}'. Please see \`limits_config.max_structured_metadata_entries_count\` or contact your Loki administrator to increase it`,

  blocked_ingestion: (o: { tenant: string; untilNs: bigint; status: number }) =>
    `ingestion blocked for user '${o.tenant}' until '${rfc3339(o.untilNs)}' with status code '${o.status}'`,
  rate_limited: (o: { tenant: string; limit: number; lines: number; bytes: number }) =>
    `ingestion rate limit exceeded for user ${o.tenant} (limit: ${o.limit} bytes/sec) while attempting to ingest '${o.lines}' lines totaling '${o.bytes}' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased`,
  stream_limit: (o: { stream: string; tenant: string }) =>
    `maximum active stream limit exceeded when trying to create stream ${o.stream}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: '${o.tenant}'`,
  per_stream_rate_limit: (o: { stream: string; limit: number; bytes: number }) =>
    `Per stream rate limit exceeded (limit: ${wholeBytes(o.limit)}/sec) while attempting to ingest for stream '${o.stream}' totaling ${wholeBytes(o.bytes)}, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased`,
  too_far_behind: (o: { atNs: bigint; cutoffNs: bigint }) =>
    `entry too far behind, entry timestamp is: ${rfc3339(o.atNs)}, oldest acceptable timestamp is: ${rfc3339(o.cutoffNs)}`,
  out_of_order: () => 'entry out of order',
} as const;

export type DiscardReason = keyof typeof discardText;

/** What was not taken of a push, for `loki_discarded_samples_total` and `loki_discarded_bytes_total`. */
export interface Discard {
  readonly reason: DiscardReason;
  readonly entries: number;
  /** Lines and structured metadata. */
  readonly bytes: number;
}

/** Adds up discards by reason. */
export class DiscardTally {
  readonly #byReason = new Map<DiscardReason, { reason: DiscardReason; entries: number; bytes: number }>();

  add(reason: DiscardReason, entries: number, bytes: number): void {
    const sum = this.#byReason.get(reason);
    if (sum) {
      sum.entries += entries;
      sum.bytes += bytes;
    } else this.#byReason.set(reason, { reason, entries, bytes });
  }

  list(): readonly Discard[] {
    return [...this.#byReason.values()];
  }
}

/** Different messages in one answer: what goes beyond is only counted. */
const messagesMax = 1000;

/** Messages of refused entries of one push, alike ones counted, as Loki lists them. */
export class DiscardMessages {
  readonly #counts = new Map<string, number>();
  #untold = 0;

  add(message: string): void {
    const count = this.#counts.get(message);
    if (count === undefined && this.#counts.size === messagesMax) this.#untold++;
    else this.#counts.set(message, (count ?? 0) + 1);
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** One message alone stands as it is; else each says how many are like it. */
  text(): string {
    const isAlone = this.#counts.size === 1;
    const texts = [...this.#counts].map(([message, n]) =>
      isAlone && n === 1 ? message : `${n} errors like: ${message}`,
    );
    if (this.#untold > 0) texts.push(`${this.#untold} more errors`);
    return texts.join('; ');
  }
}

/** Loki's answer when entries of a stream were refused after validation: the first ones, and how many in all. */
export function ignoredEntriesText(o: {
  readonly tenant: string;
  readonly stream: string;
  readonly ignored: readonly { readonly atNs: bigint; readonly message: string }[];
  readonly ignoredTotal: number;
  readonly entries: number;
}): string {
  const lines = o.ignored.map(
    ({ atNs, message }) => `entry with timestamp ${goTime(atNs)} ignored, reason: '${message}',\n`,
  );
  return `${lines.join('')}user '${o.tenant}', total ignored: ${o.ignoredTotal} out of ${o.entries} for stream: ${o.stream}`;
}
