/**
 * How much work one line may make. A query has room for some ten thousand stages, and each may read the line again that
 * the one before has made: bounded is what grows with stages times lines. Filters are not, but for those that look for
 * addresses: others are searched for in whole blocks, or look at one label.
 */
import type { LabelFilter, Stage } from '../syntax/ast.js';
import { runOrder, withoutRepeats } from './stage-order.js';
import { isBranch } from './stages/label-filter.js';
import { compileFormats } from './stages/label-format.js';
import { compileLineTemplate } from './stages/line-format.js';

/** Stages beside filters, without those that are left out because they repeat others. */
export const stagesMax = 250;
/** Fields, variables and functions in the templates of a pipeline. */
export const commandsMax = 2000;
/** `ip(…)`: each looks through the whole line, or label. */
export const addressFiltersMax = 250;
/** Regular expressions of label filters: compiling them takes a tenth of a millisecond each. */
export const expressionsMax = 2000;
/** Expressions of `json` and `logfmt`: each is looked for in every line. */
export const extractionsMax = 1000;

/** Why the pipeline is refused; null when it is not. Its stages are valid. */
export function boundExceeded(stages: readonly Stage[]): string | null {
  if (stages.filter(isWork).length > stagesMax) {
    const count = withoutRepeats(runOrder(stages)).filter(isWork).length;
    if (count > stagesMax) return `pipeline has ${count} stages that are no filters, at most ${stagesMax} expected`;
  }
  const addresses = stages.reduce((sum, stage) => sum + addressFilters(stage), 0);
  if (addresses > addressFiltersMax)
    return `pipeline has ${addresses} filters by ip, at most ${addressFiltersMax} expected`;
  const expressions = stages.reduce((sum, stage) => sum + labelExpressions(stage), 0);
  if (expressions > expressionsMax)
    return `pipeline has ${expressions} label filters by expressions, at most ${expressionsMax} expected`;
  const extractions = stages.reduce((sum, stage) => sum + ('expressions' in stage ? stage.expressions.length : 0), 0);
  if (extractions > extractionsMax)
    return `pipeline extracts ${extractions} labels by expressions, at most ${extractionsMax} expected`;
  const commands = commandsOf(stages);
  if (commands > commandsMax)
    return `templates of the pipeline have ${commands} commands, at most ${commandsMax} expected`;
  return null;
}

const isWork = ({ kind }: Stage): boolean => kind !== 'line-filter' && kind !== 'label-filter';

function addressFilters(stage: Stage): number {
  if (stage.kind === 'label-filter') return countIn(stage.filter, ({ kind }) => kind === 'ip');
  return stage.kind === 'line-filter' ? stage.operands.filter(({ ip }) => ip).length : 0;
}

const labelExpressions = (stage: Stage): number =>
  stage.kind === 'label-filter'
    ? countIn(stage.filter, (leaf) => leaf.kind === 'string' && leaf.matcher.op.endsWith('~'))
    : 0;

function countIn(filter: LabelFilter, isCounted: (leaf: LabelFilter) => boolean): number {
  if (isBranch(filter)) return countIn(filter.left, isCounted) + countIn(filter.right, isCounted);
  return isCounted(filter) ? 1 : 0;
}

/** The least that a command takes: `.a`. */
const commandUnitsMin = 2;

function commandsOf(stages: readonly Stage[]): number {
  let units = 0;
  for (const stage of stages) {
    if (stage.kind === 'line-format') units += stage.template.length;
    else if (stage.kind === 'label-format')
      for (const format of stage.formats) if (format.kind === 'template') units += format.template.length;
  }
  if (units < commandsMax * commandUnitsMin) return 0;
  let commands = 0;
  for (const stage of stages) {
    if (stage.kind === 'line-format') commands += compileLineTemplate(stage.template).commands;
    else if (stage.kind === 'label-format')
      for (const format of compileFormats(stage.formats))
        if (format.kind === 'template') commands += format.template.commands;
  }
  return commands;
}
