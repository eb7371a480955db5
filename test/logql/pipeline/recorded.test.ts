/**
 * Random pipelines over random lines, with the answers of Loki 3.7.6's own pipeline (pkg/logql/log, called with the same
 * rows). testdata/recorded.jsonl holds one case a line; a log row is [stream, row, line, stream labels, metadata,
 * parsed], a sample [stream, row, value, labels].
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileSamplePipeline } from '../../../src/logql/pipeline/pipeline.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import { Labels } from '../../../src/model/labels.js';
import { batchOf } from '../../helpers/batch.js';
import { narrowed, rangeOf, runLog, runSamples, type Stream } from './run.js';

interface Case {
  readonly query: string;
  readonly error?: string;
  readonly streams?: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly entries: readonly (readonly [line: string, metadata?: Readonly<Record<string, string>>])[];
  }[];
  readonly rows?: readonly (readonly unknown[])[];
}

const cases = readFileSync(new URL('testdata/recorded.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Case);

const streamsOf = ({ streams = [] }: Case): Stream[] =>
  streams.map(({ labels, entries }) => ({
    labels,
    batch: batchOf(
      entries.map(([line]) => line),
      { metadata: entries.map(([, metadata]) => metadata ?? {}), baseNs: 0n },
    ),
  }));

/** Whether labels without a value are kept depends on what Loki's engine does with the series, not on its pipeline. */
const withoutEmpty = (labels: string): string => labels.replace(/[A-Za-z0-9_]+=""(?:, )?/g, '').replace(/, }$/, '}');

const sampleValue = (text: string): number => (text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text));

describe('answers are those of Loki 3.7.6', () => {
  test.each(cases.map((c, i) => [i, c.query, c] as const))('%i: %s', (_i, query, c) => {
    if (c.error !== undefined) {
      expect(() => parseExpr(query)).toThrow(c.error);
      return;
    }
    const streams = streamsOf(c);
    if (parseExpr(query).kind === 'log') {
      const rows = runLog(query, streams).map(({ stream, row, line, labels }) => [
        stream,
        row,
        line,
        labels.stream.toRecord(),
        labels.metadata.toRecord(),
        labels.parsed.toRecord(),
      ]);
      expect(rows).toEqual(c.rows);
      return;
    }
    const rows = runSamples(query, streams).map(({ stream, row, value, labels }) => [
      stream,
      row,
      value,
      withoutEmpty(labels.all.text),
    ]);
    const want = (c.rows ?? []).map(([stream, row, value, labels]) => [
      stream,
      row,
      sampleValue(value as string),
      withoutEmpty(labels as string),
    ]);
    expect(rows).toEqual(want);
  });

  test('where a batch is called uniform, every row is a sample with these labels', () => {
    let uniform = 0;
    for (const c of cases) {
      if (c.error !== undefined || parseExpr(c.query).kind === 'log') continue;
      const { range, grouping } = rangeOf(c.query);
      const pipeline = compileSamplePipeline(range, grouping);
      for (const { labels, batch } of streamsOf(c)) {
        const stream = pipeline.forStream(Labels.from(labels));
        const read = narrowed(batch, pipeline.needs);
        const all = stream.uniform(read);
        if (all === null) continue;
        uniform++;
        const rows = Uint32Array.from({ length: batch.count }, (_, i) => i);
        let seen = 0;
        stream.run(read, rows, batch.count, (_row, _value, result) => {
          expect(result).toBe(all);
          seen++;
        });
        expect(seen).toBe(batch.count);
      }
    }
    expect(uniform).toBeGreaterThan(10);
  });
});
