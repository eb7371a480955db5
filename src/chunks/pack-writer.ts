/** Writes chunks of one tenant and day as one pack. */
import { randomBytes } from 'node:crypto';
import { invariant } from '../errors.js';
import type { ChunkRef } from '../model/chunk-ref.js';
import type { Labels } from '../model/labels.js';
import { type TenantId, tenantFolder } from '../model/tenant.js';
import { type Nanos, nanosToMillis } from '../model/time.js';
import type { EncodedBlock } from './block.js';
import {
  encodeBlockTable,
  encodeFooterAndTail,
  encodeHeader,
  type FooterChunk,
  type PackBlock,
} from './pack-format.js';
import { type PackStore, packSuffix } from './pack-store.js';

/** A run of blocks of one stream: the unit that the index knows. */
export interface SealedChunk {
  readonly labels: Labels;
  /** At least one. */
  readonly blocks: readonly EncodedBlock[];
}

/** The UTC day of a time, as folders are named: '2026-01-31'. */
export const utcDay = (ns: Nanos): string => new Date(nanosToMillis(ns)).toISOString().slice(0, 10);

/** 96 random bits: no two writers, on any machine, take the same name. */
export const newPackId = (): string => randomBytes(12).toString('hex');

/**
 * Resolves when the pack is stored for good; the index is the caller's. Chunks are put in the order of their labels'
 * text and time, and so are the refs. Several chunks of one stream are fine.
 */
export async function writePack(
  store: PackStore,
  tenant: TenantId,
  day: string,
  chunks: readonly SealedChunk[],
  id: string = newPackId(),
): Promise<ChunkRef[]> {
  invariant(chunks.length > 0, 'a pack has at least one chunk');
  const { parts, footerChunks } = await layOut(tenant, chunks);
  const fromNs = least(footerChunks.map((chunk) => chunk.fromNs));
  const throughNs = most(footerChunks.map((chunk) => chunk.throughNs));
  const name = `${nanosToMillis(fromNs)}-${nanosToMillis(throughNs)}-${id}${packSuffix}`;
  const pack = `${tenantFolder(tenant)}/${day}/${name}`;
  await store.put(pack, parts);
  return footerChunks.map((chunk) => ({ tenant, pack, ...chunk }));
}

/** So many chunks are laid out at a stretch: some milliseconds, then others get their turn. */
const chunksPerTurn = 512;

/** The pack's bytes: header, all blocks, all block tables, footer, tail. */
async function layOut(
  tenant: TenantId,
  chunks: readonly SealedChunk[],
): Promise<{ parts: Uint8Array[]; footerChunks: FooterChunk[] }> {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    offset += part.length;
  };
  add(encodeHeader());
  const ordered = chunks.map((chunk) => ({ chunk, ...boundsOf(chunk.blocks) })).sort(byLabelsAndTime);
  const tables: Uint8Array[] = [];
  for (const { chunk } of ordered) {
    const start = offset;
    for (const block of chunk.blocks) add(block.bytes);
    tables.push(encodeBlockTable(placed(chunk.blocks, start)));
    if (tables.length % chunksPerTurn === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const footerChunks = ordered.map(({ chunk, fromNs, throughNs }, i): FooterChunk => {
    const table = tables[i] as Uint8Array;
    const metaOffset = offset;
    add(table);
    let entries = 0;
    let rawBytes = 0;
    let storedBytes = 0;
    for (const block of chunk.blocks) {
      entries += block.count;
      rawBytes += block.rawBytes;
      storedBytes += block.bytes.length;
    }
    const metaBytes = table.length;
    return { labels: chunk.labels, metaOffset, metaBytes, fromNs, throughNs, entries, rawBytes, storedBytes };
  });
  for (const part of encodeFooterAndTail({ tenant, chunks: footerChunks }, offset)) add(part);
  return { parts, footerChunks };
}

/** The blocks as they lie back to back from `start`. */
function placed(blocks: readonly EncodedBlock[], start: number): PackBlock[] {
  let offset = start;
  return blocks.map(({ bytes, ...header }) => {
    const at = offset;
    offset += bytes.length;
    return { ...header, offset: at, storedBytes: bytes.length };
  });
}

function boundsOf(blocks: readonly EncodedBlock[]): { fromNs: Nanos; throughNs: Nanos } {
  invariant(blocks.length > 0, 'a chunk has at least one block');
  return {
    fromNs: least(blocks.map((block) => block.fromNs)),
    throughNs: most(blocks.map((block) => block.throughNs)),
  };
}

type Bounded = { readonly chunk: SealedChunk; readonly fromNs: Nanos };

function byLabelsAndTime(a: Bounded, b: Bounded): number {
  const x = a.chunk.labels.text;
  const y = b.chunk.labels.text;
  if (x !== y) return x < y ? -1 : 1;
  return a.fromNs < b.fromNs ? -1 : a.fromNs > b.fromNs ? 1 : 0;
}

function least(times: readonly Nanos[]): Nanos {
  let found = times[0] as Nanos;
  for (const time of times) if (time < found) found = time;
  return found;
}

function most(times: readonly Nanos[]): Nanos {
  let found = times[0] as Nanos;
  for (const time of times) if (time > found) found = time;
  return found;
}
