/** Walking expressions. */
import { assertNever } from '../../errors.js';
import type { Expr, LabelFilter, LogExpr, SampleExpr } from './ast.js';

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

/** Length of the longest way down, at least 1. Needs no stack, whatever the tree. */
export function depthOf<Node>(root: Node, children: (node: Node) => readonly Node[]): number {
  let depth = 0;
  for (let level: Node[] = [root]; level.length > 0; level = level.flatMap(children)) depth++;
  return depth;
}

export const labelFilterChildren = (filter: LabelFilter): readonly LabelFilter[] =>
  filter.kind === 'and' || filter.kind === 'or' ? [filter.left, filter.right] : [];
