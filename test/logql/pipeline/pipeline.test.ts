import { describe, expect, test } from 'vitest';
import { compilePipeline, compileSamplePipeline } from '../../../src/logql/pipeline/pipeline.js';
import { parseLogExpr } from '../../../src/logql/syntax/parser.js';
import { Labels } from '../../../src/model/labels.js';
import { batchOf } from '../../helpers/batch.js';
import { rangeOf, runLog, runSamples, textOfLine } from './run.js';

const stream = { app: 'x' };
const needsOf = (query: string) => {
  const { range, grouping } = rangeOf(query);
  return compileSamplePipeline(range, grouping).needs;
};

describe('a log pipeline', () => {
  const batch = batchOf(['a', 'b', 'a', 'c', 'a']);

  test('visits the rows given, in the order given', () => {
    const seen: number[] = [];
    const pipeline = compilePipeline(parseLogExpr('{app="x"} |= "a"')).forStream(Labels.from(stream));
    const finished = pipeline.run(batch, Uint32Array.of(4, 3, 2), 3, (row) => {
      seen.push(row);
      return true;
    });
    expect([finished, seen]).toEqual([true, [4, 2]]);
  });

  test('looks at the first `count` rows only', () => {
    const seen: number[] = [];
    const pipeline = compilePipeline(parseLogExpr('{app="x"}')).forStream(Labels.from(stream));
    pipeline.run(batch, Uint32Array.of(0, 1, 2, 3), 2, (row) => seen.push(row) > 0);
    expect(seen).toEqual([0, 1]);
  });

  for (const query of ['{app="x"}', '{app="x"} |= "a"', '{app="x"} | logfmt']) {
    test(`stops when the sink has enough: ${query}`, () => {
      const pipeline = compilePipeline(parseLogExpr(query)).forStream(Labels.from(stream));
      let seen = 0;
      expect(pipeline.run(batch, Uint32Array.of(0, 1, 2, 3, 4), 5, () => ++seen < 2)).toBe(false);
      expect(seen).toBe(2);
    });
  }

  test('gives lines as bytes of the batch until a template makes text of them', () => {
    const lineOf = (query: string) => {
      let line: Uint8Array | string = '';
      compilePipeline(parseLogExpr(query))
        .forStream(Labels.from(stream))
        .run(batch, Uint32Array.of(1), 1, (_row, l) => {
          line = l;
          return true;
        });
      return line as Uint8Array | string;
    };
    expect(lineOf('{app="x"}')).toBeInstanceOf(Uint8Array);
    expect(textOfLine(lineOf('{app="x"} | logfmt'))).toBe('b');
    expect(lineOf('{app="x"} | line_format "<{{__line__}}>"')).toBe('<b>');
  });

  test('gives one object for each distinct set of labels, over batches and streams', () => {
    const pipeline = compilePipeline(parseLogExpr('{app=~".+"} | logfmt | keep level'));
    const seen = new Set<object>();
    for (const app of ['x', 'y', 'x']) {
      const lines = batchOf(['level=a', 'level=b', 'level=a z=1']);
      pipeline.forStream(Labels.from({ app })).run(lines, Uint32Array.of(0, 1, 2), 3, (_row, _line, labels) => {
        seen.add(labels);
        return true;
      });
    }
    expect(seen.size).toBe(2);
  });

  test('tells labels by where they came from; the later layer wins', () => {
    const metadata = [{ level: 'meta', pod: 'p', app: 'm' }];
    const [row] = runLog('{app="x"} | logfmt', [
      { labels: { app: 'x', env: 'e' }, batch: batchOf(['level=line new=n env=l'], { metadata }) },
    ]);
    expect(row?.labels.stream.toRecord()).toEqual({ app: 'x', env: 'e' });
    expect(row?.labels.metadata.toRecord()).toEqual({ level: 'meta', pod: 'p', app_extracted: 'm' });
    expect(row?.labels.parsed.toRecord()).toEqual({ env_extracted: 'l', level_extracted: 'line', new: 'n' });
  });

  test('works for streams in turn', () => {
    const pipeline = compilePipeline(parseLogExpr('{app=~".+"} | json'));
    const [a, b] = [
      pipeline.forStream(Labels.from({ app: 'a', level: 's' })),
      pipeline.forStream(Labels.from({ app: 'b' })),
    ];
    const lines = batchOf(['{"level":"l"}']);
    const texts: string[] = [];
    for (const one of [a, b, a]) {
      one.run(lines, Uint32Array.of(0), 1, (_row, _line, { all }) => texts.push(all.text) > 0);
    }
    expect(texts).toEqual([
      '{app="a", level="s", level_extracted="l"}',
      '{app="b", level="l"}',
      '{app="a", level="s", level_extracted="l"}',
    ]);
  });
});

