/** `level="error" and (duration > 1s or size > 5KB)` */
import type { CompareOp, LabelFilter } from './ast.js';
import { parseIpPattern } from './parse-line-filter.js';
import { parseNumber } from './parse-number.js';
import { newMatcher } from './parse-selector.js';
import type { TokenCursor } from './token-cursor.js';

type Join = 'and' | 'or' | ',';

/** Longer chains of one operator come out balanced: the meaning is the same, and no tree is too deep to walk. */
const chainMax = 256;

/**
 * LabelFilter: Primary {[`and` | `or` | `,`] Primary}
 *
 * `and` binds more than `or`; both from the left. A comma, or nothing, is an `and` that takes all that follows it, as
 * Loki's grammar resolves it: `a=1 or b=2, c=3 or d=4` is `a=1 or (b=2 and (c=3 or d=4))`.
 */
export function parseLabelFilter(cursor: TokenCursor): LabelFilter {
  const filters = [parsePrimary(cursor)];
  const joins: Join[] = [];
  for (let join = joinAhead(cursor); join !== null; join = joinAhead(cursor)) {
    if (cursor.kind === join) cursor.take();
    joins.push(join);
    filters.push(parsePrimary(cursor));
  }
  if (filters.length > chainMax) {
    if (joins.every((join) => join === 'or')) return balanced('or', filters);
    if (!joins.includes('or')) return balanced('and', filters);
  }
  return joined(filters, joins);
}

/** The filters joined by precedence; `joins[i]` stands before `filters[i + 1]`. */
function joined(filters: readonly LabelFilter[], joins: readonly Join[]): LabelFilter {
  const operands = filters.slice(0, 1);
  const pending: Join[] = [];
  const reduce = (): void => {
    const right = operands.pop() as LabelFilter;
    const left = operands.pop() as LabelFilter;
    operands.push({ kind: pending.pop() === 'or' ? 'or' : 'and', left, right });
  };
  for (const [i, join] of joins.entries()) {
    if (join === 'and' && pending.at(-1) === 'and') reduce();
    if (join === 'or') while (pending.length > 0 && pending.at(-1) !== ',') reduce();
    pending.push(join);
    operands.push(filters[i + 1] as LabelFilter);
  }
  while (pending.length > 0) reduce();
  return operands[0] as LabelFilter;
}

function balanced(kind: 'and' | 'or', filters: readonly LabelFilter[]): LabelFilter {
  if (filters.length === 1) return filters[0] as LabelFilter;
  const middle = filters.length >> 1;
  return { kind, left: balanced(kind, filters.slice(0, middle)), right: balanced(kind, filters.slice(middle)) };
}

function joinAhead(cursor: TokenCursor): Join | null {
  switch (cursor.kind) {
    case 'and':
    case 'or':
    case ',':
      return cursor.kind;
    default:
      return cursor.at('IDENTIFIER', '(') ? ',' : null;
  }
}

/** Primary: `(` LabelFilter `)` | IDENTIFIER Comparison */
function parsePrimary(cursor: TokenCursor): LabelFilter {
  const token = cursor.expect('IDENTIFIER', '(');
  if (token.kind !== '(') return parseComparison(cursor, token.text);
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
