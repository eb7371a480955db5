/**
 * Lines that are read again when they are sent, instead of being kept until then: an answer may be larger than memory. Their
 * blocks lie in packs, which outlive the queries that found them (retention_delete_delay), or in the head.
 */
import type { LogEntry } from '../../logql/engine/querier.js';
import { compilePipeline } from '../../logql/pipeline/pipeline.js';
import type { LineText, Pipeline, ResultLabels, StreamPipeline } from '../../logql/pipeline/pipeline-types.js';
import type { LogExpr } from '../../logql/syntax/ast.js';
import { type BlockSource, DamageError } from '../../model/block-source.js';
import { allColumns, type ColumnNeeds, linesOnly } from '../../model/column-needs.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';
import { lineStart, sliceRows } from '../../model/rows.js';
import type { Nanos } from '../../model/time.js';
import type { FoundEntry } from './found-entry.js';
import { perStream, rowOf, type ScanItem } from './scan-item.js';

/** An entry without its line: each look at `line` reads the block. Throws DamageError, or what opening the pack throws. */
export class LaterEntry implements FoundEntry {
  readonly ns: Nanos;
  readonly labels: ResultLabels;
  readonly rank: number;
  readonly place: number;
  readonly #reader: LineReader;
  readonly #item: ScanItem;

  constructor(reader: LineReader, item: ScanItem, { ns, labels, place }: Omit<FoundEntry, 'line' | 'rank'>) {
    this.ns = ns;
    this.labels = labels;
    this.rank = item.rank;
    this.place = place;
    this.#reader = reader;
    this.#item = item;
  }

  /** Valid until the next line is looked at. */
  get line(): LogEntry['line'] {
    return this.#reader.line(this.#item, rowOf(this.place));
  }
}

/** For one query. What it reads is not counted again. */
export class LineReader {
  /** The query's stages once more, when they make lines: lines may be asked for while the query's own pipeline runs. */
  readonly #streamOf: ((rank: number) => StreamPipeline) | null;
  readonly #onDamage: (error: DamageError) => void;
  readonly #needs: ColumnNeeds;
  /** Entries of one block are next to each other in an answer. */
  #last: { readonly block: BlockSource; readonly batch: EntryBatch } | null = null;

  /** `own`: the pipeline that the query runs. */
  constructor(
    expr: LogExpr,
    own: Pipeline,
    labelsOf: (rank: number) => Labels,
    onDamage: (error: DamageError) => void = () => {},
  ) {
    let pipeline: Pipeline | null = null;
    const streamOf = perStream(labelsOf, (labels) => {
      pipeline ??= compilePipeline(expr);
      return pipeline.forStream(labels);
    });
    const isMade = own.lines === 'changed';
    this.#streamOf = isMade ? streamOf : null;
    this.#needs = isMade ? allColumns : linesOnly;
    this.#onDamage = onDamage;
  }

  line({ block, rank }: ScanItem, row: number): LineText {
    const batch = this.#read(block);
    const stored = batch.lines.subarray(lineStart(batch, row), batch.lineEnd[row]);
    if (this.#streamOf === null) return stored;
    let made: LineText | null = null;
    this.#streamOf(rank).run(sliceRows(batch, row, row + 1), firstRow, 1, (_row, line) => {
      made = line;
      return false;
    });
    // Null: a filter behind `line_format "{{now}}"` lets a row pass at one time and not at another.
    return made ?? stored;
  }

  #read(block: BlockSource): EntryBatch {
    if (this.#last?.block === block) return this.#last.batch;
    try {
      const batch = block.read(this.#needs);
      this.#last = { block, batch };
      return batch;
    } catch (error) {
      if (error instanceof DamageError) this.#onDamage(error);
      throw error;
    }
  }
}

const firstRow = Uint32Array.of(0);