describe('a sample pipeline reads no more than it must', () => {
  const f = (query: string, lines: string, metadata: 'all' | string[]) =>
    test(query, () => expect(needsOf(query)).toMatchObject({ lines, metadata }));

  f('count_over_time({app="x"}[1m])', 'none', 'all');
  f('sum(count_over_time({app="x"}[1m]))', 'none', ['__error__', '__error_details__']);
  f('sum by (level) (rate({app="x"}[1m]))', 'none', ['__error__', '__error_details__', 'level']);
  f('sum by (a_extracted) (rate({app="x"}[1m]))', 'none', ['__error__', '__error_details__', 'a', 'a_extracted']);
  f('sum without (level) (rate({app="x"}[1m]))', 'none', 'all');
  f('sum(bytes_over_time({app="x"}[1m]))', 'lengths', ['__error__', '__error_details__']);
  f('sum(rate({app="x"} |= "a"[1m]))', 'bytes', ['__error__', '__error_details__']);
  f('sum(rate({app="x"} | level="a"[1m]))', 'none', ['__error__', '__error_details__', 'level']);
  f('sum by (a) (rate({app="x"} | json [1m]))', 'bytes', 'all');
  f('sum(rate({app="x"} | drop __error__ [1m]))', 'none', ['__error__', '__error_details__']);
});

describe('the samples of', () => {
  const lines = ['a=1 b=x', 'a=2 b=y', 'a=z b=y', '{"a":3}'];
  const f = (query: string, want: [number, string][]) =>
    test(query, () => {
      const rows = runSamples(query, [{ labels: stream, batch: batchOf(lines) }]);
      expect(rows.map(({ value, labels }) => [value, labels.all.text])).toEqual(want);
    });

  f('sum by (b) (count_over_time({app="x"} | logfmt [1m]))', [
    [1, '{b="x"}'],
    [1, '{b="y"}'],
    [1, '{b="y"}'],
    [1, '{}'],
  ]);
  f('sum(bytes_over_time({app="x"} |= "a=" [1m]))', [
    [7, '{}'],
    [7, '{}'],
    [7, '{}'],
  ]);
  f('sum by (b) (sum_over_time({app="x"} | logfmt | unwrap a [1m]))', [
    [1, '{b="x"}'],
    [2, '{b="y"}'],
    [
      0,
      '{__error__="SampleExtractionErr", __error_details__="strconv.ParseFloat: parsing \\"z\\": invalid syntax", a="z", app="x", b="y"}',
    ],
  ]);
  f('sum_over_time({app="x"} | logfmt | unwrap a | __error__="" [1m])', [
    [1, '{app="x", b="x"}'],
    [2, '{app="x", b="y"}'],
  ]);
  f('max by (app) (max_over_time({app="x"} | logfmt | unwrap a | __error__="" [1m]))', [
    [1, '{app="x", b="x"}'],
    [2, '{app="x", b="y"}'],
  ]);
  // Without labels to look at, parsers do not run, and so do not fail.
  f('sum(count_over_time({app="x"} | json [1m]))', [
    [1, '{}'],
    [1, '{}'],
    [1, '{}'],
    [1, '{}'],
  ]);
  f('absent_over_time({app="x"} | json [1m])', [
    [1, '{}'],
    [1, '{}'],
    [1, '{}'],
    [1, '{}'],
  ]);
  f('sum by (a) (count_over_time({app="x"} | json | __error__="" [1m]))', [[1, '{a="3"}']]);
  // A line_format that nobody reads does not run.
  f('sum(count_over_time({app="x"} | line_format "{{div 1 0}}" [1m]))', [
    [1, '{}'],
    [1, '{}'],
    [1, '{}'],
    [1, '{}'],
  ]);

  test('a line that is not whole, as far as the parser reads', () => {
    const batch = batchOf(['{"a":"1","b":']);
    const run = (query: string) =>
      runSamples(query, [{ labels: stream, batch }]).map(({ labels }) => labels.all.get('__error__'));
    expect(run('sum by (a) (count_over_time({app="x"} | json [1m]))')).toEqual(['']);
    expect(run('sum by (b) (count_over_time({app="x"} | json [1m]))')).toEqual(['JSONParserErr']);
  });
});

