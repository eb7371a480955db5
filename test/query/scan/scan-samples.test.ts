import { describe, expect, test } from 'vitest';
import { compileSamplePipeline } from '../../../src/logql/pipeline/pipeline.js';
import { planWindows } from '../../../src/logql/range-aggregation/windows.js';
import type { RangeAggregationExpr } from '../../../src/logql/syntax/ast.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import type { ColumnNeeds } from '../../../src/model/column-needs.js';
import { Labels } from '../../../src/model/labels.js';
import { noCounters, ScanContext } from '../../../src/query/scan/scan-context.js';
import { perStream, sampleItems } from '../../../src/query/scan/scan-item.js';
import { scanSampleBlocks, seriesTableFor } from '../../../src/query/scan/scan-samples.js';
import type { SourceBlock, StreamSource } from '../../../src/query/stream-source.js';
import { batchOfRows } from '../../helpers/batches.js';
import { finishedSeries } from './finished-series.js';

const second = 1_000_000_000n;

/** A block with entries at these seconds. */
function block(entries: readonly (readonly [seconds: number, line: string])[], head = false) {
  const rows = entries.map(([s, line]) => ({
    ns: BigInt(s) * second,
    line: Buffer.from(line),
    metadata: { level: 'info' },
  }));
  const batch = batchOfRows(rows);
  const asked: ColumnNeeds[] = [];
  const source = {
    fromNs: rows[0]?.ns as bigint,
    throughNs: rows.at(-1)?.ns as bigint,
    count: rows.length,
    rawBytes: batch.lines.length,
    read(needs: ColumnNeeds) {
      asked.push(needs);
      return batch;
    },
  };
  return { block: source, head, asked } satisfies SourceBlock & { asked: ColumnNeeds[] };
}

/** Steps at 10, 20 and 30 seconds. */
async function scan(query: string, blocks: readonly SourceBlock[], onBreathe: () => void = () => undefined) {
  const streams: StreamSource[] = [{ labels: Labels.from({ app: 'a' }), blocks, chunks: 0 }];
  const expr = parseExpr(query) as RangeAggregationExpr;
  const plan = planWindows({ startNs: 10n * second, stepNs: 1e10, count: 3 }, expr.rangeNs, expr.offsetNs);
  const pipeline = compileSamplePipeline(expr, null);
  const streamOf = perStream(
    () => (streams[0] as StreamSource).labels,
    (labels) => pipeline.forStream(labels),
  );
  const samples = { expr, plan, pipeline, streamOf };
  const table = seriesTableFor(samples);
  const counters = noCounters();
  const context = new ScanContext(
    counters,
    () => void onBreathe(),
    () => undefined,
  );
  await scanSampleBlocks(sampleItems(streams), samples, table, context);
  const series = finishedSeries(table).map(({ labels, values, present }) => [
    labels.text,
    Array.from(values, (v, k) => (present[k] ? v : null)),
  ]);
  return { series, counters };
}

describe('a scan for samples', () => {
  const entries = [
    [1, 'aa'],
    [10, 'bbb'],
    [11, 'a'],
    [20, 'cc'],
    [21, ''],
    [30, 'x'],
    [31, 'x'],
  ] as const;

  test('counts in windows that are open at the left and closed at the right', async () => {
    const { series } = await scan('count_over_time({app="a"}[10s])', [block(entries)]);
    expect(series).toEqual([['{app="a", level="info"}', [2, 2, 2]]]);
  });

  test('asks only for the columns that it needs', async () => {
    const needs = async (query: string) => {
      const one = block(entries);
      await scan(query, [one]);
      return one.asked[0]?.lines;
    };
    expect(await needs('count_over_time({app="a"}[10s])')).toBe('none');
    expect(await needs('bytes_over_time({app="a"}[10s])')).toBe('lengths');
    expect(await needs('count_over_time({app="a"} |= "x" [10s])')).toBe('bytes');
  });

  test('adds up lengths, filtered or not', async () => {
    const of = async (query: string) => (await scan(query, [block(entries)])).series[0]?.[1];
    expect(await of('bytes_over_time({app="a"}[10s])')).toEqual([5, 3, 1]);
    expect(await of('bytes_over_time({app="a"} |= "a" [10s])')).toEqual([2, 1, null]);
  });

  test('takes samples of equal times in the order of arrival: stored, then the head', async () => {
    const blocks = [
      block(
        [
          [4, 'v=1'],
          [5, 'v=3'],
        ],
        true,
      ),
      block([[5, 'v=4']], true),
      block([
        [2, 'v=9'],
        [5, 'v=2'],
      ]),
    ];
    const of = async (op: string) =>
      (await scan(`${op}({app="a"} | logfmt | unwrap v [10s]) by (app)`, blocks)).series[0]?.[1];
    expect(await of('last_over_time')).toEqual([4, null, null]);
    expect(await of('first_over_time')).toEqual([9, null, null]);
  });

  test('counts samples that fall into a window only', async () => {
    const { counters } = await scan('count_over_time({app="a"} |~ "." [1s])', [block(entries, true)]);
    expect(counters.postFilterLines).toBe(3);
    expect(counters).toMatchObject({ headLines: 7, storedLines: 0 });
  });

  test('breathes before every block, and every 1024 rows of a long one', async () => {
    let breaths = 0;
    const long = Array.from({ length: 2100 }, () => [5, 'x'] as const);
    const { series } = await scan('count_over_time({app="a"} |= "x" [10s])', [block(long)], () => breaths++);
    expect(series[0]?.[1]).toEqual([2100, null, null]);
    expect(breaths).toBe(3);
  });

  test('breathes every 256 rows where lines are read one by one', async () => {
    let breaths = 0;
    const long = Array.from({ length: 2100 }, () => [5, '{"a":"b"}'] as const);
    await scan('count_over_time({app="a"} | json [10s])', [block(long)], () => breaths++);
    expect(breaths).toBe(9);
  });
});
