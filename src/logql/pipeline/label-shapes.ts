/**
 * Which labels rows have, without their values. Rows of one program have the same labels in the same order, so they go
 * the same way through a tree, one step for each label. Where it ends, their names were sorted once for all of them.
 */
import { type LabelPair, Labels } from '../../model/labels.js';
import { errorDetailsLabel, errorLabel } from './label-names.js';

/** What a row does with a name. */
export type Source = 0 | 1 | 2 | 3;
/** The stream's label of that name does not show. */
export const hidden: Source = 0;
export const fromMetadata: Source = 1;
export const fromLine: Source = 2;
/** The row's error, or its details. */
export const ownError: Source = 3;
const sourceBits = 2;

/** Sorted names; one object for all shapes that have them. */
export interface NameList {
  readonly id: number;
  readonly names: readonly string[];
}

export interface LabelShape {
  readonly list: NameList;
  readonly stream: Labels;
  /** By name: the place of its value among those that the row brings, or -1 - its place among the stream's labels. */
  readonly places: Int32Array;
  /** Can the labels be those of the stream, for all that happened to the row? */
  readonly mayBeStream: boolean;
  /** By name: does it count as the stream's, as metadata, or as parsed? Null when all count as the stream's. */
  readonly categories: Uint8Array | null;
  /** What is left of the stream's labels. */
  readonly streamPart: Labels;
}

export const ofStream = 0;
export const ofMetadata = 1;
export const ofLine = 2;

interface Step {
  readonly name: string;
  readonly source: Source;
}

export class ShapeNode {
  readonly #tree: ShapeTree;
  readonly #stream: Labels;
  readonly #above: ShapeNode | null;
  readonly #step: Step;
  /** The step that was taken last. */
  #lastKey = -1;
  #last: ShapeNode | null = null;
  #all: Map<number, ShapeNode> | null = null;
  #shape: LabelShape | null = null;

  constructor(tree: ShapeTree, stream: Labels, above: ShapeNode | null, step: Step) {
    this.#tree = tree;
    this.#stream = stream;
    this.#above = above;
    this.#step = step;
  }

  /** `id`: a number that nothing else with this source has. */
  next(id: number, name: string, source: Source): ShapeNode {
    const key = (id << sourceBits) | source;
    return key === this.#lastKey ? (this.#last as ShapeNode) : this.#other(key, name, source);
  }

  #other(key: number, name: string, source: Source): ShapeNode {
    this.#all ??= new Map();
    let node = this.#all.get(key);
    if (node === undefined) {
      node = new ShapeNode(this.#tree, this.#stream, this, { name, source });
      this.#all.set(key, node);
      this.#tree.count++;
    }
    this.#lastKey = key;
    this.#last = node;
    return node;
  }

  /** Of rows that end here. */
  get shape(): LabelShape {
    this.#shape ??= this.#tree.shapeOf(this.#stream, this.#steps());
    return this.#shape;
  }

  #steps(): Step[] {
    const steps: Step[] = [];
    for (let node: ShapeNode = this; node.#above !== null; node = node.#above) steps.push(node.#step);
    return steps.reverse();
  }
}

/** Lines with ever other keys make ever more nodes: past it, all are made anew. */
const nodesMax = 65_536;

export class ShapeTree {
  count = 0;
  readonly #leftOut: ReadonlySet<string>;
  readonly #isCategorised: boolean;
  readonly #lists = new Map<string, NameList>();
  #listsMade = 0;

  /** `leftOut`: names that no shape has. */
  constructor(leftOut: ReadonlySet<string>, isCategorised: boolean) {
    this.#leftOut = leftOut;
    this.#isCategorised = isCategorised;
  }

  get isFull(): boolean {
    return this.count > nodesMax;
  }

  /** Nodes and lists from before are not to be used any more. */
  clear(): void {
    this.count = 0;
    this.#lists.clear();
  }

  /** Where the rows of a stream begin. */
  newRoot(stream: Labels): ShapeNode {
    this.count++;
    return new ShapeNode(this, stream, null, { name: '', source: hidden });
  }

  shapeOf(stream: Labels, steps: readonly Step[]): LabelShape {
    const found = this.#labelsOf(stream, steps);
    const list = this.#listOf(found.map(({ name }) => name));
    const { pairs } = stream;
    const own = found.filter(({ category }) => category === ofStream);
    return {
      list,
      stream,
      places: Int32Array.from(found, ({ place }) => place),
      mayBeStream: list.names.length === pairs.length && pairs.every(([name], i) => name === list.names[i]),
      categories: this.#isCategorised ? Uint8Array.from(found, ({ category }) => category) : null,
      streamPart:
        own.length === pairs.length ? stream : new Labels(own.map(({ place }) => pairs[-1 - place] as LabelPair)),
    };
  }

  /** Sorted by name. */
  #labelsOf(stream: Labels, steps: readonly Step[]): FoundLabel[] {
    const hiddenNames = new Set<string>();
    for (const { name, source } of steps) if (source !== ownError) hiddenNames.add(name);
    const hasError = steps.some(({ name, source }) => source === ownError && name === errorLabel);
    // A label that a stream or a line calls `__error__` gives way to the row's own error.
    if (hasError) hiddenNames.add(errorLabel);
    const found: FoundLabel[] = [];
    const add = (name: string, place: number, category: number): void => {
      const isError = name === errorLabel || name === errorDetailsLabel;
      if (!this.#leftOut.has(name)) found.push({ name, place, category: isError ? ofLine : category });
    };
    stream.pairs.forEach(([name], i) => {
      if (!hiddenNames.has(name)) add(name, -1 - i, ofStream);
    });
    let place = 0;
    for (const { name, source } of steps) {
      if (source === hidden) continue;
      if (source === ownError || name !== errorLabel || !hasError)
        add(name, place, source === fromMetadata ? ofMetadata : ofLine);
      place++;
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  #listOf(names: readonly string[]): NameList {
    const key = JSON.stringify(names);
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = { id: this.#listsMade++, names };
      this.#lists.set(key, list);
    }
    return list;
  }
}

interface FoundLabel {
  readonly name: string;
  readonly place: number;
  readonly category: number;
}
