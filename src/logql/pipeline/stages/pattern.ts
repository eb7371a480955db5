/** `| pattern "<ip> - <_> \"<method> <path>\""`: text between literals becomes labels. */
import { type LabelSlot, rawForm } from '../labels-builder.js';
import type { Row, RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { type PatternNode, parsePatternParser } from './pattern-expression.js';

interface Gap {
  /** Null for `<_>`. */
  readonly slot: LabelSlot | null;
  /** What ends the gap; null at the end of the pattern. */
  readonly literal: Buffer | null;
}

/** Throws with Loki's text. */
export function patternStage(pattern: string, context: StageContext): RowStage {
  const nodes = parsePatternParser(pattern);
  const [first] = nodes;
  const prefix = first?.kind === 'literal' ? first.bytes : null;
  const gaps = gapsOf(prefix === null ? nodes : nodes.slice(1), context);
  return {
    process: (row) => context.hints.noLabels || row.labels.allRequiredExtracted || run(row, prefix, gaps),
  };
}

function gapsOf(nodes: readonly PatternNode[], context: StageContext): Gap[] {
  const gaps: Gap[] = [];
  for (let i = 0; i < nodes.length; i += 2) {
    const [node, next] = [nodes[i], nodes[i + 1]];
    if (node?.kind !== 'capture') continue;
    gaps.push({
      slot: node.name === '_' ? null : context.builder.slot(node.name),
      literal: next?.kind === 'literal' ? next.bytes : null,
    });
  }
  return gaps;
}

function run(row: Row, prefix: Buffer | null, gaps: readonly Gap[]): boolean {
  row.needBytes();
  const { bytes, labels } = row;
  const { to } = row;
  let at = row.from;
  if (at === to) return true;
  if (prefix !== null) {
    if (to - at < prefix.length || bytes.compare(prefix, 0, prefix.length, at, at + prefix.length) !== 0) return true;
    at += prefix.length;
  }
  const line = bytes.subarray(0, to);
  for (const { slot, literal } of gaps) {
    const found = literal === null ? -1 : line.indexOf(literal, at);
    // A gap whose end is missing takes the rest of the line, and is the last.
    const end = found < 0 ? to : found;
    if (slot !== null) {
      const target = labels.resolve(slot);
      if (labels.isMissing(target)) {
        labels.setParsedBytes(target, bytes, at, end, rawForm);
        if (target.filter !== null && !target.filter()) return false;
      }
    }
    if (found < 0 || literal === null) break;
    at = found + literal.length;
  }
  return true;
}
