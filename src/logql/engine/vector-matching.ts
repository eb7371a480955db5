/** Which series of the two sides of an operator belong together, and what their result is called. */
import type { Labels } from '../../model/labels.js';
import type { VectorMatching } from '../syntax/ast.js';
import { dropLabels, keepLabels, setLabel, withoutEmpty } from './label-sets.js';
import type { StepSeries } from './querier.js';

/** Without on() or ignoring(): all labels must be equal. */
const exact: VectorMatching = { on: false, labels: [], group: null, include: [] };

export class Matching {
  readonly #spec: VectorMatching;

  constructor(spec: VectorMatching | null) {
    this.#spec = spec ?? exact;
  }

  get group(): 'left' | 'right' | null {
    return this.#spec.group;
  }

  /** Equal for series that match each other. */
  signature(labels: Labels): string {
    const { on, labels: names } = this.#spec;
    return withoutEmpty(on ? keepLabels(labels, names) : dropLabels(labels, names)).text;
  }

  bySignature(series: readonly StepSeries[]): Map<string, StepSeries[]> {
    const groups = new Map<string, StepSeries[]>();
    for (const one of series) {
      const signature = this.signature(one.labels);
      const group = groups.get(signature);
      if (group) group.push(one);
      else groups.set(signature, [one]);
    }
    return groups;
  }

  /**
   * The labels of a result. One to one: the labels that were matched on. With group_left or group_right: those of the
   * "many" side, and the included ones as the "one" side has them.
   */
  resultLabels(many: Labels, one: Labels): Labels {
    const { on, labels, group, include } = this.#spec;
    let result = withoutEmpty(many);
    if (group === null) result = on ? keepLabels(result, labels) : dropLabels(result, labels);
    for (const name of include) result = setLabel(result, name, one.get(name));
    return result;
  }
}
