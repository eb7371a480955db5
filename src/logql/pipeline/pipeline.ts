/** From the stages of a query to what runs them over batches of entries. */
import type { ColumnNeeds, EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import type { Grouping, LogExpr, RangeAggregationExpr, RangeOp, Stage } from '../syntax/ast.js';
import { type SampleKind, sampleKind, type UnwrapValue, unwrapValue } from './extract.js';
import { parserHints } from './hints.js';
import { duplicateSuffix, errorDetailsLabel, errorLabel } from './label-names.js';
import { MetadataMemo } from './metadata-memo.js';
import type {
  Pipeline,
  ResultLabels,
  RowSink,
  SamplePipeline,
  SampleSink,
  StreamPipeline,
  StreamSamplePipeline,
} from './pipeline-types.js';
import { type BoundColumn, Program } from './program.js';
import { type LabelsOfSample, labelsOfSample, Results } from './results.js';
import { withoutIdleLineFormats } from './stage-order.js';

export interface PipelineOptions {
  /** False: parse every row that line filters leave, as a check on prefilter.ts. */
  readonly prefilter?: boolean;
}

/**
 * A log query's stages. Throws with Loki's text for a stage that validate.ts would refuse.
 * The pipeline belongs to one query and one thread: its streams share caches.
 */
export function compilePipeline(expr: LogExpr, options: PipelineOptions = {}): Pipeline {
  const program = new Program(expr.stages, options.prefilter ?? true);
  const hints = parserHints({
    read: [],
    grouping: null,
    noLabels: false,
    unwrap: '',
    filters: program.facts.singleFilters,
  });
  program.context.builder.setHints(hints);
  const results = new Results(program.context.builder, true);
  return {
    needs: { lines: 'bytes', metadata: 'all' },
    forStream: (labels) => new LogStream(program, results, labels),
  };
}

class LogStream implements StreamPipeline {
  readonly #program: Program;
  readonly #results: Results;
  readonly #labels: Labels;

  constructor(program: Program, results: Results, labels: Labels) {
    this.#program = program;
    this.#results = results;
    this.#labels = labels;
    // A row that ends with the stream's own labels, wherever they came from, shows them as the stream's.
    results.ofStream(labels);
  }

  run(batch: EntryBatch, rows: Uint32Array, count: number, sink: RowSink): boolean {
    const program = this.#program;
    const columns = program.startBatch(batch, this.#labels, null);
    if (!cutBlock(program, columns, this.#labels, batch, rows, count)) return true;
    const { facts } = program;
    if (!facts.readsLine && !facts.changesLine) return this.#runByMetadata(columns, batch, rows, count, sink);
    const { block, row } = program;
    for (let k = 0; k < count; k++) {
      const index = rows[k] as number;
      if (!block.passes(index) || !program.runRow(index, true)) continue;
      if (!sink(index, row.line, this.#results.whole())) return false;
    }
    return true;
  }

  #runByMetadata(
    columns: readonly BoundColumn[],
    batch: EntryBatch,
    rows: Uint32Array,
    count: number,
    sink: RowSink,
  ): boolean {
    const program = this.#program;
    const { block } = program;
    const memo = new MetadataMemo<ResultLabels | null>(columns, (row) =>
      program.runRow(row, false) ? this.#results.whole() : null,
    );
    const { lines, lineEnd } = batch;
    for (let k = 0; k < count; k++) {
      const index = rows[k] as number;
      if (!block.passes(index)) continue;
      const labels = memo.get(index);
      if (labels === null) continue;
      const line = lines.subarray(index === 0 ? 0 : (lineEnd[index - 1] as number), lineEnd[index]);
      if (!sink(index, line, labels)) return false;
    }
    return true;
  }
}

/** False when no row of the block can pass. */
function cutBlock(
  program: Program,
  columns: readonly BoundColumn[],
  stream: Labels,
  batch: EntryBatch,
  rows: Uint32Array,
  count: number,
): boolean {
  return program.block.cut(
    batch,
    rows,
    count,
    (name) => stream.has(name) || columns.some(({ slot }) => slot.name === name),
  );
}

/**
 * A range aggregation's stages and the number it takes from each row.
 *
 * `grouping`: by what the samples may be grouped while they are read, because a vector aggregation above groups them
 * so; null when there is none. Rows with an error keep all of their labels.
 */
export function compileSamplePipeline(
  expr: RangeAggregationExpr,
  grouping: Grouping | null,
  options: PipelineOptions = {},
): SamplePipeline {
  const kind = sampleKind(expr);
  const stages: readonly Stage[] = kind === 'bytes' ? expr.log.stages : withoutIdleLineFormats(expr.log.stages);
  const program = new Program(stages, options.prefilter ?? true);
  const { facts } = program;
  const value = expr.unwrap === null ? null : unwrapValue(expr.unwrap, program);
  const { effective, noLabels } = effectiveGrouping(expr, grouping);
  const hints = parserHints({
    read: facts.required,
    grouping: effective,
    noLabels,
    unwrap: expr.unwrap?.label ?? '',
    filters: facts.singleFilters,
  });
  const { builder } = program.context;
  builder.setHints(hints);
  program.context.hints = hints;
  const results = new Results(builder, !mergesSeries(expr));
  const labels = labelsOfSample(builder, results, effective, noLabels);
  const canFail = value !== null || facts.canFail;
  const relevant = canFail || facts.reads === null || labels.names === null ? null : new Set<string>();
  if (relevant !== null) {
    const read = [...(facts.reads ?? []), ...(labels.names ?? []), ...hints.required, errorLabel, errorDetailsLabel];
    for (const name of read) relevant.add(name);
  }
  const readsLines = program.block.readsLines || facts.readsLine;
  const plan: SamplePlan = { program, kind, value, labels, relevant, readsLines };
  return {
    needs: sampleNeeds(plan),
    forStream: (stream) => new SampleStream(plan, stream),
  };
}

/** Operations that Loki's frontend computes in shards, and merges. */
const merged = new Set<RangeOp>([
  ...(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate'] as const),
  ...(['sum_over_time', 'avg_over_time', 'max_over_time', 'min_over_time'] as const),
]);

/**
 * Does Loki put a vector aggregation around this one, because labels that were taken away may make two series one?
 * It shows: vector aggregations drop labels without a value, which series otherwise keep.
 */
function mergesSeries({ op, grouping, log }: RangeAggregationExpr): boolean {
  if (!merged.has(op)) return false;
  if (grouping !== null && grouping.labels.length > 0) return true;
  return log.stages.some(
    (stage) =>
      stage.kind === 'drop' ||
      stage.kind === 'keep' ||
      (stage.kind === 'label-format' && stage.formats.some((format) => format.kind === 'rename')),
  );
}

/** The later grouping wins; unwrap's own label is no label of its samples. */
function effectiveGrouping(
  expr: RangeAggregationExpr,
  outer: Grouping | null,
): { readonly effective: Grouping | null; readonly noLabels: boolean } {
  const grouping = outer ?? expr.grouping;
  const isSingle = grouping !== null && !grouping.without && grouping.labels.length === 0;
  const noLabels = isSingle || expr.op === 'absent_over_time';
  const groups = grouping?.labels ?? [];
  if (expr.unwrap === null || (groups.length > 0 && grouping?.without === false))
    return { effective: grouping, noLabels };
  return { effective: { without: true, labels: [...groups, expr.unwrap.label] }, noLabels };
}

interface SamplePlan {
  readonly program: Program;
  readonly kind: SampleKind;
  /** For 'unwrap'. */
  readonly value: UnwrapValue | null;
  readonly labels: LabelsOfSample;
  /** Names of metadata that can matter; null: all. */
  readonly relevant: ReadonlySet<string> | null;
  readonly readsLines: boolean;
}

function sampleNeeds({ readsLines, kind, relevant }: SamplePlan): ColumnNeeds {
  const lines = readsLines ? 'bytes' : kind === 'bytes' ? 'lengths' : 'none';
  if (relevant === null) return { lines, metadata: 'all' };
  // Metadata called x becomes x_extracted when the stream has an x.
  const names = new Set<string>();
  for (const name of relevant) {
    names.add(name);
    if (name.endsWith(duplicateSuffix)) names.add(name.slice(0, -duplicateSuffix.length));
  }
  return { lines, metadata: [...names].sort() };
}

interface Sample {
  readonly value: number;
  readonly labels: ResultLabels;
}

class SampleStream implements StreamSamplePipeline {
  readonly #plan: SamplePlan;
  readonly #stream: Labels;

  constructor(plan: SamplePlan, stream: Labels) {
    this.#plan = plan;
    this.#stream = stream;
  }

  uniform(batch: EntryBatch): ResultLabels | null {
    const { program, kind, relevant, readsLines } = this.#plan;
    if (readsLines || kind === 'unwrap' || program.facts.changesLine || batch.count === 0) return null;
    const columns = program.startBatch(batch, this.#stream, relevant);
    for (const { column } of columns) if (!isConstant(column.ids, batch.count)) return null;
    return this.#sample(0, false)?.labels ?? null;
  }

  run(batch: EntryBatch, rows: Uint32Array, count: number, sink: SampleSink): void {
    const { program, kind, relevant, readsLines } = this.#plan;
    const columns = program.startBatch(batch, this.#stream, relevant);
    if (!cutBlock(program, columns, this.#stream, batch, rows, count)) return;
    const { block, facts } = program;
    if (!facts.readsLine && !facts.changesLine) {
      this.#runByMetadata(columns, batch, rows, count, sink);
      return;
    }
    for (let k = 0; k < count; k++) {
      const index = rows[k] as number;
      if (!block.passes(index)) continue;
      const sample = this.#sample(index, readsLines || kind === 'bytes');
      if (sample !== null) sink(index, sample.value, sample.labels);
    }
  }

  #runByMetadata(
    columns: readonly BoundColumn[],
    batch: EntryBatch,
    rows: Uint32Array,
    count: number,
    sink: SampleSink,
  ): void {
    const { program, kind } = this.#plan;
    const { block } = program;
    const { lineEnd } = batch;
    const memo = new MetadataMemo<Sample | null>(columns, (row) => this.#sample(row, false));
    for (let k = 0; k < count; k++) {
      const index = rows[k] as number;
      if (!block.passes(index)) continue;
      const sample = memo.get(index);
      if (sample === null) continue;
      const start = index === 0 ? 0 : (lineEnd[index - 1] as number);
      sink(index, kind === 'bytes' ? (lineEnd[index] as number) - start : sample.value, sample.labels);
    }
  }

  #sample(index: number, withLine: boolean): Sample | null {
    const { program, kind, value, labels } = this.#plan;
    if (!program.runRow(index, withLine)) return null;
    let number = 1;
    if (value !== null) {
      const unwrapped = value();
      if (unwrapped === undefined) return null;
      number = unwrapped;
    } else if (kind === 'bytes' && withLine) number = program.row.byteLength;
    return { value: number, labels: labels.get() };
  }
}

function isConstant(ids: Uint32Array, count: number): boolean {
  const first = ids[0];
  for (let i = 1; i < count; i++) if (ids[i] !== first) return false;
  return true;
}
