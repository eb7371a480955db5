/** What crosses between threads arrives as it was. */
import { describe, expect, test } from 'vitest';
import type { ResultLabels } from '../../../src/logql/pipeline/pipeline-types.js';
import { createAccumulator } from '../../../src/logql/range-aggregation/create-accumulator.js';
import { planWindows } from '../../../src/logql/range-aggregation/windows.js';
import { Labels } from '../../../src/model/labels.js';
import { columnBuffers, fromColumns, toColumns } from '../../../src/query/scan/entry-columns.js';
import type { FoundEntry } from '../../../src/query/scan/found-entry.js';
import { QueryControl } from '../../../src/query/scan/scan-messages.js';
import { mergeStates, stateArrayBuffers, toStates } from '../../../src/query/scan/series-states.js';
import { SeriesTable } from '../../../src/query/scan/series-table.js';
import { prng } from '../../helpers/prng.js';
import { finishedSeries } from './finished-series.js';

const sent = <T>(value: T, transfer: readonly ArrayBuffer[]): T => structuredClone(value, { transfer: [...transfer] });

describe('entries', () => {
  const labels = (stream: Record<string, string>, metadata = {}, parsed = {}): ResultLabels => ({
    all: Labels.from({ ...stream, ...metadata, ...parsed }),
    stream: Labels.from(stream),
    metadata: Labels.from(metadata),
    parsed: Labels.from(parsed),
  });
  const streamOnly = labels({ app: 'a' });
  const all = labels({ app: 'a', z: '' }, { trace: 'ü "x"' }, { __error__: 'JSONParserErr', b: '\ud83d\ude00' });
  const given: FoundEntry[] = [
    { ns: -(2n ** 63n), line: Buffer.from('first'), labels: streamOnly, rank: 0, place: 0 },
    { ns: 2n ** 63n - 1n, line: '', labels: all, rank: 2 ** 32 - 1, place: 2 ** 50 },
    { ns: 1_767_225_600_123_456_789n, line: 'formatted ü 😀', labels: all, rank: 1, place: 1 },
    { ns: 0n, line: Uint8Array.of(0xff, 0xfe), labels: streamOnly, rank: 1, place: 2 },
  ];

  const noLater = (): never => {
    throw new Error('no line is left out');
  };

  test('keep time, place, the bytes of their line and their labels by origin', () => {
    const columns = toColumns(given);
    const received = fromColumns(sent(columns, columnBuffers(columns)), noLater);
    expect(received.map(({ ns, rank, place }) => [ns, rank, place])).toEqual(
      given.map(({ ns, rank, place }) => [ns, rank, place]),
    );
    expect(received.map(({ line }) => Buffer.from(line as Uint8Array))).toEqual(
      given.map(({ line }) => Buffer.from(line as string)),
    );
    const texts = ({ labels: { all: a, stream, metadata, parsed } }: FoundEntry) =>
      [a, stream, metadata, parsed].map(({ text }) => text);
    expect(received.map(texts)).toEqual(given.map(texts));
    expect(received[1]?.labels).toBe(received[2]?.labels);
  });

  test('may be none', () => expect(fromColumns(toColumns([]), noLater)).toEqual([]));
});

describe('accumulators', () => {
  const plan = planWindows({ startNs: 1000n, stepNs: 100, count: 20 }, 250, 0);
  const random = prng();
  const ops = [
    ...([
      'count_over_time',
      'rate',
      'sum_over_time',
      'avg_over_time',
      'min_over_time',
      'max_over_time',
      'stddev_over_time',
    ] as const),
    ...([
      'stdvar_over_time',
      'first_over_time',
      'last_over_time',
      'rate_counter',
      'quantile_over_time',
      'absent_over_time',
    ] as const),
  ];
  test.each(ops)(`of %s come out as if all samples had been added here (SEED=${random.seed})`, (op) => {
    const table = () => new SeriesTable(() => createAccumulator(op, plan, op === 'quantile_over_time' ? 0.5 : null));
    const [whole, merged, part] = [table(), table(), table()];
    for (let i = 0; i < 300; i++) {
      const name = Labels.from({ app: 'a"b', n: String(random.int(4)) });
      // The second half comes from elsewhere, and from a shorter time.
      const tNs = 1 + (i < 150 ? random.int(plan.spanNs) : 700 + random.int(300));
      const value = random.int(64) / 8 - 2;
      for (const into of [whole, i < 150 ? merged : part]) into.named(name).add(plan.bucketOf(tNs), tNs, value);
    }
    const states = toStates(part);
    const received = sent(states, stateArrayBuffers(states));
    let steps = 0;
    for (const _ of mergeStates(received, merged)) steps++;
    expect(steps).toBe(part.size);
    const [got, wanted] = [merged, whole].map(finishedSeries);
    const shown = (series = got) => series?.map(({ labels, present }) => [labels.text, [...present]]);
    expect(shown(got)).toEqual(shown(wanted));
    // Sums of parts may differ in their last bits.
    const near = (a: number, b: number): boolean =>
      Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));
    wanted?.forEach(({ values }, i) => {
      const others = got?.[i]?.values ?? [];
      expect([...values].filter((value, k) => !near(others[k] as number, value))).toEqual([]);
    });
  });

  test('send only the buckets that have something', () => {
    const table = new SeriesTable(() => createAccumulator('count_over_time', plan, null));
    table.named(Labels.empty).add(5, 700, 1);
    table.named(Labels.empty).add(7, 900, 1);
    expect([...toStates(table).numbers]).toEqual([1, 0, 1]);
    expect(toStates(new SeriesTable(() => createAccumulator('rate', plan, null))).numbers).toHaveLength(0);
  });
});

describe('the control of a query', () => {
  test('is seen by whoever has its memory', () => {
    const here = QueryControl.create();
    const there = new QueryControl(structuredClone(here.buffer));
    expect([there.isCancelled, there.lastNs]).toEqual([false, null]);
    here.setLast(-(2n ** 62n));
    expect(there.lastNs).toBe(-(2n ** 62n));
    here.cancel();
    expect(there.isCancelled).toBe(true);
  });
});
