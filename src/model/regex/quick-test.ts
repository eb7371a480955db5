/**
 * Does a text match, by the platform's RegExp: several times as fast as the automaton, for expressions whose search is
 * linear. The text is UTF-8 decoded as Latin-1, one character for each byte, so an expression must mean the same
 * there: its sets are ASCII with few exceptions, but for stars of sets that have everything beyond.
 *
 * a.*b.*c is searched part by part: that is linear, while one RegExp would try each a with each b.
 */
import { planNative } from './native.js';
import { printLatin1 } from './printer.js';
import { concat, MAX_RUNE, type Node, type Ranges } from './syntax.js';

/** null: the text has a newline, and that matters here. */
export type QuickTest = (latin1: string) => boolean | null;

/** null when the expression is not of this kind. */
export function quickTestOf(root: Node): QuickTest | null {
  const { parts, stopsAtNewline } = partsOf(withoutCaptures(root));
  if (parts.length === 0) return () => true;
  if (!parts.every((part, i) => isQuick(part, i === parts.length - 1))) return null;
  const regexes = parts.map((part) => new RegExp(printLatin1(part), 'g'));
  if (regexes.length === 1) {
    const only = new RegExp(printLatin1(parts[0] as Node));
    return (text) => only.test(text);
  }
  return (text) => {
    let from = 0;
    for (const regex of regexes) {
      regex.lastIndex = from;
      if (!regex.test(text)) return false;
      from = regex.lastIndex;
    }
    return stopsAtNewline && text.includes('\n') ? null : true;
  };
}

function withoutCaptures(node: Node): Node {
  switch (node.op) {
    case 'capture':
      return withoutCaptures(node.sub);
    case 'repeat':
      return { ...node, sub: withoutCaptures(node.sub) };
    case 'concat':
    case 'alternate':
      return { ...node, subs: node.subs.map(withoutCaptures) };
    default:
      return node;
  }
}

/** What stands between .* and .*; at both ends they say nothing. */
function partsOf(root: Node): { readonly parts: readonly Node[]; readonly stopsAtNewline: boolean } {
  const parts: Node[] = [];
  let current: Node[] = [];
  let stopsAtNewline = false;
  const end = (): void => {
    if (current.length > 0) parts.push(concat(current));
    current = [];
  };
  for (const node of root.op === 'concat' ? root.subs : [root]) {
    const gap = gapOf(node);
    if (gap === null) {
      current.push(node);
      continue;
    }
    end();
    stopsAtNewline ||= gap === 'line';
  }
  end();
  return { parts, stopsAtNewline };
}

/** .* of any character, or of any but the newline. */
function gapOf(node: Node): 'any' | 'line' | null {
  if (node.op !== 'repeat' || node.min !== 0 || node.max !== -1 || node.sub.op !== 'class') return null;
  const { ranges } = node.sub;
  if (ranges.length === 2 && ranges[0] === 0 && ranges[1] === MAX_RUNE) return 'any';
  return ranges.length === 4 && ranges[0] === 0 && ranges[1] === 9 && ranges[2] === 11 && ranges[3] === MAX_RUNE
    ? 'line'
    : null;
}

/** The first match of a part must end first, too, unless it is the last part: so all its matches are equally long. */
function isQuick(part: Node, isLast: boolean): boolean {
  if (!meansTheSameInLatin1(part)) return false;
  if (!isLast && lengthOf(part) === null) return false;
  return planNative(part)?.strategy === 'direct';
}

/** Few members beyond ASCII are spelled as bytes. U+FFFD also stands for bytes that are no UTF-8. */
function isMostlyAscii(ranges: Ranges): boolean {
  let beyond = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = Math.max(ranges[i] as number, 0x80);
    const hi = ranges[i + 1] as number;
    if (hi < 0x80) continue;
    beyond += hi - lo + 1;
    if (lo <= 0xfffd && hi >= 0xfffd) return false;
  }
  return beyond <= 4;
}
const hasAllElse = (ranges: Ranges): boolean => ranges.at(-1) === MAX_RUNE && (ranges.at(-2) as number) <= 0x80;

function meansTheSameInLatin1(node: Node): boolean {
  switch (node.op) {
    case 'class':
      return isMostlyAscii(node.ranges);
    case 'repeat':
      if (node.min === 0 && node.max === -1 && node.sub.op === 'class' && hasAllElse(node.sub.ranges)) return true;
      return meansTheSameInLatin1(node.sub);
    case 'capture':
      return meansTheSameInLatin1(node.sub);
    case 'concat':
    case 'alternate':
      return node.subs.every(meansTheSameInLatin1);
    default:
      return true;
  }
}

/** The length of all matches in code points; null when they differ. */
function lengthOf(node: Node): number | null {
  switch (node.op) {
    case 'class':
      return 1;
    case 'capture':
      return lengthOf(node.sub);
    case 'repeat': {
      const one = lengthOf(node.sub);
      return one === null || node.min !== node.max ? null : one * node.min;
    }
    case 'concat':
      return node.subs.reduce((sum: number | null, sub) => {
        const one = lengthOf(sub);
        return sum === null || one === null ? null : sum + one;
      }, 0);
    case 'alternate': {
      const [first, ...rest] = node.subs.map(lengthOf);
      return first !== undefined && rest.every((length) => length === first) ? first : null;
    }
    default:
      return 0;
  }
}
