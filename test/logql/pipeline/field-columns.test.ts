import { beforeAll, describe, expect, test } from 'vitest';
import { type EncodedBlock, encodeBlock } from '../../../src/chunks/block.js';
import { BlockCache, blockSourceOf } from '../../../src/chunks/block-cache.js';
import { codecNamed, codecNames, codecsReady } from '../../../src/chunks/codec/codecs.js';
import { mergeBlocks } from '../../../src/compactor/merge-blocks.js';
import { fieldExtractor } from '../../../src/logql/pipeline/field-extractor.js';
import { compilePipeline, compileSamplePipeline } from '../../../src/logql/pipeline/pipeline.js';
import type { ResultLabels } from '../../../src/logql/pipeline/pipeline-types.js';
import { parseLogExpr } from '../../../src/logql/syntax/parser.js';
import type { BlockSource } from '../../../src/model/block-source.js';
import { allColumns } from '../../../src/model/column-needs.js';
import type { EntryBatch } from '../../../src/model/entry-batch.js';
import { Labels } from '../../../src/model/labels.js';
import { pickRows, sliceRows } from '../../../src/model/rows.js';
import { allRows, batchOf } from '../../helpers/batch.js';
import { type Prng, prng } from '../../helpers/prng.js';
import { rangeOf, textOfLine } from './run.js';

beforeAll(codecsReady);

/** Behind `{app="x"}`. */
const logStages = [
  '| json',
  '| logfmt',
  '| json | level="error"',
  '| json | level!="error"',
  '| json | level=~"error|warn" | status="200"',
  '| json | level!~"e.*"',
  '| json | level=""',
  '| json | level=~".*"',
  '| json | missing=""',
  '| json | missing="x"',
  '| json | status >= 400',
  '| json | status >= 400 and level="error"',
  '| json | status < 300 or level="error"',
  '| json | level="error" or missing="x"',
  '| json | dur > 500',
  '| json | dur > 20 | status == 200',
  '| json | took > 1s',
  '| json | size > 1KB',
  '| json | size == 3MiB',
  '| json | dur > 500 or took > 1s',
  '| json | ip=ip("10.0.0.0/8")',
  '| json | level="error" or ip=ip("10.0.0.0/8")',
  '| json | level_extracted="error"',
  '| json | x_extracted!=""',
  '| json | b_c="x"',
  '| json | a_b="1"',
  '| json | __error__=""',
  '| json | __error__!=""',
  '| json | __error__="" | level="error"',
  '| json | dur > 1 | __error__="" | status > 1',
  '| json | took > 1s | ip!=ip("10.0.0.1")',
  '|= "err" | json | level="error"',
  '!= "a" | json | status="200"',
  '| level="error" | json | status="200"',
  '| level="" | json | level="error"',
  '| json | drop level | level="error"',
  '| json | keep status | level=""',
  '| json | label_format level=status | level="200"',
  '| json | line_format "{{.level}}" | level="error"',
  '| json | logfmt | level="error"',
  '| json | level="error" | logfmt | status="200"',
  '| json lvl="level" | lvl="error"',
  '| decolorize | json | level="error"',
  '| logfmt | level="error"',
  '| logfmt | level!="error" | dur > 100',
  '| logfmt --strict | level="error"',
  '| logfmt --strict | __error__=""',
  '| logfmt --keep-empty | level=""',
  '| logfmt | x=""',
  '| logfmt | took > 1s',
  '| unpack | level="error"',
];

