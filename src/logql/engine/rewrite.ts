/** A rewriting before evaluation. It is part of the meaning: without it some queries would answer differently. */
import type { RangeAggregationExpr, SampleExpr, Stage } from '../syntax/ast.js';

/** Leaves out the line_formats that nothing reads. */
export function rewrite(expr: SampleExpr): SampleExpr {
  switch (expr.kind) {
    case 'literal':
    case 'vector':
      return expr;
    case 'range-aggregation':
      return withoutIdleLineFormat(expr);
    case 'vector-aggregation':
    case 'label-replace':
      return { ...expr, expr: rewrite(expr.expr) };
    case 'binary':
      return { ...expr, left: rewrite(expr.left), right: rewrite(expr.right) };
  }
}

/**
 * A line_format matters only to a later parser or line filter, and where the line's length is the value. Left out, its
 * template cannot fail either.
 */
function withoutIdleLineFormat(expr: RangeAggregationExpr): RangeAggregationExpr {
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
