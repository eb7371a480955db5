/** The order in which stages run, which is not always the one in which they are written. */
import type { Stage } from '../syntax/ast.js';

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
  return stages.filter(
    (stage, i) => stage.kind !== 'line-format' || stages.slice(i).some((later) => readersOfLines.has(later.kind)),
  );
}
