/** Walking expressions. */
import { assertNever } from '../../errors.js';
import type { Matcher } from '../../model/matcher.js';
import type { Expr, LabelFilter, LogExpr, SampleExpr, Stage } from './ast.js';

/** The expressions directly below, left before right. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'log':
    case 'literal':
    case 'vector':
      return [];
    case 'range-aggregation':
      return [expr.log];
    case 'vector-aggregation':
    case 'label-replace':
      return [expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    default:
      return assertNever(expr);
  }
}

/** Every expression in the tree, a parent before its children, left before right. */
export function* walk(root: Expr): Generator<Expr> {
  const pending: Expr[] = [root];
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    yield expr;
    const children = childrenOf(expr);
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i] as Expr);
  }
}

/** The log queries that an expression reads, left to right. */
export const selectorsOf = (expr: Expr): LogExpr[] => [...walk(expr)].filter((e) => e.kind === 'log');

export const isSampleExpr = (expr: Expr): expr is SampleExpr => expr.kind !== 'log';

/** The label filters that stand in an expression itself: in a log query's stages, or behind an unwrap. */
export function labelFiltersOf(expr: Expr): readonly LabelFilter[] {
  if (expr.kind === 'range-aggregation') return expr.unwrap?.filters ?? [];
  if (expr.kind !== 'log') return [];
  return expr.stages.flatMap((stage) => (stage.kind === 'label-filter' ? [stage.filter] : []));
}

/** Every `name="value"` and the like, wherever in the expression it stands. */
export const matchersOf = (root: Expr): Matcher[] =>
  [...walk(root)].flatMap((expr) => {
    const inStages = expr.kind === 'log' ? expr.stages.flatMap(matchersOfStage) : [];
    const inFilters = labelFiltersOf(expr).flatMap(matchersOfFilter);
    return [...(expr.kind === 'log' ? expr.matchers : []), ...inStages, ...inFilters];
  });

const matchersOfStage = (stage: Stage): Matcher[] =>
  stage.kind === 'drop' || stage.kind === 'keep' ? stage.labels.filter((label) => 'op' in label) : [];

function matchersOfFilter(filter: LabelFilter): Matcher[] {
  if (filter.kind === 'string') return [filter.matcher];
  return labelFilterChildren(filter).flatMap(matchersOfFilter);
}

/** Length of the longest way down, at least 1. Needs no stack, whatever the tree. */
export function depthOf<Node>(root: Node, children: (node: Node) => readonly Node[]): number {
  let depth = 0;
  for (let level: Node[] = [root]; level.length > 0; level = level.flatMap(children)) depth++;
  return depth;
}

export const labelFilterChildren = (filter: LabelFilter): readonly LabelFilter[] =>
  filter.kind === 'and' || filter.kind === 'or' ? [filter.left, filter.right] : [];
