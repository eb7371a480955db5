/**
 * Queries over several lines, as Loki's formatter (`/loki/api/v1/format_query`) lays them out: what fits stays on its
 * line, else every argument, operand and stage gets one, two spaces further in than what holds it.
 */
import { promDuration } from '../../model/duration.js';
import { formatFloat } from '../../template/go-number.js';
import { quote } from '../../template/go-quote.js';
import type { BinaryExpr, Expr, Grouping, LogExpr, RangeAggregationExpr, Stage, VectorAggregationExpr } from './ast.js';
import { printStage } from './print-stage.js';
import { printAsLoki, printSelector, printUnwrap } from './printer.js';

const lineBytesMax = 100;

const indent = (level: number): string => '  '.repeat(level);
const isLong = (text: string): boolean => Buffer.byteLength(text) > lineBytesMax;

export const prettify = (expr: Expr): string => prettyExpr(expr, 0);

function prettyExpr(expr: Expr, level: number): string {
  const line = printAsLoki(expr);
  if (!isLong(line)) return indent(level) + line;
  switch (expr.kind) {
    case 'log':
      return prettyLog(expr, level);
    case 'range-aggregation':
      return prettyRangeAggregation(expr, level);
    case 'vector-aggregation':
      return prettyVectorAggregation(expr, level);
    case 'binary':
      return prettyBinary(expr, level);
    case 'label-replace': {
      const texts = [expr.destination, expr.replacement, expr.source, expr.regex];
      const args = [prettyExpr(expr.expr, level + 1), ...texts.map((text) => indent(level + 1) + quote(text))];
      return `${indent(level)}label_replace${block(args, level)}`;
    }
    case 'literal':
    case 'vector':
      return indent(level) + line;
  }
}

const block = (args: readonly string[], level: number): string => `(\n${args.join(',\n')}\n${indent(level)})`;

function prettyLog(log: LogExpr, level: number): string {
  if (!isLong(printAsLoki(log))) return indent(level) + printAsLoki(log);
  const lines = runs(log.stages).map((run) => prettyRun(run, level + 1));
  return [indent(level) + printSelector(log), ...lines].join('\n');
}

/** Line filters that follow each other are one stage to Loki. */
function runs(stages: readonly Stage[]): Stage[][] {
  const out: Stage[][] = [];
  for (const stage of stages) {
    const last = out.at(-1);
    if (stage.kind === 'line-filter' && last?.[0]?.kind === 'line-filter') last.push(stage);
    else out.push([stage]);
  }
  return out;
}

/** Of a run of line filters, as many as fit share the first line; each of the others gets one. */
function prettyRun(run: readonly Stage[], level: number): string {
  if (run[0]?.kind === 'decolorize') return printStage(run[0]);
  const [first = '', ...rest] = run.map((stage) => printStage(stage));
  let line = first;
  let taken = 0;
  for (; taken < rest.length && !isLong(`${line} ${rest[taken]}`); taken++) line += ` ${rest[taken]}`;
  return [line, ...rest.slice(taken)].map((text) => indent(level) + text).join('\n');
}

function prettyRangeAggregation(expr: RangeAggregationExpr, level: number): string {
  const inner = level + 1;
  let range = prettyLog(expr.log, inner);
  if (expr.unwrap !== null) {
    const start = indent(inner + 1);
    range += `\n${start}${printUnwrap(expr.unwrap, `\n${start}`)}`;
  }
  range += ` [${promDuration(expr.rangeNs)}]`;
  if (expr.offsetNs !== 0) range += ` offset ${promDuration(expr.offsetNs)}`;
  const args = expr.param === null ? [range] : [indent(inner) + formatFloat(expr.param, 'g', -1), range];
  const grouping = expr.grouping === null ? '' : prettyGrouping(expr.grouping);
  return `${indent(level)}${expr.op}${block(args, level)}${grouping}`;
}

function prettyVectorAggregation(expr: VectorAggregationExpr, level: number): string {
  const vector = prettyExpr(expr.expr, level + 1);
  const args = expr.param === null ? [vector] : [`${indent(level + 1)}${BigInt(expr.param)}`, vector];
  const grouping = expr.grouping === null ? '' : prettyGrouping(expr.grouping);
  return `${indent(level)}${expr.op}${grouping}${block(args, level)}`;
}

function prettyGrouping({ without, labels }: Grouping): string {
  const word = without ? ' without' : labels.length > 0 ? ' by' : '';
  return labels.length > 0 ? `${word} (${labels.join(', ')})` : word;
}

function prettyBinary(expr: BinaryExpr, level: number): string {
  const left = prettyExpr(expr.left, level + 1);
  return `${left}\n${indent(level)}${prettyOperator(expr)}\n${prettyExpr(expr.right, level + 1)}`;
}

function prettyOperator({ op, bool, matching }: BinaryExpr): string {
  const operator = bool ? `${op} bool` : op;
  if (matching === null || matching.labels.length === 0) return operator;
  let group = matching.group === null ? '' : `group_${matching.group}`;
  if (matching.include.length > 0) group += ` (${matching.include.join(', ')})`;
  return `${operator} ${matching.on ? 'on' : 'ignoring'} (${matching.labels.join(', ')}) ${group}`;
}
