/**
 * The label sets of rows. A row's values are taken out as texts, in the order of its shape (label-shapes.ts); pairs,
 * parts and the text of the set are made only for those who ask, as most rows of a query are never shown.
 */
import { type LabelPair, Labels } from '../../model/labels.js';
import { errorDetailsLabel, errorLabel } from './label-names.js';
import {
  fromLine,
  fromMetadata,
  hidden,
  type LabelShape,
  type NameList,
  ofLine,
  ofMetadata,
  ownError,
  type ShapeNode,
  ShapeTree,
} from './label-shapes.js';
import type { LabelSlot, LabelsBuilder } from './labels-builder.js';
import type { ResultLabels } from './pipeline-types.js';

export interface LabelSetOptions {
  /** Are labels without a value shown, or left out? */
  readonly keepsEmpty: boolean;
  /** Must equal rows have one object? Else only where it pays. */
  readonly internsAll: boolean;
  /** With the row's error, and told apart by where they came from. Else all labels count as the stream's. */
  readonly isWhole: boolean;
  /** Names of labels that no set has. */
  readonly leftOut: ReadonlySet<string>;
}

/** Sets kept; past it all are let go, and a set that comes again is a new object. */
const internedMax = 100_000;
/** After so many look-ups with few hits (each row has a time, or an id, of its own) a stream's sets are not kept. */
const lookupsMin = 512;
const hitsMin = 0.25;

const errorId = 0;
const errorDetailsId = 1;

interface StreamSets {
  readonly root: ShapeNode;
  /** Of a row that has the stream's labels and no others, wherever they came from. */
  readonly own: ResultLabels;
  lookups: number;
  hits: number;
}

export class LabelSets {
  readonly #builder: LabelsBuilder;
  readonly #options: LabelSetOptions;
  readonly #shapes: ShapeTree;
  readonly #streams = new Map<Labels, StreamSets>();
  /** By hash; those of one hash are chained. */
  readonly #sets = new Map<number, RowLabels>();
  #setCount = 0;
  #generation = 0;
  #stream: Labels | null = null;
  #current: StreamSets | null = null;
  /** The row's values, in the order in which they are met. */
  readonly #met: string[] = [];

  constructor(builder: LabelsBuilder, options: LabelSetOptions) {
    this.#builder = builder;
    this.#options = options;
    this.#shapes = new ShapeTree(options.leftOut, options.isWhole);
  }

  ofStream(stream: Labels): ResultLabels {
    return this.#streamSets(stream).own;
  }

  /** The set of the builder's current row. */
  current(): ResultLabels {
    const { stream, generation } = this.#builder;
    if (this.#stream !== stream || this.#generation !== generation || this.#shapes.isFull) this.#begin(stream);
    const sets = this.#current as StreamSets;
    const { shape } = this.#walk(sets.root);
    const values = valuesOf(shape, this.#met);
    if (shape.mayBeStream && stream.pairs.every(([, value], i) => value === values[i])) return sets.own;
    const isKept = this.#options.internsAll || sets.lookups < lookupsMin || sets.hits >= sets.lookups * hitsMin;
    return isKept ? this.#interned(shape, values, sets) : new RowLabels(shape, values, null);
  }

  #begin(stream: Labels): void {
    const { generation } = this.#builder;
    if (this.#generation !== generation || this.#shapes.isFull) {
      this.#generation = generation;
      this.#shapes.clear();
      this.#streams.clear();
      this.#forgetSets();
    }
    this.#stream = stream;
    this.#current = this.#streamSets(stream);
  }

  #streamSets(stream: Labels): StreamSets {
    let sets = this.#streams.get(stream);
    if (sets === undefined) {
      const root = this.#shapes.newRoot(stream);
      const { shape } = root;
      sets = { root, own: this.#interned(shape, valuesOf(shape, []), null), lookups: 0, hits: 0 };
      this.#streams.set(stream, sets);
    }
    return sets;
  }

  /** From the root to the shape of the builder's current row; its values are left in #met. */
  #walk(root: ShapeNode): ShapeNode {
    const builder = this.#builder;
    const { row } = builder;
    const { isWhole } = this.#options;
    // What Loki says of a failing series, it says before it leaves anything out.
    const keepsEmpty = this.#options.keepsEmpty || (isWhole && builder.error !== '');
    const met = this.#met;
    let count = 0;
    let node = root;
    for (let i = 0; i < builder.deletedLength; i++) {
      const slot = builder.deleted[i] as LabelSlot;
      if (slot.base !== '') node = node.next(slot.id, slot.name, hidden);
    }
    for (let i = 0; i < builder.metadataLength; i++) {
      const slot = builder.metadata[i] as LabelSlot;
      if (slot.metadataAt !== row) continue;
      const text = slot.metadataDictionary.get(slot.metadataId);
      const isShown = keepsEmpty || text !== '';
      if (isShown) met[count++] = text;
      node = node.next(slot.id, slot.name, isShown ? fromMetadata : hidden);
    }
    for (let i = 0; i < builder.parsedLength; i++) {
      const slot = builder.parsed[i] as LabelSlot;
      if (slot.parsedAt !== row) continue;
      const text = builder.parsedText(slot);
      const isShown = keepsEmpty || text !== '';
      if (isShown) met[count++] = text;
      node = node.next(slot.id, slot.name, isShown ? fromLine : hidden);
    }
    if (!isWhole) return node;
    if (builder.error !== '') {
      met[count++] = builder.error;
      node = node.next(errorId, errorLabel, ownError);
    }
    if (builder.errorDetails !== '') {
      met[count++] = builder.errorDetails;
      node = node.next(errorDetailsId, errorDetailsLabel, ownError);
    }
    return node;
  }

