/** All that is in memory and not yet in a pack: tenants → streams → blocks. */
import { invariant } from '../../errors.js';
import type { Clock } from '../../io/clock.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import { isWithin, joinRows } from '../../model/rows.js';
import type { TenantId } from '../../model/tenant.js';
import type { Nanos, TimeRange } from '../../model/time.js';
import type { AdmittedPush, AdmittedStream } from '../push/push-request.js';
import type { EntriesRecord, Position } from '../wal/record.js';
import { withoutDuplicates } from './duplicates.js';
import type { HeadReader, HeadStream } from './head-reader.js';
import type { OpenBlock } from './open-block.js';
import { addFields, type SealedBlock, type SealOptions } from './sealed-block.js';
import { SpareTime } from './spare-time.js';
import { countOf, type HeadBlock, StreamHead } from './stream.js';

export interface HeadOptions extends SealOptions {
  /** Bytes of lines and metadata after which a block is full. */
  readonly blockBytes: number;
  /** For the share of the time that columns of fields may take. */
  readonly clock: Pick<Clock, 'monotonicMs' | 'idleMs'>;
}

export interface HeadCounters {
  streamsCreated: number;
  streamsRemoved: number;
  duplicateEntries: number;
  duplicateBytes: number;
  blocksSealed: number;
}

export interface HeadSizes {
  readonly streams: number;
  readonly headEntries: number;
  readonly headRawBytes: number;
  readonly headStoredBytes: number;
}

interface PlacedBlock {
  readonly stream: StreamHead;
  readonly block: SealedBlock;
}

interface FieldsWork extends PlacedBlock {
  readonly steps: Generator<void, void>;
}

export class Head implements HeadReader {
  readonly counters: HeadCounters = {
    ...{ streamsCreated: 0, streamsRemoved: 0, duplicateEntries: 0, duplicateBytes: 0, blocksSealed: 0 },
  };
  readonly #options: HeadOptions;
  readonly #tenants = new Map<TenantId, Map<string, StreamHead>>();
  /** Full, and not yet encoded. */
  #full: { readonly stream: StreamHead; readonly block: OpenBlock }[] = [];
  #fullBytes = 0;
  /** Sealed, and without columns of their fields as yet. */
  #withoutFields: PlacedBlock[] = [];
  /** The one that is being given them. */
  #fieldsWork: FieldsWork | null = null;
  readonly #spareTime: SpareTime;

  constructor(options: HeadOptions) {
    this.#options = options;
    this.#spareTime = new SpareTime(options.clock);
  }

