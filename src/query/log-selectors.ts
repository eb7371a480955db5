/** The log selectors of a query, each with the range aggregation around it. */
import type { Expr, LogExpr, RangeAggregationExpr, SampleExpr } from '../logql/syntax/ast.js';

export interface Selector {
  readonly expr: LogExpr;
  readonly aggregation: RangeAggregationExpr | null;
}

export function logSelectors(expr: Expr): readonly Selector[] {
  if (expr.kind === 'log') return [{ expr, aggregation: null }];
  return ofSample(expr);
}

function ofSample(expr: SampleExpr): readonly Selector[] {
  switch (expr.kind) {
    case 'range-aggregation':
      return [{ expr: expr.log, aggregation: expr }];
    case 'vector-aggregation':
    case 'label-replace':
      return ofSample(expr.expr);
    case 'binary':
      return [...ofSample(expr.left), ...ofSample(expr.right)];
    case 'literal':
    case 'vector':
      return [];
  }
}
