/** by (…) and without (…): which series an aggregation takes together. */
import type { Labels } from '../../model/labels.js';
import { dropLabels, keepLabels, withoutEmpty } from '../engine/label-sets.js';
import type { StepSeries } from '../engine/querier.js';
import type { Grouping } from '../syntax/ast.js';

export interface SeriesGroup {
  readonly labels: Labels;
  readonly series: readonly StepSeries[];
}

/**
 * No grouping takes all series together, as `by ()` does. Groups come in the order of their first series. Two groups of
 * `without` may bear equal labels, when an empty value is all that they differ in; with `mergesEmpty` such are one group.
 */
export function groupSeries(
  series: readonly StepSeries[],
  grouping: Grouping | null,
  mergesEmpty = false,
): SeriesGroup[] {
  const groups = new Map<string, { labels: Labels; series: StepSeries[] }>();
  for (const one of series) {
    const left = groupLabels(one.labels, grouping);
    const key = mergesEmpty && grouping?.without ? withoutEmpty(left) : left;
    const group = groups.get(key.text);
    if (group) group.series.push(one);
    else groups.set(key.text, { labels: grouping?.without ? withoutEmpty(key) : key, series: [one] });
  }
  return [...groups.values()];
}

/** What a grouping leaves of the labels. `without` takes the metric's name away too. */
export function groupLabels(labels: Labels, grouping: Grouping | null): Labels {
  if (grouping === null) return keepLabels(labels, []);
  return grouping.without ? dropLabels(labels, [...grouping.labels, '__name__']) : keepLabels(labels, grouping.labels);
}