/** `%` stands for the selector; the grouping of a sum above is handed down. */
const sampleQueries = [
  'sum(count_over_time(% | json [1m]))',
  'sum by (level) (count_over_time(% | json [1m]))',
  'sum by (status, level) (count_over_time(% | json [1m]))',
  'sum by (level_extracted) (count_over_time(% | json [1m]))',
  'sum by (x, x_extracted) (count_over_time(% | json [1m]))',
  'sum by (missing) (count_over_time(% | json [1m]))',
  'sum by (dur) (count_over_time(% | json [1m]))',
  'sum by (a_b, b_c, app) (count_over_time(% | json [1m]))',
  'sum without (level) (count_over_time(% | json [1m]))',
  'count_over_time(% | json | level="error" [1m])',
  'count_over_time(% | json | keep level [1m])',
  'sum(rate(% | json | level="error" [1m]))',
  'sum(rate(% | json | level="error" | status >= 400 [1m]))',
  'sum(rate(% | json | status >= 200 | dur > 100 [1m]))',
  'sum(rate(% | json | took > 1s | ip=ip("10.0.0.0/8") [1m]))',
  'sum(rate(% | json | level="error" or dur > 100 [1m]))',
  'sum(rate(% | level="" | json | status="200" [1m]))',
  'sum(rate(% | json | drop level | level="" | status="200" [1m]))',
  'sum by (level) (rate(% | json | dur > 100 [1m]))',
  'sum by (level) (rate(% | json | dur > 100 | status="200" [1m]))',
  'sum by (level) (rate(% | json | __error__="" [1m]))',
  'sum by (level) (rate(% | json | drop __error__ [1m]))',
  'sum by (level, __error__) (rate(% | json [1m]))',
  'sum by (level) (rate(% |= "err" | json | status!="200" [1m]))',
  'sum by (level) (rate(% | json | status="200" |= "err" [1m]))',
  'sum by (level) (rate(% | json | label_format level=status [1m]))',
  'sum by (level) (rate(% | json | label_format level="{{.status}}" [1m]))',
  'sum by (level) (rate(% | json | line_format "{{.level}}" [1m]))',
  'sum by (level) (bytes_over_time(% | json [1m]))',
  'sum(bytes_rate(% | json | level="error" [1m]))',
  'absent_over_time(% | json | level="error" [1m])',
  'sum by (level) (rate(% | logfmt [1m]))',
  'sum by (level) (rate(% | logfmt --strict [1m]))',
  'sum by (level) (rate(% | logfmt --keep-empty | x="" [1m]))',
  'sum by (level) (rate(% | logfmt | took > 1s [1m]))',
  'sum by (level) (rate(% | json | logfmt [1m]))',
  'sum by (lvl) (rate(% | json lvl="level" [1m]))',
  'quantile_over_time(0.9, % | json | unwrap dur [1m]) by (level)',
  'quantile_over_time(0.9, % | json | unwrap dur | __error__="" [1m]) by (level)',
  'quantile_over_time(0.9, % | json | status="200" | unwrap dur | dur > 100 [1m]) by (level)',
  'quantile_over_time(0.9, % | json | unwrap dur_extracted [1m]) by (level)',
  'avg_over_time(% | json | unwrap status [1m]) by (status)',
  'avg_over_time(% | json | unwrap level [1m]) by (status)',
  'avg_over_time(% | json | unwrap duration(took) [1m]) by (level)',
  'avg_over_time(% | json | unwrap bytes(size) | level!="" [1m]) by (status)',
  'avg_over_time(% | json | dur > 100 | unwrap dur [1m]) by (level)',
  'max_over_time(% | json | unwrap dur [1m])',
  'max_over_time(% | json | unwrap dur [1m]) without (level)',
  'sum(sum_over_time(% | json | unwrap dur [1m]))',
  'sum by (level) (sum_over_time(% | logfmt | unwrap dur [1m]))',
  'first_over_time(% | logfmt | status=~"2.." | unwrap duration(took) [1m]) by (level)',
];

interface Field {
  readonly name: string;
  readonly value: (random: Prng) => string | number | boolean | null | object;
}

const oneOf =
  (...values: readonly (string | number | boolean | null | object)[]) =>
  (random: Prng) =>
    random.pick(values);
const rare: readonly Field['value'][] = [
  oneOf('', null, [], [1, 'x'], {}, true, false, '-', 'é', '\ufffd', 'a "b"', 'x\\y', '1e3', 'NaN', '0x1f', -0.5, 1e21),
  oneOf({ b: 1 }, { b: { c: 2 } }, { '': 1 }, { 'b ': 1 }, { error__: 1 }),
];
const fields: readonly Field[] = [
  { name: 'level', value: oneOf('error', 'warn', 'info') },
  { name: 'status', value: oneOf(200, 404, '200', 503) },
  { name: 'dur', value: (random) => random.int(1000) },
  { name: 'dur', value: (random) => random.int(100_000) / 10 ** random.int(3) },
  { name: 'took', value: (random) => `${random.int(4000)}ms` },
  { name: 'size', value: (random) => random.pick(['3KB', '10', '1.5 MB', '3MiB', '3100kB', 'big']) },
  { name: 'ip', value: oneOf('10.0.0.1', '10.0.0.2', '192.168.0.1', 'none') },
  { name: 'x', value: oneOf('1', '2', '') },
  { name: 'a', value: oneOf({ b: 1 }, { b: 'x' }, 'flat') },
  { name: 'b-c', value: oneOf('x', 'y') },
  { name: 'trace', value: (random) => `${random.int(1e9)}-${random.int(1e9)}` },
];
const rareNames = ['x_extracted', 'level_extracted', '__error__', 'a_b', 'b c', 'b_c', '1d', '', ' ', 'dur_extracted'];
/** Spellings that mean what JSON.stringify would write, and some that do not parse. */
const rareLines: readonly ((line: string, random: Prng) => string)[] = [
  (line) => line.slice(0, -1),
  (line, random) => line.slice(0, random.int(line.length + 1)),
  () => '',
  () => 'plain text, level=error',
  (line) => `  ${line.replaceAll(':', ' : ')} `,
  (line) => `${line} trailing`,
  (line) => line.replace('level', '\\u006cevel'),
  (line) => line.replace('{', '{"level":"warn",'),
  (line) => line.replace('}', ',"level":"warn","status":"1"}'),
  (line) => line.replace('error', 'e\\u0072ror').replace('info', 'in\\qfo'),
  () => '[1, 2]',
  () => '"text"',
];

