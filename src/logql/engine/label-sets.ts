/** New label sets from old ones. */
import { byName, Labels } from '../../model/labels.js';

export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  const pairs = labels.pairs.filter(([name]) => names.includes(name));
  return pairs.length === labels.pairs.length ? labels : pairs.length === 0 ? Labels.empty : new Labels(pairs);
}

export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  const pairs = labels.pairs.filter(([name]) => !names.includes(name));
  return pairs.length === labels.pairs.length ? labels : pairs.length === 0 ? Labels.empty : new Labels(pairs);
}

/** An empty value removes the label. */
export function setLabel(labels: Labels, name: string, value: string): Labels {
  if (labels.get(name) === value) return labels;
  const others = labels.pairs.filter(([n]) => n !== name);
  if (value === '') return new Labels(others);
  return new Labels([...others, [name, value] as const].sort(byName));
}