  tenants(): readonly TenantId[] {
    return [...this.#tenants.keys()];
  }

  select(tenant: TenantId, test: (labels: Labels) => boolean, range: TimeRange): readonly HeadStream[] {
    const found: HeadStream[] = [];
    for (const stream of this.#tenants.get(tenant)?.values() ?? []) {
      if (stream.isEmpty || !test(stream.labels)) continue;
      const snapshot = stream.snapshot(range);
      if (snapshot !== null) found.push(snapshot);
    }
    return found;
  }

  newestNs(tenant: TenantId, labels: Labels): Nanos | null {
    return this.#tenants.get(tenant)?.get(labels.text)?.newestNs ?? null;
  }

  streamCount(tenant: TenantId): number {
    return this.#tenants.get(tenant)?.size ?? 0;
  }

  *streams(tenant?: TenantId): Iterable<StreamHead> {
    for (const [id, streams] of this.#tenants) if (tenant === undefined || id === tenant) yield* streams.values();
  }

  /** What of the push the head would take: without entries that it has, and without streams that have nothing else. */
  admit(push: AdmittedPush): EntriesRecord {
    const streams: AdmittedStream[] = [];
    for (const { labels, entries } of joinEqualStreams(push.streams)) {
      invariant(isWithin(entries, entries.baseNs), 'times of a batch are at most 2^52 ns from its base');
      const known = this.#tenants.get(push.tenant)?.get(labels.text)?.known ?? null;
      const kept = withoutDuplicates(entries, known);
      if (kept !== entries) {
        this.counters.duplicateEntries += entries.count - kept.count;
        this.counters.duplicateBytes += byteLengthOf(entries) - byteLengthOf(kept);
      }
      if (kept.count > 0) streams.push({ labels, entries: kept });
    }
    return { tenant: push.tenant, streams };
  }

  /** Shows all entries of a record. They are copied. */
  append(record: EntriesRecord, seq: number, nowMs: number): void {
    let row = 0;
    for (const { labels, entries } of record.streams) {
      this.appendTo(record.tenant, labels, entries, { seq, row }, nowMs);
      row += entries.count;
    }
  }

  /** Entries came in just now, and all that listens has seen them: columns of fields are to wait. */
  busy(): void {
    this.#spareTime.busy();
  }

  /** Row i of the entries is `i` rows behind `first` in the WAL. */
  appendTo(tenant: TenantId, labels: Labels, entries: EntryBatch, first: Position, nowMs: number): void {
    if (entries.count === 0) return;
    const stream = this.#stream(tenant, labels, entries.baseNs + BigInt(entries.offsetNs[0] as number), nowMs);
    for (const block of stream.append(entries, first, this.#options.blockBytes, nowMs)) {
      this.#full.push({ stream, block });
      this.#fullBytes += block.rawBytes;
    }
  }

  #stream(tenant: TenantId, labels: Labels, firstNs: Nanos, nowMs: number): StreamHead {
    let streams = this.#tenants.get(tenant);
    if (streams === undefined) {
      streams = new Map();
      this.#tenants.set(tenant, streams);
    }
    let stream = streams.get(labels.text);
    if (stream === undefined) {
      stream = new StreamHead(tenant, labels, firstNs, nowMs);
      streams.set(labels.text, stream);
      this.counters.streamsCreated++;
    }
    return stream;
  }

  /** Bytes of full blocks that are not encoded yet. */
  get fullBytes(): number {
    return this.#fullBytes;
  }

  get fullCount(): number {
    return this.#full.length;
  }

  /** Encodes the full block that has waited longest: about a millisecond of work. False when there is none. */
  sealOne(): boolean {
    const next = this.#full.shift();
    if (next === undefined) return false;
    this.#fullBytes -= next.block.rawBytes;
    this.seal(next.stream, next.block);
    return true;
  }

  seal(stream: StreamHead, block: OpenBlock): SealedBlock[] {
    const sealed = stream.seal(block, this.#options);
    this.counters.blocksSealed += sealed.length;
    if (this.#options.extractFields !== undefined) {
      for (const block of sealed) this.#withoutFields.push({ stream, block });
      this.addFields();
    }
    return sealed;
  }

  /**
   * A step on the way to columns of fields, first for the block that was sealed last: a few milliseconds of work. False
   * when there is no such block, or no time for it now, which does not count when it is to be done `atOnce`.
   */
  addFields(atOnce = false): boolean {
    const work = this.#fieldsWork ?? this.#nextFieldsWork();
    if (work === null) return false;
    // Should it fail, it is not tried again.
    this.#fieldsWork = null;
    if (!isHeld(work)) return true;
    let isDone = false;
    const hasRun = this.#spareTime.run(() => {
      isDone = work.steps.next().done === true;
    }, atOnce);
    if (!isDone) this.#fieldsWork = work;
    return hasRun;
  }

  #nextFieldsWork(): FieldsWork | null {
    const next = this.#withoutFields.pop();
    return next === undefined ? null : { ...next, steps: addFields(next.block, this.#options) };
  }

  /** Streams with sealed blocks that wait for columns of their fields. */
  withoutFields(): ReadonlySet<StreamHead> {
    const streams = new Set(this.#withoutFields.map(({ stream }) => stream));
    if (this.#fieldsWork !== null) streams.add(this.#fieldsWork.stream);
    return streams;
  }

  get wantsFields(): boolean {
    return this.#withoutFields.length > 0 || this.#fieldsWork !== null;
  }

  /** Of blocks that are flushed, the compactor makes the columns. */
  forgetFlushed(): void {
    this.#withoutFields = this.#withoutFields.filter(isHeld);
    if (this.#fieldsWork !== null && !isHeld(this.#fieldsWork)) this.#fieldsWork = null;
  }

  /** Forgets streams that have no entries and got none since `beforeMs`. */
  removeIdle(beforeMs: number): void {
    for (const [tenant, streams] of this.#tenants) {
      for (const [text, stream] of streams) {
        if (!stream.isEmpty || stream.lastAppendMs > beforeMs) continue;
        streams.delete(text);
        this.counters.streamsRemoved++;
      }
      if (streams.size === 0) this.#tenants.delete(tenant);
    }
  }

  /** The first record that an entry of the head is in; Infinity when the head is empty. */
  firstSeq(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const stream of this.streams()) least = Math.min(least, stream.firstSeq);
    return least;
  }

  /** About what the entries take in memory. */
  memoryBytes(): number {
    let bytes = 0;
    for (const stream of this.streams()) for (const block of stream.blocks) bytes += memoryOf(block);
    return bytes;
  }

  sizes(): HeadSizes {
    let [streams, headEntries, headRawBytes, headStoredBytes] = [0, 0, 0, 0];
    for (const stream of this.streams()) {
      streams++;
      for (const block of stream.blocks) {
        headEntries += countOf(block);
        headRawBytes += block.kind === 'sealed' ? block.encoded.rawBytes : block.rawBytes;
        headStoredBytes += memoryOf(block);
      }
    }
    return { streams, headEntries, headRawBytes, headStoredBytes };
  }

  /** About what a WAL with the head's entries takes at least. */
  walBytes(): number {
    let bytes = 0;
    for (const stream of this.streams()) bytes += stream.walBytes;
    return bytes;
  }
}

/** Not flushed. */
const isHeld = ({ stream, block }: PlacedBlock): boolean => stream.blocks.includes(block);

/** A push may name a stream more than once; here it occurs once, unless its times lie too far apart. */
function joinEqualStreams(streams: readonly AdmittedStream[]): readonly AdmittedStream[] {
  const groups = new Map<string, EntryBatch[]>();
  const apart: AdmittedStream[] = [];
  for (const stream of streams) {
    const group = groups.get(stream.labels.text);
    if (group === undefined) groups.set(stream.labels.text, [stream.entries]);
    else if (isWithin(stream.entries, (group[0] as EntryBatch).baseNs)) group.push(stream.entries);
    else apart.push(stream);
  }
  if (groups.size === streams.length) return streams;
  const joined: AdmittedStream[] = [];
  for (const { labels } of streams) {
    const group = groups.get(labels.text);
    if (group === undefined) continue;
    groups.delete(labels.text);
    joined.push({
      labels,
      entries: group.length === 1 ? (group[0] as EntryBatch) : joinRows(group, (group[0] as EntryBatch).baseNs),
    });
  }
  return [...joined, ...apart];
}

const memoryOf = (block: HeadBlock): number => (block.kind === 'sealed' ? block.encoded.bytes.length : block.walBytes);

const byteLengthOf = ({ count, lineEnd }: { readonly count: number; readonly lineEnd: Uint32Array }): number =>
  count === 0 ? 0 : (lineEnd[count - 1] as number);
