/** LogQL text to syntax trees: the door of this room for whoever has a query. */
import { ApiError } from '../../errors.js';
import type { Matcher } from '../../model/matcher.js';
import type { Expr, LogExpr } from './ast.js';
import { ParseError } from './parse-error.js';
import { parseExpression } from './parse-expression.js';
import { readAgain } from './read-again.js';
import { TokenCursor } from './token-cursor.js';
import { validateQuery, validateStages } from './validate-query.js';

/** Texts of this many bytes and more are refused. */
export const queryBytesMax = 131_072;

/** A query that can be run. Throws ParseError, whose text is Loki's. */
export function parseExpr(text: string): Expr {
  const expr = parseSyntax(text);
  for (const printed of readAgain(expr)) parseSyntax(printed);
  validateStages(expr);
  return expr;
}

/**
 * A well-formed query; what is written inside of stages (templates, JSON expressions, line filters' expressions, …) may
 * still be wrong. For formatting, which Loki does not refuse for that.
 */
export function parseSyntax(text: string): Expr {
  const bytes = Buffer.byteLength(text);
  if (bytes >= queryBytesMax) throw new ParseError(`input size too long (${bytes} > ${queryBytesMax})`);
  const cursor = new TokenCursor(text);
  const expr = parseExpression(cursor);
  cursor.end();
  validateQuery(expr, cursor);
  if (cursor.refusal !== null) throw new ApiError('bad-request', cursor.refusal);
  return expr;
}

/** A log query. */
export function parseLogExpr(text: string): LogExpr {
  const expr = parseExpr(text);
  if (expr.kind !== 'log') throw new ApiError('bad-request', 'only log selector is supported');
  return expr;
}

/** A selector without stages, as of `match[]`. */
export function parseMatchers(text: string): readonly Matcher[] {
  const expr = parseExpr(text);
  if (expr.kind !== 'log' || expr.stages.length > 0) {
    throw new ApiError('bad-request', 'only label matchers are supported');
  }
  return expr.matchers;
}
