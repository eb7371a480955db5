/**
 * Loki does not run every regular expression of a filter: where the expression is made of literals, `.*`, `.+`, groups
 * and alternatives only, it looks for the literals. That is faster, and it shows: `| level=~"err.*"` finds "no error"
 * too, and `|~ "a|.*"` finds only lines with an "a". We do the same, for the same answers.
 *
 * What the literals are depends on how Go's parser shapes an expression (it takes common beginnings out of
 * alternatives), so its rules are followed here for the constructs above; any other construct ends the attempt.
 */

export interface Literal {
  readonly kind: 'contains' | 'equals';
  /** Lower case when `caseInsensitive`. */
  readonly text: string;
  readonly caseInsensitive: boolean;
}

/** Everything, or what fits at least one of the tests: a literal, or being not empty. */
export type SimpleTest = 'everything' | readonly (Literal | 'not-empty')[];

/** `asLabel`: for label filters, whose expressions are anchored, but not everywhere. Null: run the expression. */
export function simplifyRegex(source: string, asLabel: boolean): SimpleTest | null {
  const shape = parse(source);
  return shape === null ? null : simplify(shape, asLabel);
}

// ---- The shape of an expression

type Shape =
  | { readonly kind: 'empty'; readonly fold: boolean }
  /** `runes` are upper case when `fold`. */
  | { readonly kind: 'literal'; readonly runes: readonly string[]; readonly fold: boolean }
  | { readonly kind: 'any-star' | 'any-plus'; readonly fold: boolean }
  | { readonly kind: 'capture'; readonly sub: Shape }
  | { readonly kind: 'concat' | 'alternate'; readonly subs: readonly Shape[] };

class Unsupported extends Error {}

function parse(source: string): Shape | null {
  try {
    return new ShapeParser(source).parse();
  } catch (e) {
    if (e instanceof Unsupported) return null;
    throw e;
  }
}

const special = new Set('\\^$.|?*+()[]{}');

class ShapeParser {
  readonly #chars: readonly string[];
  #at = 0;
  #fold = false;

  constructor(source: string) {
    this.#chars = [...source];
  }

  parse(): Shape {
    const shape = this.#alternatives();
    if (this.#at < this.#chars.length) throw new Unsupported();
    return shape;
  }

  #alternatives(): Shape {
    const legs = [this.#sequence()];
    while (this.#chars[this.#at] === '|') {
      this.#at++;
      const leg = this.#sequence();
      // Go makes a character class of neighbours of one character each.
      if (isSingle(leg) && isSingle(legs[legs.length - 1] as Shape)) throw new Unsupported();
      legs.push(leg);
    }
    return alternate(legs);
  }

  #sequence(): Shape {
    const parts: Shape[] = [];
    for (;;) {
      const ch = this.#chars[this.#at];
      if (ch === undefined || ch === '|' || ch === ')') break;
      const part = this.#part(ch);
      if (part === null) continue;
      const before = parts[parts.length - 1];
      if (part.kind === 'literal' && before?.kind === 'literal' && before.fold === part.fold && !this.#isRepeated()) {
        parts[parts.length - 1] = { ...before, runes: [...before.runes, ...part.runes] };
      } else if (part.kind === 'concat') parts.push(...part.subs);
      else parts.push(part);
      if (this.#isRepeated()) throw new Unsupported();
    }
    if (parts.length === 0) return { kind: 'empty', fold: false };
    return parts.length === 1 ? (parts[0] as Shape) : { kind: 'concat', subs: parts };
  }

  #isRepeated(): boolean {
    const ch = this.#chars[this.#at];
    return ch === '*' || ch === '+' || ch === '?' || ch === '{';
  }

