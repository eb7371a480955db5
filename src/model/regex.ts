/**
 * Regular expressions with RE2's syntax and meaning, in time linear in the text.
 *
 * Whether bytes match: the platform's RegExp where its search is provably the same and linear (regex/quick-test.ts), else
 * a deterministic automaton (regex/automaton.ts). What the groups of a match are: the platform's RegExp, if need be with
 * an automaton that finds where matches begin (regex/native.ts), else re2js.
 */
import { isUtf8 } from 'node:buffer';
import { RE2JS } from 're2js';
import type { LineNeedle } from './column-needs.js';
import { Automaton } from './regex/automaton.js';
import { alternativesOf, foldedNeedleOf, needleOf } from './regex/literals.js';
import { type NativePlan, planNative } from './regex/native.js';
import { needleSetOf } from './regex/needle-set.js';
import { parseRegex } from './regex/parser.js';
import { printRe2 } from './regex/printer.js';
import { compileProgram } from './regex/program.js';
import { type QuickTest, quickTestOf } from './regex/quick-test.js';
import { RegexError } from './regex/regex-error.js';
import type { Node } from './regex/syntax.js';
import { replaceInvalid } from './regex/utf8.js';

export { RegexError };

export interface Regex {
  readonly source: string;
  /** Does it match (anywhere, unless compiled as anchored)? */
  test(text: string): boolean;
  /** As test, for the UTF-8 in bytes[start, end). */
  testBytes(bytes: Uint8Array, start: number, end: number): boolean;
  /** Groups of the first match, [0] being the whole; null when there is none. */
  exec(text: string): (string | null)[] | null;
  /** All matches that do not overlap, as Go's FindAll finds them. */
  matchAll(text: string): RegexMatch[];
  /** Names by group number; '' for groups without one, and for [0]. */
  readonly groupNames: readonly string[];
  /** Bytes that every matching text contains, or null when none is known: for searching blocks. */
  readonly needle: Uint8Array | null;
  /** When the expression says no more than "contains one of these", these; else null. */
  readonly alternatives: readonly Uint8Array[] | null;
  /**
   * Lower-case ASCII that every matching text contains in any case; null when `needle` says as much.
   * It has no k and no s from (?i): those two also match letters beyond ASCII.
   */
  readonly caseInsensitiveNeedle: Uint8Array | null;
  /** Every matching text contains one of these: more of them than `needle`, but longer. Null when nothing is known. */
  readonly needleSet: readonly LineNeedle[] | null;
}

export interface RegexMatch {
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
}

/**
 * Anchored: the whole text must match, and a dot matches newlines, as in Loki's matchers.
 * Throws RegexError.
 */
export function compileRegex(source: string, options: { readonly anchored: boolean }): Regex {
  const { root, groupNames } = parseRegex(source, options);
  return new CompiledRegex(source, options.anchored, root, groupNames);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Of Buffer, but it works on any bytes; Node's types leave it out. */
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice: (this: Uint8Array, start: number, end: number) => string;
};

/** What only some uses need is made when it is first needed. */
class CompiledRegex implements Regex {
  readonly source: string;
  readonly groupNames: readonly string[];
  #needle: Uint8Array | null | undefined;
  /** The needle as text, where it is ASCII. */
  #literal: string | null | undefined;
  readonly #anchored: boolean;
  readonly #root: Node;
  /** undefined: not made yet. null: too large. */
  #automaton: Automaton | null | undefined;
  #finder: Finder | undefined;
  #quick: QuickTest | 'none' | undefined;

  constructor(source: string, anchored: boolean, root: Node, groupNames: readonly string[]) {
    this.source = source;
    this.groupNames = groupNames;
    this.#anchored = anchored;
    this.#root = root;
  }

