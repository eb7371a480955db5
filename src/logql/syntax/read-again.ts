/**
 * Before it runs a query, Loki prints its parts and reads them again: the selectors, then what its ingesters are asked.
 * In that print a name that Prometheus would not have stands in quotes, and then cannot be read.
 */
import type { Matcher } from '../../model/matcher.js';
import type { Expr, LabelFilter, Stage } from './ast.js';
import { isPlainName } from './print-stage.js';
import { printAsLoki, printSelector } from './printer.js';
import { childrenOf, labelFilterChildren, labelFiltersOf, selectorsOf, walk } from './walk.js';

/** The texts that must parse, in Loki's order; none for most queries, as they would. */
export function readAgain(expr: Expr): readonly string[] {
  if (matchersOf(expr).every(({ name }) => isPlainName(name))) return [];
  return [...selectorsOf(expr).map((log) => printSelector(log)), ...askedOf(expr).map(printAsLoki)];
}

/** What the ingesters are asked: a sum goes with the range aggregation below it. */
function askedOf(expr: Expr): Expr[] {
  if (expr.kind === 'log' || expr.kind === 'range-aggregation') return [expr];
  const isSum = expr.kind === 'vector-aggregation' && expr.op === 'sum' && expr.expr.kind === 'range-aggregation';
  return isSum ? [expr] : childrenOf(expr).flatMap(askedOf);
}

/** Every `name="value"` and the like, wherever in the expression it stands. */
const matchersOf = (root: Expr): Matcher[] =>
  [...walk(root)].flatMap((expr) => [
    ...(expr.kind === 'log' ? [...expr.matchers, ...expr.stages.flatMap(matchersOfStage)] : []),
    ...labelFiltersOf(expr).flatMap(matchersOfFilter),
  ]);

const matchersOfStage = (stage: Stage): Matcher[] =>
  stage.kind === 'drop' || stage.kind === 'keep' ? stage.labels.filter((label) => 'op' in label) : [];

function matchersOfFilter(filter: LabelFilter): Matcher[] {
  if (filter.kind === 'string') return [filter.matcher];
  return labelFilterChildren(filter).flatMap(matchersOfFilter);
}
