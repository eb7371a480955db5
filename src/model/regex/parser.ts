/** RE2's syntax as Go's regexp takes it, with Go's refusals. Offsets count UTF-16 units. */
import {
  anyButNewline,
  anyRune,
  folded,
  negate,
  normalise,
  perlClasses,
  posixClasses,
  unicodeClass,
} from './char-class.js';
import { RegexError } from './regex-error.js';
import {
  alternate,
  assertion,
  capture,
  classNode,
  concat,
  MAX_RUNE,
  type Node,
  type Ranges,
  repeat,
  weightOf,
} from './syntax.js';

/** Go's bounds: the tree's height, and instructions after expansion. */
const heightMax = 1000;
const sizeMax = Math.floor((128 * 1024 * 1024) / 40);
const repeatMax = 1000;
/** Seven for each byte of a query (a k in any case), which leaves out a \pL five thousand times: Go counts none. */
const weightMax = 7 * 131_072;

interface Flags {
  readonly fold: boolean;
  readonly dotNewline: boolean;
  readonly multiline: boolean;
  readonly ungreedy: boolean;
}

/** What stands between an opening parenthesis and its closing one. */
interface Frame {
  readonly outerFlags: Flags;
  /** 0 for a group that captures nothing. */
  readonly index: number;
  readonly name: string;
  readonly branches: Node[];
  items: Node[];
}

export interface ParsedRegex {
  readonly root: Node;
  /** By group number; '' for groups without a name, and for [0]. */
  readonly groupNames: readonly string[];
}

/**
 * Anchored: as if written ^(?s:source)$, which is what Loki compiles for a matcher.
 * Throws RegexError.
 */
export function parseRegex(source: string, options: { readonly anchored: boolean }): ParsedRegex {
  return new Parser(source, options.anchored).parse();
}

class Parser {
  readonly #source: string;
  readonly #anchored: boolean;
  #at = 0;
  #flags: Flags;
  #frames: Frame[] = [];
  #frame: Frame;
  readonly #groupNames = [''];
  #isQuoteOpen = false;
  /** No `:]` comes any more: it need not be looked for again. */
  #noPosixEnd = false;
  /** Sets by how they are written, folded where `(?i)` stood: some thousand \pL are made once. */
  readonly #sets = new Map<string, Ranges>();
  /** Nodes by code point: a long expression is mostly literals, and few different ones. */
  readonly #literals = new Map<number, Node>();
  readonly #foldedLiterals = new Map<number, Node>();

  constructor(source: string, anchored: boolean) {
    this.#source = source;
    this.#anchored = anchored;
    this.#flags = { fold: false, dotNewline: anchored, multiline: false, ungreedy: false };
    this.#frame = { outerFlags: this.#flags, index: 0, name: '', branches: [], items: [] };
  }

