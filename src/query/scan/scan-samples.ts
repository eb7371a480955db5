/** A range aggregation over blocks: samples go to their series' accumulators while rows are read. */
import type { ResultLabels, SamplePipeline, StreamSamplePipeline } from '../../logql/pipeline/pipeline-types.js';
import type { RangeAccumulator } from '../../logql/range-aggregation/accumulator.js';
import { createAccumulator } from '../../logql/range-aggregation/create-accumulator.js';
import { addCounts, addLengths, type WindowPlan } from '../../logql/range-aggregation/windows.js';
import type { RangeAggregationExpr } from '../../logql/syntax/ast.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import { rowsAtOnce, rowsAtOnceMax, rowsWithin, type ScanContext } from './scan-context.js';
import type { ScanItem } from './scan-item.js';
import { SeriesTable } from './series-table.js';

export interface SampleScan {
  readonly expr: RangeAggregationExpr;
  readonly plan: WindowPlan;
  readonly pipeline: SamplePipeline;
  readonly streamOf: (rank: number) => StreamSamplePipeline;
}

export const seriesTableFor = ({ expr, plan }: SampleScan): SeriesTable =>
  new SeriesTable(() => createAccumulator(expr.op, plan, expr.param));

/**
 * Adds the samples of blocks to their series. First, last and rate_counter need samples of equal times in the order in
 * which they came: so must the blocks of a stream be.
 */
export async function scanSampleBlocks(
  items: readonly ScanItem[],
  scan: SampleScan,
  table: SeriesTable,
  context: ScanContext,
): Promise<void> {
  const { expr, plan } = scan;
  const lengths = expr.op === 'bytes_over_time' || expr.op === 'bytes_rate';
  const rows = new Uint32Array(rowsAtOnceMax);
  for (const item of items) {
    await context.breathe();
    const stream = scan.streamOf(item.rank);
    const batch = context.read(item, stream.needs);
    if (batch === null) continue;
    const [from, to] = rowsWithin(batch, plan.entries);
    if (to <= from) continue;
    const uniform = stream.uniform(batch);
    if (uniform !== null) {
      context.counters.postFilterLines += to - from;
      const into = table.of(uniform);
      if (lengths) addLengths(into, plan, batch.baseNs, batch.offsetNs, batch.lineEnd, from, to);
      else addCounts(into, plan, batch.baseNs, batch.offsetNs, from, to);
      continue;
    }
    const sink = sampleSink(table, plan, batch, context);
    const atOnce = rowsAtOnce(stream.readsRows(batch));
    for (let start = from; start < to; start += atOnce) {
      if (start > from) await context.breathe();
      const count = Math.min(atOnce, to - start);
      for (let i = 0; i < count; i++) rows[i] = start + i;
      stream.run(batch, rows, count, sink);
    }
  }
}

/** Rows come in order of time, so that most fall into the bucket of the row before. */
function sampleSink(table: SeriesTable, plan: WindowPlan, batch: EntryBatch, { counters }: ScanContext) {
  const base = plan.rebase(batch.baseNs);
  const { offsetNs } = batch;
  let bucket = -1;
  let last = Number.NEGATIVE_INFINITY;
  let seenLabels: ResultLabels | null = null;
  let accumulator: RangeAccumulator | null = null;
  return (row: number, value: number, labels: ResultLabels): void => {
    const tNs = base + (offsetNs[row] as number);
    if (tNs > last) {
      bucket = plan.bucketOf(tNs);
      last = bucket < 0 ? plan.gapEndOf(tNs) : plan.lastOf(bucket);
    }
    if (bucket < 0) return;
    counters.postFilterLines++;
    if (labels !== seenLabels) {
      accumulator = table.of(labels);
      seenLabels = labels;
    }
    (accumulator as RangeAccumulator).add(bucket, tNs, value);
  };
}
