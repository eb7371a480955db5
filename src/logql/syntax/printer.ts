/** Syntax trees to one line of text. */
import { assertNever } from '../../errors.js';
import { goDuration, promDuration } from '../../model/duration.js';
import { formatFloat } from '../../template/go-number.js';
import { quote } from '../../template/go-quote.js';
import type {
  BinaryExpr,
  Expr,
  Grouping,
  LogExpr,
  RangeAggregationExpr,
  Unwrap,
  VectorAggregationExpr,
} from './ast.js';
import { type Fidelity, printLabelFilter, printMatcher, printStage } from './print-stage.js';

/**
 * The canonical text: `parseExpr(print(e))` equals `e`. It is Loki's text except where that would lose something: see
 * `printAsLoki`.
 */
export const print = (expr: Expr): string => printExpr(expr, 'exact');

/** The text that Loki prints in messages, and for formatting where it is short. */
export const printAsLoki = (expr: Expr): string => printExpr(expr, 'loki');

function printExpr(expr: Expr, fidelity: Fidelity): string {
  switch (expr.kind) {
    case 'log':
      return printLog(expr, fidelity);
    case 'range-aggregation':
      return printRangeAggregation(expr, fidelity);
    case 'vector-aggregation':
      return printVectorAggregation(expr, fidelity);
    case 'binary':
      return printBinary(expr, fidelity);
    case 'literal':
      return printLiteral(expr.value, fidelity);
    case 'vector':
      return `vector(${fidelity === 'exact' ? formatFloat(expr.value, 'f', -1) : formatFloat(expr.value, 'f', 6)})`;
    case 'label-replace': {
      const texts = [expr.destination, expr.replacement, expr.source, expr.regex].map((text) => quote(text));
      return `label_replace(${[printExpr(expr.expr, fidelity), ...texts].join(',')})`;
    }
    default:
      return assertNever(expr);
  }
}

export const printSelector = ({ matchers }: LogExpr, fidelity: Fidelity = 'loki'): string =>
  `{${matchers.map((matcher) => printMatcher(matcher, fidelity)).join(', ')}}`;

const printLog = (log: LogExpr, fidelity: Fidelity): string =>
  [printSelector(log, fidelity), ...log.stages.map((stage) => printStage(stage, fidelity))].join(' ');

function printRangeAggregation(expr: RangeAggregationExpr, fidelity: Fidelity): string {
  const param = expr.param === null ? '' : `${formatFloat(expr.param, 'f', -1)},`;
  const unwrap = expr.unwrap === null ? '' : ` ${printUnwrap(expr.unwrap, ' ', fidelity)}`;
  const offset = expr.offsetNs === 0 ? '' : ` offset ${goDuration(expr.offsetNs)}`;
  const range = `${printLog(expr.log, fidelity)}${unwrap}[${promDuration(expr.rangeNs)}]${offset}`;
  return `${expr.op}(${param}${range})${expr.grouping === null ? '' : printGrouping(expr.grouping)}`;
}

/** `| unwrap bytes(size) | __error__=""`, with what stands between its filters. */
export function printUnwrap(
  { label, conversion, filters }: Unwrap,
  between: string,
  fidelity: Fidelity = 'loki',
): string {
  const target = conversion === 'none' ? label : `${conversion}(${label})`;
  return [`| unwrap ${target}`, ...filters.map((filter) => `| ${printLabelFilter(filter, fidelity)}`)].join(between);
}

const printGrouping = ({ without, labels }: Grouping): string => ` ${without ? 'without' : 'by'} (${labels.join(',')})`;

function printVectorAggregation(expr: VectorAggregationExpr, fidelity: Fidelity): string {
  const grouping = expr.grouping === null ? '' : printGrouping(expr.grouping);
  const param = expr.param === null ? '' : `${BigInt(expr.param)},`;
  return `${expr.op}${grouping}(${param}${printExpr(expr.expr, fidelity)})`;
}

function printBinary(expr: BinaryExpr, fidelity: Fidelity): string {
  const operator = fidelity === 'exact' ? printOperator(expr) : printOperatorAsLoki(expr);
  return `(${printExpr(expr.left, fidelity)} ${operator} ${printExpr(expr.right, fidelity)})`;
}

function printOperator({ op, bool, matching }: BinaryExpr): string {
  const parts: string[] = [op];
  if (bool) parts.push('bool');
  if (matching !== null) {
    parts.push(matching.on ? 'on' : 'ignoring', `(${matching.labels.join(',')})`);
    // With parentheses even around nothing: those of the right side would be taken for the labels.
    if (matching.group !== null) parts.push(`group_${matching.group}`, `(${matching.include.join(',')})`);
  }
  return parts.join(' ');
}

function printOperatorAsLoki({ op, bool, matching }: BinaryExpr): string {
  const operator = bool ? `${op} bool` : op;
  if (matching === null || (!matching.on && matching.labels.length === 0)) return operator;
  let group = matching.group === null ? '' : `group_${matching.group}`;
  if (matching.include.length > 0) group += ` (${matching.include.join(',')})`;
  return `${operator} ${matching.on ? 'on' : 'ignoring'} (${matching.labels.join(',')}) ${group}`;
}

/** What has no literal is written as an expression that folds into it. */
function printLiteral(value: number, fidelity: Fidelity): string {
  if (fidelity === 'exact') {
    if (Number.isNaN(value)) return '(0 / 0)';
    if (value === Infinity) return '(1e308 * 10)';
    if (value === -Infinity) return '(-1e308 * 10)';
    if (Object.is(value, -0)) return '-0.0';
  }
  return formatFloat(value, 'g', -1);
}
