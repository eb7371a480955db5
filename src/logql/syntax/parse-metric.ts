/** Functions of metric queries: range and vector aggregations, label_replace, vector. */
import { compileRegex, RegexError } from '../../model/regex.js';
import { rangeFunctions, vectorOperators } from '../functions.js';
import type {
  Expr,
  Grouping,
  LabelReplaceExpr,
  RangeAggregationExpr,
  RangeOp,
  SampleExpr,
  VectorAggregationExpr,
  VectorExpr,
  VectorOp,
} from './ast.js';
import { readFloat } from './parse-number.js';
import { type LogRange, parseLogRange } from './parse-range.js';
import type { Token } from './token.js';
import type { TokenCursor } from './token-cursor.js';

/** Parses an expression whose first token, a NUMBER, may have been taken already. */
export type ParseExpression = (cursor: TokenCursor, first: Token | null) => Expr;

const rangeOps = new Map([...rangeFunctions.keys()].map((op) => [op.toUpperCase(), op]));
const vectorOps = new Map([...vectorOperators.keys()].map((op) => [op.toUpperCase(), op]));

/** The function that the token ahead names, called; null when it names none. */
export function parseCall(cursor: TokenCursor, parseExpression: ParseExpression): SampleExpr | null {
  const rangeOp = rangeOps.get(cursor.kind);
  if (rangeOp !== undefined) return parseRangeAggregation(cursor, rangeOp);
  const vectorOp = vectorOps.get(cursor.kind);
  if (vectorOp !== undefined) return parseVectorAggregation(cursor, vectorOp, parseExpression);
  if (cursor.kind === 'label_replace') return parseLabelReplace(cursor, parseExpression);
  if (cursor.kind === 'VECTOR') return parseVector(cursor);
  return null;
}

/** An expression that must give samples, up to the token that must end it. */
export function parseMetricArgument(
  cursor: TokenCursor,
  parseExpression: ParseExpression,
  ends: string,
  first: Token | null = null,
): SampleExpr {
  const expr = cursor.nest(() => parseExpression(cursor, first));
  if (expr.kind === 'log' || !ends.includes(cursor.kind)) return cursor.unexpected();
  return expr;
}

/** RangeAggregation: RangeOp `(` [NUMBER `,`] LogRange `)` [Grouping] */
function parseRangeAggregation(cursor: TokenCursor, op: RangeOp): RangeAggregationExpr {
  cursor.take();
  cursor.expect('(');
  if (!cursor.at('NUMBER', '{', '(')) cursor.unexpected('NUMBER', '{', '(');
  let param: string | null = null;
  if (cursor.at('NUMBER')) {
    param = cursor.take().text;
    cursor.expect(',');
  }
  const range = parseLogRange(cursor);
  cursor.expect(')');
  const grouping = parseOptionalGrouping(cursor);
  const value = param === null ? null : readFloat(param);
  const node: RangeAggregationExpr = {
    kind: 'range-aggregation',
    op,
    param: value?.value ?? null,
    ...range,
    grouping,
  };
  return cursor.fault(node, rangeFault(op, param, value?.error ?? null, range, grouping));
}

function rangeFault(
  op: RangeOp,
  param: string | null,
  paramError: string | null,
  range: LogRange,
  grouping: Grouping | null,
): string | null {
  const rules = rangeFunctions.get(op);
  if (rules === undefined) return null;
  if (param !== null && rules.param === 'none') return `parameter ${param} not supported for operation ${op}`;
  if (paramError !== null) return `invalid parameter for operation ${op}: ${paramError}`;
  if (param === null && rules.param === 'required') return `parameter required for operation ${op}`;
  if (grouping !== null && !rules.grouping) return `grouping not allowed for ${op} aggregation`;
  if (range.unwrap !== null && rules.unwrap === 'forbidden') return `invalid aggregation ${op} with unwrap`;
  if (range.unwrap === null && rules.unwrap === 'required') return `invalid aggregation ${op} without unwrap`;
  return null;
}

