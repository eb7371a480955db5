/** Sets of code points: union, complement, case folding, and the named sets of RE2. */
import { MAX_RUNE, type Ranges } from './syntax.js';

/** Sorts and merges pairs in any order. */
export function normalise(pairs: readonly number[]): Ranges {
  const spans: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) spans.push([pairs[i] as number, pairs[i + 1] as number]);
  spans.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [lo, hi] of spans) {
    const last = out.length - 1;
    if (last > 0 && lo <= (out[last] as number) + 1) out[last] = Math.max(out[last] as number, hi);
    else out.push(lo, hi);
  }
  return out;
}

export function negate(ranges: Ranges): Ranges {
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i] as number;
    if (lo > next) out.push(next, lo - 1);
    next = (ranges[i + 1] as number) + 1;
  }
  if (next <= MAX_RUNE) out.push(next, MAX_RUNE);
  return out;
}

export function contains(ranges: Ranges, rune: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (rune < (ranges[i] as number)) return false;
    if (rune <= (ranges[i + 1] as number)) return true;
  }
  return false;
}

export function intersects(a: Ranges, b: Ranges): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if ((a[i + 1] as number) < (b[j] as number)) i += 2;
    else if ((b[j + 1] as number) < (a[i] as number)) j += 2;
    else return true;
  }
  return false;
}

export const anyRune: Ranges = [0, MAX_RUNE];
export const anyButNewline: Ranges = negate([10, 10]);
export const wordRunes: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];

const digit: Ranges = [0x30, 0x39];
const perlSpace: Ranges = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];

/** By the letter: \d \s \w and their complements. */
export const perlClasses: ReadonlyMap<string, Ranges> = new Map([
  ['d', digit],
  ['D', negate(digit)],
  ['s', perlSpace],
  ['S', negate(perlSpace)],
  ['w', wordRunes],
  ['W', negate(wordRunes)],
]);

/** By the name between [: and :]. */
export const posixClasses: ReadonlyMap<string, Ranges> = new Map<string, Ranges>([
  ['alnum', [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a]],
  ['alpha', [0x41, 0x5a, 0x61, 0x7a]],
  ['ascii', [0x00, 0x7f]],
  ['blank', [0x09, 0x09, 0x20, 0x20]],
  ['cntrl', [0x00, 0x1f, 0x7f, 0x7f]],
  ['digit', digit],
  ['graph', [0x21, 0x7e]],
  ['lower', [0x61, 0x7a]],
  ['print', [0x20, 0x7e]],
  ['punct', [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e]],
  ['space', [0x09, 0x0d, 0x20, 0x20]],
  ['upper', [0x41, 0x5a]],
  ['word', wordRunes],
  ['xdigit', [0x30, 0x39, 0x41, 0x46, 0x61, 0x66]],
]);

// Case folding

/** The code points that fold together with a letter, itself among them; null when it stands alone. */
function orbitOf(rune: number): readonly number[] | null {
  if (rune < 0x80) {
    const upper = rune & ~0x20;
    if (upper < 0x41 || upper > 0x5a || rune < 0x41) return null;
    if (upper === 0x4b) return [0x4b, 0x6b, 0x212a];
    if (upper === 0x53) return [0x53, 0x73, 0x17f];
    return [upper, upper | 0x20];
  }
  return orbits().get(rune) ?? null;
}

/** The last code point that folds with another. */
const foldMax = 0x1e943;
let knownOrbits: ReadonlyMap<number, readonly number[]> | null = null;

/** Made when a letter beyond ASCII is first folded: some 20 ms. It depends on nothing but Unicode. */
function orbits(): ReadonlyMap<number, readonly number[]> {
  if (knownOrbits !== null) return knownOrbits;
  const sets = new Map<number, Set<number>>();
  const join = (a: number, b: number): void => {
    const set = sets.get(a) ?? new Set([a]);
    for (const member of sets.get(b) ?? [b]) {
      set.add(member);
      sets.set(member, set);
    }
    sets.set(a, set);
  };
  for (let rune = 0x41; rune <= foldMax; rune++) {
    // İ and ı fold only in Turkish; U+1FD3, U+1FE3 and U+FB05 do since Unicode 15.1, which Go does not have yet.
    if (rune === 0x130 || rune === 0x131 || (rune >= 0xd800 && rune < 0xe000)) continue;
    const text = String.fromCodePoint(rune);
    for (const other of [text.toLowerCase(), text.toUpperCase()]) {
      const code = other.codePointAt(0) as number;
      if (other !== text && other.length === (code > 0xffff ? 2 : 1)) join(rune, code);
    }
  }
  knownOrbits = new Map([...sets].map(([rune, set]) => [rune, [...set].sort((a, b) => a - b)]));
  return knownOrbits;
}

/** With all that fold into the set. */
export function folded(ranges: Ranges): Ranges {
  const out = [...ranges];
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i] as number;
    const hi = ranges[i + 1] as number;
    if (lo <= 0x41 && hi >= foldMax) continue;
    for (let rune = Math.max(lo, 0x41); rune <= Math.min(hi, foldMax); rune++) {
      if (rune >= 0x80 && hi - lo > 0x400 && !orbits().has(rune)) continue;
      for (const member of orbitOf(rune) ?? []) out.push(member, member);
    }
  }
  return normalise(out);
}

// Unicode properties

const knownProperties = new Map<string, Ranges | null>();

/** The set of \p{name}: a general category or a script, by the names that Go knows; null for others. */
export function unicodeClass(name: string): Ranges | null {
  if (name === 'Any') return anyRune;
  let ranges = knownProperties.get(name);
  if (ranges === undefined) {
    ranges = scanProperty(name);
    knownProperties.set(name, ranges);
  }
  return ranges;
}

/** General categories by the names that Go has. */
const categories: ReadonlySet<string> = new Set(
  'C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs'.split(
    ' ',
  ),
);

function scanProperty(name: string): Ranges | null {
  const isCategory = categories.has(name);
  if (!isCategory && (!/^[A-Z][a-z][A-Za-z_]*$/.test(name) || isScriptAlias(name))) return null;
  let pattern: RegExp;
  try {
    pattern = new RegExp(`\\p{${isCategory ? '' : 'Script='}${name}}+`, 'gu');
  } catch (e) {
    if (e instanceof SyntaxError) return null;
    throw e;
  }
  const pairs: number[] = [];
  for (let from = 0; from <= MAX_RUNE; from += scanStep) {
    const text = String.fromCodePoint(...Array.from({ length: scanStep }, (_, i) => from + i));
    for (const { 0: run } of text.matchAll(pattern)) {
      const runes = Array.from(run, (ch) => ch.codePointAt(0) as number);
      pairs.push(runes[0] as number, runes.at(-1) as number);
    }
  }
  return normalise(pairs);
}

/** Code points looked at together. Surrogates stand in steps of their own, where they do not pair up. */
const scanStep = 0x400;

/** JavaScript takes the four-letter codes of scripts, too; Go only the names. */
const fourLetterNames: ReadonlySet<string> = new Set('Ahom Cham Kawi Lisu Miao Modi Newa Thai Toto'.split(' '));
const isScriptAlias = (name: string): boolean => name.length === 4 && !fourLetterNames.has(name);
