/** Labels, values, series, sizes: what can be told without reading lines. */

import { invariant } from '../errors.js';
import { parseMatchers } from '../logql/syntax/parser.js';
import type { BlockSource } from '../model/block-source.js';
import type { ChunkRef } from '../model/chunk-ref.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { TenantId } from '../model/tenant.js';
import { MAX_NANOS, MIN_NANOS, type TimeRange } from '../model/time.js';
import { labelsTest, type Store, selectStreams, tenantLabel, tenantsFor } from './stream-source.js';

const always: TimeRange = { start: MIN_NANOS, end: MAX_NANOS };

/**
 * Label names in the range. A stream in the head counts whatever its times, as in Loki (recorded: api/metadata/9).
 * `query` may be empty, or a selector without stages.
 */
export function labelNames(store: Store, tenants: readonly TenantId[], query: string, range: TimeRange): string[] {
  const names = new Set<string>();
  forEachTenant(tenants, query, (tenant, matchers) => {
    forEachHeadStream(store, tenant, matchers, ({ pairs }) => {
      for (const [name] of pairs) names.add(name);
    });
    for (const name of store.index.labelNames(tenant, matchers, range)) names.add(name);
    if (tenants.length > 1) names.add(tenantLabel);
  });
  return [...names].sort();
}

export function labelValues(
  store: Store,
  tenants: readonly TenantId[],
  name: string,
  query: string,
  range: TimeRange,
  /** Whether several tenants may be read at a time, even if it is one. */
  multiTenant = tenants.length > 1,
): string[] {
  const values = new Set<string>();
  forEachTenant(tenants, query, (tenant, matchers) => {
    if (multiTenant && name === tenantLabel) {
      values.add(tenant);
      return;
    }
    forEachHeadStream(store, tenant, matchers, (labels) => {
      const value = labels.get(name);
      if (value !== '') values.add(value);
    });
    for (const value of store.index.labelValues(tenant, name, matchers, range)) values.add(value);
  });
  return [...values].sort();
}

/** One list of matchers for each selector. `{}` alone asks for everything, as in Loki. */
export const parseSelectors = (selectors: readonly string[]): (readonly Matcher[])[] =>
  selectors.map((s) => (s.trim() === '{}' ? [] : parseMatchers(s)));

/** Label sets of the streams that match one of the selectors; all streams when there is none. */
export function series(
  store: Store,
  tenants: readonly TenantId[],
  selectors: readonly (readonly Matcher[])[],
  range: TimeRange,
): Labels[] {
  const groups = selectors.length === 0 ? [[]] : selectors;
  const found = new Map<string, Labels>();
  for (const matchers of groups) {
    for (const stream of selectStreams(store, tenants, matchers, range)) found.set(stream.labels.text, stream.labels);
  }
  return [...found.values()];
}

export interface IndexStats {
  readonly streams: number;
  readonly chunks: number;
  readonly bytes: number;
  readonly entries: number;
}

/** What the index holds for a selector: chunks, without what is still in the head, as in Loki (api/metadata/31). */
export function indexStats(store: Store, tenants: readonly TenantId[], query: string, range: TimeRange): IndexStats {
  const matchers = parseMatchers(query);
  const stats = { streams: 0, chunks: 0, bytes: 0, entries: 0 };
  for (const tenant of tenantsFor(tenants, matchers)) {
    for (const { chunks } of store.index.select(tenant, withoutTenant(matchers), range)) {
      const left = chunks.filter((chunk) => store.visible(chunk, boundsOf(chunk)) !== null);
      if (left.length === 0) continue;
      stats.streams++;
      stats.chunks += left.length;
      for (const chunk of left) {
        stats.bytes += chunk.rawBytes;
        stats.entries += chunk.entries;
      }
    }
  }
  return stats;
}

/** Takes no snapshot of any stream: there may be a hundred thousand. */
function forEachHeadStream(
  store: Store,
  tenant: TenantId,
  matchers: readonly Matcher[],
  visit: (labels: Labels) => void,
): void {
  const matches = labelsTest(matchers);
  const visitOnly = (labels: Labels): boolean => {
    if (matches(labels)) visit(labels);
    return false;
  };
  store.head.select(tenant, visitOnly, always);
}

function forEachTenant(
  tenants: readonly TenantId[],
  query: string,
  visit: (tenant: TenantId, matchers: readonly Matcher[]) => void,
): void {
  const matchers = query === '' ? [] : parseMatchers(query);
  for (const tenant of tenants.length > 1 ? tenantsFor(tenants, matchers) : tenants) {
    visit(tenant, tenants.length > 1 ? withoutTenant(matchers) : matchers);
  }
}

const withoutTenant = (matchers: readonly Matcher[]): readonly Matcher[] =>
  matchers.filter((m) => m.name !== tenantLabel);

/** A chunk as a block, for asking whether a delete request covers all of it. */
const boundsOf = ({ fromNs, throughNs, entries, rawBytes }: ChunkRef): BlockSource => ({
  fromNs,
  throughNs,
  count: entries,
  rawBytes,
  read: () => invariant(false, 'a chunk is not read as a block') as never,
});
