/** What asking a real Loki 3.7.6 the same random queries has taught (scripts/differential). */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/logql/engine/engine.js';
import type { Querier, StepSeries } from '../../../src/logql/engine/querier.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import { type LabelPair, Labels } from '../../../src/model/labels.js';

const params = {
  start: 0n,
  end: 0n,
  stepNs: 1,
  instant: true,
  direction: 'forward',
  limit: 10,
  intervalNs: 0,
  maxSeries: 100,
} as const;
type Given = readonly [labels: readonly LabelPair[], ...values: (number | null)[]];

function seriesOf([labels, ...values]: Given): StepSeries {
  return {
    labels: new Labels(labels),
    values: Float64Array.from(values, (value) => value ?? 0),
    present: Uint8Array.from(values, (value) => (value === null ? 0 : 1)),
  };
}

/** Gives each range aggregation the series that are named by its operation. */
const querierOf = (given: Readonly<Record<string, readonly Given[]>>): Querier => ({
  selectLogs: async () => [],
  selectRange: async ({ expr }) => (given[expr.op] ?? []).map(seriesOf),
});

async function ask(query: string, given: Readonly<Record<string, readonly Given[]>>, steps = 1): Promise<string[]> {
  const range = { ...params, instant: false, end: BigInt(steps - 1) };
  const result = await evaluate(
    parseExpr(query),
    steps === 1 ? params : range,
    querierOf(given),
    new AbortController().signal,
  );
  if (result.kind === 'vector') return result.samples.map(({ labels, value }) => `${labels.text} ${value}`);
  if (result.kind === 'matrix') return result.series.map(({ labels, values }) => `${labels.text} ${values.join(' ')}`);
  throw new Error(result.kind);
}

describe('an aggregation of a literal', () => {
  const noSelector = /^parse error : queries require at least one regexp or equality matcher/;
  const noVector = /^unexpected expr type \(\*syntax\.LiteralExpr\) for Evaluator type/;
  test.each([
    ['sum(1)', 400, noSelector],
    ['avg(1 + 1)', 400, noSelector],
    ['count by (a) (1)', 400, noSelector],
    ['max(sum(1))', 400, noSelector],
    ['max(1)', 500, noVector],
    ['topk(1, 1)', 500, noVector],
    ['sort(1)', 500, noVector],
    ['label_replace(1, "a", "b", "c", "d")', 500, noVector],
    ['sum(label_replace(1, "a", "b", "c", "d"))', 500, noVector],
  ])('%s is refused with %i', async (query, status, message) => {
    await expect(ask(query, {})).rejects.toMatchObject({ status, message: expect.stringMatching(message) });
  });
  test('but not that of vector()', async () => expect(await ask('sum(vector(1))', {})).toEqual(['{} 1']));
});

describe('labels without a value', () => {
  const rate: Given[] = [
    [
      [
        ['a', '1'],
        ['b', ''],
      ],
      1,
    ],
    [[['a', '1']], 4],
  ];
  const first = rate;
  const given = { rate, first_over_time: first };
  const firstOf = 'first_over_time({a="1"} | unwrap x [1s])';
  test.each<[string, string[]]>([
    ['sum without (c) (rate({a="1"}[1s]))', ['{a="1"} 5']],
    ['count without (c) (rate({a="1"}[1s]))', ['{a="1"} 2']],
    ['max without (c) (rate({a="1"}[1s]))', ['{a="1"} 4']],
    // Where Loki aggregates once only, they tell groups apart.
    ['sum without (c) (avg without (d) (rate({a="1"}[1s])))', ['{a="1"} 5']],
    ['avg without (d) (rate({a="1"}[1s]))', ['{a="1"} 2.5']],
    ['stddev without (c) (rate({a="1"}[1s]))', ['{a="1"} 0', '{a="1"} 0']],
    [`max without (c) (label_replace(${firstOf}, "z", "", "y", "x"))`, ['{a="1"} 1', '{a="1"} 4']],
  ])('%s', async (query, want) => expect((await ask(query, given)).sort()).toEqual(want));
});

describe('an average with a grouping is divided', () => {
  // 10 entries, 2 of which have the label: as it stands 3, divided 6 / 10.
  const given: Record<string, readonly Given[]> = {
    avg_over_time: [[[['g', '1']], 3]],
    sum_over_time: [[[['g', '1']], 6]],
    count_over_time: [[[['g', '1']], 10]],
  };
  const avg = 'avg_over_time({a="1"} | unwrap x [1s]) by (g)';
  test.each([
    [avg, '{g="1"} 0.6'],
    [`sum(${avg})`, '{} 3'],
    [`sum(2 * ${avg})`, '{} 6'],
    [`sum(2 - ${avg})`, '{} 1.4'],
    [`sum(max(${avg}))`, '{} 0.6'],
    [`sum(1 * max(${avg}))`, '{} 3'],
    [`sum(sum(max(${avg})))`, '{} 0.6'],
  ])('%s', async (query, want) => expect(await ask(query, given)).toEqual([want]));
});

describe('of two failures', () => {
  const failing: LabelPair[] = [['__error__', 'E']];
  const twice: Given[] = [
    [[['a', '1']], 1, 1],
    [[['a', '2']], 1, 1],
  ];
  const join = (right: string) => `first_over_time({a="1"} | unwrap x [1s]) % on () ${right}`;
  test('the one of a part that Loki evaluates for all steps at once comes first', async () => {
    const query = join('group_right () rate({a="1"}[1s])');
    const given = { first_over_time: twice, rate: [[failing, null, 1]] satisfies Given[] };
    await expect(ask(query, given, 2)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/^pipeline error: 'E'/),
    });
  });
  test('else the earlier one', async () => {
    const query = join('group_right () stddev_over_time({a="1"} | unwrap x [1s])');
    const given = { first_over_time: twice, stddev_over_time: [[failing, null, 1]] satisfies Given[] };
    await expect(ask(query, given, 2)).rejects.toMatchObject({
      status: 500,
      message: expect.stringMatching(/^found duplicate series/),
    });
  });
});

test('rows with an error that are to be kept are grouped again with the others', async () => {
  const kept: LabelPair[] = [
    ['__error__', 'E'],
    ['__preserve_error__', 'true'],
    ['g', '1'],
    ['h', '2'],
  ];
  const given = {
    max_over_time: [
      [[['g', '1']], 3],
      [kept, 5],
    ] satisfies Given[],
  };
  expect(await ask('max_over_time({a="1"} | unwrap x [1s]) by (g)', given)).toEqual(['{g="1"} 5']);
});

test('series are in the order of their bytes, those that are no UTF-8 included', async () => {
  const rate: Given[] = [
    [[['a', 'é']], 1],
    [[['a', '\udcff']], 2],
    [[['a', '\udc80']], 3],
    [[['a', 'z']], 4],
  ];
  expect(await ask('rate({a=~".+"}[1s])', { rate })).toEqual([
    '{a="z"} 4',
    '{a="\\x80"} 3',
    '{a="é"} 1',
    '{a="\\xff"} 2',
  ]);
});
