/**
 * A rewriting of metric queries before evaluation. It is part of the meaning: a template that is not run cannot fail,
 * so without it some queries would be refused.
 */
import type { RangeAggregationExpr, SampleExpr, Stage } from '../syntax/ast.js';

/** Leaves out the line_formats that nothing reads. */
export function withoutIdleLineFormats(expr: SampleExpr): SampleExpr {
  switch (expr.kind) {
    case 'literal':
    case 'vector':
      return expr;
    case 'range-aggregation':
      return withoutIdleOnes(expr);
    case 'vector-aggregation':
    case 'label-replace':
      return { ...expr, expr: withoutIdleLineFormats(expr.expr) };
    case 'binary':
      return { ...expr, left: withoutIdleLineFormats(expr.left), right: withoutIdleLineFormats(expr.right) };
  }
}

/**
 * A line_format matters to a later parser or line filter, and where the line's length is the value.
 */
function withoutIdleOnes(expr: RangeAggregationExpr): RangeAggregationExpr {
  if (expr.op === 'bytes_over_time' || expr.op === 'bytes_rate') return expr;
  const { stages } = expr.log;
  const kept = stages.filter((stage, i) => stage.kind !== 'line-format' || stages.slice(i + 1).some(readsLine));
  return kept.length === stages.length ? expr : { ...expr, log: { ...expr.log, stages: kept } };
}

function readsLine({ kind }: Stage): boolean {
  switch (kind) {
    case 'json':
    case 'logfmt':
    case 'regexp':
    case 'pattern':
    case 'unpack':
    case 'line-filter':
      return true;
    case 'label-filter':
    case 'line-format':
    case 'label-format':
    case 'decolorize':
    case 'drop':
    case 'keep':
      return false;
  }
}
