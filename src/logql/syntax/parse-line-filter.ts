/** `|= "text" or ip("10.0.0.0/8")` */
import type { LineFilterOp, LineFilterOperand, LineFilterStage } from './ast.js';
import type { TokenCursor } from './token-cursor.js';

const ops: ReadonlySet<string> = new Set<LineFilterOp>(['|=', '!=', '|~', '!~', '|>', '!>']);

export const isLineFilterOp = (kind: string): kind is LineFilterOp => ops.has(kind);

/**
 * LineFilter: Op Operand {`or` Operand}
 *
 * `!= "a" or "b"` is `!= "a" != "b"`: the stages come out as those. After a positive operator Loki forgets what stands
 * between the first operand and the last `or` that follows an `ip(…)`, so we do.
 */
export function parseLineFilter(cursor: TokenCursor): LineFilterStage[] {
  const op = cursor.take().kind as LineFilterOp;
  const negative = op.startsWith('!');
  const first = parseOperand(cursor);
  let rest: LineFilterOperand[] = [];
  while (cursor.accept('or')) {
    if (!negative && rest.at(-1)?.ip) rest = [];
    rest.push(parseOperand(cursor));
  }
  const operands = [first, ...rest];
  return negative
    ? operands.map((operand) => ({ kind: 'line-filter', op, operands: [operand] }))
    : [{ kind: 'line-filter', op, operands }];
}

/** Operand: STRING | `ip` `(` STRING `)` */
function parseOperand(cursor: TokenCursor): LineFilterOperand {
  const token = cursor.expect('STRING', 'ip');
  if (token.kind === 'STRING') return { text: token.text, ip: false };
  return { text: parseIpPattern(cursor), ip: true };
}

/** IpPattern: `(` STRING `)`, after `ip` */
export function parseIpPattern(cursor: TokenCursor): string {
  cursor.expect('(');
  const pattern = cursor.expect('STRING').text;
  cursor.expect(')');
  return pattern;
}