  /** Null for a group that only sets flags. */
  #part(ch: string): Shape | null {
    this.#at++;
    if (ch === '(') return this.#group();
    if (ch === '.') return this.#dot();
    if (ch === '\\') {
      const escaped = this.#chars[this.#at++];
      if (escaped === undefined || !/^[!-/:-@[-`{-~]$/.test(escaped)) throw new Unsupported();
      return this.#literal(escaped);
    }
    if (ch === '[') {
      const [inside, close] = this.#chars.slice(this.#at, this.#at + 2);
      if (inside === undefined || close !== ']' || '^\\[]'.includes(inside)) throw new Unsupported();
      this.#at += 2;
      return { kind: 'literal', runes: [inside], fold: false };
    }
    if (special.has(ch)) throw new Unsupported();
    return this.#literal(ch);
  }

  #literal(ch: string): Shape {
    return { kind: 'literal', runes: [this.#fold ? upper(ch) : ch], fold: this.#fold };
  }

  #dot(): Shape {
    const op = this.#chars[this.#at];
    if (op !== '*' && op !== '+') throw new Unsupported();
    this.#at++;
    if (this.#chars[this.#at] === '?') this.#at++;
    return { kind: op === '*' ? 'any-star' : 'any-plus', fold: this.#fold };
  }

  #group(): Shape | null {
    const outer = this.#fold;
    let isCapture = true;
    const rest = this.#chars.slice(this.#at).join('');
    const name = /^\?P?<\w+>/.exec(rest)?.[0];
    if (name !== undefined) this.#at += name.length;
    else if (rest.startsWith('?')) {
      const flags = /^\?(?:(-?)i|(-)i)?([:)])/.exec(rest);
      if (flags === null) throw new Unsupported();
      const [whole, minus] = flags;
      if (whole.includes('i')) this.#fold = minus !== '-';
      this.#at += whole.length;
      if (whole.endsWith(')')) return null;
      isCapture = false;
    }
    const sub = this.#alternatives();
    if (this.#chars[this.#at] !== ')') throw new Unsupported();
    this.#at++;
    this.#fold = outer;
    return isCapture ? { kind: 'capture', sub } : sub;
  }
}

const upper = (ch: string): string => {
  const up = ch.toUpperCase();
  return [...up].length === 1 ? up : ch;
};

const isSingle = (shape: Shape): boolean => shape.kind === 'literal' && shape.runes.length === 1;

/** Go's parser, on alternatives: nested ones are joined, and beginnings that neighbours share are taken out. */
function alternate(legs: readonly Shape[]): Shape {
  if (legs.length === 1) return legs[0] as Shape;
  const flat = legs.flatMap((leg) => (leg.kind === 'alternate' ? leg.subs : [leg]));
  const subs = withoutRuns(factor(flat));
  return subs.length === 1 ? (subs[0] as Shape) : { kind: 'alternate', subs };
}

function factor(subs: readonly Shape[]): Shape[] {
  const out: Shape[] = [];
  let start = 0;
  let prefix: readonly string[] = [];
  let fold = false;
  for (let i = 0; i <= subs.length; i++) {
    const leading = i < subs.length ? leadingLiteral(subs[i] as Shape) : null;
    if (leading !== null && leading.fold === fold) {
      const same = sharedLength(prefix, leading.runes);
      if (same > 0) {
        prefix = prefix.slice(0, same);
        continue;
      }
    }
    if (i === start + 1) out.push(subs[start] as Shape);
    else if (i > start + 1) {
      const suffix = alternate(subs.slice(start, i).map((sub) => withoutLeading(sub, prefix.length)));
      out.push({ kind: 'concat', subs: [{ kind: 'literal', runes: prefix, fold }, suffix] });
    }
    start = i;
    prefix = leading?.runes ?? [];
    fold = leading?.fold ?? false;
  }
  return out;
}

/** Neighbours of one character each become a class; empty neighbours become one. */
function withoutRuns(subs: readonly Shape[]): Shape[] {
  const out: Shape[] = [];
  for (const sub of subs) {
    const before = out[out.length - 1];
    if (before !== undefined && isSingle(before) && isSingle(sub)) throw new Unsupported();
    if (before?.kind !== 'empty' || sub.kind !== 'empty') out.push(sub);
  }
  return out;
}

function leadingLiteral(shape: Shape): { readonly runes: readonly string[]; readonly fold: boolean } | null {
  const first = shape.kind === 'concat' ? shape.subs[0] : shape;
  return first?.kind === 'literal' ? first : null;
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

function withoutLeading(shape: Shape, n: number): Shape {
  if (shape.kind === 'concat') {
    const [first, ...rest] = shape.subs as [Shape, ...Shape[]];
    const shorter = withoutLeading(first, n);
    if (shorter.kind !== 'empty') return { kind: 'concat', subs: [shorter, ...rest] };
    return rest.length === 1 ? (rest[0] as Shape) : { kind: 'concat', subs: rest };
  }
  if (shape.kind !== 'literal') return shape;
  const runes = shape.runes.slice(n);
  return runes.length === 0 ? { kind: 'empty', fold: shape.fold } : { ...shape, runes };
}

// ---- From shapes to literals

function simplify(shape: Shape, asLabel: boolean): SimpleTest | null {
  switch (shape.kind) {
    case 'empty':
    case 'any-star':
      return 'everything';
    case 'any-plus':
      return ['not-empty'];
    case 'capture':
      return simplify(shape.sub, asLabel);
    case 'literal':
      return asLabel ? [literal('equals', shape.runes, shape.fold)] : contains(shape.runes, shape.fold);
    case 'alternate': {
      let test: SimpleTest | null = null;
      for (const sub of shape.subs) {
        const next = simplify(uncaptured(sub), asLabel);
        if (next === null) return null;
        test = test === null ? next : either(test, next);
      }
      return test;
    }
    case 'concat':
      return simplifyConcat(shape.subs, null);
  }
}

const uncaptured = (shape: Shape): Shape => (shape.kind === 'capture' ? shape.sub : shape);

const literal = (kind: Literal['kind'], runes: readonly string[], caseInsensitive: boolean): Literal => {
  const text = runes.join('');
  return { kind, text: caseInsensitive ? text.toLowerCase() : text, caseInsensitive };
};

const contains = (runes: readonly string[], fold: boolean): SimpleTest =>
  runes.length === 0 ? 'everything' : [literal('contains', runes, fold)];

/** What lets everything pass is ignored beside what does not: Loki's optimisation, and wrong, but it is the answer. */
function either(left: SimpleTest, right: SimpleTest): SimpleTest {
  if (left === 'everything') return right;
  return right === 'everything' ? left : [...left, ...right];
}

interface Base {
  readonly runes: readonly string[];
  readonly fold: boolean;
}

/** At most three parts: a literal, `.*` around it, and alternatives that go on where the literal ends. */
function simplifyConcat(parts: readonly Shape[], base: Base | null): SimpleTest | null {
  const subs = parts.map(uncaptured).filter((sub) => sub.kind !== 'empty');
  if (subs.length > 3) return null;
  let current: SimpleTest | null = null;
  let runes = base?.runes ?? null;
  let fold = false;
  let literals = 0;
  for (const sub of subs) {
    if (sub.kind === 'literal') {
      if (literals++ !== 0) return null;
      runes = [...(runes ?? []), ...sub.runes];
      fold = sub.fold;
    } else if (sub.kind === 'alternate' && runes !== null) {
      current = simplifyConcatAlternate(sub.subs, { runes, fold }, current);
      if (current === null) return null;
    } else if (sub.kind !== 'any-star') return null;
  }
  if (current !== null) return current;
  return runes === null ? null : contains(runes, fold);
}

function simplifyConcatAlternate(legs: readonly Shape[], base: Base, before: SimpleTest | null): SimpleTest | null {
  let current = before;
  for (const leg of legs) {
    if (!base.fold && 'fold' in leg && leg.fold) return null;
    let next: SimpleTest | null;
    if (leg.kind === 'empty' || leg.kind === 'any-star') next = contains(base.runes, base.fold);
    else if (leg.kind === 'literal') next = contains([...base.runes, ...leg.runes], base.fold);
    else if (leg.kind === 'concat') next = simplifyConcat(leg.subs, base);
    else return null;
    if (next === null) return null;
    current = current === null ? next : either(current, next);
  }
  return current;
}