interface Corpus {
  readonly batch: EntryBatch;
  readonly stream: Record<string, string>;
}

function corpus(random: Prng, format: 'json' | 'logfmt'): Corpus {
  const rareness = random.pick([0, 0, 0.02, 0.3]);
  const isRare = (p = rareness) => random.next() < p;
  const chosen = fields.filter(() => random.next() < 0.7);
  const density = random.pick([1, 1, 0.8]);
  const line = (): string => {
    const pairs = chosen
      .filter(() => random.next() < density)
      .map(({ name, value }): [string, unknown] => [
        isRare(rareness / 8) ? random.pick(rareNames) : name,
        isRare(rareness / 8) ? random.pick(rare)(random) : value(random),
      ]);
    if (isRare()) pairs.reverse();
    if (format === 'json') return `{${pairs.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(',')}}`;
    return pairs
      .map(([k, v]) => {
        const text = typeof v === 'object' ? JSON.stringify(v) : String(v);
        return `${k}=${/[\s"=]/.test(text) ? JSON.stringify(text) : text}`;
      })
      .join(' ');
  };
  const lines = Array.from({ length: 1 + random.int(random.pick([20, 300, 500])) }, () =>
    isRare() ? random.pick(rareLines)(line(), random) : line(),
  );
  const withMetadata = random.pick([0, 0, 0.1, 1]);
  const metadata = lines.map(() => {
    const row: Record<string, string> = {};
    for (const name of ['pod', 'level', 'x_extracted', 'dur', '__error__'])
      if (random.next() < withMetadata * (name === 'pod' ? 1 : 0.2)) row[name] = random.pick(['error', '7', 'm']);
    return row;
  });
  const stream: Record<string, string> = { app: 'x' };
  for (const name of ['level', 'x', 'status', 'dur'])
    if (random.next() < 0.1) stream[name] = random.pick(['error', '1']);
  return { batch: batchOf(lines, { metadata }), stream };
}

const shown = ({ all, stream, metadata, parsed }: ResultLabels) => [all.text, stream.text, metadata.text, parsed.text];

/** Rows in runs of any length, from either end. */
type Order = (count: number) => readonly Uint32Array[];
function orderOf(random: Prng): Order {
  const backward = random.int(2) === 0;
  const sizes = Array.from({ length: 1000 }, () => 1 + random.int(200));
  return (count) => {
    const runs: Uint32Array[] = [];
    for (let done = 0; done < count; ) {
      const size = Math.min(count - done, sizes[runs.length] as number);
      const from = done;
      runs.push(Uint32Array.from({ length: size }, (_, i) => (backward ? count - 1 - from - i : from + i)));
      done += size;
    }
    return runs;
  };
}

interface Reading {
  readonly rows: unknown[];
  /** Blocks that were read without their lines, and with columns. */
  withoutLines: number;
  withFields: number;
}

const newReading = (): Reading => ({ rows: [], withoutLines: 0, withFields: 0 });

function note(reading: Reading, { fields, lines }: EntryBatch): void {
  if (fields === undefined) return;
  reading.withFields++;
  if (lines.length === 0) reading.withoutLines++;
}

function readLogs(query: string, { stream }: Corpus, blocks: readonly BlockSource[], isOn: boolean, order: Order) {
  const pipeline = compilePipeline(parseLogExpr(query), { fields: isOn });
  const own = pipeline.forStream(Labels.from(stream));
  const reading = newReading();
  for (const [b, block] of blocks.entries()) {
    const batch = block.read(own.needs);
    note(reading, batch);
    for (const rows of order(block.count)) {
      own.run(batch, rows, rows.length, (row, line, labels) => {
        reading.rows.push([b, row, textOfLine(line), ...shown(labels)]);
        return true;
      });
    }
  }
  reading.rows.sort();
  return reading;
}

