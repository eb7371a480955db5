/** A tree as an automaton over the bytes of UTF-8, forwards or backwards. */
import { anyRune } from './char-class.js';
import type { Assertion, Node, Ranges } from './syntax.js';

/** Instructions of one automaton; beyond, the expression is left to re2js. */
const instructionsMax = 200_000;

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
        return node.subs.map((sub) => this.#node(sub, next)).reduce((a, b) => this.#split(a, b));
      case 'repeat':
        return this.#repeat(node, next);
      default: {
        this.#hasAssertions = true;
        return this.#add(Op.assert, Place[this.#backwards ? reversed[node.op] : node.op], 0, next, 0);
      }
    }
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
    for (let i = 0; i < ranges.length; i += 2) {
      eachSequence(ranges[i] as number, ranges[i + 1] as number, (bytes) => {
        let to = next;
        if (this.#backwards)
          for (let k = 0; k < bytes.length; k += 2) to = byte(bytes[k] as number, bytes[k + 1] as number, to);
        else for (let k = bytes.length - 2; k >= 0; k -= 2) to = byte(bytes[k] as number, bytes[k + 1] as number, to);
        starts.push(to);
      });
    }
    if (starts.length === 0) return this.#add(Op.fail, 0, 0, 0, 0);
    return [...new Set(starts)].reduce((a, b) => this.#split(a, b));
  }
}

/** Calls back with ranges of bytes (lo, hi, lo, hi, …) that together spell the code points lo to hi. */
function eachSequence(lo: number, hi: number, emit: (bytes: readonly number[]) => void): void {
  if (lo > hi) return;
  // Surrogates have no UTF-8.
  if (lo < 0xd800 && hi >= 0xd800) {
    eachSequence(lo, 0xd7ff, emit);
    eachSequence(0xe000, hi, emit);
    return;
  }
  if (lo >= 0xd800 && lo < 0xe000) {
    eachSequence(0xe000, hi, emit);
    return;
  }
  for (const last of [0x7f, 0x7ff, 0xffff]) {
    if (lo <= last && last < hi) {
      eachSequence(lo, last, emit);
      eachSequence(last + 1, hi, emit);
      return;
    }
  }
  if (hi <= 0x7f) {
    emit([lo, hi]);
    return;
  }
  for (let bits = 6; bits <= 18; bits += 6) {
    const mask = (1 << bits) - 1;
    if ((lo & ~mask) === (hi & ~mask)) continue;
    if ((lo & mask) !== 0) {
      eachSequence(lo, lo | mask, emit);
      eachSequence((lo | mask) + 1, hi, emit);
      return;
    }
    if ((hi & mask) !== mask) {
      eachSequence(lo, (hi & ~mask) - 1, emit);
      eachSequence(hi & ~mask, hi, emit);
      return;
    }
  }
  const first = utf8(lo);
  const last = utf8(hi);
  emit(first.flatMap((b, i) => [b, last[i] as number]));
}

function utf8(rune: number): number[] {
  const tail = (shift: number): number => 0x80 | ((rune >> shift) & 0x3f);
  if (rune < 0x800) return [0xc0 | (rune >> 6), tail(0)];
  if (rune < 0x10000) return [0xe0 | (rune >> 12), tail(6), tail(0)];
  return [0xf0 | (rune >> 18), tail(12), tail(6), tail(0)];
}
