/**
 * One push against a tenant's limits: what is kept, what is left out and why, and what the client is told. Nothing is
 * written here. Follows Loki's order, which decides what a client is told first: labels of all streams, then stream by
 * stream its labels and entries, then the tenant's rate, then what the head makes of each stream.
 */
import { ApiError } from '../errors.js';
import { type Discard, DiscardMessages, DiscardTally, discardText, ignoredEntriesText } from '../limits/discard.js';
import type { Limits } from '../limits/limits.js';
import type { RateLimiter } from '../limits/rate-limiter.js';
import { humanBytes } from '../limits/text.js';
import { type EntryBatch, withMetadata } from '../model/entry-batch.js';
import { lineBytes } from '../model/rows.js';
import type { TenantId } from '../model/tenant.js';
import { MAX_NANOS, MIN_NANOS, millisToNanos, type Nanos } from '../model/time.js';
import { spreadEqualTimes, truncateLines, withoutRows } from './batch-rows.js';
import { DETECTED_LEVEL, isInternal } from './discover.js';
import type { HeadReader } from './head/head-reader.js';
import { cleanMetadata, type MetadataWeight, weighMetadata } from './metadata-columns.js';
import { streamLabelsBytesMax } from './push/push-error.js';
import type { AdmittedPush, AdmittedStream, PushRequest } from './push/push-request.js';
import type { LabelReader, StreamLabels, StreamLabelsCache } from './stream-labels.js';

export interface AdmitContext {
  readonly tenant: TenantId;
  readonly limits: Limits;
  readonly nowNs: Nanos;
  readonly head: Pick<HeadReader, 'newestNs' | 'streamCount'>;
  /** Entries this much older than their stream's newest are refused (half of max_chunk_age in Loki); null: never. */
  readonly outOfOrderWindowNs: bigint | null;
  /** Bytes per tenant, and per stream. */
  readonly tenantRates: RateLimiter;
  readonly streamRates: RateLimiter;
  readonly labels: StreamLabelsCache;
  /** ingester.max_returned_stream_errors: how many refused entries of a stream are listed; 0: all. */
  readonly ignoredErrorsMax: number;
}

export interface Admission {
  /** To be written even when there is an error: a push may be taken in part. */
  readonly admitted: AdmittedPush;
  readonly discards: readonly Discard[];
  /** What the client is answered once the rest is written; null: 204. */
  readonly error: ApiError | null;
  /** What was sent. */
  readonly received: { readonly lines: number; readonly lineBytes: number; readonly metadataBytes: number };
  /** Lines that were cut to max_line_size, and by how much. */
  readonly truncated: { readonly lines: number; readonly bytes: number };
}

/** Throws ApiError when the request as a whole is refused before anything of it is looked at. */
export function admit(request: PushRequest, context: AdmitContext): Admission {
  if (request.streams.length === 0) {
    throw new ApiError('unprocessable', 'error at least one valid stream is required for ingestion');
  }
  return new Admitter(context).admit(request);
}

/** A stream that has passed validation. */
interface Candidate extends StreamLabels {
  readonly entries: EntryBatch;
  readonly weight: MetadataWeight | null;
}

class Admitter {
  readonly #context: AdmitContext;
  readonly #reader: LabelReader;
  readonly #discards = new DiscardTally();
  readonly #messages = new DiscardMessages();
  readonly #received = { lines: 0, lineBytes: 0, metadataBytes: 0 };
  readonly #truncated = { lines: 0, bytes: 0 };
  readonly #oldestNs: Nanos;
  readonly #newestNs: Nanos;
  #blocked: ApiError | null = null;
  /** The last refusal by the head's rules: it is what the client is told, before all others. */
  #headError: ApiError | null = null;

  constructor(context: AdmitContext) {
    const { limits, nowNs } = context;
    this.#context = context;
    this.#reader = context.labels.for(limits);
    const oldest = limits.reject_old_samples ? nowNs - millisToNanos(limits.reject_old_samples_max_age) : MIN_NANOS;
    const newest = nowNs + millisToNanos(limits.creation_grace_period);
    this.#oldestNs = later(oldest, MIN_NANOS);
    this.#newestNs = -later(-newest, -MAX_NANOS);
  }

