/** How many bytes the streams of a selector hold, by series or by label: what Drilldown and the label browser show. */

import { ApiError } from '../errors.js';
import { parseMatchers } from '../logql/syntax/parser.js';
import { byName, Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, TimeRange } from '../model/time.js';
import { bad, type Form, gridStep, limitParam, orderedBounds } from './params.js';
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
  /** Parallel to the times asked for; null where there was no stream. */
  readonly bytes: readonly (number | null)[];
}

/** The limit is a signed number of 32 bits here, in Loki. */
const limitMax = 2 ** 31 - 1;

/** What is wrong first is told first, in the order in which Loki reads. */
export function volumeParams(form: Form, now: Nanos): VolumeParams {
  const limit = limitOf(form);
  const aggregateBy = aggregation(form);
  return params(form, orderedBounds(form, now), limit, aggregateBy);
}

export function volumeRangeParams(form: Form, now: Nanos): VolumeParams & { readonly stepNs: number } {
  const range = orderedBounds(form, now);
  const limit = limitOf(form);
  const stepNs = gridStep(form, range);
  return { ...params(form, range, limit, aggregation(form)), stepNs };
}

const limitOf = (form: Form): number => (form.get('limit') === '0' ? 100 : limitParam(form, 'limit', 100));

function aggregation(form: Form): 'series' | 'labels' {
  const by = form.get('aggregateBy') || 'series';
  if (by !== 'series' && by !== 'labels') throw bad('invalid aggregation option');
  return by;
}

function params(form: Form, range: TimeRange, limit: number, aggregateBy: 'series' | 'labels'): VolumeParams {
  if (limit > limitMax) throw bad('limit must be a positive value');
  const targets = form.get('targetLabels');
  return {
    query: form.get('query'),
    range,
    limit,
    targetLabels: targets === '' ? [] : targets.split(','),
    aggregateBy,
  };
}

/** Ends of the buckets of a range query, as Loki cuts them: aligned to the step, the last one ends with the range. */
export function volumeBuckets(stepNs: number, range: TimeRange): TimeRange[] {
  const step = BigInt(Math.trunc(stepNs));
  const buckets: TimeRange[] = [];
  for (let start = range.start; start < range.end; ) {
    const next = start - (start % step) + step;
    const end = next < range.end ? next : range.end;
    buckets.push({ start, end: end < range.end ? end - 1_000_000n : end });
    start = end;
  }
  return buckets;
}

/** Of each bucket the `limit` largest volumes; in the order of buckets, the largest first. */
export function volumes(
  store: Store,
  tenants: readonly TenantId[],
  params: VolumeParams & { readonly seriesMax: number },
  buckets: readonly TimeRange[],
): Volume[] {
  const everything = params.query.trim() === '{}';
  const matchers = everything ? [] : parseMatchers(params.query);
  const found = new Map<string, { labels: Labels; bytes: (number | null)[] }>();
  for (const [k, bucket] of buckets.entries()) {
    const range = { start: wholeSecond(bucket.start), end: wholeSecond(bucket.end) };
    const all = [...bucketVolumes(store, tenants, params, matchers, range).values()];
    if (all.length > params.seriesMax) {
      throw new ApiError(
        'internal',
        `the query hit the max number of series limit (limit: ${params.seriesMax} series)`,
      );
    }
    all.sort((a, b) => b.bytes - a.bytes || (a.labels.text < b.labels.text ? -1 : 1));
    for (const { labels, bytes } of all.slice(0, params.limit)) {
      let volume = found.get(labels.text);
      if (volume === undefined) {
        volume = { labels, bytes: buckets.map(() => null) };
        found.set(labels.text, volume);
      }
      volume.bytes[k] = bytes;
    }
  }
  return [...found.values()];
}

function bucketVolumes(
  store: Store,
  tenants: readonly TenantId[],
  { targetLabels, aggregateBy }: VolumeParams,
  matchers: readonly Matcher[],
  range: TimeRange,
): ReadonlyMap<string, { readonly labels: Labels; bytes: number }> {
  const shown = shownLabels(targetLabels, matchers);
  const sums = new Map<string, { readonly labels: Labels; bytes: number }>();
  const add = (labels: Labels, bytes: number) => {
    const sum = sums.get(labels.text);
    if (sum) sum.bytes += bytes;
    else sums.set(labels.text, { labels, bytes });
  };
  for (const stream of selectStreams(store, tenants, withTargets(matchers, targetLabels), range)) {
    const bytes = Math.trunc(sum(stream.blocks.map((block) => blockBytes(block) * share(block, range))));
    const pairs = stream.labels.pairs.filter(([name]) => shown === null || shown.has(name));
    if (aggregateBy === 'series') add(new Labels([...pairs].sort(byName)), bytes);
    else
      for (const [name] of targetLabels.length > 0 ? pairs : stream.labels.pairs) add(new Labels([[name, '']]), bytes);
  }
  return sums;
}

/** Loki asks for volumes by the second, whatever the times of the answer. */
const wholeSecond = (ns: Nanos): Nanos => ns - (ns % 1_000_000_000n);

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
