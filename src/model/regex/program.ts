/** A tree as an automaton over the bytes of UTF-8, forwards or backwards. */
import { sequencesOf } from './byte-sequences.js';
import { anyRune } from './char-class.js';
import type { Assertion, Node, Ranges } from './syntax.js';

/** Instructions of one automaton; beyond, the expression is left to re2js. More than the parser lets pass. */
const instructionsMax = 2_000_000;

/** What an instruction does; `out` is where it goes on. */
export const Op = { byte: 0, split: 1, assert: 2, match: 3, fail: 4 } as const;

/** Conditions of a place between two bytes, as a bit set. */
export const Place: Readonly<Record<Assertion, number>> = {
  beginText: 1,
  endText: 2,
  beginLine: 4,
  endLine: 8,
  wordBoundary: 16,
  notWordBoundary: 32,
};

export interface Program {
  readonly op: Uint8Array;
  /** byte: the range. assert: `lo` is the Place. */
  readonly lo: Uint8Array;
  readonly hi: Uint8Array;
  readonly out: Uint32Array;
  /** split: the other way. */
  readonly out1: Uint32Array;
  readonly start: number;
  readonly hasAssertions: boolean;
}

export interface ProgramOptions {
  /** A match may begin anywhere. */
  readonly unanchored: boolean;
  /** Reads the text from its end: begin and end change places. */
  readonly backwards: boolean;
}

/** null when the automaton would be too large. */
export function compileProgram(root: Node, options: ProgramOptions): Program | null {
  const compiler = new Compiler(options.backwards);
  try {
    return compiler.compile(root, options.unanchored);
  } catch (e) {
    if (e instanceof TooLarge) return null;
    throw e;
  }
}

class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const reversed: Readonly<Record<Assertion, Assertion>> = {
  beginText: 'endText',
  endText: 'beginText',
  beginLine: 'endLine',
  endLine: 'beginLine',
  wordBoundary: 'wordBoundary',
  notWordBoundary: 'notWordBoundary',
};

/** Instructions are made from the end: each knows where it goes on. */
class Compiler {
  readonly #backwards: boolean;
  readonly #op: number[] = [];
  readonly #lo: number[] = [];
  readonly #hi: number[] = [];
  readonly #out: number[] = [];
  readonly #out1: number[] = [];
  #hasAssertions = false;

  constructor(backwards: boolean) {
    this.#backwards = backwards;
  }

