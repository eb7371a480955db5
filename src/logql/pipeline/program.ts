/**
 * The stages of a pipeline, compiled, and the two ways to run them: a whole block of lines through the filters that
 * need nothing but bytes, and single rows through the rest.
 */

import { assertNever } from '../../errors.js';
import type { MetadataColumn } from '../../model/columns.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import type { Template } from '../../template/template.js';
import type { LabelFilter, Stage } from '../syntax/ast.js';
import { BlockFilter } from './block-filter.js';
import { type FieldPlan, fieldPlan, isFieldParser } from './field-plan.js';
import { FieldStage } from './field-stage.js';
import type { SingleLabelFilter } from './hints.js';
import { duplicateSuffix, errorDetailsLabel, errorLabel } from './label-names.js';
import type { LabelSlot } from './labels-builder.js';
import { prefilters } from './prefilter.js';
import { Row, type RowStage } from './row.js';
import { StageContext } from './stage-context.js';
import { runOrder, withoutRepeats } from './stage-order.js';
import { decolorizeStage } from './stages/decolorize.js';
import { dropStage } from './stages/drop.js';
import { jsonStage } from './stages/json.js';
import { jsonExpressionStage } from './stages/json-expression.js';
import { keepStage } from './stages/keep.js';
import { compileLabelFilter } from './stages/label-filter.js';
import { compileFormats, labelFormatStage } from './stages/label-format.js';
import { type LineFilter, lineFilterStage, lineFilters } from './stages/line-filter.js';
import { compileLineTemplate, lineFormatStage } from './stages/line-format.js';
import { logfmtStage } from './stages/logfmt.js';
import { logfmtExpressionStage } from './stages/logfmt-expression.js';
import { patternStage } from './stages/pattern.js';
import { regexpStage } from './stages/regexp.js';
import { unpackStage } from './stages/unpack.js';
import { asBuffer } from './text.js';

/** What compiling the stages has found out about them. */
export interface StageFacts {
  /** Does a stage behind the leading line filters look at the line? */
  readsLine: boolean;
  /** Does one beside the parser that field columns can stand in for? */
  readsLineBeside: boolean;
  changesLine: boolean;
  /** Can a row get an `__error__`? */
  canFail: boolean;
  /** Can it get one from another stage than that parser? */
  canFailBeside: boolean;
  /** Labels that stages read, as Loki counts them for its hints to parsers. */
  readonly required: string[];
  /** Labels that stages read in truth; null when any may be read. */
  reads: Set<string> | null;
  readonly singleFilters: SingleLabelFilter[];
}

export class Program {
  readonly context: StageContext;
  readonly row: Row;
  readonly facts: StageFacts;
  readonly block: BlockFilter;
  /** What of the stages columns of fields can do; null when nothing. */
  readonly plan: FieldPlan | null;
  /** The parser of the plan, once the stages are compiled. */
  fields: FieldStage | null = null;
  readonly #stages: RowStage[] = [];
  /** One for all of its kind, which remembers the line that it last looked at. */
  #unpack: RowStage | null = null;
  #decolorize: RowStage | null = null;
  #columns: BoundColumn[] = [];
  #offsets: Float64Array = new Float64Array(0);
  #lineEnd: Uint32Array = new Uint32Array(0);
  #lines: Buffer = Buffer.alloc(0);

  /** Throws with Loki's text for a stage that validate.ts would refuse. */
  constructor(stages: readonly Stage[], withPrefilters: boolean) {
    this.context = new StageContext();
    this.row = new Row(this.context.builder);
    this.facts = {
      readsLine: false,
      readsLineBeside: false,
      changesLine: false,
      canFail: false,
      canFailBeside: false,
      required: [],
      reads: new Set(),
      singleFilters: [],
    };
    const ordered = withoutRepeats(runOrder(stages));
    this.plan = fieldPlan(ordered);
    const leading = ordered.findIndex((stage) => stage.kind !== 'line-filter');
    const headLength = leading < 0 ? ordered.length : leading;
    const head: LineFilter[] = [];
    for (const stage of ordered.slice(0, headLength)) {
      if (stage.kind === 'line-filter') for (const filter of lineFilters(stage)) head.push(filter);
    }
    for (const stage of ordered.slice(headLength)) this.#add(stage);
    this.block = new BlockFilter(head, withPrefilters ? prefilters(ordered) : []);
  }

