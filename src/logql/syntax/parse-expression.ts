/** Expressions: operands joined by binary operators. */
import { formatFloat } from '../../template/go-number.js';
import type { BinaryExpr, BinaryOp, Expr, LiteralExpr, LogExpr, Stage, VectorMatching } from './ast.js';
import { fold, isLogicalOp } from './fold.js';
import { parseCall, parseLabelList, parseMetricArgument } from './parse-metric.js';
import { type ParsedNumber, parseNumber, readFloat } from './parse-number.js';
import { parseLogRange } from './parse-range.js';
import { parseSelector } from './parse-selector.js';
import { parsePipeline } from './parse-stages.js';
import type { Token } from './token.js';
import type { TokenCursor } from './token-cursor.js';

/** What binds more stands higher; `^` takes its right side first. */
const precedence: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['unless', 2],
  ['==', 3],
  ['!=', 3],
  ['<', 3],
  ['<=', 3],
  ['>', 3],
  ['>=', 3],
  ['+', 4],
  ['-', 4],
  ['*', 5],
  ['/', 5],
  ['%', 5],
  ['^', 6],
]);

interface Operator {
  readonly op: BinaryOp;
  readonly bool: boolean;
  readonly matching: VectorMatching | null;
}

/** Expr: Operand {BinaryOp Modifier Operand} */
export function parseExpression(cursor: TokenCursor, first: Token | null = null): Expr {
  const operands: Expr[] = [first === null ? parseOperand(cursor) : literal(cursor, readFloat(first.text))];
  const operators: Operator[] = [];
  const reduce = (): void => {
    const right = operands.pop() as Expr;
    const left = operands.pop() as Expr;
    operands.push(binary(cursor, operators.pop() as Operator, left, right));
  };
  for (;;) {
    const own = precedence.get(cursor.kind);
    if (own === undefined) break;
    const op = cursor.take().kind as BinaryOp;
    while (operators.length > 0 && bindsBefore((operators.at(-1) as Operator).op, own)) reduce();
    operators.push({ op, ...parseModifier(cursor) });
    operands.push(parseOperand(cursor));
  }
  while (operators.length > 0) reduce();
  return operands[0] as Expr;
}

function bindsBefore(left: BinaryOp, right: number): boolean {
  const own = precedence.get(left) as number;
  return own > right || (own === right && left !== '^');
}

/** Operand: `(` Expr `)` | Selector Pipeline | Call | Number */
function parseOperand(cursor: TokenCursor): Expr {
  switch (cursor.kind) {
    case '(': {
      cursor.take();
      const expr = cursor.nest(() => parseExpression(cursor));
      if (!cursor.accept(')')) cursor.unexpected();
      return expr;
    }
    case '{': {
      const stages: Stage[] = [];
      const log: LogExpr = { kind: 'log', matchers: parseSelector(cursor), stages };
      parsePipeline(cursor, stages, false);
      return log;
    }
    case 'NUMBER':
    case '+':
    case '-':
      return literal(cursor, parseNumber(cursor));
    case 'variants':
      return parseVariants(cursor);
    default:
      return parseCall(cursor, parseExpression) ?? cursor.unexpected();
  }
}

/**
 * Variants: `variants` `(` Expr {`,` Expr} `)` `of` `(` LogRange `)`
 *
 * Known so that it is refused by its name: as with Loki, it is off unless switched on, and we have no such switch.
 */
function parseVariants(cursor: TokenCursor): Expr {
  cursor.take();
  cursor.expect('(');
  const first = parseMetricArgument(cursor, parseExpression, ',)');
  while (cursor.expect(',', ')').kind === ',') parseMetricArgument(cursor, parseExpression, ',)');
  cursor.expect('of');
  cursor.expect('(');
  parseLogRange(cursor);
  cursor.expect(')');
  cursor.refusal = 'multi variant queries are disabled for this instance';
  return first;
}

function literal(cursor: TokenCursor, { value, error }: ParsedNumber): LiteralExpr {
  return cursor.fault({ kind: 'literal', value }, error && `unable to parse literal as a float: ${error}`);
}

/** Modifier: [`bool`] [(`on` | `ignoring`) `(` Labels `)` [(`group_left` | `group_right`) [`(` Labels `)`]]] */
function parseModifier(cursor: TokenCursor): Omit<Operator, 'op'> {
  const bool = cursor.accept('bool');
  if (!cursor.at('on', 'ignoring')) return { bool, matching: null };
  const on = cursor.take().kind === 'on';
  cursor.expect('(');
  const labels = parseLabelList(cursor);
  let group: VectorMatching['group'] = null;
  let include: string[] = [];
  if (cursor.at('group_left', 'group_right')) {
    group = cursor.take().kind === 'group_left' ? 'left' : 'right';
    if (cursor.accept('(')) include = parseLabelList(cursor);
  }
  // `ignoring ()` alone says nothing.
  const says = on || labels.length > 0 || group !== null;
  return { bool, matching: says ? { on, labels, group, include } : null };
}

/** Two literals become one. */
function binary(
  cursor: TokenCursor,
  { op, bool, matching }: Operator,
  left: Expr,
  right: Expr,
): BinaryExpr | LiteralExpr {
  const fault = binaryFault(cursor, op, left, right);
  if (fault === null && left.kind === 'literal' && right.kind === 'literal') {
    return { kind: 'literal', value: fold(op, left.value, right.value) };
  }
  // A log query as an operand is always a fault, so that no such node leaves the parser.
  const node = { kind: 'binary', op, bool, matching, left, right } as BinaryExpr;
  return cursor.fault(node, fault);
}

function binaryFault(cursor: TokenCursor, op: BinaryOp, left: Expr, right: Expr): string | null {
  const sides = [
    ['left', left],
    ['right', right],
  ] as const;
  for (const [side, expr] of sides) {
    if (expr.kind === 'log') {
      const type = expr.stages.length === 0 ? '*syntax.MatchersExpr' : '*syntax.PipelineExpr';
      return `unexpected type for ${side} leg of binary operation (${op}): ${type}`;
    }
  }
  for (const [, expr] of sides) {
    const fault = expr.kind === 'literal' ? cursor.faultOf(expr) : null;
    if (fault !== null) return fault;
  }
  if (!isLogicalOp(op)) return null;
  for (const [side, expr] of sides) {
    if (expr.kind === 'literal') {
      return `unexpected literal for ${side} leg of logical/set binary operation (${op}): ${formatFloat(expr.value, 'f', 6)}`;
    }
  }
  return null;
}