function readSamples(query: string, { stream }: Corpus, blocks: readonly BlockSource[], isOn: boolean, order: Order) {
  const { range, grouping } = rangeOf(query);
  const own = compileSamplePipeline(range, grouping, { fields: isOn }).forStream(Labels.from(stream));
  const reading = newReading();
  for (const [b, block] of blocks.entries()) {
    const batch = block.read(own.needs);
    note(reading, batch);
    expect(own.uniform(batch) === null || batch.fields === undefined).toBe(true);
    for (const rows of order(block.count)) {
      own.run(batch, rows, rows.length, (row, value, labels) => {
        reading.rows.push([b, row, String(value), ...shown(labels)]);
      });
    }
  }
  reading.rows.sort();
  return reading;
}

/** A delete request hides some rows. */
const withHoles = (block: BlockSource, random: Prng): BlockSource => {
  // A request that covers all of a block leaves no block.
  const kept = allRows(block.read(allColumns)).filter(() => random.next() < 0.7);
  return { ...block, count: kept.length, read: (needs) => pickRows(block.read(needs), kept) };
};

/** The blocks in which the entries come to be stored: sealed whole, with columns at once or later, or merged. */
function stored({ batch }: Corpus, random: Prng): readonly EncodedBlock[] {
  const codec = codecNamed(random.pick(codecNames));
  const extract = fieldExtractor();
  if (random.int(2) === 0) return [encodeBlock(batch, codec, extract(batch))];
  const blocks: EncodedBlock[] = [];
  for (let from = 0; from < batch.count; ) {
    const to = Math.min(batch.count, from + 1 + random.int(batch.count));
    const part = sliceRows(batch, from, to);
    blocks.push(encodeBlock(part, codec, random.int(2) === 0 ? extract(part) : null));
    from = to;
  }
  return mergeBlocks(blocks, codecNamed(random.pick(codecNames)), extract);
}

describe('answers are the same with and without columns of fields', () => {
  const compare = (queries: readonly string[], format: 'json' | 'logfmt', rounds: number) => {
    const random = prng();
    let withFields = 0;
    let withoutLines = 0;
    for (let round = 0; round < rounds; round++) {
      const data = corpus(random, format);
      const cache = new BlockCache(random.pick([0, 1 << 24]));
      const encoded = stored(data, random);
      expect(encoded.reduce((rows, block) => rows + block.count, 0)).toBe(data.batch.count);
      const withDeletes = random.int(4) === 0;
      const blocks = encoded.map((block): BlockSource => {
        const source = blockSourceOf(block, cache);
        return withDeletes ? withHoles(source, random) : source;
      });
      for (const query of queries) {
        const read = query.startsWith('{') ? readLogs : readSamples;
        const order = orderOf(random);
        const on = read(query, data, blocks, true, order);
        const off = read(query, data, blocks, false, order);
        expect(off.withFields).toBe(0);
        if (JSON.stringify(on.rows) !== JSON.stringify(off.rows)) {
          const lines = Buffer.from(data.batch.lines).toString('utf8').slice(0, 2000);
          const where = `seed ${random.seed}, round ${round}: ${query} of ${JSON.stringify(data.stream)}: ${lines}`;
          expect(on.rows, where).toEqual(off.rows);
        }
        withFields += on.withFields;
        withoutLines += on.withoutLines;
      }
    }
    const perRound = { withFields: withFields / rounds, withoutLines: withoutLines / rounds };
    if (process.env['SHOW'] !== undefined) process.stderr.write(`${format}: ${JSON.stringify(perRound)}\n`);
    return perRound;
  };
  const logQueries = logStages.map((stages) => `{app="x"} ${stages}`);
  const metricQueries = sampleQueries.map((query) => query.replace('%', '{app="x"}'));
  /** Shapes that are written for JSON, over logfmt. */
  const asLogfmt = (queries: readonly string[]) => [
    ...new Set(queries.map((query) => query.replace(/\| json (?=[|[])/, '| logfmt '))),
  ];

  test('of log queries over json', () => {
    expect(compare(logQueries, 'json', 25).withFields).toBeGreaterThan(0);
  });
  test('of log queries over logfmt', () => {
    expect(compare(asLogfmt(logQueries), 'logfmt', 15).withFields).toBeGreaterThan(0);
  });
  test('of range aggregations over json', () => {
    expect(compare(metricQueries, 'json', 30).withoutLines).toBeGreaterThan(1);
  });
  test('of range aggregations over logfmt', () => {
    expect(compare(asLogfmt(metricQueries), 'logfmt', 20).withoutLines).toBeGreaterThan(1);
  });
});
