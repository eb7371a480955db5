/**
 * The labels of surviving rows as interned objects. A set that came before is found by a key of its parts, without
 * sorting or printing anything; only a new one is built.
 */
import { byName, type LabelPair, Labels } from '../../model/labels.js';
import type { Grouping } from '../syntax/ast.js';
import { errorDetailsLabel, errorLabel } from './label-names.js';
import type { LabelSlot, LabelsBuilder } from './labels-builder.js';
import type { ResultLabels } from './pipeline-types.js';

/** Between the parts of a key. No text that was decoded from UTF-8 contains half of a surrogate pair by itself. */
const separator = '\uD800';
/** Shortcuts kept; past it they are built anew. The interned sets themselves are never dropped. */
const shortcutsMax = 65_536;

export class Results {
  readonly #builder: LabelsBuilder;
  readonly #byText = new Map<string, ResultLabels>();
  readonly #shortcuts = new Map<string, ResultLabels>();
  /** A number for each stream, as the first part of its keys. */
  readonly #streamIds = new Map<Labels, number>();
  readonly #ofStream = new Map<Labels, ResultLabels>();
  #stream: Labels | null = null;
  #streamId = 0;

  constructor(builder: LabelsBuilder) {
    this.#builder = builder;
  }

  /** A set without categories, as grouped samples have it. */
  uncategorised(pairs: LabelPair[]): ResultLabels {
    pairs.sort(byName);
    const all = new Labels(pairs);
    return this.#intern(all, () => ({ all, stream: all, metadata: Labels.empty, parsed: Labels.empty }));
  }

  get none(): ResultLabels {
    return this.uncategorised([]);
  }

  ofStream(stream: Labels): ResultLabels {
    let result = this.#ofStream.get(stream);
    if (result === undefined) {
      result = this.#intern(stream, () => ({ all: stream, stream, metadata: Labels.empty, parsed: Labels.empty }));
      this.#ofStream.set(stream, result);
    }
    return result;
  }

  /** All labels of the current row, the error's included. */
  whole(): ResultLabels {
    const builder = this.#builder;
    if (builder.isUnchanged) return this.ofStream(builder.stream);
    const key = this.#key(null);
    let result = this.#shortcuts.get(key);
    if (result === undefined) {
      result = this.#buildWhole();
      this.#remember(key, result);
    }
    return result;
  }

  /** All labels of the current row but those of `groups`. */
  without(groups: ReadonlySet<LabelSlot>): ResultLabels {
    const key = this.#key(groups);
    let result = this.#shortcuts.get(key);
    if (result === undefined) {
      const pairs: LabelPair[] = [];
      const names = new Set<string>();
      for (const slot of groups) names.add(slot.name);
      this.#builder.forEach((name, value) => {
        if (!names.has(name)) pairs.push([name, value]);
      });
      result = this.uncategorised(pairs);
      this.#remember(key, result);
    }
    return result;
  }

  #remember(key: string, result: ResultLabels): void {
    if (this.#shortcuts.size >= shortcutsMax) this.#shortcuts.clear();
    this.#shortcuts.set(key, result);
  }

  #key(groups: ReadonlySet<LabelSlot> | null): string {
    const builder = this.#builder;
    if (this.#stream !== builder.stream) {
      this.#stream = builder.stream;
      const known = this.#streamIds.get(builder.stream);
      this.#streamId = known ?? this.#streamIds.size;
      if (known === undefined) this.#streamIds.set(builder.stream, this.#streamId);
    }
    const { row } = builder;
    let key = `${groups === null ? '' : '-'}${this.#streamId}`;
    for (let i = 0; i < builder.deletedLength; i++) key += `,${(builder.deleted[i] as LabelSlot).id}`;
    for (let i = 0; i < builder.metadataLength; i++) {
      const slot = builder.metadata[i] as LabelSlot;
      if (slot.metadataAt === row && !groups?.has(slot)) key += `${separator}m${slot.id}=${slot.metadataDictionary.get(slot.metadataId)}`;
    }
    for (let i = 0; i < builder.parsedLength; i++) {
      const slot = builder.parsed[i] as LabelSlot;
      if (slot.parsedAt === row && !groups?.has(slot)) key += `${separator}${slot.id}=${builder.parsedText(slot)}`;
    }
    if (groups === null) {
      if (builder.error !== '') key += `${separator}e${builder.error}`;
      if (builder.errorDetails !== '') key += `${separator}d${builder.errorDetails}`;
    }
    return key;
  }

  #buildWhole(): ResultLabels {
    const builder = this.#builder;
    const { row } = builder;
    const byLabel = new Map<string, string>();
    builder.forEachWithErrors((name, value) => byLabel.set(name, value));
    const pairs = [...byLabel].sort(byName);
    return this.#intern(new Labels(pairs), (all) => {
      const parts: Record<'stream' | 'metadata' | 'parsed', LabelPair[]> = { stream: [], metadata: [], parsed: [] };
      for (const pair of pairs) {
        const slot = builder.slot(pair[0]);
        const special = pair[0] === errorLabel || pair[0] === errorDetailsLabel;
        const part = special || slot.parsedAt === row ? 'parsed' : slot.metadataAt === row ? 'metadata' : 'stream';
        parts[part].push(pair);
      }
      return { all, stream: new Labels(parts.stream), metadata: new Labels(parts.metadata), parsed: new Labels(parts.parsed) };
    });
  }

  #intern(all: Labels, build: (all: Labels) => ResultLabels): ResultLabels {
    let result = this.#byText.get(all.text);
    if (result === undefined) {
      result = build(all);
      this.#byText.set(all.text, result);
    }
    return result;
  }
}

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
    const set = new Set(slots);
    return { get: () => (builder.error !== '' ? results.whole() : results.without(set)), names: null };
  }
  return { get: groupedBy(builder, results, slots), names: grouping.labels };
}

function groupedBy(builder: LabelsBuilder, results: Results, slots: readonly LabelSlot[]): () => ResultLabels {
  const root: GroupNode = new Map();
  const last = slots.length - 1;
  /** A deleted name stays out of the group even when it was set again later, as in Loki. */
  const valueOf = (slot: LabelSlot) => (slot.deletedAt === builder.row ? undefined : builder.get(slot));
  const build = () => {
    const pairs = new Map<string, string>();
    for (const slot of slots) {
      const value = valueOf(slot);
      if (value !== undefined) pairs.set(slot.name, value);
    }
    return results.uncategorised([...pairs]);
  };
  return () => {
    if (builder.error !== '') return results.whole();
    let node = root;
    for (let i = 0; i < last; i++) {
      const value = valueOf(slots[i] as LabelSlot);
      let next = node.get(value) as GroupNode | undefined;
      if (next === undefined) {
        next = new Map();
        node.set(value, next);
      }
      node = next;
    }
    const value = valueOf(slots[last] as LabelSlot);
    let result = node.get(value) as ResultLabels | undefined;
    if (result === undefined) {
      result = build();
      node.set(value, result);
    }
    return result;
  };
}
