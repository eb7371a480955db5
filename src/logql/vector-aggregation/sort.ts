/** sort and sort_desc: the order of an instant vector. Over a range they change nothing. */
import type { StepSeries } from '../engine/querier.js';

export type Order = 'ascending' | 'descending';

/** Compares two values; NaN comes last in either order. */
export function betterFirst(order: Order): (a: number, b: number) => number {
  const sign = order === 'ascending' ? 1 : -1;
  return (a, b) => {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
    if (Number.isNaN(b)) return -1;
    return a === b ? 0 : a * sign < b * sign ? -1 : 1;
  };
}

/** The series by their values at a step; those of equal values stay in order. */
export const rankedAt = (
  series: readonly StepSeries[],
  step: number,
  compare: (a: number, b: number) => number,
): StepSeries[] => [...series].sort((a, b) => compare(a.values[step] as number, b.values[step] as number));
