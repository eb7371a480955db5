/** Runs queries over lines, for the tables of this folder. */
import { compilePipeline, compileSamplePipeline, type PipelineOptions } from '../../../src/logql/pipeline/pipeline.js';
import type { ResultLabels } from '../../../src/logql/pipeline/pipeline-types.js';
import type { Grouping, RangeAggregationExpr } from '../../../src/logql/syntax/ast.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import type { EntryBatch } from '../../../src/model/entry-batch.js';
import { Labels } from '../../../src/model/labels.js';
import { allRows, batchOf } from '../../helpers/batch.js';

export interface Stream {
  readonly labels: Readonly<Record<string, string>>;
  readonly batch: EntryBatch;
}

export interface LogRow {
  readonly stream: number;
  readonly row: number;
  readonly line: string;
  readonly labels: ResultLabels;
}

export interface SampleRow {
  readonly stream: number;
  readonly row: number;
  readonly value: number;
  readonly labels: ResultLabels;
}

export const textOfLine = (line: Uint8Array | string): string =>
  typeof line === 'string' ? line : Buffer.from(line).toString('utf8');

export function runLog(query: string, streams: readonly Stream[], options: PipelineOptions = {}): LogRow[] {
  const expr = parseExpr(query);
  if (expr.kind !== 'log') throw new Error(`not a log query: ${query}`);
  const pipeline = compilePipeline(expr, options);
  const out: LogRow[] = [];
  for (const [stream, { labels, batch }] of streams.entries()) {
    pipeline.forStream(Labels.from(labels)).run(batch, allRows(batch), batch.count, (row, line, result) => {
      out.push({ stream, row, line: textOfLine(line), labels: result });
      return true;
    });
  }
  return out;
}

const pushedDown = new Set(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'sum_over_time']);

/** The range aggregation of a query, and what a sum above it allows to be grouped while reading. */
export function rangeOf(query: string): { readonly range: RangeAggregationExpr; readonly grouping: Grouping | null } {
  let expr = parseExpr(query);
  let grouping: Grouping | null = null;
  while (expr.kind === 'vector-aggregation') {
    const below = expr.expr;
    const isPushed = below.kind === 'range-aggregation' && below.grouping === null && pushedDown.has(below.op);
    if (isPushed && expr.op === 'sum') grouping = expr.grouping ?? { without: false, labels: [] };
    expr = below;
  }
  if (expr.kind !== 'range-aggregation') throw new Error(`no range aggregation: ${query}`);
  return { range: expr, grouping };
}

/** The batch as a reader that decodes no more than it must would hand it over. */
export function narrowed(batch: EntryBatch, needs: ReturnType<typeof compileSamplePipeline>['needs']): EntryBatch {
  const { metadata, lines } = needs;
  return {
    ...batch,
    lines: lines === 'bytes' ? batch.lines : new Uint8Array(0),
    lineEnd: lines === 'none' ? new Uint32Array(0) : batch.lineEnd,
    metadata: metadata === 'all' ? batch.metadata : batch.metadata.filter(({ name }) => metadata.includes(name)),
  };
}

export function runSamples(query: string, streams: readonly Stream[], options: PipelineOptions = {}): SampleRow[] {
  const { range, grouping } = rangeOf(query);
  const pipeline = compileSamplePipeline(range, grouping, options);
  const out: SampleRow[] = [];
  for (const [stream, { labels, batch }] of streams.entries()) {
    const read = narrowed(batch, pipeline.needs);
    pipeline.forStream(Labels.from(labels)).run(read, allRows(batch), batch.count, (row, value, result) => {
      out.push({ stream, row, value, labels: result });
    });
  }
  return out;
}

/** What becomes of single lines of the stream {app="x"}: the labels beside `app`, or null when the row is dropped. */
export function labelsOf(
  query: string,
  line: string,
  metadata: Readonly<Record<string, string>> = {},
): Record<string, string> | null {
  const [row] = runLog(`{app="x"} ${query}`, [
    { labels: { app: 'x' }, batch: batchOf([line], { metadata: [metadata] }) },
  ]);
  if (row === undefined) return null;
  const { app, ...rest } = row.labels.all.toRecord();
  return app === 'x' ? rest : { ...rest, app: app ?? '' };
}

export function lineOf(query: string, line: string): string | null {
  return runLog(`{app="x"} ${query}`, [{ labels: { app: 'x' }, batch: batchOf([line]) }])[0]?.line ?? null;
}
