/** sum, avg, min, max, count, stddev, stdvar: a group of series becomes one. */

import type { StepGrid } from '../../model/time.js';
import type { StepSeries } from '../engine/querier.js';
import { emptySeries } from '../engine/step-vector.js';
import type { SeriesGroup } from './group-key.js';

export type FoldOp = 'sum' | 'avg' | 'min' | 'max' | 'count' | 'stddev' | 'stdvar';

export function foldGroup(op: FoldOp, group: SeriesGroup, grid: StepGrid): StepSeries {
  const into = emptySeries(group.labels, grid);
  switch (op) {
    case 'sum':
      each(group, into, (value, k) => {
        into.values[k] = (into.values[k] as number) + value;
      });
      return into;
    case 'count':
      each(
        group,
        into,
        (_value, k) => {
          into.values[k] = (into.values[k] as number) + 1;
        },
        () => 1,
      );
      return into;
    case 'min':
    case 'max': {
      const sign = op === 'max' ? 1 : -1;
      each(group, into, (value, k) => {
        const best = into.values[k] as number;
        if (value * sign > best * sign || Number.isNaN(best)) into.values[k] = value;
      });
      return into;
    }
    case 'avg': {
      const counts = new Float64Array(grid.count).fill(1);
      each(group, into, (value, k) => {
        const n = (counts[k] as number) + 1;
        counts[k] = n;
        into.values[k] = (into.values[k] as number) + (value - (into.values[k] as number)) / n;
      });
      return into;
    }
    case 'stddev':
    case 'stdvar':
      return deviation(op, group, into);
  }
}

/** Calls `add` for each sample but the first of a step, of which `first` makes the value to begin with. */
function each(
  { series }: SeriesGroup,
  into: StepSeries,
  add: (value: number, k: number) => void,
  first: (value: number, k: number) => number = (value) => value,
): void {
  for (const { values, present } of series) {
    for (let k = 0; k < present.length; k++) {
      if (!present[k]) continue;
      if (into.present[k]) {
        add(values[k] as number, k);
      } else {
        into.present[k] = 1;
        into.values[k] = first(values[k] as number, k);
      }
    }
  }
}

/** Of the population, by Welford's method. One sample deviates by 0, even if it is NaN or infinite. */
function deviation(op: 'stddev' | 'stdvar', group: SeriesGroup, into: StepSeries): StepSeries {
  const counts = new Float64Array(into.values.length);
  const means = new Float64Array(into.values.length);
  each(
    group,
    into,
    (value, k) => {
      const n = (counts[k] as number) + 1;
      const delta = value - (means[k] as number);
      const mean = (means[k] as number) + delta / n;
      counts[k] = n;
      means[k] = mean;
      into.values[k] = (into.values[k] as number) + delta * (value - mean);
    },
    (value, k) => {
      counts[k] = 1;
      means[k] = value;
      return 0;
    },
  );
  for (let k = 0; k < counts.length; k++) {
    if (!into.present[k]) continue;
    const variance = (into.values[k] as number) / (counts[k] as number);
    into.values[k] = op === 'stddev' ? Math.sqrt(variance) : variance;
  }
  return into;
}
