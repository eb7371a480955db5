/** What a compiled pipeline shows to those who run it: query/scan/ for queries, tail/ for live tails. */
import type { ColumnNeeds } from '../../model/column-needs.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { Labels } from '../../model/labels.js';

/** The labels of a result row, by where they came from. Interned: one object for each distinct set of a query. */
export interface ResultLabels {
  /** All of them, sorted: the identity of the stream or series in the answer. */
  readonly all: Labels;
  readonly stream: Labels;
  readonly metadata: Labels;
  readonly parsed: Labels;
}

/** Called for each surviving row; return false to stop. `line` is valid until the batch is released. */
export type RowSink = (row: number, line: LineText, labels: ResultLabels) => boolean;
/** Called for each sample. */
export type SampleSink = (row: number, value: number, labels: ResultLabels) => void;

/** A line as bytes of a batch, or as the text that line_format made of it. */
export type LineText = Uint8Array | string;

/** A log query's stages, compiled once for a query. */
export interface Pipeline {
  readonly needs: ColumnNeeds;
  /**
   * 'unread': which rows are left, and with which labels, does not depend on their lines: a batch may come without. The lines
   * that are left are the rows' own, but when they are 'changed'.
   */
  readonly lines: 'unread' | 'read' | 'changed';
  /** Specialised for a stream; the caller keeps it for all batches of that stream in this query. */
  forStream(labels: Labels): StreamPipeline;
}

export interface StreamPipeline {
  /** As the pipeline's, or less where a block has columns of fields. */
  readonly needs: ColumnNeeds;
  /** Stages read the batch's lines one by one, which takes a hundred times as long as to look at columns. */
  readsRows(batch: EntryBatch): boolean;
  /**
   * Runs rows[0..count) of the batch through the stages, in that order. Returns false when the sink stopped it.
   * Line filters at the head of the pipeline run over the whole block at once, on bytes.
   */
  run(batch: EntryBatch, rows: Uint32Array, count: number, sink: RowSink): boolean;
}

/** A range aggregation's pipeline with its extractor of samples (count, bytes, or an unwrapped label). */
export interface SamplePipeline {
  readonly needs: ColumnNeeds;
  forStream(labels: Labels): StreamSamplePipeline;
}

export interface StreamSamplePipeline {
  /** As the pipeline's, or less where a block has columns of fields. */
  readonly needs: ColumnNeeds;
  /**
   * When every row of the batch is a sample of value 1 (or its line's length) and all have one label set, that set:
   * the scan then never looks at the rows one by one. Otherwise null, and `run` must be called.
   */
  uniform(batch: EntryBatch): ResultLabels | null;
  /** As a StreamPipeline's. */
  readsRows(batch: EntryBatch): boolean;
  run(batch: EntryBatch, rows: Uint32Array, count: number, sink: SampleSink): void;
}