/** VectorAggregation: VectorOp [Grouping] `(` [NUMBER `,`] Expr `)` [Grouping], with one grouping at most */
function parseVectorAggregation(
  cursor: TokenCursor,
  op: VectorOp,
  parseExpression: ParseExpression,
): VectorAggregationExpr {
  cursor.take();
  if (!cursor.at('(', 'by', 'without')) cursor.unexpected('(', 'by', 'without');
  let grouping = parseOptionalGrouping(cursor);
  cursor.expect('(');
  let param: string | null = null;
  let first: Token | null = null;
  if (cursor.at('NUMBER')) {
    first = cursor.take();
    if (cursor.accept(',')) [param, first] = [first.text, null];
  }
  const expr = parseMetricArgument(cursor, parseExpression, ')', first);
  cursor.take();
  grouping ??= parseOptionalGrouping(cursor);
  const hasGrouping = grouping !== null && (grouping.without || grouping.labels.length > 0);
  const node: VectorAggregationExpr = {
    kind: 'vector-aggregation',
    op,
    param: param === null ? null : Number(param),
    // `sum by () (…)` is `sum(…)`.
    grouping: hasGrouping ? grouping : null,
    expr,
  };
  return cursor.fault(node, vectorFault(op, param, grouping));
}

function vectorFault(op: VectorOp, param: string | null, grouping: Grouping | null): string | null {
  if (vectorOperators.get(op)?.param === 'required') {
    if (param === null) return `parameter required for operation ${op}`;
    if (!/^[0-9]+$/.test(param) || Number(param) >= 2 ** 63) return `invalid parameter ${op}(${param},`;
    if (Number(param) === 0) return `invalid parameter (must be greater than 0) ${op}(${param}`;
    if (op === 'approx_topk' && grouping !== null) return `grouping not allowed for ${op} aggregation`;
    return null;
  }
  if (param !== null) return `unsupported parameter for operation ${op}(${param},`;
  if ((op === 'sort' || op === 'sort_desc') && grouping !== null && grouping.labels.length > 0) {
    return "sort and sort_desc doesn't allow grouping by ";
  }
  return null;
}

/** Grouping: (`by` | `without`) `(` [Labels] `)` */
function parseOptionalGrouping(cursor: TokenCursor): Grouping | null {
  if (!cursor.at('by', 'without')) return null;
  const without = cursor.take().kind === 'without';
  cursor.expect('(');
  return { without, labels: parseLabelList(cursor) };
}

/** Labels: [IDENTIFIER {`,` IDENTIFIER}] `)`, after the `(` */
export function parseLabelList(cursor: TokenCursor): string[] {
  if (cursor.accept(')')) return [];
  const labels = [cursor.at('IDENTIFIER') ? cursor.take().text : cursor.unexpected('IDENTIFIER', ')')];
  while (cursor.expect(',', ')').kind === ',') labels.push(cursor.expect('IDENTIFIER').text);
  return labels;
}

/** LabelReplace: `label_replace` `(` Expr `,` STRING `,` STRING `,` STRING `,` STRING `)` */
function parseLabelReplace(cursor: TokenCursor, parseExpression: ParseExpression): LabelReplaceExpr {
  cursor.take();
  cursor.expect('(');
  const expr = parseMetricArgument(cursor, parseExpression, ',');
  const argument = (): string => {
    cursor.expect(',');
    return cursor.expect('STRING').text;
  };
  const node: LabelReplaceExpr = {
    kind: 'label-replace',
    expr,
    destination: argument(),
    replacement: argument(),
    source: argument(),
    regex: argument(),
  };
  cursor.expect(')');
  return cursor.fault(node, labelReplaceFault(node.regex));
}

function labelReplaceFault(regex: string): string | null {
  try {
    compileRegex(`^(?:${regex})$`, { anchored: false });
    return null;
  } catch (e) {
    if (e instanceof RegexError) return `invalid regex in label_replace: ${e.message}`;
    throw e;
  }
}

/** Vector: `vector` `(` NUMBER `)` */
function parseVector(cursor: TokenCursor): VectorExpr {
  cursor.take();
  cursor.expect('(');
  const { value, error } = readFloat(cursor.expect('NUMBER').text);
  cursor.expect(')');
  return cursor.fault({ kind: 'vector', value }, error && `unable to parse vectorExpr as a float: ${error}`);
}
