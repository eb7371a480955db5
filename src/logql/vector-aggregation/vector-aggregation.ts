/** Vector operators: `sum by (x) (…)`, `topk(3, …)`, `sort(…)`. */
import { invariant } from '../../errors.js';
import type { StepGrid } from '../../model/time.js';
import type { StepSeries } from '../engine/querier.js';
import type { VectorAggregationExpr } from '../syntax/ast.js';
import { foldGroup } from './fold.js';
import { groupSeries } from './group-key.js';
import { betterFirst, rankedAt } from './sort.js';
import { topk } from './topk.js';

/**
 * The operator over series that are present at some step at least. approx_topk is answered exactly. `isDivided`: Loki
 * aggregates twice, in parts and then the parts, and the second time finds labels without a value gone.
 */
export function aggregate(
  expr: VectorAggregationExpr,
  series: readonly StepSeries[],
  grid: StepGrid,
  isDivided: boolean,
): StepSeries[] {
  const { op, grouping } = expr;
  switch (op) {
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'count':
    case 'stddev':
    case 'stdvar':
      return groupSeries(series, grouping, isDivided).map((group) => foldGroup(op, group, grid));
    case 'topk':
    case 'bottomk':
    case 'approx_topk':
      invariant(expr.param !== null, `${op} without its parameter`);
      return topk(op === 'bottomk' ? 'bottomk' : 'topk', expr.param, series, grouping, grid);
    case 'sort':
    case 'sort_desc': {
      if (grid.count !== 1) return [...series];
      const compare = betterFirst(op === 'sort' ? 'ascending' : 'descending');
      return groupSeries(series, grouping).flatMap((group) => rankedAt(group.series, 0, compare));
    }
  }
}
