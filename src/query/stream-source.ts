/**
 * Where the entries of a selector lie: one tick takes the head's snapshot and the index's list of chunks. An entry is
 * in exactly one of head and store at every tick (kept by ingest/flusher.ts), so nothing is read twice or missed.
 */

import type { LabelIndex } from '../index/label-index.js';
import type { HeadReader } from '../ingest/head/head-reader.js';
import type { BlockSource } from '../model/block-source.js';
import type { ChunkRef } from '../model/chunk-ref.js';
import { byName, Labels } from '../model/labels.js';
import { type Matcher, matchFunction } from '../model/matcher.js';
import type { TenantId } from '../model/tenant.js';
import type { TimeRange } from '../model/time.js';

export interface SourceBlock {
  readonly block: BlockSource;
  /** In memory, not in a pack. */
  readonly head: boolean;
}

export interface StreamSource {
  readonly labels: Labels;
  readonly blocks: readonly SourceBlock[];
  readonly chunks: number;
}

export interface Store {
  readonly head: HeadReader;
  readonly index: LabelIndex;
  /** Opens a chunk's block table; the blocks are read when asked for. Damage is counted, logged and left out. */
  blocksOf(ref: ChunkRef): readonly BlockSource[];
  /** Leaves out what a delete request covers; the block itself when none does. */
  visible(ref: ChunkRef, block: BlockSource): BlockSource | null;
}

export const tenantLabel = '__tenant_id__';

/** Streams that match, with their blocks that overlap the range (half-open). */
export function selectStreams(
  store: Store,
  tenants: readonly TenantId[],
  matchers: readonly Matcher[],
  range: TimeRange,
): StreamSource[] {
  const several = tenants.length > 1;
  const found: StreamSource[] = [];
  for (const tenant of several ? tenantsFor(tenants, matchers) : tenants) {
    const own = several ? matchers.filter((m) => m.name !== tenantLabel) : matchers;
    const streams = new Map<string, { labels: Labels; blocks: SourceBlock[]; chunks: number }>();
    const add = (labels: Labels, block: BlockSource, head: boolean, entry = streams.get(labels.text)) => {
      if (block.throughNs < range.start || block.fromNs >= range.end) return;
      if (entry) entry.blocks.push({ block, head });
      else
        streams.set(labels.text, {
          labels: several ? withTenant(labels, tenant) : labels,
          blocks: [{ block, head }],
          chunks: 0,
        });
    };
    for (const stream of store.head.select(tenant, labelsTest(own), range)) {
      for (const block of stream.blocks()) add(stream.labels, block, true);
    }
    for (const { labels, chunks } of store.index.select(tenant, own, range)) {
      for (const ref of chunks) {
        for (const block of store.blocksOf(ref)) {
          const shown = store.visible(ref, block);
          if (shown !== null) add(labels, shown, false);
        }
        const entry = streams.get(labels.text);
        if (entry) entry.chunks++;
      }
    }
    found.push(...streams.values());
  }
  return found;
}

/** All matchers at once over a label set. */
export function labelsTest(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((m) => ({ name: m.name, test: matchFunction(m) }));
  return (labels) => tests.every(({ name, test }) => test(labels.get(name)));
}

/** Matchers on __tenant_id__ choose among the tenants of the request. */
export function tenantsFor(tenants: readonly TenantId[], matchers: readonly Matcher[]): TenantId[] {
  const tests = matchers.filter((m) => m.name === tenantLabel).map(matchFunction);
  return tenants.filter((tenant) => tests.every((test) => test(tenant)));
}

/** A stream's own label of that name moves aside, as in Loki. */
export function withTenant(labels: Labels, tenant: TenantId): Labels {
  const pairs = labels.pairs.map(([n, v]) => [n === tenantLabel ? `original_${tenantLabel}` : n, v] as const);
  return new Labels([...pairs, [tenantLabel, tenant] as const].sort(byName));
}
