/** From the stages of a query to what runs them over batches of entries. */
import type { ColumnNeeds } from '../../model/column-needs.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import type { Grouping, LogExpr, RangeAggregationExpr, RangeOp, Stage } from '../syntax/ast.js';
import { type SampleKind, sampleKind, type UnwrapValue, unwrapValue } from './extract.js';
import { FieldSampler, type Sample, type SampleOutputs, sampleOutputs } from './field-samples.js';
import { type ParserHints, parserHints } from './hints.js';
import { duplicateSuffix, errorDetailsLabel, errorLabel, isSpecialLabel } from './label-names.js';
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
import { type BlockFields, candidatesOf, fieldUse, type ReplacedParser, StreamFields } from './stream-fields.js';

export interface PipelineOptions {
  /** False: parse every row that line filters leave, as a check on prefilter.ts. */
  readonly prefilter?: boolean;
  /** False: leave columns of fields out of account. */
  readonly fields?: boolean;
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
  const results = new Results(program.context.builder, { keepsEmpty: true, internsAll: false });
  const needs = withNeedles({ lines: 'bytes', metadata: 'all' }, program, options);
  const use = options.fields === false ? null : fieldUse(program.plan, needs, null);
  return {
    needs,
    lines: lineUse(program),
    forStream: (labels) => new LogStream(program, results, labels, needs, use && new StreamFields(use, labels)),
  };
}

function lineUse({ facts, block }: Program): Pipeline['lines'] {
  if (facts.changesLine) return 'changed';
  return facts.readsLine || block.readsLines ? 'read' : 'unread';
}

function withNeedles(needs: ColumnNeeds, { block: { needles } }: Program, options: PipelineOptions): ColumnNeeds {
  return needles.length === 0 || options.prefilter === false ? needs : { ...needs, needles };
}

class LogStream implements StreamPipeline {
  readonly #program: Program;
  readonly #results: Results;
  readonly #labels: Labels;
  readonly needs: ColumnNeeds;
  readonly #fields: StreamFields | null;

  constructor(program: Program, results: Results, labels: Labels, needs: ColumnNeeds, fields: StreamFields | null) {
    this.#program = program;
    this.#results = results;
    this.#labels = labels;
    this.needs = fields?.needs ?? needs;
    this.#fields = fields;
    // A row that ends with the stream's own labels, wherever they came from, shows them as the stream's.
    results.ofStream(labels);
  }

