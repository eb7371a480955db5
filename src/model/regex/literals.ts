/** What every match must contain, and expressions that are nothing but literals. */
import { literalRune, MAX_RUNE, type Node } from './syntax.js';

/** A literal beyond this finds no more than its part would. */
const literalMax = 256;
/** Literals that one expression may stand for. */
const alternativesMax = 32;
/** Sets and optional parts that are spelled out: (?i)error would be 32 literals, which the folded needle finds at once. */
const choicesMax = 2;
/** Invalid bytes read as this, so a search for its bytes would miss them. */
const REPLACEMENT = 0xfffd;

/** What is known of the texts that a node matches. `best` occurs in all of them. */
interface Core {
  /** The only text, where there is one. */
  readonly exact: string | null;
  readonly prefix: string;
  readonly suffix: string;
  readonly best: string;
}

const unknown: Core = { exact: null, prefix: '', suffix: '', best: '' };
const exactly = (text: string): Core => ({ exact: text, prefix: text, suffix: text, best: text });
const longer = (a: string, b: string): string => (b.length > a.length ? b : a);

/** The spelling of one code point: of a literal, or of a letter in any case; null when it is neither. */
type Spell = (node: Node & { op: 'class' }) => string | null;

const spellExactly: Spell = (node) => {
  const rune = literalRune(node);
  return rune === null ? null : textOfRune(rune);
};

/** In lower case. k and s fold with letters beyond ASCII, so in any case they are no part of a literal. */
const spellFolded: Spell = (node) => {
  const rune = literalRune(node);
  if (rune !== null) return rune < 0x80 ? String.fromCharCode(rune).toLowerCase() : null;
  const [a, b, c, d] = node.ranges as [number, number, number, number];
  const isLetter = node.ranges.length === 4 && a === b && c === d && c === a + 0x20 && a >= 0x41 && a <= 0x5a;
  return isLetter ? String.fromCharCode(c) : null;
};

const isSurrogate = (rune: number): boolean => rune >= 0xd800 && rune < 0xe000;

/** Null for a code point whose bytes cannot be searched for. */
export const textOfRune = (rune: number): string | null =>
  rune === REPLACEMENT || isSurrogate(rune) ? null : String.fromCodePoint(rune);

function coreOf(node: Node, spell: Spell): Core {
  switch (node.op) {
    case 'class': {
      const text = spell(node);
      return text === null ? unknown : exactly(text);
    }
    case 'capture':
      return coreOf(node.sub, spell);
    case 'concat':
      return coreOfConcat(node.subs, spell);
    case 'alternate':
      return node.subs.map((sub) => coreOf(sub, spell)).reduce(either);
    case 'repeat':
      return repeated(node, coreOf(node.sub, spell));
    default:
      return exactly('');
  }
}

/** Literals side by side are joined as one: an expression may have a hundred thousand of them. */
function coreOfConcat(subs: readonly Node[], spell: Spell): Core {
  let core = exactly('');
  let run = '';
  for (const sub of subs) {
    const text = sub.op === 'class' ? spell(sub) : null;
    if (text !== null && run.length + text.length <= literalMax) {
      run += text;
      continue;
    }
    if (run !== '') core = join(core, exactly(run));
    run = text ?? '';
    if (text === null) core = join(core, coreOf(sub, spell));
  }
  return run === '' ? core : join(core, exactly(run));
}

function join(a: Core, b: Core): Core {
  const tooLong = (a.exact?.length ?? 0) + (b.exact?.length ?? 0) > literalMax;
  const exact = a.exact === null || b.exact === null || tooLong ? null : a.exact + b.exact;
  const prefix = a.exact !== null && !tooLong ? a.exact + b.prefix : a.prefix;
  const suffix = b.exact !== null && !tooLong ? a.suffix + b.exact : b.suffix;
  const best = [a.best, b.best, a.suffix + b.prefix, prefix, suffix].reduce(longer);
  return {
    exact,
    prefix: prefix.slice(0, literalMax),
    suffix: suffix.slice(-literalMax),
    best: best.slice(0, literalMax),
  };
}

function either(a: Core, b: Core): Core {
  if (a.exact !== null && a.exact === b.exact) return a;
  const prefix = commonPrefix(a.prefix, b.prefix);
  const suffix = commonSuffix(a.suffix, b.suffix);
  const shared = a.best.includes(b.best) ? b.best : b.best.includes(a.best) ? a.best : '';
  return { exact: null, prefix, suffix, best: [shared, prefix, suffix].reduce(longer) };
}

function commonPrefix(a: string, b: string): string {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  // Half a character is no text.
  return a.slice(0, n).isWellFormed() ? a.slice(0, n) : a.slice(0, n - 1);
}

function commonSuffix(a: string, b: string): string {
  let n = 0;
  while (n < a.length && n < b.length && a.at(-1 - n) === b.at(-1 - n)) n++;
  const text = n === 0 ? '' : a.slice(-n);
  return text.isWellFormed() ? text : text.slice(1);
}