  compile(root: Node, unanchored: boolean): Program {
    const match = this.#add(Op.match, 0, 0, 0, 0);
    let start = this.#node(root, match);
    if (unanchored) {
      const loop = this.#add(Op.split, 0, 0, start, 0);
      this.#out1[loop] = this.#class(anyRune, loop);
      start = loop;
    }
    return {
      op: Uint8Array.from(this.#op),
      lo: Uint8Array.from(this.#lo),
      hi: Uint8Array.from(this.#hi),
      out: Uint32Array.from(this.#out),
      out1: Uint32Array.from(this.#out1),
      start,
      hasAssertions: this.#hasAssertions,
    };
  }

  #add(op: number, lo: number, hi: number, out: number, out1: number): number {
    if (this.#op.length >= instructionsMax) throw new TooLarge();
    this.#lo.push(lo);
    this.#hi.push(hi);
    this.#out.push(out);
    this.#out1.push(out1);
    return this.#op.push(op) - 1;
  }

  #split(a: number, b: number): number {
    return this.#add(Op.split, 0, 0, a, b);
  }

  /** Matches the node, then goes on at `next`. */
  #node(node: Node, next: number): number {
    switch (node.op) {
      case 'empty':
        return next;
      case 'class':
        return this.#class(node.ranges, next);
      case 'capture':
        return this.#node(node.sub, next);
      case 'concat':
        return this.#backwards
          ? node.subs.reduce((to, sub) => this.#node(sub, to), next)
          : node.subs.reduceRight((to, sub) => this.#node(sub, to), next);
      case 'alternate':
        return this.#alternatives(
          node.subs.map((sub) => itemsOf(sub, this.#backwards)),
          0,
          next,
        );
      case 'repeat':
        return this.#repeat(node, next);
      default: {
        this.#hasAssertions = true;
        return this.#add(Op.assert, Place[this.#backwards ? reversed[node.op] : node.op], 0, next, 0);
      }
    }
  }

  /**
   * Alternatives from their items at `from` on. Those that begin alike share their beginning: which of them matches does
   * not matter here, and some ten thousand words would else all be under way at once.
   */
  #alternatives(sequences: readonly (readonly Node[])[], from: number, next: number): number {
    const groups = new Map<string, (readonly Node[])[]>();
    const ways: number[] = [];
    let isOver = false;
    for (const items of sequences) {
      const first = items[from];
      const key = first === undefined ? null : keyOf(first);
      if (first === undefined) isOver = true;
      else if (key === null) ways.push(this.#sequence(items, from, items.length, next));
      else {
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [items]);
        else group.push(items);
      }
    }
    for (const group of groups.values()) {
      const [items] = group as [readonly Node[]];
      if (group.length === 1) {
        ways.push(this.#sequence(items, from, items.length, next));
        continue;
      }
      const fork = forkOf(group, from);
      ways.push(this.#sequence(items, from, fork, this.#alternatives(group, fork, next)));
    }
    if (isOver) ways.push(next);
    return ways.reduce((a, b) => this.#split(a, b));
  }

  /** items[from, end) one after the other. */
  #sequence(items: readonly Node[], from: number, end: number, next: number): number {
    let at = next;
    for (let i = end - 1; i >= from; i--) at = this.#node(items[i] as Node, at);
    return at;
  }

  #repeat({ min, max, sub }: Node & { op: 'repeat' }, next: number): number {
    let at = next;
    if (max === -1) {
      at = this.#split(0, next);
      const body = this.#node(sub, at);
      this.#out[at] = body;
      if (min > 0) at = body;
    } else {
      for (let count = max; count > min; count--) at = this.#split(this.#node(sub, at), next);
    }
    const copies = max === -1 ? min - 1 : min;
    for (let count = 0; count < copies; count++) at = this.#node(sub, at);
    return at;
  }

  #class(ranges: Ranges, next: number): number {
    const [lo, hi] = ranges;
    if (ranges.length === 2 && hi !== undefined && hi < 0x80) return this.#add(Op.byte, lo as number, hi, next, 0);
    const starts: number[] = [];
    // Sequences that end alike share their ends.
    const known = new Map<number, number>();
    const byte = (lo: number, hi: number, to: number): number => {
      const key = (to * 256 + lo) * 256 + hi;
      let at = known.get(key);
      if (at === undefined) {
        at = this.#add(Op.byte, lo, hi, to, 0);
        known.set(key, at);
      }
      return at;
    };
    for (const bytes of sequencesOf(ranges)) {
      let to = next;
      if (this.#backwards)
        for (let k = 0; k < bytes.length; k += 2) to = byte(bytes[k] as number, bytes[k + 1] as number, to);
      else for (let k = bytes.length - 2; k >= 0; k -= 2) to = byte(bytes[k] as number, bytes[k + 1] as number, to);
      starts.push(to);
    }
    if (starts.length === 0) return this.#add(Op.fail, 0, 0, 0, 0);
    return [...new Set(starts)].reduce((a, b) => this.#split(a, b));
  }
}

/** What follows one another in a node, in the order of reading; groups are looked into. */
function itemsOf(node: Node, backwards: boolean): readonly Node[] {
  const inner = node.op === 'capture' ? node.sub : node;
  if (inner.op === 'empty') return [];
  if (inner.op !== 'concat') return [inner];
  return backwards ? [...inner.subs].reverse() : inner.subs;
}

/** Sets with more ranges are not compared. */
const comparedMax = 64;

/** Nodes with one key match the same; null: not compared. */
function keyOf(node: Node): string | null {
  if (node.op === 'class') return node.ranges.length > comparedMax ? null : node.ranges.join();
  if (node.op !== 'repeat') return null;
  const key = keyOf(node.sub);
  return key === null ? null : `${node.min},${node.max}(${key})`;
}

/** Where the first of the sequences that are alike at `from` differs from the others, or ends. */
function forkOf(sequences: readonly (readonly Node[])[], from: number): number {
  const [items] = sequences as [readonly Node[]];
  for (let at = from + 1; ; at++) {
    const first = items[at];
    const key = first === undefined ? null : keyOf(first);
    if (key === null) return at;
    for (const other of sequences) {
      const node = other[at];
      if (node === undefined || keyOf(node) !== key) return at;
    }
  }
}
