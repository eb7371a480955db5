/** The labels of surviving rows, and of samples as their grouping says. */
import { byName, type LabelPair, Labels } from '../../model/labels.js';
import type { Grouping } from '../syntax/ast.js';
import { type LabelSetOptions, LabelSets } from './label-sets.js';
import type { LabelSlot, LabelsBuilder } from './labels-builder.js';
import type { ResultLabels } from './pipeline-types.js';

/** Of the samples of a grouping, or of rows as they are. */
export class Results {
  readonly #options: Pick<LabelSetOptions, 'keepsEmpty' | 'internsAll'>;
  readonly #builder: LabelsBuilder;
  readonly #whole: LabelSets;
  readonly #uncategorised = new Map<string, ResultLabels>();

  constructor(builder: LabelsBuilder, options: Pick<LabelSetOptions, 'keepsEmpty' | 'internsAll'>) {
    this.#builder = builder;
    this.#options = options;
    this.#whole = new LabelSets(builder, { ...options, isWhole: true, leftOut: new Set() });
  }

  /** A set without categories, as grouped samples have it. */
  uncategorised(pairs: readonly LabelPair[]): ResultLabels {
    const all = new Labels((this.#options.keepsEmpty ? [...pairs] : withValues(pairs)).sort(byName));
    let result = this.#uncategorised.get(all.text);
    if (result === undefined) {
      result = { all, stream: all, metadata: Labels.empty, parsed: Labels.empty };
      this.#uncategorised.set(all.text, result);
    }
    return result;
  }

  get none(): ResultLabels {
    return this.uncategorised([]);
  }

  ofStream(stream: Labels): ResultLabels {
    return this.#whole.ofStream(stream);
  }

  /** All labels of the current row, the error's included. */
  whole(): ResultLabels {
    const builder = this.#builder;
    return builder.isUnchanged ? this.#whole.ofStream(builder.stream) : this.#whole.current();
  }

  /** Gives all labels of the current row but these. */
  without(names: readonly string[]): () => ResultLabels {
    const sets = new LabelSets(this.#builder, { ...this.#options, isWhole: false, leftOut: new Set(names) });
    return () => sets.current();
  }
}

const withValues = (pairs: readonly LabelPair[]): LabelPair[] => pairs.filter(([, value]) => value !== '');

type GroupNode = Map<string | undefined, GroupNode | ResultLabels>;

/** Chooses the labels of samples, as the grouping says. */
export interface LabelsOfSample {
  /** For the current row of the builder. */
  get(): ResultLabels;
  /** Labels are needed beyond those named here; null: any label may count. */
  readonly names: readonly string[] | null;
}

/** `noLabels`: all rows go into one series, whatever they are labelled. A row with an error keeps all of its labels. */
export function labelsOfSample(
  builder: LabelsBuilder,
  results: Results,
  grouping: Grouping | null,
  noLabels: boolean,
): LabelsOfSample {
  if (noLabels) {
    const { none } = results;
    return { get: () => (builder.error !== '' ? results.whole() : none), names: [] };
  }
  if (grouping === null || grouping.labels.length === 0) return { get: () => results.whole(), names: null };
  const slots = grouping.labels.map((name) => builder.slot(name));
  if (grouping.without) {
    const others = results.without(grouping.labels);
    return { get: () => (builder.error !== '' ? results.whole() : others()), names: null };
  }
  return { get: groupedBy(builder, results, slots), names: grouping.labels };
}

function groupedBy(builder: LabelsBuilder, results: Results, slots: readonly LabelSlot[]): () => ResultLabels {
  const root: GroupNode = new Map();
  const last = slots.length - 1;
  /** A deleted name stays out of the group even when it was set again later, as in Loki. */
  const groupValue = (slot: LabelSlot) => (slot.deletedAt === builder.row ? undefined : builder.get(slot));
  const build = () => {
    const pairs = new Map<string, string>();
    for (const slot of slots) {
      const value = groupValue(slot);
      if (value !== undefined) pairs.set(slot.name, value);
    }
    return results.uncategorised([...pairs]);
  };
  return () => {
    if (builder.error !== '') return results.whole();
    let node = root;
    for (let i = 0; i < last; i++) {
      const value = groupValue(slots[i] as LabelSlot);
      let next = node.get(value) as GroupNode | undefined;
      if (next === undefined) {
        next = new Map();
        node.set(value, next);
      }
      node = next;
    }
    const value = groupValue(slots[last] as LabelSlot);
    let result = node.get(value) as ResultLabels | undefined;
    if (result === undefined) {
      result = build();
      node.set(value, result);
    }
    return result;
  };
}
