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
/** Shortcuts kept; past it they are built anew. */
const shortcutsMax = 65_536;
/** Sets kept: a live tail runs for days. Past it all are let go, and a set that comes again is a new object. */
const internedMax = 200_000;
/** After so many look-ups with few hits (each row has a time, or an id, of its own) shortcuts are given up. */
const lookupsMin = 512;
const hitsMin = 0.25;

type Category = 0 | 1 | 2;
const fromStream: Category = 0;
const fromMetadata: Category = 1;
const fromLine: Category = 2;

/** Most results are asked for all of their labels only, so the parts are made on demand. */
class CategorisedLabels implements ResultLabels {
  readonly all: Labels;
  /** One for each pair of `all`. */
  readonly #categories: readonly Category[];
  #parts: readonly Labels[] | null = null;

  constructor(all: Labels, categories: readonly Category[]) {
    this.all = all;
    this.#categories = categories;
  }

  get stream(): Labels {
    return this.#part(fromStream);
  }

  get metadata(): Labels {
    return this.#part(fromMetadata);
  }

  get parsed(): Labels {
    return this.#part(fromLine);
  }

  #part(category: Category): Labels {
    this.#parts ??= [fromStream, fromMetadata, fromLine].map(
      (wanted) => new Labels(this.all.pairs.filter((_pair, i) => this.#categories[i] === wanted)),
    );
    return this.#parts[category] as Labels;
  }
}

export class Results {
  readonly #builder: LabelsBuilder;
  readonly #keepsEmpty: boolean;
  readonly #byText = new Map<string, ResultLabels>();
  readonly #shortcuts = new Map<string, ResultLabels>();
  /** A number for each stream, as the first part of its keys. */
  readonly #streamIds = new Map<Labels, number>();
  readonly #ofStream = new Map<Labels, ResultLabels>();
  #stream: Labels | null = null;
  #streamId = 0;
  #lookups = 0;
  #hits = 0;

  /** `keepsEmpty`: are labels without a value shown, or left out? */
  constructor(builder: LabelsBuilder, keepsEmpty: boolean) {
    this.#builder = builder;
    this.#keepsEmpty = keepsEmpty;
  }

  /** A set without categories, as grouped samples have it. */
  uncategorised(pairs: LabelPair[]): ResultLabels {
    const all = new Labels((this.#keepsEmpty ? pairs : withValues(pairs)).sort(byName));
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
    return builder.isUnchanged ? this.ofStream(builder.stream) : this.#shortcut(null, () => this.#buildWhole());
  }

  /** All labels of the current row but those of `groups`. */
  without(groups: ReadonlySet<LabelSlot>): ResultLabels {
    return this.#shortcut(groups, () => {
      const pairs: LabelPair[] = [];
      const names = new Set<string>();
      for (const slot of groups) names.add(slot.name);
      this.#builder.forEach((name, value) => {
        if (!names.has(name)) pairs.push([name, value]);
      });
      return this.uncategorised(pairs);
    });
  }

  #shortcut(groups: ReadonlySet<LabelSlot> | null, build: () => ResultLabels): ResultLabels {
    if (this.#lookups > lookupsMin && this.#hits < this.#lookups * hitsMin) return build();
    const key = this.#key(groups);
    const known = this.#shortcuts.get(key);
    this.#lookups++;
    if (known !== undefined) {
      this.#hits++;
      return known;
    }
    const result = build();
    if (this.#shortcuts.size >= shortcutsMax) this.#shortcuts.clear();
    this.#shortcuts.set(key, result);
    return result;
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
      if (slot.metadataAt === row && !groups?.has(slot))
        key += `${separator}m${slot.id}=${slot.metadataDictionary.get(slot.metadataId)}`;
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
    const found: LabelPair[] = [];
    // A label that a line calls `__error__` gives way to the row's own error.
    builder.forEach((name, value) => {
      if (name !== errorLabel || builder.error === '') found.push([name, value]);
    });
    if (builder.error !== '') found.push([errorLabel, builder.error]);
    if (builder.errorDetails !== '') found.push([errorDetailsLabel, builder.errorDetails]);
    const pairs = (this.#keepsEmpty ? found : withValues(found)).sort(byName);
    return this.#intern(new Labels(pairs), (all) => {
      const categories = pairs.map(([name]): Category => {
        if (name === errorLabel || name === errorDetailsLabel) return fromLine;
        const slot = builder.slot(name);
        return slot.parsedAt === row ? fromLine : slot.metadataAt === row ? fromMetadata : fromStream;
      });
      return new CategorisedLabels(all, categories);
    });
  }

  #intern(all: Labels, build: (all: Labels) => ResultLabels): ResultLabels {
    let result = this.#byText.get(all.text);
    if (result === undefined) {
      if (this.#byText.size >= internedMax) {
        this.#byText.clear();
        this.#shortcuts.clear();
      }
      result = build(all);
      this.#byText.set(all.text, result);
    }
    return result;
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
    const set = new Set(slots);
    return { get: () => (builder.error !== '' ? results.whole() : results.without(set)), names: null };
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
