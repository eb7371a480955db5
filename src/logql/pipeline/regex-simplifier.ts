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
  try {
    return simplify(new ShapeParser(source).parse(), asLabel);
  } catch (e) {
    if (e instanceof Unsupported) return null;
    throw e;
  }
}

// ---- The shape of an expression

type Shape =
  | { readonly kind: 'empty'; readonly fold: boolean }
  /** `text` is upper case when `fold`. */
  | { readonly kind: 'literal'; readonly text: string; readonly fold: boolean }
  | { readonly kind: 'any-star' | 'any-plus'; readonly fold: boolean }
  | { readonly kind: 'capture'; readonly sub: Shape }
  | { readonly kind: 'concat' | 'alternate'; readonly subs: readonly Shape[] };

class Unsupported extends Error {}
/** Made once: thousands of expressions may end this way, and where in this file does not matter. */
const unsupported = new Unsupported();

const special = new Set('\\^$.|?*+()[]{}');

class ShapeParser {
  readonly #source: string;
  #at = 0;
  #fold = false;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Shape {
    const shape = this.#alternatives();
    if (this.#ahead !== '') throw unsupported;
    return shape;
  }

  /** The next character; '' at the end. */
  get #ahead(): string {
    const rune = this.#source.codePointAt(this.#at);
    return rune === undefined ? '' : String.fromCodePoint(rune);
  }

  /** Takes what a sticky expression finds here. */
  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #alternatives(): Shape {
    const legs = [this.#sequence()];
    while (this.#ahead === '|') {
      this.#at++;
      const leg = this.#sequence();
      // Go makes a character class of neighbours of one character each.
      if (isSingle(leg) && isSingle(legs[legs.length - 1] as Shape)) throw unsupported;
      legs.push(leg);
    }
    return alternate(legs);
  }

  #sequence(): Shape {
    const parts: Shape[] = [];
    for (let ch = this.#ahead; ch !== '' && ch !== '|' && ch !== ')'; ch = this.#ahead) {
      const part = this.#part(ch);
      if (part === null) continue;
      const before = parts[parts.length - 1];
      if (part.kind === 'literal' && before?.kind === 'literal' && before.fold === part.fold && !this.#isRepeated()) {
        parts[parts.length - 1] = { ...before, text: before.text + part.text };
      } else if (part.kind === 'concat') parts.push(...part.subs);
      else parts.push(part);
      if (this.#isRepeated()) throw unsupported;
    }
    if (parts.length === 0) return { kind: 'empty', fold: false };
    return parts.length === 1 ? (parts[0] as Shape) : { kind: 'concat', subs: parts };
  }

  #isRepeated(): boolean {
    const ch = this.#ahead;
    return ch === '*' || ch === '+' || ch === '?' || ch === '{';
  }

  /** Null for a group that only sets flags. */
  #part(ch: string): Shape | null {
    if (ch === '[') return this.#class();
    this.#at += ch.length;
    if (ch === '(') return this.#group();
    if (ch === '.') return this.#dot();
    if (ch === '\\') return this.#escaped();
    if (special.has(ch)) throw unsupported;
    return this.#literal(ch);
  }

  #class(): Shape {
    const text = this.#take(classOfOne)?.[1];
    if (text === undefined) throw unsupported;
    return { kind: 'literal', text, fold: false };
  }

  #escaped(): Shape {
    const [whole, quoted, longHex, hex = longHex, octal, sign] = this.#take(escaped) ?? [];
    if (whole === undefined || quoted === '') throw unsupported;
    if (quoted !== undefined) return this.#literal(quoted);
    if (sign !== undefined) return this.#literal(controls[sign] ?? sign);
    const text = String.fromCodePoint(hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16));
    if (!text.isWellFormed()) throw unsupported;
    return this.#literal(text);
  }

  #literal(text: string): Shape {
    return { kind: 'literal', text: this.#fold ? Array.from(text, upper).join('') : text, fold: this.#fold };
  }

  #dot(): Shape {
    const op = this.#ahead;
    if (op !== '*' && op !== '+') throw unsupported;
    this.#at++;
    if (this.#ahead === '?') this.#at++;
    return { kind: op === '*' ? 'any-star' : 'any-plus', fold: this.#fold };
  }

  #group(): Shape | null {
    const outer = this.#fold;
    let isCapture = true;
    if (this.#ahead === '?' && this.#take(groupName) === null) {
      const [whole, minus] = this.#take(flags) ?? [];
      if (whole === undefined) throw unsupported;
      if (whole.includes('i')) this.#fold = minus !== '-';
      if (whole.endsWith(')')) return null;
      isCapture = false;
    }
    const sub = this.#alternatives();
    if (this.#ahead !== ')') throw unsupported;
    this.#at++;
    this.#fold = outer;
    return isCapture ? { kind: 'capture', sub } : sub;
  }
}