describe('a batch is uniform', () => {
  const uniform = (query: string, metadata: Record<string, string>[] = []) => {
    const { range, grouping } = rangeOf(query);
    const batch = batchOf(['a', 'b'], { metadata });
    return compileSamplePipeline(range, grouping).forStream(Labels.from(stream)).uniform(batch)?.all.text ?? null;
  };
  const [same, other] = [
    [{ level: 'a' }, { level: 'a' }],
    [{ level: 'a' }, { level: 'b' }],
  ];

  test('without metadata', () => expect(uniform('rate({app="x"}[1m])')).toBe('{app="x"}'));
  test('with the same metadata in each row', () =>
    expect(uniform('rate({app="x"}[1m])', same)).toBe('{app="x", level="a"}'));
  test('not with different metadata', () => expect(uniform('rate({app="x"}[1m])', other)).toBeNull());
  test('not with metadata in some rows', () => expect(uniform('rate({app="x"}[1m])', [{ level: 'a' }, {}])).toBeNull());
  test('when what differs is not grouped by', () =>
    expect(uniform('sum by (app) (rate({app="x"}[1m]))', other)).toBe('{app="x"}'));
  test('when all goes into one series', () => expect(uniform('sum(rate({app="x"}[1m]))', other)).toBe('{}'));
  test('not when rows are dropped', () => expect(uniform('rate({app="x"} | level="b"[1m])', same)).toBeNull());
  test('not when lines are filtered', () => expect(uniform('rate({app="x"} |= "a"[1m])')).toBeNull());
  test('not when lines are parsed', () => expect(uniform('sum(rate({app="x"} | json [1m]))')).toBeNull());
  test('not for values of labels', () =>
    expect(uniform('sum_over_time({app="x"} | unwrap level [1m])', same)).toBeNull());
});

describe('lines with ever new keys', () => {
  test('do not change what is read of the others', () => {
    const query = 'sum by (a) (count_over_time({app="x"} | json | nope!="x" [1m]))';
    const { range, grouping } = rangeOf(query);
    const samples = compileSamplePipeline(range, grouping).forStream(Labels.from(stream));
    const logs = compilePipeline(parseLogExpr('{app="x"} | json | logfmt v="a" | keep a, v'));
    for (let round = 0; round < 12; round++) {
      const lines = Array.from({ length: 200 }, (_, i) => {
        const keys = Array.from({ length: 10 }, (_key, k) => `"k${round}_${i}_${k}":1`);
        return `{${keys.join(',')},"a":"${i % 3}"}`;
      });
      const batch = batchOf(lines);
      const rows = Uint32Array.from({ length: batch.count }, (_, i) => i);
      samples.run(batch, rows, batch.count, (row, _value, { all }) => {
        expect(all.text).toBe(`{a="${row % 3}"}`);
      });
      logs.forStream(Labels.from({ app: `x${round}` })).run(batch, rows, batch.count, (row, _line, { all }) => {
        expect(all.text).toBe(`{a="${row % 3}", v=""}`);
        return true;
      });
    }
  });
});

describe('a size in a label filter', () => {
  const f = (query: string, passes: boolean) =>
    test(query, () => {
      const batch = batchOf(['{"n":1,"size":"3MiB"}', '{"n":1,"size":"3100kB"}']);
      const lines = runSamples(query, [{ labels: stream, batch }]).map(({ row }) => row);
      expect(lines).toEqual(passes ? [0] : [1]);
    });

  // Loki's frontend prints 3MiB as 3.1MB.
  f('count_over_time({app="x"} | json | size == 3MiB [1m])', false);
  f('stddev_over_time({app="x"} | json | size == 3MiB | unwrap n [1m])', false);
  f('sum_over_time({app="x"} | json | unwrap n | size == 3MiB [1m])', false);
  // It does not where it leaves the work to its ingesters, which get filters behind unwrap as they are.
  f('stddev_over_time({app="x"} | json | unwrap n | size == 3MiB [1m])', true);
  f('first_over_time({app="x"} | json | unwrap n | size == 3MiB [1m])', true);
});

describe('labels without a value', () => {
  const f = (query: string, want: string) =>
    test(query, () => {
      const [row] = runSamples(query, [{ labels: stream, batch: batchOf(['{"a":"","b":"1"}']) }]);
      expect(row?.labels.all.text).toBe(want);
    });

  f('rate({app="x"} | json [1m])', '{a="", app="x", b="1"}');
  f('quantile_over_time(0.5, {app="x"} | json | unwrap b [1m])', '{a="", app="x"}');
  // Loki merges the series of its shards here, and that drops them.
  f('rate({app="x"} | json | drop b [1m])', '{app="x"}');
  f('rate({app="x"} | json | keep a, b [1m])', '{b="1"}');
  f('rate({app="x"} | json | label_format c=b [1m])', '{app="x", c="1"}');
  f('max_over_time({app="x"} | json | unwrap b [1m]) by (a, app)', '{app="x"}');
  // The error of a row is told before.
  f(
    'rate({app="x"} | json | drop b | label_format c=`{{index .d 1}}` [1m])',
    '{__error__="TemplateFormatErr", __error_details__="template: label:1:2: executing \\"label\\" at <index .d 1>: error calling index: index out of range: 1", a="", app="x"}',
  );

  test('show in log queries', () => {
    const [row] = runLog('{app="x"} | json | drop b', [{ labels: stream, batch: batchOf(['{"a":"","b":"1"}']) }]);
    expect(row?.labels.all.text).toBe('{a="", app="x"}');
  });
});
