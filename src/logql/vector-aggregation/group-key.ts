/** by (…) and without (…): which series an aggregation takes together. */
import type { Labels } from '../../model/labels.js';
import { dropLabels, keepLabels } from '../engine/label-sets.js';
import type { StepSeries } from '../engine/querier.js';
import type { Grouping } from '../syntax/ast.js';

export interface SeriesGroup {
  readonly labels: Labels;
  readonly series: readonly StepSeries[];
}

/** No grouping takes all series together, as `by ()` does. Groups come in the order of their first series. */
export function groupSeries(series: readonly StepSeries[], grouping: Grouping | null): SeriesGroup[] {
  const groups = new Map<string, { labels: Labels; series: StepSeries[] }>();
  for (const one of series) {
    const labels = groupLabels(one.labels, grouping);
    const group = groups.get(labels.text);
    if (group) group.series.push(one);
    else groups.set(labels.text, { labels, series: [one] });
  }
  return [...groups.values()];
}

/** `without` takes the metric's name away too. */
export function groupLabels(labels: Labels, grouping: Grouping | null): Labels {
  if (grouping === null) return keepLabels(labels, []);
  return grouping.without ? dropLabels(labels, [...grouping.labels, '__name__']) : keepLabels(labels, grouping.labels);
}
