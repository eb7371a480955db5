/** What the grammar allows and Loki refuses. */
import { matchesEmpty } from '../../model/matcher.js';
import { boundExceeded } from '../pipeline/stage-bounds.js';
import { withoutIdleLineFormats } from '../pipeline/stage-order.js';
import { StageError, validateStage } from '../pipeline/validate.js';
import type { Expr, LineFilterStage, Stage } from './ast.js';
import { ParseError } from './parse-error.js';
import { printStage } from './print-stage.js';
import { depthMax, type TokenCursor, tooDeep } from './token-cursor.js';
import { childrenOf, depthOf, labelFilterChildren, labelFiltersOf, walk } from './walk.js';

export const noMatcher =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will';

/** Depth, then faults and selectors in tree order, a parent before what it holds. Throws ParseError. */
export function validateQuery(expr: Expr, cursor: TokenCursor): void {
  const depth = depthOf(expr, childrenOf);
  if (depth > depthMax) throw new ParseError(tooDeep);
  for (const node of walk(expr)) {
    const fault = cursor.faultOf(node);
    if (fault !== null) throw new ParseError(fault);
    if (node.kind === 'log' && node.matchers.every(matchesEmpty)) throw new ParseError(noMatcher);
    for (const filter of labelFiltersOf(node)) {
      if (depth + depthOf(filter, labelFilterChildren) > depthMax) throw new ParseError(tooDeep);
    }
  }
}

/** What is wrong inside of stages: expressions, templates, addresses. Throws ParseError that quotes the stage. */
export function validateStages(expr: Expr): void {
  for (const stages of compiledStages(expr)) {
    for (const group of evaluationOrder(stages)) {
      // Loki builds the filters of one run from the last to the first, and quotes the run.
      for (const stage of group.toReversed()) {
        try {
          validateStage(stage);
        } catch (cause) {
          if (!(cause instanceof StageError)) throw cause;
          const printed = group.map((s) => printStage(s)).join(' ');
          throw new ParseError(`stage '${printed}' : ${cause.message}`, undefined, { cause });
        }
      }
    }
    refuseTooMuch(stages);
  }
  for (const node of walk(expr)) {
    if (node.kind !== 'range-aggregation' || node.unwrap === null) continue;
    refuseTooMuch(node.unwrap.filters.map((filter) => ({ kind: 'label-filter', filter })));
  }
}

function refuseTooMuch(stages: readonly Stage[]): void {
  const reason = boundExceeded(stages);
  if (reason !== null) throw new ParseError(reason);
}

/** Of each log query the stages that run: a line_format that nothing reads is never compiled. */
function* compiledStages(expr: Expr): Generator<readonly Stage[]> {
  for (const node of walk(expr)) {
    if (node.kind === 'range-aggregation') {
      const countsBytes = node.op === 'bytes_over_time' || node.op === 'bytes_rate';
      yield countsBytes ? node.log.stages : withoutIdleLineFormats(node.log.stages);
    } else if (node.kind === 'log' && node === expr) yield node.stages;
  }
}

/**
 * Stages as Loki runs them: line filters move before the stages that leave lines alone, and become one stage. A stage
 * that rewrites lines, or a label filter, is not crossed.
 */
function evaluationOrder(stages: readonly Stage[]): (readonly Stage[])[] {
  const groups: (readonly Stage[])[] = [];
  let lineFilters: LineFilterStage[] = [];
  let others: Stage[] = [];
  const flush = (): void => {
    if (lineFilters.length > 0) groups.push(lineFilters);
    for (const stage of others) groups.push([stage]);
    lineFilters = [];
    others = [];
  };
  for (const stage of stages) {
    if (stage.kind === 'line-filter') {
      lineFilters.push(stage);
      continue;
    }
    if (stage.kind === 'label-filter') flush();
    others.push(stage);
    if (stage.kind === 'label-filter' || stage.kind === 'line-format' || stage.kind === 'unpack') flush();
  }
  flush();
  return groups;
}