function repeated(node: Node & { op: 'repeat' }, sub: Core): Core {
  if (node.min === 0) return node.max === 0 ? exactly('') : unknown;
  if (sub.exact === null) return { ...sub, exact: null };
  const count = Math.min(node.min, Math.max(1, Math.floor(literalMax / Math.max(1, sub.exact.length))));
  const text = sub.exact.repeat(count);
  return { ...exactly(text), exact: node.min === node.max && count === node.min ? text : null };
}

const encoder = new TextEncoder();

/** The longest literal that each match contains; null when there is none. */
export function needleOf(root: Node): Uint8Array | null {
  const { best } = coreOf(root, spellExactly);
  return best === '' ? null : encoder.encode(best);
}

/** As needleOf, for letters in any case: lower-case ASCII; null when it says no more than the needle does. */
export function foldedNeedleOf(root: Node): Uint8Array | null {
  const { best } = coreOf(root, spellFolded);
  const exact = coreOf(root, spellExactly).best;
  return best === '' || best.length <= exact.length ? null : encoder.encode(best);
}

// Alternatives

/**
 * The literals of which a text must contain one, when the expression says just that; null otherwise.
 * `anchored`: it must match the whole text, so only .*literal.* says that.
 */
export function alternativesOf(root: Node, anchored: boolean): readonly Uint8Array[] | null {
  const core = withoutFreeEnds(anchored ? withoutAnchors(root) : root, anchored);
  if (core === null || core.reduce((sum, node) => sum + choices(node), 0) > choicesMax) return null;
  let texts: readonly string[] | null = [''];
  for (const node of core) if (texts !== null) texts = cross(texts, spellings(node));
  if (texts === null || texts.some((text) => text === '')) return null;
  const unique = [...new Set(texts)];
  const needed = unique.filter((text) => !unique.some((other) => other !== text && text.includes(other)));
  return needed.map((text) => encoder.encode(text));
}

function choices(node: Node): number {
  switch (node.op) {
    case 'class':
      return literalRune(node) === null ? 1 : 0;
    case 'capture':
      return choices(node.sub);
    case 'repeat':
      return choices(node.sub) + (node.min === node.max ? 0 : 1);
    case 'concat':
    case 'alternate':
      return node.subs.reduce((sum, sub) => sum + choices(sub), 0);
    default:
      return 0;
  }
}

/** What stands between the ^ and the $ of an anchored expression. */
const withoutAnchors = (root: Node): Node => (root.op === 'concat' ? (root.subs[1] as Node) : root);

/** The parts between a leading and a trailing .*; null when the anchored expression lacks one. */
function withoutFreeEnds(root: Node, required: boolean): readonly Node[] | null {
  const parts = root.op === 'concat' ? [...root.subs] : [root];
  const isFree = (node: Node | undefined): boolean => {
    if (node?.op === 'capture') return isFree(node.sub);
    if (node?.op !== 'repeat' || node.min !== 0 || node.max !== -1 || node.sub.op !== 'class') return false;
    return !required || (node.sub.ranges[0] === 0 && node.sub.ranges[1] === MAX_RUNE);
  };
  const before = parts.length;
  while (isFree(parts[0])) parts.shift();
  if (required && parts.length === before) return null;
  const middle = parts.length;
  while (isFree(parts.at(-1))) parts.pop();
  return required && parts.length === middle ? null : parts;
}

function cross(left: readonly string[] | null, right: readonly string[] | null): readonly string[] | null {
  if (left === null || right === null || left.length * right.length > alternativesMax) return null;
  return left.flatMap((a) => right.map((b) => a + b));
}

/** All texts that a node matches, when they are few. */
function spellings(node: Node): readonly string[] | null {
  switch (node.op) {
    case 'empty':
      return [''];
    case 'class':
      return members(node);
    case 'capture':
      return spellings(node.sub);
    case 'concat':
      return node.subs.reduce<readonly string[] | null>((left, sub) => cross(left, spellings(sub)), ['']);
    case 'alternate': {
      if (node.subs.length > alternativesMax) return null;
      const all = node.subs.map(spellings);
      if (all.includes(null)) return null;
      const texts = (all as readonly (readonly string[])[]).flat();
      return texts.length > alternativesMax ? null : texts;
    }
    case 'repeat': {
      if (node.max === -1 || node.max > 4) return null;
      const once = spellings(node.sub);
      let texts: readonly string[] | null = [];
      let run: readonly string[] | null = [''];
      for (let count = 0; count <= node.max; count++) {
        if (count >= node.min) texts = texts === null || run === null ? null : [...texts, ...run];
        run = cross(run, once);
      }
      return texts !== null && texts.length <= alternativesMax ? texts : null;
    }
    default:
      return null;
  }
}

function members(node: Node & { op: 'class' }): readonly string[] | null {
  const out: string[] = [];
  for (let i = 0; i < node.ranges.length; i += 2) {
    for (let rune = node.ranges[i] as number; rune <= (node.ranges[i + 1] as number); rune++) {
      const text = textOfRune(rune);
      if (out.length >= 4 || text === null) return null;
      out.push(text);
    }
  }
  return out.length === 0 ? null : out;
}
