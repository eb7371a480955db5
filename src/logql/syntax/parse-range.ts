/** `{…} | json | unwrap duration(took) | __error__="" [5m] offset 1h`, what range functions work on. */
import type { LabelFilter, LogExpr, Stage, Unwrap } from './ast.js';
import { parseLabelFilter } from './parse-label-filter.js';
import { parseSelector } from './parse-selector.js';
import { parsePipeline } from './parse-stages.js';
import type { TokenCursor } from './token-cursor.js';

export interface LogRange {
  readonly log: LogExpr;
  readonly unwrap: Unwrap | null;
  readonly rangeNs: number;
  readonly offsetNs: number;
}

/**
 * LogRange: Selector Pipeline [Unwrap] RANGE [Offset]
 *   | Selector RANGE [Offset] Pipeline [Unwrap]
 *   | `(` Selector Pipeline [Unwrap] `)` RANGE [Offset]
 *   | `(` Selector `)` RANGE [Offset] [Unwrap]
 *   | `(` LogRange `)`
 */
export function parseLogRange(cursor: TokenCursor): LogRange {
  if (cursor.kind === '{') return parseFromSelector(cursor, false);
  cursor.expect('{', '(');
  if (cursor.kind === '{') return parseFromSelector(cursor, true);
  const range = cursor.nest(() => parseLogRange(cursor));
  cursor.expect(')');
  return range;
}

/** With `inParentheses`, the closing one is still to come, before or after the range. */
function parseFromSelector(cursor: TokenCursor, inParentheses: boolean): LogRange {
  const matchers = parseSelector(cursor);
  const stages: Stage[] = [];
  const log: LogExpr = { kind: 'log', matchers, stages };
  let unwrap = parsePipeline(cursor, stages, true) ? parseUnwrap(cursor) : null;
  const stagesFollow = unwrap === null && stages.length === 0;

  const closedBefore = inParentheses && cursor.accept(')');
  if (cursor.kind !== 'RANGE') {
    if (closedBefore) cursor.unexpected('RANGE');
    if (unwrap === null) cursor.unexpected();
    cursor.unexpected('RANGE', ...(inParentheses ? [')'] : []), '|');
  }
  const rangeNs = cursor.take().value;
  const offsetNs = cursor.accept('offset') ? cursor.expect('DURATION').value : 0;
  if (stagesFollow) {
    if (closedBefore) {
      if (cursor.accept('|')) unwrap = parseUnwrap(cursor);
    } else if (parsePipeline(cursor, stages, true)) {
      unwrap = parseUnwrap(cursor);
    }
  }
  if (inParentheses && !closedBefore) cursor.expect(')');
  return { log, unwrap, rangeNs, offsetNs };
}

/** Unwrap: `unwrap` (IDENTIFIER | Conversion `(` IDENTIFIER `)`) {`|` LabelFilter}, after the `|` */
function parseUnwrap(cursor: TokenCursor): Unwrap {
  cursor.expect('unwrap');
  const token = cursor.expect('IDENTIFIER', 'BYTES_CONV', 'DURATION_CONV', 'DURATION_SECONDS_CONV');
  let label = token.text;
  const conversion = conversions[token.kind] ?? 'none';
  if (conversion !== 'none') {
    cursor.expect('(');
    label = cursor.expect('IDENTIFIER').text;
    cursor.expect(')');
  }
  const filters: LabelFilter[] = [];
  while (cursor.accept('|')) filters.push(parseLabelFilter(cursor));
  return { label, conversion, filters };
}

const conversions: Readonly<Record<string, Unwrap['conversion']>> = {
  BYTES_CONV: 'bytes',
  DURATION_CONV: 'duration',
  DURATION_SECONDS_CONV: 'duration_seconds',
};