  #add(stage: Stage): void {
    const { context, facts } = this;
    switch (stage.kind) {
      case 'line-filter':
        this.#noteReadsLine();
        for (const filter of lineFilters(stage)) this.#stages.push(lineFilterStage(filter));
        return;
      case 'json':
        this.#addParser(
          stage,
          stage.expressions.length === 0 ? jsonStage(context) : jsonExpressionStage(stage.expressions, context),
          true,
        );
        return;
      case 'logfmt':
        this.#addParser(
          stage,
          stage.expressions.length === 0
            ? logfmtStage(stage, context)
            : logfmtExpressionStage(stage.expressions, stage.strict, context),
          stage.strict,
        );
        return;
      case 'regexp':
        this.#noteReadsLine();
        this.#stages.push(regexpStage(stage.pattern, context));
        return;
      case 'pattern':
        this.#noteReadsLine();
        this.#stages.push(patternStage(stage.pattern, context));
        return;
      case 'unpack':
        this.#noteReadsLine();
        facts.changesLine = true;
        this.#noteCanFail();
        this.#unpack ??= unpackStage(context);
        this.#stages.push(this.#unpack);
        return;
      case 'label-filter':
        this.addFilter(stage.filter);
        return;
      case 'line-format': {
        const template = compileLineTemplate(stage.template);
        this.#noteTemplate(template);
        facts.changesLine = true;
        this.#stages.push(lineFormatStage(stage.template, template, context));
        return;
      }
      case 'label-format': {
        const formats = compileFormats(stage.formats);
        for (const format of formats) {
          if (format.kind === 'rename') this.#noteReads([format.from]);
          else this.#noteTemplate(format.template);
        }
        this.#stages.push(labelFormatStage(formats, context));
        return;
      }
      case 'decolorize':
        this.#noteReadsLine();
        facts.changesLine = true;
        this.#decolorize ??= decolorizeStage();
        this.#stages.push(this.#decolorize);
        return;
      case 'drop':
        for (const { name } of stage.labels) facts.reads?.add(name);
        this.#stages.push(dropStage(stage.labels, context));
        return;
      case 'keep':
        for (const { name } of stage.labels) facts.reads?.add(name);
        this.#stages.push(keepStage(stage.labels, context));
        return;
      default:
        assertNever(stage);
    }
  }

  #addParser(stage: Stage, parser: RowStage, canFail: boolean): void {
    const { context, facts, plan } = this;
    if (plan !== null && this.fields === null && isFieldParser(stage)) {
      this.fields = new FieldStage(parser, plan.strict, context);
      this.#stages.push(this.fields);
      facts.readsLine = true;
      facts.canFail ||= canFail;
      return;
    }
    this.#stages.push(parser);
    this.#noteReadsLine();
    if (canFail) this.#noteCanFail();
  }

  #noteReadsLine(): void {
    this.facts.readsLine = true;
    this.facts.readsLineBeside = true;
  }

  #noteCanFail(): void {
    this.facts.canFail = true;
    this.facts.canFailBeside = true;
  }

  addFilter(filter: LabelFilter): void {
    const stage = this.compileFilter(filter, false);
    if (stage !== null) this.#stages.push(stage);
  }

  /** A filter that somebody else runs (behind unwrap). Null when every row passes. `exactSizes`: see label-filter.ts. */
  compileFilter(filter: LabelFilter, exactSizes: boolean): RowStage | null {
    const compiled = compileLabelFilter(filter, this.context, exactSizes);
    if (compiled.isNoop) return null;
    if (!isStringFilter(filter)) this.#noteCanFail();
    if (compiled.single !== null) this.facts.singleFilters.push(compiled.single);
    this.#noteReads(compiled.names);
    return { process: compiled.passes };
  }

  #noteReads(names: readonly string[]): void {
    for (const name of names) {
      this.facts.required.push(name);
      this.facts.reads?.add(name);
    }
  }

  /** Templates can call __line__ and functions that fail. */
  #noteTemplate({ fields, hinted }: Template): void {
    this.#noteReadsLine();
    this.#noteCanFail();
    this.facts.required.push(...hinted);
    if (fields === null) this.facts.reads = null;
    else for (const name of fields) this.facts.reads?.add(name);
  }

  get hasStages(): boolean {
    return this.#stages.length > 0;
  }

  /** Columns without `relevant` names (after renaming for collisions) are left out; null: all count. */
  startBatch(batch: EntryBatch, stream: Labels, relevant: ReadonlySet<string> | null): readonly BoundColumn[] {
    const { builder } = this.context;
    builder.bind(stream);
    this.fields?.bind(null, []);
    this.#offsets = batch.offsetNs;
    this.row.baseNs = batch.baseNs;
    this.#lines = asBuffer(batch.lines);
    this.#lineEnd = batch.lineEnd;
    this.#columns = [];
    for (const column of batch.metadata) {
      const name = stream.has(column.name) ? column.name + duplicateSuffix : column.name;
      if (relevant !== null && !relevant.has(name)) continue;
      this.#columns.push({ column, slot: builder.slot(name), role: roleOf(name) });
    }
    return this.#columns;
  }

  /** Runs a row through the stages behind the leading line filters. Needs lines only if the stages read them. */
  runRow(index: number, withLine: boolean): boolean {
    const { row } = this;
    const { builder } = this.context;
    builder.startRow();
    row.index = index;
    row.offsetNs = this.#offsets[index] as number;
    for (const { column, slot, role } of this.#columns) {
      const id = column.ids[index] as number;
      if (id === 0) continue;
      if (role === 'label') builder.setMetadata(slot, column.dictionary, id - 1);
      else builder[role] = column.dictionary.get(id - 1);
    }
    if (withLine) {
      row.setLine(this.#lines, index === 0 ? 0 : (this.#lineEnd[index - 1] as number), this.#lineEnd[index] as number);
    }
    for (const stage of this.#stages) if (!stage.process(row)) return false;
    return true;
  }
}

/** Metadata called `__error__` is the row's error, as if a stage had set it. */
export interface BoundColumn {
  readonly column: MetadataColumn;
  readonly slot: LabelSlot;
  readonly role: 'label' | 'error' | 'errorDetails';
}

const roleOf = (name: string): BoundColumn['role'] =>
  name === errorLabel ? 'error' : name === errorDetailsLabel ? 'errorDetails' : 'label';

const isStringFilter = (filter: LabelFilter): boolean =>
  filter.kind === 'string' ||
  filter.kind === 'ip' ||
  ((filter.kind === 'and' || filter.kind === 'or') && isStringFilter(filter.left) && isStringFilter(filter.right));
