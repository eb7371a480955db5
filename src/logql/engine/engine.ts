/** Evaluates a parsed query against a Querier. Pure: no clock, no files; limits come in as numbers. */
import { ApiError } from '../../errors.js';
import type { Labels } from '../../model/labels.js';
import type { Nanos, StepGrid } from '../../model/time.js';
import type { Expr, SampleExpr } from '../syntax/ast.js';
import { compareLabels } from './label-order.js';
import type { Direction, LogEntry, Querier, StepSeries } from './querier.js';
import { evaluateSamples } from './step-evaluator.js';
import { constantSeries, earliest, type Failure, firstStep, type StepVector } from './step-vector.js';

export interface EvaluateParams {
  /** Log queries: half-open. Metric queries: the first step, and no step is later than `end`. Instants: equal. */
  readonly start: Nanos;
  readonly end: Nanos;
  /** Ignored for instants and log queries. */
  readonly stepNs: number;
  /** One evaluation at `start`, answered with a vector or a scalar. */
  readonly instant: boolean;
  readonly direction: Direction;
  /** Entries of a log query. */
  readonly limit: number;
  readonly intervalNs: number;
  /** max_query_series: more series in the result refuse the query. */
  readonly maxSeries: number;
  /** Allows approx_topk, answered exactly. Off by default, as in Loki. */
  readonly approxTopk?: boolean;
}

export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
}

export type QueryResult =
  | { readonly kind: 'streams'; readonly entries: readonly LogEntry[] }
  /** Series by label order, each with at least one value. */
  | { readonly kind: 'matrix'; readonly grid: StepGrid; readonly series: readonly StepSeries[] }
  /** By label order, or as sort and sort_desc say. */
  | { readonly kind: 'vector'; readonly atNs: Nanos; readonly samples: readonly VectorSample[] }
  | { readonly kind: 'scalar'; readonly atNs: Nanos; readonly value: number };

/** Throws ApiError for what the query or its data make impossible; what the querier throws; the signal's reason. */
export async function evaluate(
  expr: Expr,
  params: EvaluateParams,
  querier: Querier,
  signal: AbortSignal,
): Promise<QueryResult> {
  signal.throwIfAborted();
  const { start, end, direction, limit, intervalNs } = params;
  if (expr.kind === 'log') {
    const entries = await querier.selectLogs({ expr, range: { start, end }, direction, limit, intervalNs }, signal);
    return { kind: 'streams', entries };
  }
  const grid = gridOf(params);
  if (grid.count === 0) return { kind: 'matrix', grid, series: [] };
  if (expr.kind === 'literal') {
    if (params.instant) return { kind: 'scalar', atNs: start, value: expr.value };
    return { kind: 'matrix', grid, series: [constantSeries(expr.value, grid)] };
  }
  const vector = await evaluateAborting(expr, params, grid, querier, signal);
  const series = params.instant ? vector.series.filter((s) => firstStep(s) >= 0) : mergeEqual(vector.series);
  const failure = earliest(vector.failure, seriesLimit(series, params.maxSeries));
  if (failure !== null) throw failure.error;
  if (!params.instant) return { kind: 'matrix', grid, series: inLabelOrder(series) };
  const samples = (sorts(expr) ? series : inLabelOrder(series)).map(({ labels, values }) => ({
    labels,
    value: values[0] as number,
  }));
  return { kind: 'vector', atNs: start, samples };
}

/** When one part of the expression fails, the reading for the others stops. */
async function evaluateAborting(
  expr: SampleExpr,
  params: EvaluateParams,
  grid: StepGrid,
  querier: Querier,
  signal: AbortSignal,
): Promise<StepVector> {
  const failed = new AbortController();
  try {
    const either = AbortSignal.any([signal, failed.signal]);
    return await evaluateSamples(expr, { grid, querier, signal: either, approxTopk: params.approxTopk ?? false });
  } catch (e) {
    failed.abort(e);
    throw e;
  }
}

function gridOf({ start, end, stepNs, instant }: EvaluateParams): StepGrid {
  if (instant) return { startNs: start, stepNs: 0, count: 1 };
  return { startNs: start, stepNs, count: end < start ? 0 : Number((end - start) / BigInt(stepNs)) + 1 };
}

/** Series of equal labels become one (`or` makes such, of samples at different steps); at a step the later wins. */
function mergeEqual(all: readonly StepSeries[]): StepSeries[] {
  const merged = new Map<string, StepSeries>();
  for (const series of all) {
    if (firstStep(series) < 0) continue;
    const known = merged.get(series.labels.text);
    merged.set(series.labels.text, known === undefined ? series : overlay(known, series));
  }
  return [...merged.values()];
}

function overlay(below: StepSeries, above: StepSeries): StepSeries {
  const values = below.values.slice();
  const present = below.present.slice();
  for (let k = 0; k < present.length; k++) {
    if (!above.present[k]) continue;
    present[k] = 1;
    values[k] = above.values[k] as number;
  }
  return { labels: below.labels, values, present };
}

export const inLabelOrder = (series: readonly StepSeries[]): StepSeries[] =>
  [...series].sort((a, b) => compareLabels(a.labels, b.labels));

/** The step at which Loki, which collects the series step by step, has one too many. */
export function seriesLimit(series: readonly StepSeries[], maxSeries: number): Failure | null {
  if (series.length <= maxSeries) return null;
  const firsts = Float64Array.from(series, firstStep).sort();
  const error = new ApiError(
    'bad-request',
    `maximum number of series (${maxSeries}) reached for a single query; consider reducing query cardinality by adding more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()`,
  );
  return { step: firsts[maxSeries] as number, error };
}

/** Is there a sort anywhere in it? Then the order that evaluation gave stays. */
function sorts(expr: SampleExpr): boolean {
  switch (expr.kind) {
    case 'vector-aggregation':
      return expr.op === 'sort' || expr.op === 'sort_desc' || sorts(expr.expr);
    case 'label-replace':
      return sorts(expr.expr);
    case 'binary':
      return sorts(expr.left) || sorts(expr.right);
    case 'range-aggregation':
    case 'literal':
    case 'vector':
      return false;
  }
}