  #fail(reason: string, expression: string): never {
    throw new RegexError(`error parsing regexp: ${reason}: \`${expression}\``);
  }

  parse(): ParsedRegex {
    // Where the repetition began that has just been read, for a** and the like.
    let lastRepeat = -1;
    while (this.#at < this.#source.length) {
      let thisRepeat = -1;
      const start = this.#at;
      switch (this.#source[start]) {
        case '(':
          this.#openParen();
          break;
        case '|':
          this.#at++;
          this.#endBranch();
          break;
        case ')':
          this.#at++;
          this.#closeParen();
          break;
        case '^':
          this.#at++;
          this.#push(assertion(this.#flags.multiline ? 'beginLine' : 'beginText'));
          break;
        case '$':
          this.#at++;
          this.#push(assertion(this.#flags.multiline ? 'endLine' : 'endText'));
          break;
        case '.':
          this.#at++;
          this.#push(classNode(this.#flags.dotNewline ? anyRune : anyButNewline));
          break;
        case '[':
          this.#push(classNode(this.#class()));
          break;
        case '*':
        case '+':
        case '?':
          this.#at++;
          this.#repeat(
            start,
            lastRepeat,
            this.#source[start] === '+' ? 1 : 0,
            this.#source[start] === '?' ? 1 : -1,
            false,
          );
          thisRepeat = start;
          break;
        case '{':
          if (this.#counted(start, lastRepeat)) thisRepeat = start;
          else this.#literal(this.#rune());
          break;
        case '\\':
          this.#escape();
          break;
        default:
          this.#literal(this.#rune());
      }
      lastRepeat = thisRepeat;
    }
    if (this.#frames.length > 0) this.#fail('missing closing )', this.#source);
    // An open quote takes in what Loki writes around the expression.
    if (this.#isQuoteOpen && this.#anchored) this.#fail('missing closing )', `^(?s:${this.#source})$`);
    this.#endBranch();
    const root = this.#checked(alternate(this.#frame.branches));
    if (weightOf(root) > weightMax) this.#fail('expression too large', this.#source);
    const whole = this.#anchored ? concat([assertion('beginText'), root, assertion('endText')]) : root;
    return { root: whole, groupNames: this.#groupNames };
  }

  #checked(node: Node): Node {
    if (node.height > heightMax) this.#fail('expression nests too deeply', this.#source);
    if (node.size > sizeMax) this.#fail('expression too large', this.#source);
    return node;
  }

  #push(node: Node): void {
    this.#frame.items.push(node);
  }

  /** The code point ahead. */
  #rune(): number {
    const rune = this.#source.codePointAt(this.#at) as number;
    if (isStray(rune)) this.#fail('invalid UTF-8', this.#source.slice(this.#at));
    this.#at += rune > 0xffff ? 2 : 1;
    return rune;
  }

  #literal(rune: number): void {
    const known = this.#flags.fold ? this.#foldedLiterals : this.#literals;
    let node = known.get(rune);
    if (node === undefined) {
      node = classNode(this.#flags.fold ? folded([rune, rune]) : [rune, rune]);
      known.set(rune, node);
    }
    this.#push(node);
  }

  // Groups

  #endBranch(): void {
    this.#frame.branches.push(this.#checked(concat(this.#frame.items)));
    this.#frame.items = [];
  }

  #open(index: number, name: string): void {
    this.#frames.push(this.#frame);
    this.#frame = { outerFlags: this.#flags, index, name, branches: [], items: [] };
  }

  #openParen(): void {
    if (this.#source[this.#at + 1] === '?') {
      this.#perlGroup();
      return;
    }
    this.#at++;
    this.#open(this.#groupNames.push('') - 1, '');
  }

  #closeParen(): void {
    this.#endBranch();
    const { index, name, branches, outerFlags } = this.#frame;
    const outer = this.#frames.pop();
    if (outer === undefined) this.#fail('unexpected )', this.#source);
    const sub = alternate(branches);
    this.#frame = outer;
    this.#flags = outerFlags;
    this.#push(this.#checked(index === 0 ? sub : capture(index, name, sub)));
  }

  /** (?P<name>…), (?<name>…), (?flags) or (?flags:…). */
  #perlGroup(): void {
    const start = this.#at;
    const rest = this.#source.slice(start);
    const named = /^\(\?(?:P<|<)/.exec(rest);
    if (named !== null && rest.length > named[0].length) {
      this.#namedGroup(start, start + named[0].length);
      return;
    }
    this.#at += 2;
    const flags: Record<keyof Flags, boolean> = { ...this.#flags };
    let sign = true;
    let sawFlag = false;
    while (this.#at < this.#source.length) {
      const ch = String.fromCodePoint(this.#rune());
      const flag = flagNames[ch];
      if (flag !== undefined) {
        flags[flag] = sign;
        sawFlag = true;
      } else if (ch === '-' && sign) {
        sign = false;
        sawFlag = false;
      } else if ((ch === ':' || ch === ')') && (sign || sawFlag)) {
        if (ch === ':') this.#open(0, '');
        this.#flags = flags;
        return;
      } else break;
    }
    this.#fail('invalid or unsupported Perl syntax', this.#source.slice(start, this.#at));
  }

  #namedGroup(start: number, nameStart: number): void {
    const end = this.#source.indexOf('>', start);
    if (end < 0) this.#fail('invalid named capture', this.#source.slice(start));
    const name = this.#source.slice(nameStart, end);
    if (!/^[A-Za-z0-9_]+$/.test(name)) this.#fail('invalid named capture', this.#source.slice(start, end + 1));
    this.#at = end + 1;
    this.#open(this.#groupNames.push(name) - 1, name);
  }

  // Repetition

  #repeat(start: number, lastRepeat: number, min: number, max: number, counted: boolean): void {
    let greedy = !this.#flags.ungreedy;
    if (this.#source[this.#at] === '?') {
      this.#at++;
      greedy = !greedy;
    }
    if (lastRepeat >= 0) this.#fail('invalid nested repetition operator', this.#source.slice(lastRepeat, this.#at));
    const sub = this.#frame.items.pop();
    if (sub === undefined) {
      this.#fail('missing argument to repetition operator', this.#source.slice(start, this.#at));
    }
    const node = this.#checked(repeat(sub, min, max, greedy));
    if (counted && (min >= 2 || max >= 2) && !repeatIsValid(node, repeatMax)) {
      this.#fail('invalid repeat count', this.#source.slice(start, this.#at));
    }
    this.#push(node);
  }

  /** {n}, {n,} or {n,m}; false when the brace is a literal. */
  #counted(start: number, lastRepeat: number): boolean {
    const match = /^\{(0|[1-9][0-9]*)(?:,(0|[1-9][0-9]*)?)?\}/.exec(this.#source.slice(start, start + 4096));
    if (match === null) return false;
    const [text, low, high] = match;
    const min = Number(low);
    const max = high !== undefined ? Number(high) : text.includes(',') ? -1 : min;
    this.#at = start + text.length;
    if (min > repeatMax || max > repeatMax || (max >= 0 && min > max)) this.#fail('invalid repeat count', text);
    this.#repeat(start, lastRepeat, min, max, true);
    return true;
  }

  // Escapes

  #escape(): void {
    const start = this.#at;
    const ch = this.#source[start + 1] ?? '';
    switch (ch) {
      case 'A':
      case 'b':
      case 'B':
      case 'z':
        this.#at += 2;
        this.#push(assertion(escapedAssertions[ch]));
        return;
      case 'C':
        this.#fail('invalid escape sequence', '\\C');
        break;
      case 'Q':
        this.#quoted();
        return;
    }
    const set = this.#escapedClass();
    if (set !== null) this.#push(classNode(set));
    else this.#literal(this.#escapedRune());
  }

  /** \Q…\E, or to the end. */
  #quoted(): void {
    this.#at += 2;
    const end = this.#source.indexOf('\\E', this.#at);
    const stop = end < 0 ? this.#source.length : end;
    while (this.#at < stop) this.#literal(this.#rune());
    this.#at = end < 0 ? stop : stop + 2;
    this.#isQuoteOpen = end < 0;
  }

  /** \pN, \p{Name}, \d and the like, folded when asked for; null when it is none. */
  #escapedClass(): Ranges | null {
    if (this.#source[this.#at] !== '\\') return null;
    const ch = this.#source[this.#at + 1] ?? '';
    if (ch === 'p' || ch === 'P') return this.#unicodeClass(ch === 'P');
    const known = perlClasses.get(ch);
    if (known === undefined) return null;
    this.#at += 2;
    return this.#foldedClass(ch.toLowerCase() === ch ? known : negate(known), ch.toLowerCase() !== ch);
  }

  #foldedClass(ranges: Ranges, negated: boolean): Ranges {
    const set = this.#flags.fold ? folded(ranges) : ranges;
    return negated ? negate(set) : set;
  }

  #unicodeClass(isNegated: boolean): Ranges {
    const start = this.#at;
    const rest = this.#source.slice(start);
    if (rest.length === 2) this.#fail('invalid character class range', rest);
    let name: string;
    if (rest[2] === '{') {
      const end = rest.indexOf('}');
      if (end < 0) this.#fail('invalid character class range', rest);
      name = rest.slice(3, end);
      this.#at += end + 1;
    } else {
      name = String.fromCodePoint(rest.codePointAt(2) as number);
      this.#at += 2 + name.length;
    }
    const caret = name.startsWith('^');
    const written = `${this.#flags.fold ? 'i' : ''}${this.#source.slice(start, this.#at)}`;
    let set = this.#sets.get(written);
    if (set === undefined) {
      const ranges = unicodeClass(caret ? name.slice(1) : name);
      if (ranges === null) this.#fail('invalid character class range', this.#source.slice(start, this.#at));
      set = this.#foldedClass(ranges, isNegated !== caret);
      this.#sets.set(written, set);
    }
    return set;
  }

  /** The rune that a backslash and what follows stand for. */
  #escapedRune(): number {
    const start = this.#at;
    this.#at++;
    if (this.#at >= this.#source.length) this.#fail('trailing backslash at end of expression', '');
    const rune = this.#rune();
    const ch = String.fromCodePoint(rune);
    const value = this.#escapeValue(ch, rune);
    if (value === null) this.#fail('invalid escape sequence', this.#source.slice(start, this.#at));
    return value;
  }

  #escapeValue(ch: string, rune: number): number | null {
    if (/^[1-7]$/.test(ch) && !/^[0-7]$/.test(this.#source[this.#at] ?? '')) return null;
    if (/^[0-7]$/.test(ch)) {
      const more = /^[0-7]{0,2}/.exec(this.#source.slice(this.#at, this.#at + 2))?.[0] ?? '';
      this.#at += more.length;
      return Number.parseInt(ch + more, 8);
    }
    if (ch === 'x') return this.#hex();
    const named = escapedRunes[ch];
    if (named !== undefined) return named;
    return rune < 0x80 && !/^[0-9A-Za-z]$/.test(ch) ? rune : null;
  }

  /** \xFF or \x{10FFFF}; null after the first rune that does not fit. */
  #hex(): number | null {
    if (this.#at >= this.#source.length) return null;
    const digitOf = (): number => {
      const ch = String.fromCodePoint(this.#rune());
      return /^[0-9a-fA-F]$/.test(ch) ? Number.parseInt(ch, 16) : ch === '}' ? -2 : -1;
    };
    if (this.#source[this.#at] !== '{') {
      const high = digitOf();
      // Go reads the second digit whatever the first was; at the end of the text that fails silently as the rune 0.
      if (this.#at >= this.#source.length) return null;
      const low = digitOf();
      return high < 0 || low < 0 ? null : high * 16 + low;
    }
    this.#at++;
    let value = 0;
    for (let count = 0; ; count++) {
      if (this.#at >= this.#source.length) return null;
      const digit = digitOf();
      if (digit === -2) return count === 0 ? null : value;
      if (digit < 0) return null;
      value = value * 16 + digit;
      if (value > MAX_RUNE) return null;
    }
  }

  // Classes in brackets

  #class(): Ranges {
    const start = this.#at;
    const whole = this.#source.slice(start);
    this.#at++;
    const isNegated = this.#source[this.#at] === '^';
    if (isNegated) this.#at++;
    const pairs: number[] = [];
    const named = new Set<string>();
    for (let first = true; first || this.#source[this.#at] !== ']'; first = false) {
      const from = this.#at;
      const set = this.#posixClass() ?? this.#escapedClass();
      if (set === null) {
        pairs.push(...this.#range(whole));
        continue;
      }
      const written = this.#source.slice(from, this.#at);
      if (named.has(written)) continue;
      named.add(written);
      pairs.push(...set);
    }
    this.#at++;
    const ranges = normalise(pairs);
    return isNegated ? negate(ranges) : ranges;
  }

  /** [:name:] inside a class. */
  #posixClass(): Ranges | null {
    if (this.#noPosixEnd || !this.#source.startsWith('[:', this.#at)) return null;
    const end = this.#source.indexOf(':]', this.#at + 2);
    if (end < 0) {
      this.#noPosixEnd = true;
      return null;
    }
    const text = this.#source.slice(this.#at, end + 2);
    const isNegated = text[2] === '^';
    const ranges = posixClasses.get(text.slice(isNegated ? 3 : 2, -2));
    if (ranges === undefined) this.#fail('invalid character class range', text);
    this.#at = end + 2;
    return this.#foldedClass(ranges, isNegated);
  }

  /** a or a-z. */
  #range(whole: string): Ranges {
    const start = this.#at;
    const lo = this.#classRune(whole);
    let hi = lo;
    const next = this.#source[this.#at + 1];
    if (this.#source[this.#at] === '-' && next !== undefined && next !== ']') {
      this.#at++;
      hi = this.#classRune(whole);
      if (hi < lo) this.#fail('invalid character class range', this.#source.slice(start, this.#at));
    }
    return this.#flags.fold ? folded([lo, hi]) : [lo, hi];
  }

  #classRune(whole: string): number {
    if (this.#at >= this.#source.length) this.#fail('missing closing ]', whole);
    return this.#source[this.#at] === '\\' ? this.#escapedRune() : this.#rune();
  }
}

/** A byte that is no UTF-8: see utf8.ts of model. */
const isStray = (rune: number): boolean => rune >= 0xdc80 && rune <= 0xdcff;

const flagNames: Readonly<Record<string, keyof Flags>> = {
  i: 'fold',
  m: 'multiline',
  s: 'dotNewline',
  U: 'ungreedy',
};

const escapedAssertions = { A: 'beginText', b: 'wordBoundary', B: 'notWordBoundary', z: 'endText' } as const;
const escapedRunes: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** Do all repetitions, multiplied, stay within n copies of the innermost thing? */
function repeatIsValid(node: Node, n: number): boolean {
  let left = n;
  switch (node.op) {
    case 'repeat': {
      // Stars and plusses are no counted repetitions to Go.
      const isCounted = !(node.max === -1 && node.min <= 1) && !(node.min === 0 && node.max === 1);
      if (isCounted) {
        if (node.max === 0) return true;
        const count = node.max < 0 ? node.min : node.max;
        if (count > left) return false;
        if (count > 0) left = Math.trunc(left / count);
      }
      return repeatIsValid(node.sub, left);
    }
    case 'capture':
      return repeatIsValid(node.sub, left);
    case 'concat':
    case 'alternate':
      return node.subs.every((sub) => repeatIsValid(sub, left));
    default:
      return true;
  }
}
