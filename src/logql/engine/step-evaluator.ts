/** A sample expression → its series over the grid. */
import { ApiError } from '../../errors.js';
import type { StepGrid } from '../../model/time.js';
import type {
  Grouping,
  RangeAggregationExpr,
  RangeOp,
  SampleExpr,
  VectorAggregationExpr,
  VectorOp,
} from '../syntax/ast.js';
import { ParseError } from '../syntax/parse-error.js';
import { noMatcher } from '../syntax/validate-query.js';
import { foldGroup } from '../vector-aggregation/fold.js';
import { groupSeries } from '../vector-aggregation/group-key.js';
import { aggregate } from '../vector-aggregation/vector-aggregation.js';
import { absentSeries } from './absent.js';
import { dividedAverage, failsFirst, isDivisible } from './average.js';
import { binaryOp } from './binary-op.js';
import { compareLabels } from './label-order.js';
import { labelReplace } from './label-replace.js';
import { withLiteral } from './literal.js';
import { pipelineFailure } from './pipeline-error.js';
import type { Querier, StepSeries } from './querier.js';
import { constantSeries, firstStep, type StepVector } from './step-vector.js';

export interface Evaluation {
  readonly grid: StepGrid;
  readonly querier: Querier;
  readonly signal: AbortSignal;
  /** Inside of a sum that Loki divides as a whole: see average.ts. */
  readonly isWhole?: boolean;
  /** Is approx_topk allowed? Loki allows it where its sharding does. */
  readonly approxTopk: boolean;
}

/** A literal can stand beside an operator and a vector only: the parser does the arithmetic of two literals. */
export async function evaluateSamples(expr: SampleExpr, evaluation: Evaluation): Promise<StepVector> {
  const { grid, signal } = evaluation;
  switch (expr.kind) {
    case 'range-aggregation': {
      const divided = evaluation.isWhole === true ? null : dividedAverage(expr);
      return divided === null ? selectRange(expr, null, evaluation) : evaluateSamples(divided, evaluation);
    }
    case 'vector-aggregation': {
      if (expr.op === 'approx_topk' && !evaluation.approxTopk) {
        throw new ApiError('internal', 'approx_topk is not enabled. See -limits.shard_aggregations');
      }
      if (expr.expr.kind === 'literal' && sharded.has(expr.op)) throw new ParseError(noMatcher);
      const inner =
        expr.expr.kind === 'range-aggregation' && expr.expr.op !== 'avg_over_time'
          ? await selectRange(expr.expr, pushedDown(expr, expr.expr), evaluation)
          : await evaluateSamples(expr.expr, expr.op === 'sum' && isDivisible(expr) ? whole(evaluation) : evaluation);
      signal.throwIfAborted();
      // Inside of what is divided as a whole, each part aggregates once.
      const isDivided = evaluation.isWhole !== true && isDivisible(expr);
      return { series: aggregate(expr, present(inner), grid, isDivided), failure: inner.failure };
    }
    case 'binary': {
      const { left, right } = expr;
      if (left.kind === 'literal') {
        const vector = await evaluateSamples(right, evaluation);
        return withLiteral(expr.op, vector, left.value, { literalLeft: true, bool: expr.bool });
      }
      if (right.kind === 'literal') {
        const vector = await evaluateSamples(left, evaluation);
        return withLiteral(expr.op, vector, right.value, { literalLeft: false, bool: expr.bool });
      }
      const [l, r] = await Promise.all([evaluateSamples(left, evaluation), evaluateSamples(right, evaluation)]);
      signal.throwIfAborted();
      return binaryOp(expr, l, r, grid);
    }
    case 'label-replace':
      return labelReplace(expr, await evaluateSamples(expr.expr, evaluation));
    case 'vector':
      return { series: [constantSeries(expr.value, grid)], failure: null };
    case 'literal':
      // Loki's own text, with the space at its end, and its status.
      throw new ApiError(
        'internal',
        'unexpected expr type (*syntax.LiteralExpr) for Evaluator type (*logql.DefaultEvaluator) ',
      );
  }
}

/** What Loki would split into shards: for a literal it looks for a selector first, and finds none. */
const sharded: ReadonlySet<VectorOp> = new Set(['sum', 'avg', 'count']);

const whole = (evaluation: Evaluation): Evaluation => ({ ...evaluation, isWhole: true });

async function selectRange(
  expr: RangeAggregationExpr,
  grouping: Grouping | null,
  { grid, querier, signal }: Evaluation,
): Promise<StepVector> {
  const found = await querier.selectRange({ expr, grid, grouping }, signal);
  const series = found.filter((s) => firstStep(s) >= 0).sort((a, b) => compareLabels(a.labels, b.labels));
  const ofStep = pipelineFailure(series);
  const failure = ofStep !== null && failsFirst(expr) ? { ...ofStep, isUpFront: true } : ofStep;
  if (expr.op === 'absent_over_time') return { series: [absentSeries(expr.log.matchers, series, grid)], failure };
  return { series: regrouped(expr, series, grid), failure };
}

/**
 * Loki groups the extremes of its parts once more. It shows where rows with an error are to be kept: they have all of
 * their labels before, and those of the grouping after.
 */
function regrouped(
  { op, grouping }: RangeAggregationExpr,
  series: readonly StepSeries[],
  grid: StepGrid,
): readonly StepSeries[] {
  if ((op !== 'min_over_time' && op !== 'max_over_time') || grouping === null || grouping.labels.length === 0)
    return series;
  if (!series.some(({ labels }) => labels.has('__error__'))) return series;
  const fold = op === 'min_over_time' ? 'min' : 'max';
  return groupSeries(series, grouping, true).map((group) => foldGroup(fold, group, grid));
}

/**
 * What of a sum's grouping may be done already while reading: a sum of counts or sums is one. Loki does so, and the
 * fewer labels are asked for, the fewer a parser must find. A grouping of the range aggregation's own stays.
 */
function pushedDown(outer: VectorAggregationExpr, inner: RangeAggregationExpr): Grouping | null {
  if (outer.op !== 'sum' || inner.grouping !== null || !additive.has(inner.op)) return null;
  return outer.grouping ?? { without: false, labels: [] };
}

const additive: ReadonlySet<RangeOp> = new Set([
  'bytes_over_time',
  'bytes_rate',
  'sum_over_time',
  'rate',
  'count_over_time',
]);

const present = ({ series }: StepVector): StepVector['series'] => series.filter((s) => firstStep(s) >= 0);
