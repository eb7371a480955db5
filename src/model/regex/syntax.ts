/** The tree of a parsed expression. Flags are resolved: what (?i), (?s), (?m) and (?U) mean is in the nodes. */

export const MAX_RUNE = 0x10ffff;

/** Sorted, disjoint, not touching: lo, hi, lo, hi, … */
export type Ranges = readonly number[];

export type Node = { readonly size: number; readonly height: number } & (
  | { readonly op: 'empty' }
  /** One code point of a set; a literal when the set has one member. An empty set matches nothing. */
  | { readonly op: 'class'; readonly ranges: Ranges }
  | { readonly op: Assertion }
  | { readonly op: 'capture'; readonly index: number; readonly name: string; readonly sub: Node }
  /** max -1: no bound. */
  | { readonly op: 'repeat'; readonly min: number; readonly max: number; readonly greedy: boolean; readonly sub: Node }
  | { readonly op: 'concat'; readonly subs: readonly Node[] }
  | { readonly op: 'alternate'; readonly subs: readonly Node[] }
);

export type Assertion = 'beginText' | 'endText' | 'beginLine' | 'endLine' | 'wordBoundary' | 'notWordBoundary';

export const isAssertion = (node: Node): node is Node & { op: Assertion } =>
  node.op === 'beginText' ||
  node.op === 'endText' ||
  node.op === 'beginLine' ||
  node.op === 'endLine' ||
  node.op === 'wordBoundary' ||
  node.op === 'notWordBoundary';

export const empty: Node = { op: 'empty', size: 1, height: 1 };

export const classNode = (ranges: Ranges): Node => ({ op: 'class', ranges, size: 1, height: 1 });

export const assertion = (op: Assertion): Node => ({ op, size: 1, height: 1 });

export const capture = (index: number, name: string, sub: Node): Node => ({
  op: 'capture',
  index,
  name,
  sub,
  size: sub.size + 2,
  height: sub.height + 1,
});

export function repeat(sub: Node, min: number, max: number, greedy: boolean): Node {
  return { op: 'repeat', min, max, greedy, sub, size: repeatSize(sub.size, min, max), height: sub.height + 1 };
}

/** Instructions that the expansion takes, as Go counts them. */
function repeatSize(sub: number, min: number, max: number): number {
  if (max === -1) return min === 0 ? 2 + sub : 1 + min * sub;
  return Math.max(1, max * sub + (max - min));
}

export function concat(subs: readonly Node[]): Node {
  if (subs.length === 0) return empty;
  if (subs.length === 1) return subs[0] as Node;
  return { op: 'concat', subs, size: sum(subs), height: 1 + highest(subs) };
}

export function alternate(subs: readonly Node[]): Node {
  if (subs.length === 1) return subs[0] as Node;
  return { op: 'alternate', subs, size: sum(subs) + subs.length - 1, height: 1 + highest(subs) };
}

const sum = (subs: readonly Node[]): number => subs.reduce((n, sub) => n + sub.size, 0);
/** Literals side by side are one node to Go, and no higher than one. */
const highest = (subs: readonly Node[]): number => subs.reduce((n, sub) => Math.max(n, sub.height), 0);

/** About as many instructions as an automaton over bytes takes, when all that is repeated is written out. */
export function weightOf(node: Node): number {
  switch (node.op) {
    case 'class':
      return classWeight(node.ranges);
    case 'capture':
      return weightOf(node.sub);
    case 'repeat':
      return weightOf(node.sub) * Math.max(1, node.min, node.max);
    case 'concat':
    case 'alternate':
      return node.subs.reduce((sum, sub) => sum + weightOf(sub), 0);
    default:
      return 0;
  }
}

/** A byte and a fork for each range of ASCII; the lengths of UTF-8 apart, and the edges between them. */
function classWeight(ranges: Ranges): number {
  let weight = -1;
  for (let i = 0; i < ranges.length; i += 2) {
    const isAscii = (ranges[i + 1] as number) < 0x80;
    weight += isAscii ? 2 : (ranges[i] as number) < 0x80 && (ranges[i + 1] as number) > 0xffff ? anyWeight : 4;
  }
  return Math.max(weight, 1);
}
const anyWeight = 24;

/** The one code point that a node matches, or null. */
export const literalRune = (node: Node): number | null =>
  node.op === 'class' && node.ranges.length === 2 && node.ranges[0] === node.ranges[1]
    ? (node.ranges[0] as number)
    : null;
