/** The engine's way to data: selects streams in one tick, then scans their blocks. */

import type { LogEntry, LogSelect, Querier, RangeSelect, StepSeries } from '../logql/engine/querier.js';
import { compilePipeline, compileSamplePipeline } from '../logql/pipeline/pipeline.js';
import { planWindows } from '../logql/range-aggregation/windows.js';
import type { DamageError } from '../model/block-source.js';
import type { TenantId } from '../model/tenant.js';
import { ScanContext } from './scan/scan-context.js';
import { scanLogs } from './scan/scan-logs.js';
import { finishSeries, scanSamples } from './scan/scan-samples.js';
import type { QueryStats } from './stats.js';
import { type Store, selectStreams } from './stream-source.js';

export class StoreQuerier implements Querier {
  readonly #store: Store;
  readonly #tenants: readonly TenantId[];
  readonly #stats: QueryStats;
  readonly #onDamage: (error: DamageError) => void;

  constructor(store: Store, tenants: readonly TenantId[], stats: QueryStats, onDamage: (error: DamageError) => void) {
    this.#store = store;
    this.#tenants = tenants;
    this.#stats = stats;
    this.#onDamage = onDamage;
  }

  async selectLogs(select: LogSelect, signal: AbortSignal): Promise<readonly LogEntry[]> {
    const { expr, range, direction, limit, intervalNs } = select;
    const context = new ScanContext(signal, this.#stats, this.#onDamage);
    const streams = selectStreams(this.#store, this.#tenants, expr.matchers, range);
    context.found(streams);
    const pipeline = compilePipeline(expr);
    const entries = await scanLogs(streams, pipeline, { range, direction, limit }, context);
    // The limit counts before entries are thinned out, as in Loki.
    return intervalNs > 0 ? spaced(entries, BigInt(intervalNs), direction === 'backward') : entries;
  }

  async selectRange(select: RangeSelect, signal: AbortSignal): Promise<readonly StepSeries[]> {
    const { expr, grid, grouping } = select;
    if (expr.rangeNs <= 0) return []; // `[0s]` is a window without any time in it
    const context = new ScanContext(signal, this.#stats, this.#onDamage);
    const plan = planWindows(grid, expr.rangeNs, expr.offsetNs);
    const streams = selectStreams(this.#store, this.#tenants, expr.log.matchers, plan.entries);
    context.found(streams);
    return finishSeries(await scanSamples(streams, compileSamplePipeline(expr, grouping), expr, plan, context));
  }
}

/** Entries at least `interval` apart, over all streams together, as Loki thins them out. */
function spaced(entries: readonly LogEntry[], interval: bigint, backward: boolean): LogEntry[] {
  const kept: LogEntry[] = [];
  let last: bigint | null = null;
  for (const entry of entries) {
    if (last !== null && (backward ? entry.ns > last - interval : entry.ns < last + interval)) continue;
    kept.push(entry);
    last = entry.ns;
  }
  return kept;
}
