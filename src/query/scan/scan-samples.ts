/** A range aggregation over all blocks of its streams: samples go to their series' accumulators while rows are read. */
import type { StepSeries } from '../../logql/engine/querier.js';
import type { ResultLabels, SamplePipeline } from '../../logql/pipeline/pipeline-types.js';
import type { RangeAccumulator } from '../../logql/range-aggregation/accumulator.js';
import { createAccumulator } from '../../logql/range-aggregation/create-accumulator.js';
import { addCounts, addLengths, type WindowPlan } from '../../logql/range-aggregation/windows.js';
import type { RangeAggregationExpr } from '../../logql/syntax/ast.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import type { StreamSource } from '../stream-source.js';
import { rowsWithin, type ScanContext } from './scan-context.js';

export interface SeriesAccumulator {
  readonly labels: Labels;
  readonly accumulator: RangeAccumulator;
}

/** Series by label set. Label sets are interned by the pipeline, so that most look-ups go by identity. */
export class SeriesTable {
  readonly #byLabels = new Map<ResultLabels, RangeAccumulator>();
  readonly #byText = new Map<string, SeriesAccumulator>();
  readonly #create: () => RangeAccumulator;

  constructor(create: () => RangeAccumulator) {
    this.#create = create;
  }

  of(labels: ResultLabels): RangeAccumulator {
    let accumulator = this.#byLabels.get(labels);
    if (accumulator === undefined) {
      accumulator = this.named(labels.all);
      this.#byLabels.set(labels, accumulator);
    }
    return accumulator;
  }

  named(labels: Labels): RangeAccumulator {
    let series = this.#byText.get(labels.text);
    if (series === undefined) this.#byText.set(labels.text, (series = { labels, accumulator: this.#create() }));
    return series.accumulator;
  }

  all(): Iterable<SeriesAccumulator> {
    return this.#byText.values();
  }
}

export async function scanSamples(
  streams: readonly StreamSource[],
  pipeline: SamplePipeline,
  expr: RangeAggregationExpr,
  plan: WindowPlan,
  context: ScanContext,
): Promise<SeriesTable> {
  const table = new SeriesTable(() => createAccumulator(expr.op, plan, expr.param));
  const lengths = expr.op === 'bytes_over_time' || expr.op === 'bytes_rate';
  // First, last and rate_counter need samples of equal times in the order in which they came: blocks go by time.
  for (const { labels, blocks } of streams) {
    const stream = pipeline.forStream(labels);
    for (const source of [...blocks].sort((a, b) => (a.block.fromNs < b.block.fromNs ? -1 : 1))) {
      await context.breathe();
      const batch = context.read(source, pipeline.needs);
      if (batch === null) continue;
      const [from, to] = rowsWithin(batch, plan.entries);
      if (to <= from) continue;
      const uniform = stream.uniform(batch);
      if (uniform !== null) {
        context.stats.postFilterLines += to - from;
        const into = table.of(uniform);
        if (lengths) addLengths(into, plan, batch.baseNs, batch.offsetNs, batch.lineEnd, from, to);
        else addCounts(into, plan, batch.baseNs, batch.offsetNs, from, to);
        continue;
      }
      const rows = new Uint32Array(to - from);
      for (let i = 0; i < rows.length; i++) rows[i] = from + i;
      stream.run(batch, rows, rows.length, sampleSink(table, plan, batch, context));
    }
  }
  return table;
}

/** Rows come in order of time, so that most fall into the bucket of the row before. */
function sampleSink(table: SeriesTable, plan: WindowPlan, batch: EntryBatch, { stats }: ScanContext) {
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
    stats.postFilterLines++;
    if (labels !== seenLabels) {
      accumulator = table.of(labels);
      seenLabels = labels;
    }
    (accumulator as RangeAccumulator).add(bucket, tNs, value);
  };
}

export function finishSeries(table: SeriesTable): StepSeries[] {
  const series: StepSeries[] = [];
  for (const { labels, accumulator } of table.all()) series.push({ labels, ...accumulator.finish() });
  return series;
}
