/** `level="error" and (duration > 1s or size > 5KB)` */
import type { CompareOp, LabelFilter } from './ast.js';
import { parseIpPattern } from './parse-line-filter.js';
import { newMatcher } from './parse-selector.js';
import { parseNumber } from './parse-number.js';
import { depthMax, type TokenCursor } from './token-cursor.js';
import { ParseError } from './parse-error.js';

type Join = 'and' | 'or' | ',';

/**
 * LabelFilter: Primary {[`and` | `or` | `,`] Primary}
 *
 * `and` binds more than `or`; both from the left. A comma, or nothing, is an `and` that takes all that follows it, as
 * Loki's grammar resolves it: `a=1 or b=2, c=3 or d=4` is `a=1 or (b=2 and (c=3 or d=4))`.
 */
export function parseLabelFilter(cursor: TokenCursor): LabelFilter {
  const joins: Join[] = [];
  const filters = [parsePrimary(cursor)];
  const reduce = (): void => {
    const right = filters.pop() as LabelFilter;
    const left = filters.pop() as LabelFilter;
    filters.push({ kind: joins.pop() === 'or' ? 'or' : 'and', left, right });
  };
  let length = 1;
  for (;;) {
    const join = joinAhead(cursor);
    if (join === null) break;
    if (join === 'and' && joins.at(-1) === 'and') reduce();
    if (join === 'or') while (joins.length > 0 && joins.at(-1) !== ',') reduce();
    if (cursor.kind === join) cursor.take();
    if (++length > depthMax) throw new ParseError(`label filter is too long (at most ${depthMax} comparisons)`);
    joins.push(join);
    filters.push(parsePrimary(cursor));
  }
  while (joins.length > 0) reduce();
  return filters[0] as LabelFilter;
}

function joinAhead(cursor: TokenCursor): Join | null {
  switch (cursor.kind) {
    case 'and':
    case 'or':
    case ',':
      return cursor.kind;
    case 'IDENTIFIER':
    case '(':
      return ',';
    default:
      return null;
  }
}

/** Primary: `(` LabelFilter `)` | IDENTIFIER Comparison */
function parsePrimary(cursor: TokenCursor): LabelFilter {
  const token = cursor.expect('IDENTIFIER', '(');
  if (token.kind === 'IDENTIFIER') return parseComparison(cursor, token.text);
  const filter = cursor.nest(() => parseLabelFilter(cursor));
  if (!cursor.accept(')')) cursor.unexpected();
  return filter;
}

/**
 * Comparison: (`=` | `!=` | `=~` | `!~`) STRING | (`=` | `!=`) `ip` IpPattern
 *   | (`=` | `==` | `!=` | `>` | `>=` | `<` | `<=`) (DURATION | BYTES | Number)
 */
function parseComparison(cursor: TokenCursor, name: string): LabelFilter {
  const op = cursor.kind;
  switch (op) {
    case '=~':
    case '!~':
      cursor.take();
      return { kind: 'string', matcher: newMatcher(name, op, cursor.expect('STRING').text) };
    case '=':
    case '!=':
      cursor.take();
      if (cursor.kind === 'STRING') return { kind: 'string', matcher: newMatcher(name, op, cursor.take().text) };
      if (cursor.accept('ip')) return { kind: 'ip', name, op, pattern: parseIpPattern(cursor) };
      return parseQuantity(cursor, name, op === '=' ? '==' : op);
    case '==':
    case '>':
    case '>=':
    case '<':
    case '<=':
      cursor.take();
      return parseQuantity(cursor, name, op);
    default:
      return cursor.unexpected();
  }
}

function parseQuantity(cursor: TokenCursor, name: string, op: CompareOp): LabelFilter {
  switch (cursor.kind) {
    case 'DURATION':
      return { kind: 'duration', name, op, valueNs: cursor.take().value };
    case 'BYTES':
      return { kind: 'bytes', name, op, value: cursor.take().value };
    case 'NUMBER':
    case '+':
    case '-':
      return { kind: 'number', name, op, value: parseNumber(cursor).value };
    default:
      return cursor.unexpected();
  }
}