  readsRows(): boolean {
    return looksAtLines(this.#program);
  }

  run(batch: EntryBatch, rows: Uint32Array, count: number, sink: RowSink): boolean {
    const found = this.#fields?.of(batch) ?? null;
    if (found === null) return this.#run(batch, rows, count, false, sink);
    const candidates = new Uint32Array(count);
    const kept = candidatesOf(found.verdict, rows, count, candidates);
    return kept === 0 || this.#run(batch, candidates, kept, found.verdict.isExact, sink);
  }

  #run(batch: EntryBatch, rows: Uint32Array, count: number, isFiltered: boolean, sink: RowSink): boolean {
    const program = this.#program;
    const columns = program.startBatch(batch, this.#labels, null);
    if (!cutBlock(program, columns, this.#labels, batch, rows, count, isFiltered)) return true;
    if (!looksAtLines(program)) return this.#runByMetadata(columns, batch, rows, count, sink);
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

/** Beside what filters the block as a whole. */
const looksAtLines = ({ facts }: Program): boolean => facts.readsLine || facts.changesLine;

/** False when no row of the block can pass. `isFiltered`: columns did already what prefilters do. */
function cutBlock(
  program: Program,
  columns: readonly BoundColumn[],
  stream: Labels,
  batch: EntryBatch,
  rows: Uint32Array,
  count: number,
  isFiltered: boolean,
): boolean {
  return program.block.cut(
    batch,
    rows,
    count,
    (name) => isFiltered || stream.has(name) || columns.some(({ slot }) => slot.name === name),
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
  // What Loki computes in shards it prints and reads again; else the filters behind unwrap go as they are.
  const value = expr.unwrap === null ? null : unwrapValue(expr.unwrap, program, !merged.has(expr.op));
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
  const results = new Results(builder, { keepsEmpty: !mergesSeries(expr), internsAll: true });
  const labels = labelsOfSample(builder, results, effective, noLabels);
  const relevant = (canFail: boolean): ReadonlySet<string> | null =>
    canFail || facts.reads === null || labels.names === null
      ? null
      : new Set([...facts.reads, ...labels.names, ...hints.required, errorLabel, errorDetailsLabel]);
  const canFail = value !== null || facts.canFail;
  const plan: SamplePlan = {
    program,
    kind,
    value,
    labels,
    relevant: relevant(canFail),
    readsLines: program.block.readsLines || facts.readsLine,
    outputs: sampleOutputs(expr, program, effective),
  };
  const needs = withNeedles(sampleNeeds(plan), program, options);
  const ofPlain = sampleNeeds({ ...plan, relevant: relevant(value !== null || facts.canFailBeside) });
  const replaced = replacedParser(plan, hints, ofPlain.metadata, expr);
  const use = options.fields === false ? null : fieldUse(program.plan, needs, replaced);
  return {
    needs,
    forStream: (stream) => new SampleStream(plan, needs, stream, use && new StreamFields(use, stream)),
  };
}

/**
 * Null when columns cannot take the parser's place: a stage reads the line, any label may be needed, or what the parser
 * does depends on the order of the fields in the line. It does where label filters run while it parses, and a row that
 * fails one there might pass it later: because a stage changed the label, or because the filter stands before the parser.
 */
function replacedParser(
  { program, kind }: SamplePlan,
  { required, filters, noLabels }: ParserHints,
  metadataOfPlain: ColumnNeeds['metadata'],
  { unwrap }: RangeAggregationExpr,
): ReplacedParser | null {
  const { facts, fields, plan, block } = program;
  if (fields === null || plan === null || facts.readsLineBeside || (required.size === 0 && !noLabels)) return null;
  const order = filters.size > 0;
  const onError = facts.singleFilters.filter(({ dependsOnError }) => dependsOnError).length;
  const needsExact = order && onError > 1;
  if (order && !plan.isSimple) return null;
  if (needsExact && unwrap?.filters.some((filter) => filter.kind !== 'string')) return null;
  return {
    names: [...required].filter((name) => !isSpecialLabel(name)),
    lines: block.hasLineFilters ? 'bytes' : kind === 'bytes' ? 'lengths' : 'none',
    metadataOfPlain,
    needsExact,
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
  readonly outputs: SampleOutputs;
}

function sampleNeeds({
  readsLines,
  kind,
  relevant,
}: Pick<SamplePlan, 'readsLines' | 'kind' | 'relevant'>): ColumnNeeds {
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

class SampleStream implements StreamSamplePipeline {
  readonly #plan: SamplePlan;
  readonly #needs: ColumnNeeds;
  readonly #stream: Labels;
  readonly #fields: StreamFields | null;
  /** Of the batch that is being read. */
  #sampler: { readonly found: BlockFields; readonly batch: EntryBatch; readonly sampler: FieldSampler } | null = null;

  constructor(plan: SamplePlan, needs: ColumnNeeds, stream: Labels, fields: StreamFields | null) {
    this.#plan = plan;
    this.#needs = needs;
    this.#stream = stream;
    this.#fields = fields;
  }

  get needs(): ColumnNeeds {
    return this.#fields?.needs ?? this.#needs;
  }

  uniform(batch: EntryBatch): ResultLabels | null {
    const { program, kind, relevant, readsLines } = this.#plan;
    if (readsLines || kind === 'unwrap' || program.facts.changesLine || batch.count === 0) return null;
    const columns = program.startBatch(batch, this.#stream, relevant);
    for (const { column } of columns) if (!isConstant(column.ids, batch.count)) return null;
    return this.#sample(0, false)?.labels ?? null;
  }

  readsRows(batch: EntryBatch): boolean {
    return looksAtLines(this.#plan.program) && this.#fields?.of(batch)?.replacesParser !== true;
  }

  run(batch: EntryBatch, rows: Uint32Array, count: number, sink: SampleSink): void {
    const found = this.#fields?.of(batch) ?? null;
    if (found === null) {
      this.#run(batch, rows, count, false, sink);
      return;
    }
    const candidates = new Uint32Array(count);
    const kept = candidatesOf(found.verdict, rows, count, candidates);
    if (kept === 0) return;
    if (found.replacesParser) this.#runFields(found, batch, candidates, kept, sink);
    else this.#run(batch, candidates, kept, found.verdict.isExact, sink);
  }

  /** Rows are taken from the columns of their fields, but for the odd ones. */
  #runFields(found: BlockFields, batch: EntryBatch, rows: Uint32Array, count: number, sink: SampleSink): void {
    const { program, kind, relevant, outputs } = this.#plan;
    const { fields, block, plan } = program;
    const columns = program.startBatch(batch, this.#stream, relevant);
    if (fields === null || !cutBlock(program, columns, this.#stream, batch, rows, count, true)) return;
    const bound = fields.bind(found.fields, this.#fields?.needs.fields?.names ?? []);
    if (this.#sampler?.found !== found || this.#sampler.batch !== batch) {
      const isTaken = (name: string) => this.#stream.has(name) || columns.some(({ slot }) => slot.name === name);
      const options = { kind, strict: plan?.strict === true, isTaken };
      this.#sampler = { found, batch, sampler: new FieldSampler(found, batch, columns, bound, outputs, options) };
    }
    const withLine = batch.lineEnd.length > 0;
    this.#sampler.sampler.run(
      rows,
      count,
      (row) => block.passes(row),
      (row) => this.#sample(row, withLine),
      sink,
    );
  }

  #run(batch: EntryBatch, rows: Uint32Array, count: number, isFiltered: boolean, sink: SampleSink): void {
    const { program, kind, relevant, readsLines } = this.#plan;
    const columns = program.startBatch(batch, this.#stream, relevant);
    if (!cutBlock(program, columns, this.#stream, batch, rows, count, isFiltered)) return;
    const { block } = program;
    if (!looksAtLines(program)) {
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
