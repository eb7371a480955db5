/** A vector and a number: `rate(…) * 60`, `5 < rate(…)`. */

import { invariant } from '../../errors.js';
import type { BinaryOp } from '../syntax/ast.js';
import { arithmetic, comparison, isComparison } from './operators.js';
import type { StepSeries } from './querier.js';
import type { StepVector } from './step-vector.js';

/**
 * Labels stay. A comparison keeps the samples for which it holds, with their own values, whichever side they are on;
 * with `bool` it makes 1 or 0 of every sample.
 */
export function withLiteral(
  op: BinaryOp,
  vector: StepVector,
  literal: number,
  options: { readonly literalLeft: boolean; readonly bool: boolean },
): StepVector {
  invariant(op !== 'and' && op !== 'or' && op !== 'unless', `the parser lets ${op} through with a literal`);
  const order =
    <T>(f: (left: number, right: number) => T) =>
    (value: number): T =>
      options.literalLeft ? f(literal, value) : f(value, literal);
  if (!isComparison(op)) return mapValues(vector, order(arithmetic(op)));
  const holds = order(comparison(op));
  return options.bool ? mapValues(vector, (v) => Number(holds(v))) : filterValues(vector, holds);
}

const mapValues = ({ series, failure }: StepVector, f: (value: number) => number): StepVector => ({
  series: series.map(({ labels, values, present }) => ({ labels, values: values.map(f), present })),
  failure,
});

const filterValues = ({ series, failure }: StepVector, holds: (value: number) => boolean): StepVector => ({
  series: series.map(({ labels, values, present }): StepSeries => {
    const kept = present.slice();
    for (let k = 0; k < kept.length; k++) if (kept[k] && !holds(values[k] as number)) kept[k] = 0;
    return { labels, values, present: kept };
  }),
  failure,
});
