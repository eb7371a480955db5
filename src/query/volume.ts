/** How many bytes the streams of a selector hold, by series or by label: what Drilldown and the label browser show. */

import { parseMatchers } from '../logql/syntax/parser.js';
import { byName, Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, TimeRange } from '../model/time.js';
import { bad, bounds, type Form, limitParam, stepParam } from './params.js';
import { type SourceBlock, type Store, selectStreams } from './stream-source.js';

export interface VolumeParams {
  readonly query: string;
  readonly range: TimeRange;
  readonly limit: number;
  readonly targetLabels: readonly string[];
  readonly aggregateBy: 'series' | 'labels';
}

export interface Volume {
  readonly labels: Labels;
  /** Parallel to the times asked for; 0 where nothing was. */
  readonly bytes: readonly number[];
}

export function volumeParams(form: Form, now: Nanos): VolumeParams {
  const limit = form.get('limit') === '0' ? 100 : limitParam(form, 'limit', 100);
  const range = bounds(form, now);
  if (range.end < range.start) throw bad('end timestamp must not be before or equal to start time');
  const by = form.get('aggregateBy') || 'series';
  if (by !== 'series' && by !== 'labels') throw bad('invalid aggregation option');
  return {
    query: form.get('query'),
    range,
    limit,
    targetLabels: form.get('targetLabels').split(',').filter(Boolean),
    aggregateBy: by,
  };
}

/** Ends of the buckets of a range query, as Loki cuts them: aligned to the step, the last one ends with the range. */
export function volumeBuckets(form: Form, range: TimeRange): TimeRange[] {
  const step = BigInt(Math.trunc(stepParam(form, range)));
  if (step <= 0n) throw bad('zero or negative query resolution step widths are not accepted. Try a positive integer');
  const buckets: TimeRange[] = [];
  for (let start = range.start; start < range.end; ) {
    const next = start - (start % step) + step;
    const end = next < range.end ? next : range.end;
    buckets.push({ start, end: end < range.end ? end - 1_000_000n : end });
    start = end;
  }
  return buckets;
}

/** Volumes in each bucket, the largest first (by the first bucket that has any), at most `limit`. */
export function volumes(
  store: Store,
  tenants: readonly TenantId[],
  params: VolumeParams,
  buckets: readonly TimeRange[],
): Volume[] {
  const { aggregateBy, limit } = params;
  const everything = params.query.trim() === '{}';
  const matchers = everything ? [] : parseMatchers(params.query);
  const shown = shownLabels(params.targetLabels, matchers);
  const byName_ = new Map<string, { labels: Labels; bytes: number[] }>();
  const add = (labels: Labels, bucket: number, bytes: number) => {
    let volume = byName_.get(labels.text);
    if (volume === undefined) {
      volume = { labels, bytes: buckets.map(() => 0) };
      byName_.set(labels.text, volume);
    }
    volume.bytes[bucket] = (volume.bytes[bucket] as number) + bytes;
  };
  for (const [k, range] of buckets.entries()) {
    for (const stream of selectStreams(store, tenants, withTargets(matchers, params.targetLabels), range)) {
      const bytes = Math.trunc(sum(stream.blocks.map((block) => blockBytes(block) * share(block, range))));
      const pairs = stream.labels.pairs.filter(([name]) => shown === null || shown.has(name));
      if (aggregateBy === 'series') add(new Labels([...pairs].sort(byName)), k, bytes);
      else
        for (const [name] of params.targetLabels.length > 0 ? pairs : stream.labels.pairs)
          add(new Labels([[name, '']]), k, bytes);
    }
  }
  const first = (v: Volume) => v.bytes.find((n) => n > 0) ?? 0;
  const sorted = [...byName_.values()].sort((a, b) => first(b) - first(a) || (a.labels.text < b.labels.text ? -1 : 1));
  return sorted.slice(0, limit);
}

/** The labels that name a series: the targets, else those of the selector, else all. */
function shownLabels(targets: readonly string[], matchers: readonly Matcher[]): ReadonlySet<string> | null {
  if (targets.length > 0) return new Set(targets);
  return matchers.length > 0 ? new Set(matchers.map((m) => m.name)) : null;
}

/** A stream without a target label does not count: Loki adds a matcher for each target that the selector does not name. */
function withTargets(matchers: readonly Matcher[], targets: readonly string[]): readonly Matcher[] {
  const named = new Set(matchers.map((m) => m.name));
  return [
    ...matchers,
    ...targets.filter((t) => !named.has(t)).map((name) => ({ name, op: '=~', value: '.+' }) as const),
  ];
}

/**
 * Lines and structured metadata. In the head Loki counts 8 bytes for each pair and each distinct name and value once
 * (recorded: api/metadata/34); what lies in packs is counted by its lines.
 */
function blockBytes({ block, head }: SourceBlock): number {
  if (!head) return block.rawBytes;
  const symbols = new Set<string>();
  let bytes = block.rawBytes;
  for (const { name, dictionary, ids } of block.read({ lines: 'none', metadata: 'all' }).metadata) {
    let used = false;
    for (const id of ids) {
      if (id === 0) continue;
      bytes += 8;
      used = true;
    }
    if (!used) continue;
    symbols.add(name);
    for (let id = 0; id < dictionary.length; id++) symbols.add(dictionary.get(id));
  }
  for (const symbol of symbols) bytes += Buffer.byteLength(symbol);
  return bytes;
}

/** The part of a block's span that lies in the range. */
function share({ block }: SourceBlock, range: TimeRange): number {
  if (block.fromNs >= range.start && block.throughNs <= range.end) return 1;
  const from = block.fromNs > range.start ? block.fromNs : range.start;
  const through = block.throughNs < range.end ? block.throughNs : range.end;
  const span = Number(block.throughNs - block.fromNs);
  return span <= 0 ? 1 : Math.max(0, Number(through - from)) / span;
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