  admit(request: PushRequest): Admission {
    const labels = request.streams.map((stream) => this.#readLabels(stream.labels, request.isDiscovered !== true));
    const candidates: Candidate[] = [];
    request.streams.forEach((stream, i) => {
      if (stream.entries.count === 0) return;
      const candidate = this.#validate(labels[i] as StreamLabels, stream.entries);
      if (candidate) candidates.push(candidate);
    });
    if (candidates.length === 0) return this.#result([], this.#validationError());
    const refusal = this.#checkTenantRate(candidates);
    if (refusal) return this.#result([], refusal);
    const streams = this.#applyHeadRules(candidates);
    return this.#result(streams, this.#headError ?? this.#validationError());
  }

  #readLabels(text: string, discover: boolean): StreamLabels {
    if (text.length > streamLabelsBytesMax) {
      const [size, limit] = [humanBytes(Buffer.byteLength(text)), humanBytes(streamLabelsBytesMax)];
      throw new ApiError('too-large', `request body too large: stream labels size ${size} exceeds limit of ${limit}`);
    }
    return this.#reader.read(text, discover);
  }

  #validate(stream: StreamLabels, sent: EntryBatch): Candidate | null {
    const { limits } = this.#context;
    let batch = sent;
    if (limits.max_line_size_truncate && limits.max_line_size > 0) {
      const cut = truncateLines(sent, limits.max_line_size, limits.max_line_size_truncate_identifier);
      batch = cut.batch;
      this.#truncated.lines += cut.entries;
      this.#truncated.bytes += cut.bytes;
    }
    const weight = batch.metadata.length > 0 ? weighMetadata(batch.metadata, batch.count) : null;
    const metadataBytes = weight === null ? 0 : sum(weight.bytes);
    this.#received.lines += sent.count;
    this.#received.lineBytes += sent.lines.length;
    this.#received.metadataBytes += metadataBytes;

    if (this.#refusesStream(stream, batch.count, batch.lines.length + metadataBytes)) return null;
    const refused = this.#refusedEntries(stream, batch, weight);
    if (refused.count === batch.count) return null;
    if (refused.count > 0) batch = withoutRows(batch, refused.rows, refused.count);
    if (limits.increment_duplicate_timestamp) batch = spreadEqualTimes(batch);
    const entries = this.#withMetadata(stream, batch);
    const isAsSent =
      batch.metadata === sent.metadata &&
      entries.metadata.every((c) => c.name === DETECTED_LEVEL || sent.metadata.includes(c));
    const isWeighed = weight === null || isAsSent;
    return { ...stream, entries, weight: isWeighed ? weight : weighMetadata(entries.metadata, entries.count) };
  }

