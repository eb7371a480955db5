/** The engine's way to data: selects streams in one tick, then scans their blocks, here or by the pool. */
import type { LogEntry, LogSelect, Querier, RangeSelect, StepSeries } from '../logql/engine/querier.js';
import { compilePipeline, compileSamplePipeline } from '../logql/pipeline/pipeline.js';
import { planWindows } from '../logql/range-aggregation/windows.js';
import type { DamageError } from '../model/block-source.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import { checkReadLimits, type ReadLimits } from './read-limits.js';
import { FirstEntries, spaced } from './scan/first-entries.js';
import { LineReader } from './scan/line-reader.js';
import { poolLogs } from './scan/pooled-logs.js';
import { poolSamples } from './scan/pooled-samples.js';
import { crossingText } from './scan/pooled-scan.js';
import { inlineBreathe, ScanContext } from './scan/scan-context.js';
import { logItems, perStream, sampleItems, workBytes } from './scan/scan-item.js';
import { type LogScan, scanLogs } from './scan/scan-logs.js';
import { inlinePlace, type ScanPlace, thresholdOf } from './scan/scan-place.js';
import { type SampleScan, scanSampleBlocks, seriesTableFor } from './scan/scan-samples.js';
import { finishSeries } from './scan/series-table.js';
import type { QueryStats } from './stats.js';
import { type Store, type StreamSource, selectStreams } from './stream-source.js';

export class StoreQuerier implements Querier {
  readonly #store: Store;
  readonly #tenants: readonly TenantId[];
  readonly #stats: QueryStats;
  readonly #onDamage: (error: DamageError) => void;
  readonly #place: ScanPlace;
  readonly #limits: ReadLimits | null;

  /** `place`: the pool for large scans; without one, all are done on this thread. */
  constructor(
    store: Store,
    tenants: readonly TenantId[],
    stats: QueryStats,
    onDamage: (error: DamageError) => void,
    place: ScanPlace = inlinePlace,
    limits: ReadLimits | null = null,
  ) {
    this.#store = store;
    this.#tenants = tenants;
    this.#stats = stats;
    this.#onDamage = onDamage;
    this.#place = place;
    this.#limits = limits;
  }

  async selectLogs(select: LogSelect, signal: AbortSignal): Promise<readonly LogEntry[]> {
    const { expr, range, direction, limit, intervalNs } = select;
    const backward = direction === 'backward';
    const streams = this.#found(selectStreams(this.#store, this.#tenants, expr.matchers, range));
    const labelsOf = labelsIn(streams);
    const pipeline = compilePipeline(expr);
    const streamOf = perStream(labelsOf, (labels) => pipeline.forStream(labels));
    const reader = new LineReader(expr, pipeline, labelsOf, this.#onDamage);
    const scan: LogScan = { range, direction, limit, pipeline, streamOf, reader };
    const into = new FirstEntries(limit, backward, labelsOf, this.#place.heldBytes);
    const context = this.#context(signal);
    const items = logItems(streams, backward);
    const { pool, taskBytes } = this.#place;
    const thresholdBytes = thresholdOf(this.#place);
    const text = pool === null ? null : crossingText(expr);
    if (pool === null || text === null) await scanLogs(items, scan, into, context);
    else {
      // Most queries find their entries at once: only what is left then may be worth other threads.
      const rest = items.slice(await scanLogs(items, scan, into, context, thresholdBytes));
      if (workBytes(rest, pipeline.needs) < thresholdBytes) await scanLogs(rest, scan, into, context);
      else await poolLogs(rest, scan, text, into, context, { pool, taskBytes, labelsOf, signal });
    }
    const entries = into.take();
    // The limit counts before entries are thinned out, as in Loki.
    return intervalNs > 0 ? spaced(entries, BigInt(intervalNs), backward) : entries;
  }

  async selectRange(select: RangeSelect, signal: AbortSignal): Promise<readonly StepSeries[]> {
    const { expr, grid, grouping } = select;
    const { rangeNs, offsetNs } = expr;
    if (rangeNs <= 0) return []; // `[0s]` is a window without any time in it
    const plan = planWindows(grid, rangeNs, offsetNs);
    const streams = this.#found(selectStreams(this.#store, this.#tenants, expr.log.matchers, plan.entries));
    const labelsOf = labelsIn(streams);
    const pipeline = compileSamplePipeline(expr, grouping);
    const streamOf = perStream(labelsOf, (labels) => pipeline.forStream(labels));
    const scan: SampleScan = { expr, plan, pipeline, streamOf };
    const table = seriesTableFor(scan);
    const context = this.#context(signal);
    const items = sampleItems(streams);
    const { pool, taskBytes } = this.#place;
    const thresholdBytes = thresholdOf(this.#place);
    const text =
      pool === null || workBytes(items, pipeline.needs) < thresholdBytes
        ? null
        : crossingText({ ...expr, ...anyTimes });
    if (pool === null || text === null) await scanSampleBlocks(items, scan, table, context);
    else {
      const spec = { kind: 'samples', text, grouping, grid, rangeNs, offsetNs } as const;
      await poolSamples(items, scan, spec, table, context, { pool, taskBytes, labelsOf, signal });
    }
    const series: StepSeries[] = [];
    for (const _ of finishSeries(table, series)) await context.breathe();
    return series;
  }

  #context(signal: AbortSignal): ScanContext {
    return new ScanContext(this.#stats, inlineBreathe(signal), this.#onDamage);
  }

  #found(streams: readonly StreamSource[]): readonly StreamSource[] {
    this.#stats.streams += streams.length;
    for (const { blocks, chunks } of streams) {
      this.#stats.blocks += blocks.length;
      this.#stats.chunksMatched += chunks;
    }
    if (this.#limits !== null) checkReadLimits(streams, this.#limits);
    return streams;
  }
}

/** Range and offset cross as numbers: as text, nanoseconds would get lost. */
const anyTimes = { rangeNs: 60_000_000_000, offsetNs: 0 };

const labelsIn =
  (streams: readonly StreamSource[]) =>
  (rank: number): Labels =>
    (streams[rank] as StreamSource).labels;
