/** `|> "<_> error <_>"`: literals in this order, with something in every gap. */
import type { PatternNode } from './pattern-expression.js';

export class PatternMatcher {
  readonly #nodes: readonly PatternNode[];
  /** The longest literal: every line that matches contains it. */
  readonly needle: Buffer | null;

  constructor(nodes: readonly PatternNode[]) {
    this.#nodes = nodes;
    let longest: Buffer | null = null;
    for (const node of nodes) {
      if (node.kind === 'literal' && (longest === null || node.bytes.length > longest.length)) longest = node.bytes;
    }
    this.needle = longest;
  }

  test(bytes: Buffer, from: number, to: number): boolean {
    const nodes = this.#nodes;
    // An empty line matches the empty pattern alone.
    if (from === to || nodes.length === 0) return from === to && nodes.length === 0;
    const line = bytes.subarray(from, to);
    let offset = 0;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] as PatternNode;
      if (node.kind === 'capture') continue;
      const at = line.indexOf(node.bytes, offset);
      if (at < 0) return false;
      // Nothing in the gap. (The first literal may stand anywhere: Loki does not anchor it.)
      if (i !== 0 && at === offset) return false;
      offset = at + node.bytes.length;
    }
    const endsOpen = nodes[nodes.length - 1]?.kind === 'capture';
    return endsOpen === (offset !== line.length);
  }
}
