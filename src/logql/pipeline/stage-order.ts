/** The order in which stages run, which is not always the one in which they are written. */
import type { LabelFilter, Stage } from '../syntax/ast.js';
import { printStage } from '../syntax/print-stage.js';
import { isSpecialLabel } from './label-names.js';
import { isBranch } from './stages/label-filter.js';

/**
 * Line filters go as far forward as they can: over parsers and label stages, but not over label filters, line_format
 * or unpack. They also go over decolorize, and then see the line with its colours: that is Loki's order.
 */
export function runOrder(stages: readonly Stage[]): Stage[] {
  const out: Stage[] = [];
  let lineFilters: Stage[] = [];
  let others: Stage[] = [];
  const flush = () => {
    out.push(...lineFilters, ...others);
    lineFilters = [];
    others = [];
  };
  for (const stage of stages) {
    if (stage.kind === 'line-filter') lineFilters.push(stage);
    else if (stage.kind === 'label-filter') {
      flush();
      out.push(stage);
    } else {
      others.push(stage);
      if (stage.kind === 'line-format' || stage.kind === 'unpack') flush();
    }
  }
  flush();
  return out;
}

const readersOfLines = new Set<Stage['kind']>(['json', 'logfmt', 'regexp', 'pattern', 'unpack', 'line-filter']);

/** Leaves out each line_format after which nobody reads the line. Only where lines are not counted in bytes. */
export function withoutIdleLineFormats(stages: readonly Stage[]): Stage[] {
  const last = stages.findLastIndex(({ kind }) => readersOfLines.has(kind));
  return stages.filter(({ kind }, i) => kind !== 'line-format' || i < last);
}

/**
 * Leaves out stages that were there before, and that nothing has come after which would let them do something else now:
 * a query may have some ten thousand of them. `stages` in the order in which they run.
 */
export function withoutRepeats(stages: readonly Stage[]): Stage[] {
  const lineFilters = new Set<string>();
  const labelFilters = new Set<string>();
  const parsers = new Set<string>();
  /** The last stage that is no line filter. */
  let last = '';
  return stages.filter((stage) => {
    if (!isRepeatable(stage)) {
      for (const seen of [lineFilters, labelFilters, parsers]) seen.clear();
      last = '';
      return true;
    }
    const text = printStage(stage, 'exact');
    if (stage.kind === 'line-filter') return isFirst(text, lineFilters);
    if (text === last) return false;
    if (stage.kind === 'label-filter') {
      if (!isFirst(text, labelFilters)) return false;
    } else {
      if (!addsOnly(stage)) parsers.clear();
      else if (!isFirst(text, parsers)) return false;
      labelFilters.clear();
    }
    last = text;
    return true;
  });
}

function isFirst(text: string, seen: Set<string>): boolean {
  if (seen.has(text)) return false;
  seen.add(text);
  return true;
}

/** Does it do nothing when it runs a second time right after the first? */
function isRepeatable(stage: Stage): boolean {
  switch (stage.kind) {
    case 'line-format':
    case 'label-format':
    case 'unpack':
    case 'decolorize':
      return false;
    case 'logfmt':
      // With expressions it stops at the first label that was renamed and is there.
      return stage.expressions.length === 0;
    case 'label-filter':
      return !dependsOnError(stage.filter);
    default:
      return true;
  }
}

function dependsOnError(filter: LabelFilter): boolean {
  if (isBranch(filter)) return dependsOnError(filter.left) || dependsOnError(filter.right);
  return filter.kind === 'ip' || isSpecialLabel(filter.kind === 'string' ? filter.matcher.name : filter.name);
}

/** A parser that leaves the labels that are there as they are, so that others of the kind may run in between. */
function addsOnly(stage: Stage): boolean {
  switch (stage.kind) {
    case 'regexp':
    case 'pattern':
      return true;
    case 'json':
      return stage.expressions.length === 0;
    case 'logfmt':
      return stage.expressions.length === 0 && !stage.strict;
    default:
      return false;
  }
}
