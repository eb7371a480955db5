/** A tree as text again: for the platform's RegExp, and for re2js. Names of groups and flags are gone. */
import { type Assertion, alternate, classNode, concat, MAX_RUNE, type Node, type Ranges } from './syntax.js';

/** How a dialect spells what the two spell differently. */
interface Dialect {
  readonly assertions: Readonly<Record<Assertion, string>>;
  readonly rune: (hex: string) => string;
  /** A set without members. */
  readonly nothing: string;
}

const javascript: Dialect = {
  assertions: {
    beginText: '^',
    endText: '$',
    beginLine: '(?:^|(?<=\\n))',
    endLine: '(?=\\n|$)',
    wordBoundary: '\\b',
    notWordBoundary: '\\B',
  },
  rune: (hex) => `\\u{${hex}}`,
  nothing: '[]',
};

const re2: Dialect = {
  assertions: {
    beginText: '\\A',
    endText: '\\z',
    beginLine: '(?m:^)',
    endLine: '(?m:$)',
    wordBoundary: '\\b',
    notWordBoundary: '\\B',
  },
  rune: (hex) => `\\x{${hex}}`,
  nothing: '[^\\x00-\\x{10ffff}]',
};

/** Characters are bytes. */
const latin1: Dialect = { ...javascript, rune: (hex) => `\\x${hex.padStart(2, '0')}` };

/** For `new RegExp(…)` without the u flag, on texts below U+0100. */
export const printLatin1 = (node: Node): string => print(toLatin1(node), latin1);

function toLatin1(node: Node): Node {
  switch (node.op) {
    case 'class':
      return classAsBytes(node.ranges);
    case 'capture':
    case 'repeat':
      return { ...node, sub: toLatin1(node.sub) };
    case 'concat':
    case 'alternate':
      return { ...node, subs: node.subs.map(toLatin1) };
    default:
      return node;
  }
}

/** A set with everything beyond ASCII has all bytes there; of another, each member beyond is a sequence of bytes. */
function classAsBytes(ranges: Ranges): Node {
  const single: number[] = [];
  const sequences: Node[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i] as number;
    const hi = ranges[i + 1] as number;
    if (hi === MAX_RUNE) single.push(lo, 0xff);
    else if (lo < 0x80) single.push(lo, Math.min(hi, 0x7f));
    if (hi === MAX_RUNE) continue;
    for (let code = Math.max(lo, 0x80); code <= hi; code++) {
      const bytes = encoder.encode(String.fromCodePoint(code));
      sequences.push(concat(Array.from(bytes, (b) => classNode([b, b]))));
    }
  }
  return sequences.length === 0 ? classNode(single) : alternate([classNode(single), ...sequences]);
}

const encoder = new TextEncoder();

/** For `new RegExp(…, 'u…')`. */
export const printNative = (node: Node): string => print(node, javascript);
export const printRe2 = (node: Node): string => print(node, re2);

function print(node: Node, dialect: Dialect): string {
  switch (node.op) {
    case 'empty':
      return '(?:)';
    case 'class':
      return printClass(node.ranges, dialect);
    case 'capture':
      return `(${print(node.sub, dialect)})`;
    case 'concat':
      return node.subs
        .map((sub) => (sub.op === 'alternate' ? `(?:${print(sub, dialect)})` : print(sub, dialect)))
        .join('');
    case 'alternate':
      return node.subs.map((sub) => print(sub, dialect)).join('|');
    case 'repeat': {
      const { min, max, greedy, sub } = node;
      const text = print(sub, dialect);
      const atom = sub.op === 'class' || sub.op === 'capture' ? text : `(?:${text})`;
      return `${atom}${printCount(min, max)}${greedy ? '' : '?'}`;
    }
    default:
      return dialect.assertions[node.op];
  }
}

function printCount(min: number, max: number): string {
  if (max === -1) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}

const plain = /^[0-9A-Za-z_ ]$/;

function printRune(code: number, dialect: Dialect): string {
  const text = String.fromCodePoint(code);
  return plain.test(text) ? text : dialect.rune(code.toString(16));
}

function printClass(ranges: Ranges, dialect: Dialect): string {
  if (ranges.length === 0) return dialect.nothing;
  if (ranges.length === 2 && ranges[0] === ranges[1]) return printRune(ranges[0] as number, dialect);
  const gaps = ranges.slice(1, -1);
  if (ranges[0] !== 0 || ranges.at(-1) !== MAX_RUNE || gaps.length === 0) return `[${printPairs(ranges, dialect)}]`;
  // Shorter as what it leaves out.
  return `[^${printPairs(
    gaps.map((code, i) => (i % 2 === 0 ? code + 1 : code - 1)),
    dialect,
  )}]`;
}

function printPairs(pairs: Ranges, dialect: Dialect): string {
  let out = '';
  for (let i = 0; i < pairs.length; i += 2) {
    const lo = pairs[i] as number;
    const hi = pairs[i + 1] as number;
    out += lo === hi ? printRune(lo, dialect) : `${printRune(lo, dialect)}-${printRune(hi, dialect)}`;
  }
  return out;
}
