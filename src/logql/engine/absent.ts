/** absent_over_time: 1 at the steps at which no series has a sample. */
import { byName, type LabelPair, Labels } from '../../model/labels.js';
import type { Matcher } from '../../model/matcher.js';
import type { StepGrid } from '../../model/time.js';
import type { StepSeries } from './querier.js';

export function absentSeries(matchers: readonly Matcher[], found: readonly StepSeries[], grid: StepGrid): StepSeries {
  const present = new Uint8Array(grid.count).fill(1);
  for (const series of found) {
    for (let k = 0; k < present.length; k++) if (series.present[k]) present[k] = 0;
  }
  return { labels: absentLabels(matchers), values: new Float64Array(grid.count).fill(1), present };
}

/** The labels that a missing series surely would have: those with one equality matcher and no other. */
function absentLabels(matchers: readonly Matcher[]): Labels {
  const count = new Map<string, number>();
  for (const { name } of matchers) count.set(name, (count.get(name) ?? 0) + 1);
  const pairs = matchers
    .filter(({ name, op, value }) => op === '=' && value !== '' && name !== '__name__' && count.get(name) === 1)
    .map(({ name, value }): LabelPair => [name, value]);
  return new Labels(pairs.sort(byName));
}
