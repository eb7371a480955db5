/** The language of `| pattern` and `|>`: literals and captures `<name>`, `<_>` being a capture without a name. */
import { encodeUtf8 } from '../../../model/utf8.js';

export type PatternNode =
  | { readonly kind: 'literal'; readonly bytes: Buffer }
  | { readonly kind: 'capture'; readonly name: string };

const captureToken = /<[A-Za-z_][A-Za-z0-9_]*>/g;

/** For `| pattern`: at least one named capture, no two with one name, none side by side. Throws with Loki's texts. */
export function parsePatternParser(text: string): readonly PatternNode[] {
  const nodes = parse(text);
  const names = namesOf(nodes);
  if (names.length === 0) throw new Error('at least one capture is required');
  refuseConsecutive(nodes);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new Error(`duplicate capture name (${name}): invalid expression`);
    seen.add(name);
  }
  return nodes;
}

/** For `|>` and `!>`: captures have no names. Throws with Loki's texts. */
export function parsePatternFilter(text: string): readonly PatternNode[] {
  if (text === '') return [];
  const nodes = parse(text);
  refuseConsecutive(nodes);
  const [named] = namesOf(nodes);
  if (named !== undefined) throw new Error(`named captures are not allowed: found '<${named}>'`);
  return nodes;
}

export const namesOf = (nodes: readonly PatternNode[]): string[] =>
  nodes.flatMap((node) => (node.kind === 'capture' && node.name !== '_' ? [node.name] : []));

function parse(text: string): PatternNode[] {
  if (text === '')
    throw new Error('parse error at line 1, col 1: syntax error: unexpected $end, expecting IDENTIFIER or LITERAL');
  const nodes: PatternNode[] = [];
  let from = 0;
  for (const match of text.matchAll(captureToken)) {
    if (match.index > from) nodes.push({ kind: 'literal', bytes: encodeUtf8(text.slice(from, match.index)) });
    nodes.push({ kind: 'capture', name: match[0].slice(1, -1) });
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push({ kind: 'literal', bytes: encodeUtf8(text.slice(from)) });
  return nodes;
}

function refuseConsecutive(nodes: readonly PatternNode[]): void {
  for (let i = 1; i < nodes.length; i++) {
    const [before, node] = [nodes[i - 1] as PatternNode, nodes[i] as PatternNode];
    if (before.kind === 'capture' && node.kind === 'capture') {
      throw new Error(`found consecutive capture '<${before.name}><${node.name}>': invalid expression`);
    }
  }
}
