/**
 * New label sets from old ones.
 *
 * A range aggregation's series may have labels with empty values: a parser found the field and nothing in it. They
 * tell series apart and are shown, until an operation that makes new label sets drops them, as in Loki.
 */
import { byName, type LabelPair, Labels } from '../../model/labels.js';

/** Empty values stay. */
export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  return where(labels, ([name]) => names.includes(name));
}

/** Empty values stay. */
export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  return where(labels, ([name]) => !names.includes(name));
}

export function withoutEmpty(labels: Labels): Labels {
  return where(labels, ([, value]) => value !== '');
}

/** An empty value removes the label, and all empty ones go. */
export function setLabel(labels: Labels, name: string, value: string): Labels {
  const others = labels.pairs.filter(([n, v]) => n !== name && v !== '');
  return new Labels(value === '' ? others : [...others, [name, value] as const].sort(byName));
}

function where(labels: Labels, test: (pair: LabelPair) => boolean): Labels {
  const pairs = labels.pairs.filter(test);
  if (pairs.length === labels.pairs.length) return labels;
  return pairs.length === 0 ? Labels.empty : new Labels(pairs);
}