  #refusesStream({ labels, refusal }: StreamLabels, entries: number, bytes: number): boolean {
    const { tenant, limits, nowNs } = this.#context;
    if (refusal !== null) {
      this.#discards.add(refusal.reason, entries, bytes);
      this.#messages.add(refusal.message);
      return true;
    }
    const missing = limits.enforced_labels.filter((name) => !labels.has(name));
    if (missing.length > 0 && !isInternal(labels.pairs)) {
      this.#discards.add('missing_enforced_labels', entries, bytes);
      this.#messages.add(discardText.missing_enforced_labels({ labels: missing, tenant, stream: labels.text }));
      return true;
    }
    const untilNs = millisToNanos(limits.block_ingestion_until);
    if (untilNs > nowNs) {
      const status = limits.block_ingestion_status_code;
      this.#discards.add('blocked_ingestion', entries, bytes);
      // With 200 the client shall not notice.
      if (status !== 200) {
        this.#blocked = new BlockedError(discardText.blocked_ingestion({ tenant, untilNs, status }), status);
      }
      return true;
    }
    return false;
  }

  /** One pass finds out whether any entry can be at fault; only then they are looked at one by one. */
  #refusedEntries(
    stream: StreamLabels,
    batch: EntryBatch,
    weight: MetadataWeight | null,
  ): { rows: Uint8Array; count: number } {
    const { limits } = this.#context;
    const low = Number(this.#oldestNs - batch.baseNs);
    const high = Number(this.#newestNs - batch.baseNs);
    const lineMax = limitOf(limits.max_line_size);
    const sizeMax = limitOf(limits.max_structured_metadata_size);
    const pairsMax = limitOf(limits.max_structured_metadata_entries_count);
    const { count, offsetNs, lineEnd } = batch;
    let rows = noRows;
    let refused = 0;
    let start = 0;
    for (let row = 0; row < count; row++) {
      const at = offsetNs[row] as number;
      const end = lineEnd[row] as number;
      const size = end - start;
      start = end;
      const pairs = weight === null ? 0 : (weight.pairs[row] as number);
      if (at >= low && at <= high && size <= lineMax) {
        if (pairs === 0) continue;
        const isAllowed = limits.allow_structured_metadata && pairs <= pairsMax;
        if (isAllowed && ((weight as MetadataWeight).bytes[row] as number) <= sizeMax) continue;
      }
      if (refused === 0) rows = new Uint8Array(count);
      rows[row] = 1;
      refused++;
      this.#refuseEntry(stream.labels.text, batch, row, weight);
    }
    return { rows, count: refused };
  }

  #refuseEntry(stream: string, batch: EntryBatch, row: number, weight: MetadataWeight | null): void {
    const { limits } = this.#context;
    const atNs = batch.baseNs + BigInt(batch.offsetNs[row] as number);
    const bytes = lineBytes(batch, row);
    const metadataBytes = weight === null ? 0 : (weight.bytes[row] as number);
    const pairs = weight === null ? 0 : (weight.pairs[row] as number);
    const refuse = (reason: Discard['reason'], message: string) => {
      this.#discards.add(reason, 1, bytes + metadataBytes);
      this.#messages.add(message);
    };
    if (atNs < this.#oldestNs) {
      refuse(
        'greater_than_max_sample_age',
        discardText.greater_than_max_sample_age({ stream, atNs, oldestNs: this.#oldestNs }),
      );
    } else if (atNs > this.#newestNs) {
      refuse('too_far_in_future', discardText.too_far_in_future({ stream, atNs }));
    } else if (bytes > limitOf(limits.max_line_size)) {
      refuse('line_too_long', discardText.line_too_long({ stream, limit: limits.max_line_size, bytes }));
    } else if (!limits.allow_structured_metadata) {
      refuse('disallowed_structured_metadata', discardText.disallowed_structured_metadata({ stream }));
    } else if (metadataBytes > limitOf(limits.max_structured_metadata_size)) {
      const limit = limits.max_structured_metadata_size;
      refuse(
        'structured_metadata_too_large',
        discardText.structured_metadata_too_large({ stream, bytes: metadataBytes, limit }),
      );
    } else {
      const limit = limits.max_structured_metadata_entries_count;
      refuse('structured_metadata_too_many', discardText.structured_metadata_too_many({ stream, count: pairs, limit }));
    }
  }

  #withMetadata(stream: StreamLabels, batch: EntryBatch): EntryBatch {
    const { limits } = this.#context;
    const metadata = batch.metadata.length > 0 ? cleanMetadata(batch.metadata, batch.count) : [];
    if (!limits.discover_log_levels || !limits.allow_structured_metadata) return withMetadata(batch, metadata);
    const level = this.#reader.levels.column(batch, metadata, stream.level);
    const others = metadata.filter(({ name }) => name !== DETECTED_LEVEL);
    const at = others.findIndex(({ name }) => name > DETECTED_LEVEL);
    others.splice(at < 0 ? others.length : at, 0, level);
    return withMetadata(batch, others);
  }

  #checkTenantRate(candidates: readonly Candidate[]): ApiError | null {
    const { tenant, limits, tenantRates } = this.#context;
    let lines = 0;
    let bytes = 0;
    for (const { entries, weight } of candidates) {
      lines += entries.count;
      bytes += bytesOf(entries, weight);
    }
    const ratePerSecond = limits.ingestion_rate_mb * MB;
    if (tenantRates.take(tenant, bytes, { ratePerSecond, burst: limits.ingestion_burst_size_mb * MB })) return null;
    this.#discards.add('rate_limited', lines, bytes);
    return new ApiError(
      'too-many-requests',
      discardText.rate_limited({ tenant, limit: Math.trunc(ratePerSecond), lines, bytes }),
    );
  }

  #applyHeadRules(candidates: readonly Candidate[]): AdmittedStream[] {
    const { tenant, limits, head } = this.#context;
    const limit = Math.min(limitOf(limits.max_streams_per_user), limitOf(limits.max_global_streams_per_user));
    let streams = head.streamCount(tenant);
    // Streams may come in several parts; what a part brings counts for the next.
    const newest = new Map<string, Nanos | null>();
    const admitted: AdmittedStream[] = [];
    for (const candidate of candidates) {
      const { text } = candidate.labels;
      let known = newest.get(text);
      if (known === undefined) {
        known = head.newestNs(tenant, candidate.labels);
        if (known === null) {
          if (streams >= limit) {
            this.#discards.add('stream_limit', candidate.entries.count, bytesOf(candidate.entries, candidate.weight));
            this.#headError = new ApiError('too-many-requests', discardText.stream_limit({ stream: text, tenant }));
            continue;
          }
          streams++;
        }
      }
      const inTime = this.#inOrder(candidate, known);
      newest.set(text, inTime.newestNs);
      if (inTime.entries.count > 0 && this.#withinStreamRate(candidate, inTime.entries)) {
        admitted.push({ labels: candidate.labels, entries: inTime.entries });
      }
    }
    return admitted;
  }

  /** Leaves out what is too far behind the newest entry, be that one in the head or before it in the push. */
  #inOrder(
    { labels, entries, weight }: Candidate,
    known: Nanos | null,
  ): { entries: EntryBatch; newestNs: Nanos | null } {
    const { limits, outOfOrderWindowNs } = this.#context;
    const windowNs = limits.unordered_writes ? outOfOrderWindowNs : 0n;
    if (windowNs === null) return { entries, newestNs: known };
    const window = Number(windowNs);
    const { count, offsetNs, baseNs } = entries;
    let newest = known === null ? Number.NEGATIVE_INFINITY : Number(known - baseNs);
    let rows = noRows;
    let refused = 0;
    let refusedBytes = 0;
    const ignored: { atNs: Nanos; message: string }[] = [];
    const listed = limitOf(this.#context.ignoredErrorsMax);
    for (let row = 0; row < count; row++) {
      const at = offsetNs[row] as number;
      if (at > newest) newest = at;
      if (at >= newest - window) continue;
      if (refused++ === 0) rows = new Uint8Array(count);
      rows[row] = 1;
      refusedBytes += lineBytes(entries, row) + (weight?.bytes[row] ?? 0);
      if (ignored.length >= listed) continue;
      const atNs = baseNs + BigInt(at);
      const cutoffNs = baseNs + BigInt(Math.trunc(newest)) - windowNs;
      ignored.push({
        atNs,
        message: limits.unordered_writes ? discardText.too_far_behind({ atNs, cutoffNs }) : discardText.out_of_order(),
      });
    }
    const newestNs = newest === Number.NEGATIVE_INFINITY ? known : later(known, baseNs + BigInt(Math.trunc(newest)));
    if (refused === 0) return { entries, newestNs };
    this.#discards.add(limits.unordered_writes ? 'too_far_behind' : 'out_of_order', refused, refusedBytes);
    this.#headError = new ApiError('bad-request', this.#ignoredText(labels.text, ignored, refused, count));
    return { entries: withoutRows(entries, rows, refused), newestNs };
  }

  /** The whole stream or nothing of it. */
  #withinStreamRate({ labels }: Candidate, entries: EntryBatch): boolean {
    const { tenant, limits, streamRates, ignoredErrorsMax } = this.#context;
    const limit = limits.per_stream_rate_limit;
    if (limit <= 0) return true;
    const weight = entries.metadata.length > 0 ? weighMetadata(entries.metadata, entries.count) : null;
    const bytes = bytesOf(entries, weight);
    const burst = Math.max(limit, limits.per_stream_rate_limit_burst);
    if (streamRates.take(`${tenant}${labels.text}`, bytes, { ratePerSecond: limit, burst })) return true;
    this.#discards.add('per_stream_rate_limit', entries.count, bytes);
    const listed = Math.min(limitOf(ignoredErrorsMax), entries.count);
    const ignored = Array.from({ length: listed }, (_, row) => ({
      atNs: entries.baseNs + BigInt(entries.offsetNs[row] as number),
      message: discardText.per_stream_rate_limit({
        stream: labels.text,
        limit,
        bytes: lineBytes(entries, row) + (weight?.bytes[row] ?? 0),
      }),
    }));
    const text = this.#ignoredText(labels.text, ignored, entries.count, entries.count);
    this.#headError = new ApiError('too-many-requests', text);
    return false;
  }

  #ignoredText(
    stream: string,
    ignored: readonly { atNs: Nanos; message: string }[],
    ignoredTotal: number,
    entries: number,
  ) {
    return ignoredEntriesText({ tenant: this.#context.tenant, stream, ignored, ignoredTotal, entries });
  }

  /** Of the two, what is wrong with the push goes before what is wrong with the tenant. */
  #validationError(): ApiError | null {
    return this.#messages.isEmpty ? this.#blocked : new ApiError('bad-request', this.#messages.text());
  }

  #result(streams: readonly AdmittedStream[], error: ApiError | null): Admission {
    return {
      admitted: { tenant: this.#context.tenant, streams },
      discards: this.#discards.list(),
      error,
      received: this.#received,
      truncated: this.#truncated,
    };
  }
}

/** Ingestion of a tenant is blocked; the status is the operator's choice. */
export class BlockedError extends ApiError {
  override readonly status: number;
  constructor(message: string, status: number) {
    super('bad-request', message);
    this.status = status;
  }
}

const MB = 1024 * 1024;
const noRows = new Uint8Array(0);

const bytesOf = (entries: EntryBatch, weight: MetadataWeight | null): number =>
  entries.lines.length + (weight === null ? 0 : sum(weight.bytes));

const later = (a: Nanos | null, b: Nanos): Nanos => (a !== null && a > b ? a : b);

/** 0 is no limit. */
const limitOf = (value: number): number => (value > 0 ? value : Number.POSITIVE_INFINITY);

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
}
