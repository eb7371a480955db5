/**
 * `avg_over_time(… | unwrap x [r]) by (g)` as Loki answers it: it divides the work among its queriers as a sum of sums by
 * a sum of counts, and counts the entries before the unwrap and the filters behind it. So entries without the label count
 * as zeros, and one with an error refuses the query (recorded: logql/random/24 and 45). Inside of a sum that it can divide
 * as a whole, the average stays what it is (logql/random/246).
 */
import type { BinaryExpr, Grouping, RangeAggregationExpr, RangeOp, SampleExpr, VectorOp } from '../syntax/ast.js';

/** What is evaluated in place of the aggregation; null when it is evaluated as it stands. */
export function dividedAverage(expr: RangeAggregationExpr): SampleExpr | null {
  if (expr.op !== 'avg_over_time') return null;
  const { grouping, unwrap } = expr;
  if (!groups(grouping) && !reducesLabels(expr)) return null;
  const by: Grouping = grouping ?? { without: true, labels: [] };
  const withoutLabel: Grouping =
    by.without && unwrap !== null ? { without: true, labels: [...by.labels, unwrap.label] } : by;
  return {
    kind: 'binary',
    op: '/',
    bool: false,
    matching: null,
    left: sum({ ...expr, op: 'sum_over_time', grouping: null }, by),
    right: sum({ ...expr, op: 'count_over_time', unwrap: null, grouping: null }, withoutLabel),
  };
}

const sum = (expr: SampleExpr, grouping: Grouping): SampleExpr => ({
  kind: 'vector-aggregation',
  op: 'sum',
  param: null,
  grouping,
  expr,
});

/**
 * Is it computed in parts, each part for all steps at once? Then its failure is known before any step of the query that
 * it is part of.
 */
export const failsFirst = ({ op }: RangeAggregationExpr): boolean =>
  dividedRangeOps.has(op) && op !== 'first_over_time' && op !== 'last_over_time';

const dividedRangeOps: ReadonlySet<RangeOp> = new Set<RangeOp>([
  ...(['avg_over_time', 'count_over_time', 'first_over_time', 'last_over_time', 'rate', 'bytes_over_time'] as const),
  ...(['bytes_rate', 'sum_over_time', 'max_over_time', 'min_over_time'] as const),
]);
const dividedVectorOps: ReadonlySet<VectorOp> = new Set<VectorOp>(['sum', 'avg', 'count', 'max', 'min']);

/** Does Loki give an expression as a whole to each querier? Then a sum over it is the sum of their sums. */
export function isDivisible(expr: SampleExpr): boolean {
  switch (expr.kind) {
    case 'range-aggregation':
      return dividedRangeOps.has(expr.op);
    case 'vector-aggregation':
      if (!dividedVectorOps.has(expr.op) || !isDivisible(expr.expr)) return false;
      if (expr.op === 'sum') return !isExtreme(expr.expr);
      if (expr.op === 'max' || expr.op === 'min') return expr.expr.kind === 'range-aggregation';
      return !reducesAny(expr.expr);
    case 'binary':
      return (
        keepsLabels(expr) && (expr.op === '+' || expr.op === '*') && isDivisible(expr.left) && isDivisible(expr.right)
      );
    case 'literal':
      return true;
    case 'vector':
    case 'label-replace':
      return false;
  }
}

/** The greatest value in a part is not the greatest of all. */
const isExtreme = (expr: SampleExpr): boolean =>
  expr.kind === 'vector-aggregation' && (expr.op === 'max' || expr.op === 'min');

const keepsLabels = ({ matching }: BinaryExpr): boolean =>
  matching === null || (!matching.on && matching.labels.length === 0);

/** Is there a grouping that leaves something out? */
const groups = (grouping: Grouping | null): boolean =>
  grouping !== null && (!grouping.without || grouping.labels.length > 0);

function reducesAny(expr: SampleExpr): boolean {
  switch (expr.kind) {
    case 'range-aggregation':
      return groups(expr.grouping) || reducesLabels(expr);
    case 'vector-aggregation':
      return groups(expr.grouping) || reducesAny(expr.expr);
    case 'binary':
      return reducesAny(expr.left) || reducesAny(expr.right);
    case 'label-replace':
      return reducesAny(expr.expr);
    case 'literal':
    case 'vector':
      return false;
  }
}

/** Stages after which two streams may come to have one label set. */
const reducesLabels = ({ log }: RangeAggregationExpr): boolean =>
  log.stages.some(
    (stage) =>
      stage.kind === 'keep' ||
      stage.kind === 'drop' ||
      (stage.kind === 'label-format' && stage.formats.some((format) => format.kind === 'rename')),
  );