  get needle(): Uint8Array | null {
    if (this.#needle === undefined) this.#needle = needleOf(this.#root);
    return this.#needle;
  }

  get alternatives(): readonly Uint8Array[] | null {
    return alternativesOf(this.#root, this.#anchored);
  }

  get caseInsensitiveNeedle(): Uint8Array | null {
    return foldedNeedleOf(this.#root);
  }

  get needleSet(): readonly LineNeedle[] | null {
    return needleSetOf(this.#root);
  }

  test(text: string): boolean {
    // A search for a literal touches no tables: a query may have thousands of expressions, whose tables fit no cache.
    if (this.#literal === undefined) this.#literal = asciiText(this.needle);
    if (this.#literal !== null && !text.includes(this.#literal)) return false;
    const automaton = this.#matcher();
    if (automaton === null) return this.#matches().exec(text) !== null;
    const known = automaton.testAscii(text);
    if (known !== null) return known;
    const bytes = encoder.encode(text);
    return automaton.test(bytes, 0, bytes.length) === true;
  }

  testBytes(bytes: Uint8Array, start: number, end: number): boolean {
    this.#quick ??= quickTestOf(this.#root) ?? 'none';
    if (this.#quick !== 'none') {
      const known = this.#quick(latin1Slice.call(bytes, start, end));
      if (known !== null) return known;
    }
    const automaton = this.#matcher();
    if (automaton === null) return this.#matches().exec(decoder.decode(bytes.subarray(start, end))) !== null;
    const result = automaton.test(bytes, start, end);
    return result === 'unclear' ? testInvalid(automaton, bytes.subarray(start, end)) : result;
  }

  exec(text: string): (string | null)[] | null {
    return this.#matches().exec(text);
  }

  matchAll(text: string): RegexMatch[] {
    return this.#matches().matchAll(text);
  }

  #matcher(): Automaton | null {
    if (this.#automaton === undefined) {
      const program = compileProgram(this.#root, { unanchored: !this.#anchored, backwards: false });
      this.#automaton = program === null ? null : new Automaton(program);
    }
    return this.#automaton;
  }

  #matches(): Finder {
    this.#finder ??= this.#makeFinder();
    return this.#finder;
  }

  #makeFinder(): Finder {
    const plan = planNative(this.#root);
    const native = plan === null ? null : this.#nativeFinder(plan);
    if (plan === null || native === null) return new Re2Finder(this.#root);
    if (plan.unitsMax === Number.POSITIVE_INFINITY) return native;
    return new BoundedFinder(native, plan.unitsMax, new Re2Finder(this.#root));
  }

  #nativeFinder(plan: NativePlan): Finder | null {
    if (plan.strategy === 'direct') return new DirectFinder(plan);
    const program = compileProgram(this.#root, { unanchored: true, backwards: true });
    if (program === null) return null;
    const located = new LocatedFinder(plan, new Automaton(program));
    return plan.searchUnitsMax === 0
      ? located
      : new BoundedFinder(new DirectFinder(plan), plan.searchUnitsMax, located);
  }
}

const asciiText = (bytes: Uint8Array | null): string | null =>
  bytes?.every((b) => b < 0x80) ? decoder.decode(bytes) : null;

/** No match was found in bytes beyond ASCII: that stands when they are UTF-8. */
function testInvalid(automaton: Automaton, bytes: Uint8Array): boolean {
  if (isUtf8(bytes)) return false;
  const valid = replaceInvalid(bytes);
  return automaton.test(valid, 0, valid.length) === true;
}

interface Finder {
  exec(text: string): (string | null)[] | null;
  matchAll(text: string): RegexMatch[];
}

function groupsOf(match: RegExpExecArray): (string | null)[] {
  const groups: (string | null)[] = [];
  for (let i = 0; i < match.length; i++) groups.push(match[i] ?? null);
  return groups;
}

/** Go's rule: an empty match right after a match does not count, and the search goes on one character further. */
function collect(text: string, next: (from: number) => RegexMatch | null): RegexMatch[] {
  const found: RegexMatch[] = [];
  let from = 0;
  let lastEnd = -1;
  while (from <= text.length) {
    const match = next(from);
    if (match === null) break;
    if (match.end > from) from = match.end;
    else from += (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
    if (match.start !== match.end || match.start !== lastEnd) found.push(match);
    lastEnd = match.end;
  }
  return found;
}

const matchOf = (match: RegExpExecArray | null): RegexMatch | null =>
  match === null ? null : { start: match.index, end: match.index + match[0].length, groups: groupsOf(match) };

class DirectFinder implements Finder {
  readonly #regex: RegExp;
  readonly #global: RegExp;

  constructor({ source }: NativePlan) {
    this.#regex = new RegExp(source, 'u');
    this.#global = new RegExp(source, 'gu');
  }

  exec(text: string): (string | null)[] | null {
    const match = this.#regex.exec(text);
    return match === null ? null : groupsOf(match);
  }

  matchAll(text: string): RegexMatch[] {
    return collect(text, (from) => {
      this.#global.lastIndex = from;
      return matchOf(this.#global.exec(text));
    });
  }
}

/** An automaton finds, from the end of the text, where matches begin; the RegExp is tried only there. */
class LocatedFinder implements Finder {
  readonly #regex: RegExp;
  readonly #backwards: Automaton;

  constructor({ source }: NativePlan, backwards: Automaton) {
    this.#regex = new RegExp(source, 'uy');
    this.#backwards = backwards;
  }

  exec(text: string): (string | null)[] | null {
    const [first] = this.#starts(text, true);
    const match = first === undefined ? null : this.#at(text, first);
    return match === null ? null : groupsOf(match);
  }

  matchAll(text: string): RegexMatch[] {
    const starts = this.#starts(text, false);
    return collect(text, (from) => {
      while (starts.length > 0 && (starts.at(-1) as number) < from) starts.pop();
      const start = starts.at(-1);
      return start === undefined ? null : matchOf(this.#at(text, start));
    });
  }

  #at(text: string, start: number): RegExpExecArray | null {
    this.#regex.lastIndex = start;
    return this.#regex.exec(text);
  }

  /** In UTF-16 units, the last first. */
  #starts(text: string, firstOnly: boolean): number[] {
    const bytes = Buffer.from(text);
    const starts = this.#backwards.starts(bytes, firstOnly);
    if (bytes.length === text.length) return starts;
    const units = unitsAt(bytes);
    return starts.map((at) => units[at] as number);
  }
}

/** By offset in the bytes of a text, the offset in its UTF-16 units. */
function unitsAt(bytes: Uint8Array): Uint32Array {
  const units = new Uint32Array(bytes.length + 1);
  for (let i = 0, unit = 0; i < bytes.length; i++) {
    const b = bytes[i] as number;
    units[i] = unit;
    // A character counts at its first byte, in units that its last byte passes on.
    if ((b & 0xc0) !== 0x80) unit += b >= 0xf0 ? 2 : 1;
    units[i + 1] = unit;
  }
  return units;
}

/** The first for texts up to a length, the second beyond. */
class BoundedFinder implements Finder {
  readonly #short: Finder;
  readonly #unitsMax: number;
  readonly #long: Finder;

  constructor(short: Finder, unitsMax: number, long: Finder) {
    this.#short = short;
    this.#unitsMax = unitsMax;
    this.#long = long;
  }

  exec(text: string): (string | null)[] | null {
    return (text.length <= this.#unitsMax ? this.#short : this.#long).exec(text);
  }

  matchAll(text: string): RegexMatch[] {
    return (text.length <= this.#unitsMax ? this.#short : this.#long).matchAll(text);
  }
}

class Re2Finder implements Finder {
  readonly #regex: RE2JS;

  constructor(root: Node) {
    this.#regex = RE2JS.compile(printRe2(root));
  }

  exec(text: string): (string | null)[] | null {
    const matcher = this.#regex.matcher(text);
    if (!matcher.find()) return null;
    return Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i));
  }

  matchAll(text: string): RegexMatch[] {
    const matcher = this.#regex.matcher(text);
    return collect(text, (from) => {
      if (!matcher.find(from)) return null;
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i));
      return { start: matcher.start(), end: matcher.end(), groups };
    });
  }
}