const classOfOne = /\[([^^\\[\]])\]/uy;
const groupName = /\?P?<\w+>/y;
const flags = /\?(?:(-?)i|(-)i)?[:)]/y;
/** Behind a backslash: what stands for characters. The expression was found to be good. */
const escaped = /(?:Q(.*?)(?:\\E|$)|x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))|([0-7]{1,3})|([aftnrv!-/:-@[-`{-~]))/suy;
const controls: Readonly<Record<string, string>> = { a: '\x07', f: '\f', t: '\t', n: '\n', r: '\r', v: '\v' };

const upper = (ch: string): string => {
  const up = ch.toUpperCase();
  return [...up].length === 1 ? up : ch;
};

const isSingle = (shape: Shape): boolean =>
  shape.kind === 'literal' && shape.text.length <= 2 && [...shape.text].length === 1;

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
  let prefix = '';
  let fold = false;
  for (let i = 0; i <= subs.length; i++) {
    const leading = i < subs.length ? leadingLiteral(subs[i] as Shape) : null;
    if (leading !== null && leading.fold === fold) {
      const same = sharedLength(prefix, leading.text);
      if (same > 0) {
        prefix = prefix.slice(0, same);
        continue;
      }
    }
    if (i === start + 1) out.push(subs[start] as Shape);
    else if (i > start + 1) {
      const suffix = alternate(subs.slice(start, i).map((sub) => withoutLeading(sub, prefix.length)));
      out.push({ kind: 'concat', subs: [{ kind: 'literal', text: prefix, fold }, suffix] });
    }
    start = i;
    prefix = leading?.text ?? '';
    fold = leading?.fold ?? false;
  }
  return out;
}

/** Neighbours of one character each become a class; empty neighbours become one. */
function withoutRuns(subs: readonly Shape[]): Shape[] {
  const out: Shape[] = [];
  for (const sub of subs) {
    const before = out[out.length - 1];
    if (before !== undefined && isSingle(before) && isSingle(sub)) throw unsupported;
    if (before?.kind !== 'empty' || sub.kind !== 'empty') out.push(sub);
  }
  return out;
}

function leadingLiteral(shape: Shape): { readonly text: string; readonly fold: boolean } | null {
  const first = shape.kind === 'concat' ? shape.subs[0] : shape;
  return first?.kind === 'literal' ? first : null;
}

/** In whole characters. */
function sharedLength(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a.charCodeAt(n) === b.charCodeAt(n)) n++;
  return n > 0 && (a.codePointAt(n - 1) as number) > 0xffff ? n - 1 : n;
}

function withoutLeading(shape: Shape, n: number): Shape {
  if (shape.kind === 'concat') {
    const [first, ...rest] = shape.subs as [Shape, ...Shape[]];
    const shorter = withoutLeading(first, n);
    if (shorter.kind !== 'empty') return { kind: 'concat', subs: [shorter, ...rest] };
    return rest.length === 1 ? (rest[0] as Shape) : { kind: 'concat', subs: rest };
  }
  if (shape.kind !== 'literal') return shape;
  const text = shape.text.slice(n);
  return text === '' ? { kind: 'empty', fold: shape.fold } : { ...shape, text };
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
      return asLabel ? [literal('equals', shape.text, shape.fold)] : contains(shape.text, shape.fold);
    case 'alternate': {
      const tests = new Alternatives();
      for (const sub of shape.subs) {
        const next = simplify(uncaptured(sub), asLabel);
        if (next === null) return null;
        tests.add(next);
      }
      return tests.all;
    }
    case 'concat':
      return simplifyConcat(shape.subs, null);
  }
}

const uncaptured = (shape: Shape): Shape => (shape.kind === 'capture' ? shape.sub : shape);

const literal = (kind: Literal['kind'], text: string, caseInsensitive: boolean): Literal => ({
  kind,
  text: caseInsensitive ? text.toLowerCase() : text,
  caseInsensitive,
});

const contains = (text: string, fold: boolean): SimpleTest =>
  text === '' ? 'everything' : [literal('contains', text, fold)];

/** Literals that grow beyond this altogether (a long one before many alternatives) are not worth a search each. */
const textUnitsMax = 1_048_576;

class Alternatives {
  readonly #leaves: (Literal | 'not-empty')[] = [];
  #isEmpty = true;
  #units = 0;

  add(test: SimpleTest): void {
    this.#isEmpty = false;
    // What lets everything pass is ignored beside what does not: Loki's optimisation, and wrong, but it is the answer.
    if (test === 'everything') return;
    for (const leaf of test) {
      this.#leaves.push(leaf);
      if (leaf !== 'not-empty') this.#units += leaf.text.length;
    }
    if (this.#units > textUnitsMax) throw unsupported;
  }

  /** Null when there are none. */
  get all(): SimpleTest | null {
    if (this.#isEmpty) return null;
    return this.#leaves.length === 0 ? 'everything' : this.#leaves;
  }
}

interface Base {
  readonly text: string;
  readonly fold: boolean;
}

/** At most three parts: a literal, `.*` around it, and alternatives that go on where the literal ends. */
function simplifyConcat(parts: readonly Shape[], base: Base | null): SimpleTest | null {
  const subs = parts.map(uncaptured).filter((sub) => sub.kind !== 'empty');
  if (subs.length > 3) return null;
  const tests = new Alternatives();
  let text = base?.text ?? null;
  let fold = false;
  let literals = 0;
  for (const sub of subs) {
    if (sub.kind === 'literal') {
      if (literals++ !== 0) return null;
      text = (text ?? '') + sub.text;
      fold = sub.fold;
    } else if (sub.kind === 'alternate' && text !== null) {
      if (!addConcatAlternate(sub.subs, { text, fold }, tests)) return null;
    } else if (sub.kind !== 'any-star') return null;
  }
  return tests.all ?? (text === null ? null : contains(text, fold));
}

function addConcatAlternate(legs: readonly Shape[], base: Base, tests: Alternatives): boolean {
  for (const leg of legs) {
    if (!base.fold && 'fold' in leg && leg.fold) return false;
    let next: SimpleTest | null;
    if (leg.kind === 'empty' || leg.kind === 'any-star') next = contains(base.text, base.fold);
    else if (leg.kind === 'literal') next = contains(base.text + leg.text, base.fold);
    else if (leg.kind === 'concat') next = simplifyConcat(leg.subs, base);
    else return false;
    if (next === null) return false;
    tests.add(next);
  }
  return true;
}