  #interned(shape: LabelShape, values: readonly string[], stats: StreamSets | null): RowLabels {
    const { list } = shape;
    const hash = hashOf(list, values);
    if (stats !== null) stats.lookups++;
    let first = this.#sets.get(hash) ?? null;
    for (let set = first; set !== null; set = set.next) {
      if (!set.has(list, values)) continue;
      if (stats !== null) stats.hits++;
      return set;
    }
    if (this.#setCount >= internedMax) {
      this.#forgetSets();
      first = null;
    }
    const set = new RowLabels(shape, values, first);
    this.#sets.set(hash, set);
    this.#setCount++;
    return set;
  }

  #forgetSets(): void {
    this.#sets.clear();
    this.#setCount = 0;
  }
}

/** The values of a shape's labels, in its order. */
function valuesOf({ places, stream }: LabelShape, met: readonly string[]): readonly string[] {
  const values = new Array<string>(places.length);
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    values[i] = place >= 0 ? (met[place] as string) : (stream.pairs[-1 - place] as LabelPair)[1];
  }
  return values;
}

/** Of a longer value only its end counts: sets of one hash are compared in full. */
const hashedMax = 12;

function hashOf({ id }: NameList, values: readonly string[]): number {
  let hash = id;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as string;
    const { length } = value;
    hash = Math.imul(hash ^ length, 0x01000193);
    for (let k = Math.max(0, length - hashedMax); k < length; k++)
      hash = Math.imul(hash ^ value.charCodeAt(k), 0x01000193);
  }
  return hash >>> 2;
}

/** One distinct set of a query. */
class RowLabels implements ResultLabels {
  readonly #shape: LabelShape;
  readonly #values: readonly string[];
  /** The set before it with the same hash. */
  readonly next: RowLabels | null;
  #all: Labels | null = null;
  #metadata: Labels | null = null;
  #parsed: Labels | null = null;

  constructor(shape: LabelShape, values: readonly string[], next: RowLabels | null) {
    this.#shape = shape;
    this.#values = values;
    this.next = next;
  }

  has(list: NameList, values: readonly string[]): boolean {
    if (this.#shape.list !== list) return false;
    const own = this.#values;
    for (let i = 0; i < own.length; i++) if (own[i] !== values[i]) return false;
    return true;
  }

  get all(): Labels {
    if (this.#all === null) {
      const { list, streamPart } = this.#shape;
      const isStreamPart = streamPart.pairs.length === list.names.length;
      this.#all = isStreamPart
        ? streamPart
        : new Labels(list.names.map((name, i) => [name, this.#values[i] as string]));
    }
    return this.#all;
  }

  get stream(): Labels {
    return this.#shape.categories === null ? this.all : this.#shape.streamPart;
  }

  get metadata(): Labels {
    this.#metadata ??= this.#part(ofMetadata);
    return this.#metadata;
  }

  get parsed(): Labels {
    this.#parsed ??= this.#part(ofLine);
    return this.#parsed;
  }

  #part(wanted: number): Labels {
    const { categories, list } = this.#shape;
    const pairs: LabelPair[] = [];
    if (categories !== null) {
      categories.forEach((category, i) => {
        if (category === wanted) pairs.push([list.names[i] as string, this.#values[i] as string]);
      });
    }
    return pairs.length === 0 ? Labels.empty : new Labels(pairs);
  }
}
