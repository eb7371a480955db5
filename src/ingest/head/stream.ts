/** A stream in the head: blocks in the order of arrival, the last of them open as a rule. */
import { invariant } from '../../errors.js';
import type { BlockSource } from '../../model/block-source.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import { pickRows } from '../../model/rows.js';
import type { TenantId } from '../../model/tenant.js';
import type { Nanos, TimeRange } from '../../model/time.js';
import type { Position } from '../wal/record.js';
import { type KnownEntries, KnownInBlock, KnownLast } from './duplicates.js';
import type { HeadStream } from './head-reader.js';
import { OpenBlock } from './open-block.js';
import { type SealedBlock, type SealOptions, sealBlock } from './sealed-block.js';

export type HeadBlock = OpenBlock | SealedBlock;

export class StreamHead {
  readonly tenant: TenantId;
  readonly labels: Labels;
  /** Of all entries that came, also of those that are flushed. */
  newestNs: Nanos;
  lastAppendMs: number;
  #blocks: HeadBlock[] = [];
  /** The last one of `#blocks`, or null when that does not grow any more. */
  #open: OpenBlock | null = null;
  /** The last entry, when `#open` does not have it. */
  #last: EntryBatch | null = null;
  #known: KnownEntries | null = null;
  /** Of the block that became full last. */
  #fullRows = 0;
  #fullLineBytes = 0;

  constructor(tenant: TenantId, labels: Labels, newestNs: Nanos, nowMs: number) {
    this.tenant = tenant;
    this.labels = labels;
    this.newestNs = newestNs;
    this.lastAppendMs = nowMs;
  }

  get blocks(): readonly HeadBlock[] {
    return this.#blocks;
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** What a push is compared with, to leave out what was sent before. */
  get known(): KnownEntries | null {
    if (this.#known === null) {
      if (this.#open !== null) this.#known = new KnownInBlock(this.#open);
      else if (this.#last !== null) this.#known = new KnownLast(this.#last);
    }
    return this.#known;
  }

  /** Row i of the entries is `i` rows behind `first` in the WAL. Returns the blocks that are full now: to be sealed. */
  append(entries: EntryBatch, first: Position, blockBytes: number, nowMs: number): OpenBlock[] {
    const full: OpenBlock[] = [];
    for (let row = 0; row < entries.count; ) {
      if (this.#open === null) {
        const baseNs = entries.baseNs + BigInt(entries.offsetNs[row] as number);
        this.#open = new OpenBlock(baseNs, first.seq, nowMs);
        this.#open.expect(this.#fullRows, this.#fullLineBytes);
        this.#known = null;
        // An array that grows by itself has room for 17.
        this.#blocks = this.#blocks.concat(this.#open);
      }
      const open = this.#open;
      const next = open.append(entries, row, blockBytes, first);
      invariant(next > row || open.count > 0, 'a new block takes the entry that it was made for');
      if (open.throughNs > this.newestNs) this.newestNs = open.throughNs;
      // None fitted: its times are too far away. The next block has them as its base.
      if (next === row || open.isFull(blockBytes)) {
        this.#fullRows = open.count;
        this.#fullLineBytes = open.rawBytes;
        this.cut();
        full.push(open);
      }
      row = next;
    }
    this.lastAppendMs = nowMs;
    return full;
  }

  /** The open block will not grow any more. */
  cut(): void {
    const open = this.#open;
    if (open === null) return;
    this.#last = pickRows(open.arrived(), Uint32Array.of(open.count - 1));
    this.#known = null;
    this.#open = null;
  }

  /** The blocks that do not grow any more, in a list of its own: all, or all but the last. */
  closedBlocks(): HeadBlock[] {
    return this.#blocks.slice(0, this.#open === null ? this.#blocks.length : -1);
  }

  /** Encodes a block that does not grow any more; in its place then stand the sealed ones. Nothing when it is gone. */
  seal(block: OpenBlock, options: SealOptions): SealedBlock[] {
    invariant(block !== this.#open, 'an open block is cut before it is sealed');
    const at = this.#blocks.indexOf(block);
    if (at < 0) return [];
    const sealed = sealBlock(block, options);
    this.#blocks.splice(at, 1, ...sealed);
    return sealed;
  }

  /** The entries are in a pack: they leave the head. */
  release(blocks: ReadonlySet<HeadBlock>): void {
    for (const block of blocks) if (block.kind === 'sealed') block.source.forget();
    this.#blocks = this.#blocks.filter((block) => !blocks.has(block));
  }

  /** All entries are now in record `seq`, block after block, from `firstRow` on. Returns the row behind the last. */
  movedTo(seq: number, firstRow: number): number {
    let row = firstRow;
    for (const block of this.#blocks) {
      row += countOf(block);
      block.firstSeq = seq;
      block.last = { seq, row: row - 1 };
    }
    return row;
  }

  /** Bytes that are ready to be written to a pack. */
  get sealedBytes(): number {
    let bytes = 0;
    for (const block of this.#blocks) if (block.kind === 'sealed') bytes += block.encoded.bytes.length;
    return bytes;
  }

  /** About what a WAL record with all its entries takes. */
  get walBytes(): number {
    if (this.#blocks.length === 0) return 0;
    let bytes = 64 + this.labels.text.length;
    for (const block of this.#blocks) bytes += block.walBytes;
    return bytes;
  }

  /** Infinity when it has no entries. */
  get firstSeq(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const block of this.#blocks) if (block.firstSeq < least) least = block.firstSeq;
    return least;
  }

  /** Null when no entry is in the range. */
  snapshot(range: TimeRange): HeadStream | null {
    const sources = this.#blocks.map(sourceOf);
    let fromNs: Nanos | null = null;
    let throughNs: Nanos | null = null;
    let overlaps = false;
    for (const bounds of sources) {
      if (fromNs === null || bounds.fromNs < fromNs) fromNs = bounds.fromNs;
      if (throughNs === null || bounds.throughNs > throughNs) throughNs = bounds.throughNs;
      overlaps ||= bounds.fromNs < range.end && bounds.throughNs >= range.start;
    }
    if (!overlaps || fromNs === null || throughNs === null) return null;
    return { labels: this.labels, fromNs, throughNs, blocks: () => sources };
  }
}

const sourceOf = (block: HeadBlock): BlockSource => (block.kind === 'sealed' ? block.source : block.snapshot());

export const countOf = (block: HeadBlock): number => (block.kind === 'sealed' ? block.encoded.count : block.count);
