import { describe, expect, test } from 'vitest';
import { type EvaluateParams, evaluate, type QueryResult } from '../../../src/logql/engine/engine.js';
import { formatSample } from '../../../src/logql/engine/go-number.js';
import type { Querier } from '../../../src/logql/engine/querier.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import { Labels } from '../../../src/model/labels.js';
import { ArrayQuerier, type GivenSeries, originNs } from './array-querier.js';

const never = new AbortController().signal;
const params: EvaluateParams = {
  start: originNs,
  end: originNs,
  stepNs: 0,
  instant: true,
  direction: 'backward',
  limit: 100,
  intervalNs: 0,
  maxSeries: 500,
};
const instantAt = (seconds: number): EvaluateParams => {
  const at = originNs + BigInt(seconds * 1e9);
  return { ...params, start: at, end: at };
};
const range = (from: number, to: number, step: number): EvaluateParams => ({
  ...params,
  start: originNs + BigInt(from * 1e9),
  end: originNs + BigInt(to * 1e9),
  stepNs: step * 1e9,
  instant: false,
});

/** `{a="1"} 5` for a sample, `{a="1"} 5 _ 7` for a series with nothing at its second step. */
function lines(result: QueryResult): string[] {
  switch (result.kind) {
    case 'vector':
      return result.samples.map(({ labels, value }) => `${labels.text} ${formatSample(value)}`);
    case 'matrix':
      return result.series.map(({ labels, values, present }) =>
        [labels.text, ...[...values].map((v, k) => (present[k] ? formatSample(v) : '_'))].join(' '),
      );
    case 'scalar':
      return [formatSample(result.value)];
    case 'streams':
      return [`${result.entries.length} entries`];
  }
}
const ask = async (query: string, at: EvaluateParams, querier: Querier): Promise<string[]> =>
  lines(await evaluate(parseExpr(query), at, querier, never));
const refusal = async (
  query: string,
  at: EvaluateParams,
  querier: Querier,
): Promise<{ status: number; message: string }> => {
  const error = await evaluate(parseExpr(query), at, querier, never).then(
    () => null,
    (e: unknown) => e as { status: number; message: string },
  );
  expect(error, 'a refusal').not.toBeNull();
  return { status: error?.status ?? 0, message: error?.message ?? '' };
};

/** Series with one sample each, at 1 s. */
const given = (...all: [Record<string, string>, number][]): ArrayQuerier =>
  new ArrayQuerier(all.map(([labels, value]) => ({ labels, samples: [[1000, value]] })));
const shop = (): ArrayQuerier =>
  given(
    [{ app: 'a', pod: '1' }, 10],
    [{ app: 'a', pod: '2' }, 30],
    [{ app: 'b', pod: '1' }, 5],
    [{ app: 'b', pod: '2' }, Number.NaN],
    [{ app: 'c', pod: '3', zone: 'x' }, -2],
  );
const value = 'max_over_time({app=~".+"} | unwrap v [10s])';
const at = instantAt(5);

describe('literals', () => {
  test.each([
    ['1', '1'],
    ['1 + 2 * 3', '7'],
    ['2 ^ 3 ^ 2', '512'],
    ['-1', '-1'],
    ['1 / 0', 'NaN'],
    ['7 % 0', 'NaN'],
    ['-7 % 3', '-1'],
    ['1 > 2', '0'],
    ['2 >= bool 2', '1'],
    ['1 == 1', '1'],
  ])('%s is the scalar %s', async (query, want) => {
    expect(await evaluate(parseExpr(query), at, given(), never)).toMatchObject({ kind: 'scalar', atNs: at.start });
    expect(await ask(query, at, given())).toEqual([want]);
  });

  test('fill a range without labels', async () => {
    expect(await ask('1 + 1', range(0, 3, 1), given())).toEqual(['{} 2 2 2 2']);
  });

  test('powers are those of Go where one is the base', async () => {
    expect(await ask(`1 ^ ${value}`, at, given([{ app: 'a' }, Number.NaN]))).toEqual(['{app="a"} 1']);
    expect(await ask(`-1 ^ ${value}`, at, given([{ app: 'a' }, Infinity]))).toEqual(['{app="a"} 1']);
  });

  test('powers are those of Go to the last digit', async () => {
    expect(await ask('vector(1.1) ^ 17', at, given())).toEqual(['{} 5.054470284992943']);
    expect(await ask('vector(3) ^ 0.5', at, given())).toEqual(['{} 1.7320508075688772']);
    expect(await ask('vector(10) ^ -3', at, given())).toEqual(['{} 0.001']);
  });

  const noSelector = /^parse error : queries require at least one regexp or equality matcher/;
  const noEvaluator = 'unexpected expr type (*syntax.LiteralExpr) for Evaluator type (*logql.DefaultEvaluator) ';
  test.each([
    'sum(1)',
    'avg(1)',
    'count by (a) (1)',
    'max(sum(1))',
    '1 + sum(1)',
    'label_replace(sum(1), "a", "b", "c", "d")',
  ])('in %s they are refused for want of a selector', async (query) =>
    expect(ask(query, at, given())).rejects.toThrow(noSelector),
  );
  test.each([
    'max(1)',
    'min(-1)',
    'topk(1, 1)',
    'sort(1)',
    'stddev(1)',
    'sum(max(1))',
    'max(1) > bool 1',
    'label_replace(1, "a", "b", "c", "d")',
    'sum(label_replace(1, "a", "b", "c", "d"))',
  ])('in %s they cannot be evaluated', async (query) =>
    expect(ask(query, at, given())).rejects.toMatchObject({ status: 500, message: noEvaluator }),
  );
});

describe('vector()', () => {
  test('is one sample without labels', async () => {
    expect(await ask('vector(2.5)', at, given())).toEqual(['{} 2.5']);
    expect(await ask('vector(2) + vector(3)', range(0, 2, 1), given())).toEqual(['{} 5 5 5']);
  });
  test('stands in for what is missing', async () => {
    const querier = new ArrayQuerier([{ labels: { app: 'a' }, samples: [[1000, 4]] }]);
    const query = 'sum(sum_over_time({app="a"} | unwrap v [1s])) or vector(0)';
    expect(await ask(query, range(0, 3, 1), querier)).toEqual(['{} 0 4 0 0']);
  });
});

describe('the grid', () => {
  const one: GivenSeries = {
    labels: { app: 'a' },
    samples: [
      [0, 1],
      [999, 1],
      [1000, 1],
      [1001, 1],
      [3000, 1],
    ],
  };
  test.each<[string, EvaluateParams, string[]]>([
    ['its last step may be the end', range(0, 3, 1), ['{app="a"} 1 2 1 1']],
    ['steps after the end are none', { ...range(0, 3, 1), end: originNs + 2_999_999_999n }, ['{app="a"} 1 2 1']],
    ['one step', range(1, 1, 1), ['{app="a"} 2']],
    ['series without samples do not show', range(5, 9, 1), []],
  ])('%s', async (_name, when, want) => {
    expect(await ask('count_over_time({app="a"}[1s])', when, new ArrayQuerier([one]))).toEqual(want);
  });

  test('offset shifts what is read, not when it is told', async () => {
    const querier = new ArrayQuerier([one]);
    expect(await ask('count_over_time({app="a"}[1s] offset 1s)', range(1, 4, 1), querier)).toEqual([
      '{app="a"} 1 2 1 1',
    ]);
    expect(await ask('count_over_time({app="a"}[1s] offset -1s)', range(-1, 2, 1), querier)).toEqual([
      '{app="a"} 1 2 1 1',
    ]);
  });

  test('a nanosecond decides', async () => {
    const querier = new ArrayQuerier([{ labels: { app: 'a' }, samples: [[1000, 1]] }]);
    const when = (ns: bigint): EvaluateParams => ({ ...params, start: originNs + ns, end: originNs + ns });
    const query = 'count_over_time({app="a"}[1ms])';
    expect(await ask(query, when(999_999_999n), querier)).toEqual([]);
    expect(await ask(query, when(1_000_000_000n), querier)).toEqual(['{app="a"} 1']);
    expect(await ask(query, when(1_000_999_999n), querier)).toEqual(['{app="a"} 1']);
    expect(await ask(query, when(1_001_000_000n), querier)).toEqual([]);
  });
});

describe('vector operators', () => {
  test.each<[string, string[]]>([
    [`sum(${value})`, ['{} NaN']],
    [`sum by (app) (${value})`, ['{app="a"} 40', '{app="b"} NaN', '{app="c"} -2']],
    [`sum by (zone) (${value} > -100)`, ['{} 45', '{zone="x"} -2']],
    [`sum without (pod) (${value})`, ['{app="a"} 40', '{app="b"} NaN', '{app="c", zone="x"} -2']],
    [`sum without () (${value} > 9)`, ['{app="a", pod="1"} 10', '{app="a", pod="2"} 30']],
    [`sum by (nothing) (${value} > 5)`, ['{} 40']],
    [`avg by (app) (${value})`, ['{app="a"} 20', '{app="b"} NaN', '{app="c"} -2']],
    [`min by (app) (${value})`, ['{app="a"} 10', '{app="b"} 5', '{app="c"} -2']],
    [`max by (app) (${value})`, ['{app="a"} 30', '{app="b"} 5', '{app="c"} -2']],
    [`count by (app) (${value})`, ['{app="a"} 2', '{app="b"} 2', '{app="c"} 1']],
    [`stddev by (app) (${value})`, ['{app="a"} 10', '{app="b"} NaN', '{app="c"} 0']],
    [`stdvar by (app) (${value})`, ['{app="a"} 100', '{app="b"} NaN', '{app="c"} 0']],
    [`topk(2, ${value})`, ['{app="a", pod="1"} 10', '{app="a", pod="2"} 30']],
    [
      `topk by (app) (1, ${value})`,
      ['{app="a", pod="2"} 30', '{app="b", pod="1"} 5', '{app="c", pod="3", zone="x"} -2'],
    ],
    [`bottomk(2, ${value})`, ['{app="b", pod="1"} 5', '{app="c", pod="3", zone="x"} -2']],
    [`count(topk(9, ${value}))`, ['{} 5']],
    [`sort(${value} < 20)`, ['{app="c", pod="3", zone="x"} -2', '{app="b", pod="1"} 5', '{app="a", pod="1"} 10']],
    [`sort_desc(${value} < 20)`, ['{app="a", pod="1"} 10', '{app="b", pod="1"} 5', '{app="c", pod="3", zone="x"} -2']],
    [`sort(sum by (app) (${value}))`, ['{app="c"} -2', '{app="a"} 40', '{app="b"} NaN']],
    [`sort_desc(sum by (app) (${value}))`, ['{app="a"} 40', '{app="c"} -2', '{app="b"} NaN']],
    [`sort_desc(topk(2, ${value})) + 1`, ['{app="a", pod="2"} 31', '{app="a", pod="1"} 11']],
    ['sum(count_over_time({app="none"}[1m]))', []],
  ])('%s', async (query, want) => {
    expect(await ask(query, at, shop())).toEqual(want);
  });

  test('topk chooses anew at each step, and keeps the labels in order', async () => {
    const querier = new ArrayQuerier([
      {
        labels: { a: '1' },
        samples: [
          [1000, 1],
          [2000, 5],
          [3000, 1],
        ],
      },
      {
        labels: { a: '2' },
        samples: [
          [1000, 2],
          [2000, 2],
        ],
      },
      {
        labels: { a: '3' },
        samples: [
          [1000, 3],
          [2000, 3],
          [3000, Number.NaN],
        ],
      },
    ]);
    const query = 'topk(1, sum_over_time({a=~".+"} | unwrap v [1s]))';
    expect(await ask(query, range(1, 3, 1), querier)).toEqual(['{a="1"} _ 5 1', '{a="3"} 3 _ _']);
    expect(await ask(`sort_desc(${query})`, range(1, 3, 1), querier)).toEqual(['{a="1"} _ 5 1', '{a="3"} 3 _ _']);
  });

  test('groups exist only at steps at which they have a series', async () => {
    const querier = new ArrayQuerier([
      { labels: { a: '1', b: 'x' }, samples: [[1000, 1]] },
      {
        labels: { a: '2', b: 'x' },
        samples: [
          [1000, 2],
          [3000, 4],
        ],
      },
      { labels: { a: '3', b: 'y' }, samples: [[2000, 7]] },
    ]);
    for (const [op, x] of [
      ['sum', '3 _ 4'],
      ['avg', '1.5 _ 4'],
      ['min', '1 _ 4'],
      ['max', '2 _ 4'],
      ['count', '2 _ 1'],
      ['stddev', '0.5 _ 0'],
    ] as const) {
      const y = op === 'count' ? '_ 1 _' : op === 'stddev' ? '_ 0 _' : '_ 7 _';
      const query = `${op} by (b) (sum_over_time({b=~".+"} | unwrap v [1s]))`;
      expect(await ask(query, range(1, 3, 1), querier), op).toEqual([`{b="x"} ${x}`, `{b="y"} ${y}`]);
    }
  });

  test('approx_topk is refused, unless it is allowed; then it is exact', async () => {
    const query = `approx_topk(1, ${value})`;
    expect(await refusal(query, at, shop())).toEqual({
      status: 500,
      message: 'approx_topk is not enabled. See -limits.shard_aggregations',
    });
    expect(await ask(query, { ...at, approxTopk: true }, shop())).toEqual(['{app="a", pod="2"} 30']);
  });

  test.each<[string, unknown]>([
    ['sum by (x) (rate({app="a"}[1m]))', { without: false, labels: ['x'] }],
    ['sum without (x) (count_over_time({app="a"}[1m]))', { without: true, labels: ['x'] }],
    ['sum(bytes_rate({app="a"}[1m]))', { without: false, labels: [] }],
    ['sum by (x) (bytes_over_time({app="a"}[1m]))', { without: false, labels: ['x'] }],
    ['sum by (x) (sum_over_time({app="a"} | unwrap v [1m]))', { without: false, labels: ['x'] }],
    ['sum by (x) (avg_over_time({app="a"} | unwrap v [1m]))', null],
    ['sum by (x) (max_over_time({app="a"} | unwrap v [1m]) by (x, y))', null],
    ['sum by (x) (rate_counter({app="a"} | unwrap v [1m]))', null],
    ['sum by (x) (absent_over_time({app="a"}[1m]))', null],
    ['sum by (x) (rate({app="a"}[1m]) * 2)', null],
    ['max by (x) (rate({app="a"}[1m]))', null],
    ['rate({app="a"}[1m])', null],
  ])('%s reads with grouping %j', async (query, grouping) => {
    const querier = given();
    await ask(query, at, querier);
    expect(querier.rangeSelects.map((s) => s.grouping)).toEqual([grouping]);
  });
});

describe('operators with a number', () => {
  test.each<[string, string[]]>([
    [`${value} + 1`, ['{app="a"} 5', '{app="b"} 1']],
    [`10 - ${value}`, ['{app="a"} 6', '{app="b"} 10']],
    [`${value} / 0`, ['{app="a"} NaN', '{app="b"} NaN']],
    [`8 / ${value}`, ['{app="a"} 2', '{app="b"} NaN']],
    [`${value} ^ 2`, ['{app="a"} 16', '{app="b"} 0']],
    [`${value} > 1`, ['{app="a"} 4']],
    [`1 < ${value}`, ['{app="a"} 4']],
    [`1 > ${value}`, ['{app="b"} 0']],
    [`${value} == 4`, ['{app="a"} 4']],
    [`${value} != 4`, ['{app="b"} 0']],
    [`${value} >= bool 4`, ['{app="a"} 1', '{app="b"} 0']],
    [`1 > bool ${value}`, ['{app="a"} 0', '{app="b"} 1']],
    [`${value} + (1 + 2)`, ['{app="a"} 7', '{app="b"} 3']],
  ])('%s', async (query, want) => {
    expect(await ask(query, at, given([{ app: 'a' }, 4], [{ app: 'b' }, 0]))).toEqual(want);
  });
});

describe('operators between vectors', () => {
  const left = 'max_over_time({side="l"} | unwrap v [10s]) by (app, pod)';
  const right = 'max_over_time({side="r"} | unwrap v [10s]) by (app, pod, team)';
  const two = (): ArrayQuerier =>
    given(
      [{ side: 'l', app: 'a', pod: '1' }, 8],
      [{ side: 'l', app: 'a', pod: '2' }, 6],
      [{ side: 'l', app: 'b', pod: '1' }, 1],
      [{ side: 'r', app: 'a', pod: '1' }, 2],
      [{ side: 'r', app: 'b', pod: '1' }, 4],
      [{ side: 'r', app: 'c', pod: '1', team: 't' }, 1],
    );
  const byApp = `sum by (app) (${right})`;
  test.each<[string, string[]]>([
    [`${left} / ${right}`, ['{app="a", pod="1"} 4', '{app="b", pod="1"} 0.25']],
    [`${left} > ${right}`, ['{app="a", pod="1"} 8']],
    [`${left} > bool ${right}`, ['{app="a", pod="1"} 1', '{app="b", pod="1"} 0']],
    [`${left} and ${right}`, ['{app="a", pod="1"} 8', '{app="b", pod="1"} 1']],
    [`${left} unless ${right}`, ['{app="a", pod="2"} 6']],
    [
      `${left} or ${right}`,
      ['{app="a", pod="1"} 8', '{app="a", pod="2"} 6', '{app="b", pod="1"} 1', '{app="c", pod="1", team="t"} 1'],
    ],
    [`${left} and on (app) ${right}`, ['{app="a", pod="1"} 8', '{app="a", pod="2"} 6', '{app="b", pod="1"} 1']],
    [`${left} unless on () vector(1)`, []],
    [`${left} or on (pod) ${right}`, ['{app="a", pod="1"} 8', '{app="a", pod="2"} 6', '{app="b", pod="1"} 1']],
    [`(${left} and ignoring (app) ${right}) > 7`, ['{app="a", pod="1"} 8']],
    [`sum by (app) (${left}) - on (app) ${byApp}`, ['{app="a"} 12', '{app="b"} -3']],
    [`sum by (app) (${left}) - ignoring (pod) ${byApp}`, ['{app="a"} 12', '{app="b"} -3']],
    [
      `${left} * on (app) group_left () ${byApp}`,
      ['{app="a", pod="1"} 16', '{app="a", pod="2"} 12', '{app="b", pod="1"} 4'],
    ],
    [
      `${left} * on (app) group_left ${byApp}`,
      ['{app="a", pod="1"} 16', '{app="a", pod="2"} 12', '{app="b", pod="1"} 4'],
    ],
    [
      `${byApp} - on (app) group_right ${left}`,
      ['{app="a", pod="1"} -6', '{app="a", pod="2"} -4', '{app="b", pod="1"} 3'],
    ],
    [`${byApp} < on (app) group_right ${left}`, ['{app="a", pod="1"} 2', '{app="a", pod="2"} 2']],
  ])('%s', async (query, want) => {
    expect(await ask(query, at, two())).toEqual(want);
  });

  test('included labels come from the one side, or go', async () => {
    const querier = given(
      [{ side: 'l', app: 'a', team: 'old', pod: '1' }, 3],
      [{ side: 'l', app: 'b', team: 'old', pod: '1' }, 4],
      [{ side: 'r', app: 'a', team: 'new' }, 2],
      [{ side: 'r', app: 'b' }, 2],
    );
    const query = (op: string): string =>
      `max_over_time({side="l"} | unwrap v [10s]) by (app, team, pod) ${op} max_over_time({side="r"} | unwrap v [10s]) by (app, team)`;
    expect(await ask(query('* on (app) group_left (team)'), at, querier)).toEqual([
      '{app="a", pod="1", team="new"} 6',
      '{app="b", pod="1"} 8',
    ]);
  });

  const duplicate =
    'found duplicate series on the right hand-side;many-to-many matching not allowed: matching labels must be unique on one side';
  test.each<[string, string]>([
    [`${byApp} + on () ${left}`, duplicate],
    [`${left} + on (pod) group_left ${right}`, duplicate],
    [`${right} + on (pod) group_right ${left}`, duplicate.replace('right', 'left')],
    [
      `${left} + on (app) ${byApp}`,
      'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    ],
    [
      `vector(1) * on () group_right (app) ${left}`,
      'multiple matches for labels: grouping labels must ensure unique matches',
    ],
    [
      `label_replace(${left}, "pod", "", "pod", ".*") + on (app) group_left ${byApp}`,
      'multiple matches for labels: grouping labels must ensure unique matches',
    ],
  ])('%s is refused', async (query, message) => {
    expect(await refusal(query, at, two())).toEqual({ status: 500, message });
  });

  test('match step by step: series may take turns', async () => {
    const querier = new ArrayQuerier([
      {
        labels: { side: 'l', pod: '1' },
        samples: [
          [1000, 1],
          [2000, 2],
          [3000, 3],
        ],
      },
      { labels: { side: 'r', pod: '2' }, samples: [[1000, 10]] },
      { labels: { side: 'r', pod: '3' }, samples: [[3000, 30]] },
    ]);
    const sum = (side: string): string => `sum_over_time({side="${side}"} | unwrap v [1s])`;
    expect(await ask(`${sum('l')} + on () ${sum('r')}`, range(1, 3, 1), querier)).toEqual(['{} 11 _ 33']);
    expect(await ask(`${sum('l')} + on () group_left (pod) ${sum('r')}`, range(1, 3, 1), querier)).toEqual([
      '{pod="2", side="l"} 11 _ _',
      '{pod="3", side="l"} _ _ 33',
    ]);
    expect(await ask(`${sum('r')} or on () ${sum('l')}`, range(1, 3, 1), querier)).toEqual([
      '{pod="1", side="l"} _ 2 _',
      '{pod="2", side="r"} 10 _ _',
      '{pod="3", side="r"} _ _ 30',
    ]);
    expect(await ask(`${sum('l')} unless on () ${sum('r')}`, range(1, 3, 1), querier)).toEqual([
      '{pod="1", side="l"} _ 2 _',
    ]);
  });

  test('series of equal labels become one in a matrix', async () => {
    const querier = new ArrayQuerier([
      {
        labels: { a: '1' },
        samples: [
          [1000, 1],
          [3000, 9],
        ],
      },
    ]);
    const sum = 'sum(sum_over_time({a="1"} | unwrap v [1s]))';
    expect(await ask(`(${sum} > 5) or (${sum} < 5) or vector(0)`, range(1, 3, 1), querier)).toEqual(['{} 1 0 9']);
  });
});

describe('labels with empty values', () => {
  // As the parsers give them: `| logfmt` on `user=`.
  const querier: Querier = {
    selectLogs: async () => [],
    selectRange: async () =>
      [['a', ''] as const, ['b', 'x'] as const].map(([app, user]) => ({
        labels: new Labels([
          ['app', app],
          ['user', user],
        ]),
        values: Float64Array.of(2),
        present: Uint8Array.of(1),
      })),
  };
  const rate = 'rate({app=~".+"}[1s])';
  test.each<[string, string[]]>([
    [rate, ['{app="a", user=""} 2', '{app="b", user="x"} 2']],
    [`${rate} * 2`, ['{app="a", user=""} 4', '{app="b", user="x"} 4']],
    [`topk(2, ${rate})`, ['{app="a", user=""} 2', '{app="b", user="x"} 2']],
    [`${rate} and ${rate}`, ['{app="a", user=""} 2', '{app="b", user="x"} 2']],
    [`max by (user) (${rate})`, ['{user=""} 2', '{user="x"} 2']],
    [`max without (z) (${rate})`, ['{app="a"} 2', '{app="b", user="x"} 2']],
    [`${rate} + ${rate}`, ['{app="a"} 4', '{app="b", user="x"} 4']],
    [`label_replace(${rate}, "z", "", "app", ".*")`, ['{app="a"} 2', '{app="b", user="x"} 2']],
    [`label_replace(${rate}, "z", "", "app", "b")`, ['{app="a", user=""} 2', '{app="b", user="x"} 2']],
  ])('%s', async (query, want) => expect(await ask(query, at, querier)).toEqual(want));
});

describe('label_replace', () => {
  const replaced = (args: string): Promise<string[]> =>
    ask(`label_replace(${value}, ${args})`, at, given([{ app: 'web-7', pod: 'x' }, 1]));
  test.each<[string, string]>([
    ['"n", "$1", "app", "([a-z]+)-([0-9]+)"', '{app="web-7", n="web", pod="x"} 1'],
    ['"n", "$2/$1", "app", "([a-z]+)-([0-9]+)"', '{app="web-7", n="7/web", pod="x"} 1'],
    ['"n", "${kind}!", "app", "(?P<kind>[a-z]+)-.*"', '{app="web-7", n="web!", pod="x"} 1'],
    ['"n", "$1x", "app", "([a-z]+)-.*"', '{app="web-7", pod="x"} 1'],
    ['"n", "${1}x", "app", "([a-z]+)-.*"', '{app="web-7", n="webx", pod="x"} 1'],
    ['"n", "$$1 $ $-", "app", "(.*)"', '{app="web-7", n="$1 $ $-", pod="x"} 1'],
    ['"n", "$0", "app", ".*"', '{app="web-7", n="web-7", pod="x"} 1'],
    ['"n", "$9", "app", ".*"', '{app="web-7", pod="x"} 1'],
    ['"n", "v", "app", "web"', '{app="web-7", pod="x"} 1'],
    ['"n", "v", "missing", ""', '{app="web-7", n="v", pod="x"} 1'],
    ['"pod", "", "app", ".*"', '{app="web-7"} 1'],
    ['"app", "$1", "app", "(.)eb.*"', '{app="w", pod="x"} 1'],
  ])('(%s) gives %s', async (args, want) => expect(await replaced(args)).toEqual([want]));
});

describe('absent_over_time', () => {
  const querier = new ArrayQuerier([
    { labels: { app: 'a', pod: '1' }, samples: [[1000, 1]] },
    { labels: { app: 'a', pod: '2' }, samples: [[3000, 1]] },
  ]);
  test.each<[string, string[]]>([
    ['absent_over_time({app="a"}[1s])', ['{app="a"} _ 1 _ 1']],
    ['absent_over_time({app="a", pod=~".+", zone!="x"}[1s])', ['{app="a"} _ 1 _ 1']],
    ['absent_over_time({app="a", app=~".+"}[1s])', ['{} _ 1 _ 1']],
    ['absent_over_time({app="none", zone="z"}[1s])', ['{app="none", zone="z"} 1 1 1 1']],
    ['absent_over_time({app="a"}[10s])', []],
    ['sum(absent_over_time({app="a"}[1s]))', ['{} _ 1 _ 1']],
  ])('%s', async (query, want) => expect(await ask(query, range(1, 4, 1), querier)).toEqual(want));
});

describe('a pipeline error', () => {
  const broken = (extra: Record<string, string> = {}): ArrayQuerier =>
    new ArrayQuerier([
      {
        labels: { app: 'a' },
        samples: [
          [1000, 1],
          [2000, 1],
        ],
      },
      { labels: { app: 'a', __error__: 'JSONParserErr', __error_details__: 'x "y"', ...extra }, samples: [[2000, 1]] },
    ]);
  const message = `pipeline error: 'JSONParserErr' for series: '{__error__="JSONParserErr", __error_details__="x \\"y\\"", app="a"}'.
Use a label filter to intentionally skip this error. (e.g | __error__!="JSONParserErr").
To skip all potential errors you can match empty errors.(e.g __error__="")
The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )
`;
  test.each([
    'count_over_time({app="a"}[1s])',
    'sum(count_over_time({app="a"}[1s]))',
    'vector(1) or rate({app="a"}[1s])',
    'absent_over_time({app="a"}[1s])',
    'topk(1, label_replace(rate({app="a"}[1s]), "x", "y", "", ""))',
  ])('in a window refuses %s', async (query) => {
    expect(await refusal(query, range(1, 3, 1), broken())).toEqual({ status: 400, message });
    expect(await refusal(query, instantAt(2), broken())).toEqual({ status: 400, message });
  });

  test('in no window does no harm', async () => {
    expect(await ask('count_over_time({app="a"}[1s])', range(0, 1, 1), broken())).toEqual(['{app="a"} _ 1']);
  });

  test('is kept when asked for', async () => {
    expect(await ask('count_over_time({app="a"}[1s])', instantAt(2), broken({ __preserve_error__: 'true' }))).toEqual([
      '{__error__="JSONParserErr", __error_details__="x \\"y\\"", __preserve_error__="true", app="a"} 1',
      '{app="a"} 1',
    ]);
    expect(
      (await refusal('count_over_time({app="a"}[1s])', instantAt(2), broken({ __preserve_error__: 'no' }))).status,
    ).toBe(400);
  });

  test('of the earliest step is the one that is told', async () => {
    const querier = new ArrayQuerier([
      { labels: { app: 'a', __error__: 'Late' }, samples: [[3000, 1]] },
      { labels: { app: 'b', __error__: 'Early' }, samples: [[2000, 1]] },
    ]);
    const told = async (query: string): Promise<string | undefined> =>
      /'(\w+)'/.exec((await refusal(query, range(1, 4, 1), querier)).message)?.[1];
    expect(await told('rate({app=~".+"}[1s])')).toBe('Early');
    expect(await told('rate({app="a"}[1s]) or rate({app="b"}[1s])')).toBe('Early');
    expect(await told('rate({app="a"}[1s]) + rate({app=~".+"}[5s])')).toBe('Early');
  });
});

describe('max_query_series', () => {
  const many = (count: number): ArrayQuerier =>
    new ArrayQuerier(
      Array.from({ length: count }, (_, i) => ({
        labels: { app: 'a', n: String(i) },
        samples: [[1000 * (i + 1), 1]] as [number, number][],
      })),
    );
  const query = 'count_over_time({app="a"}[1s])';
  const message =
    'maximum number of series (3) reached for a single query; consider reducing query cardinality by adding more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()';
  test.each([
    [3, true],
    [4, false],
  ])('of 3 lets %i series pass: %s', async (count, passes) => {
    const limits = { ...range(1, 9, 1), maxSeries: 3 };
    const wide = { ...instantAt(9), maxSeries: 3 };
    if (passes) {
      expect(await ask(query, limits, many(count))).toHaveLength(3);
      expect(await ask('count_over_time({app="a"}[10s])', wide, many(count))).toHaveLength(3);
    } else {
      expect(await refusal(query, limits, many(count))).toEqual({ status: 400, message });
      expect(await refusal('count_over_time({app="a"}[10s])', wide, many(count))).toEqual({ status: 400, message });
    }
  });

  test('counts the result, not what it is made of', async () => {
    expect(await ask(`sum(${query})`, { ...range(1, 3, 1), maxSeries: 1 }, many(3))).toEqual(['{} 1 1 1']);
    expect(await ask(`topk(1, ${query})`, { ...instantAt(2), maxSeries: 1 }, many(3))).toHaveLength(1);
  });

  test('is held against an earlier step than a pipeline error', async () => {
    const error = { labels: { app: 'a', __error__: 'E' }, samples: [[3000, 1]] as [number, number][] };
    const both = (ms: number): ArrayQuerier =>
      new ArrayQuerier([
        { labels: { app: 'a', n: '1' }, samples: [[1000, 1]] },
        { labels: { app: 'a', n: '2' }, samples: [[ms, 1]] },
        error,
      ]);
    const limits = { ...range(1, 5, 1), maxSeries: 1 };
    expect((await refusal(query, limits, both(2000))).message).toContain('maximum number of series (1)');
    expect((await refusal(query, limits, both(4000))).message).toContain('pipeline error');
  });
});

describe('a log query', () => {
  test('is handed to the querier as it is', async () => {
    const querier = given();
    const when: EvaluateParams = { ...range(0, 5, 1), direction: 'forward', limit: 7, intervalNs: 3 };
    const expr = parseExpr('{app="a"} |= "x"');
    expect(await evaluate(expr, when, querier, never)).toEqual({ kind: 'streams', entries: [] });
    expect(querier.logSelects).toEqual([
      { expr, range: { start: when.start, end: when.end }, direction: 'forward', limit: 7, intervalNs: 3 },
    ]);
  });
});

describe('cancelling', () => {
  test('before anything is read', async () => {
    const querier = given();
    const stop = AbortSignal.abort(new Error('gone'));
    await expect(evaluate(parseExpr('rate({a="1"}[1m])'), at, querier, stop)).rejects.toThrow('gone');
    expect(querier.rangeSelects).toEqual([]);
  });

  test('a leg that fails stops the other', async () => {
    let stopped: unknown = null;
    const querier: Querier = {
      selectLogs: async () => [],
      selectRange: ({ expr }, signal) =>
        expr.op === 'rate'
          ? Promise.reject(new Error('disk'))
          : new Promise((_, reject) =>
              signal.addEventListener('abort', () => {
                stopped = signal.reason;
                reject(signal.reason as Error);
              }),
            ),
    };
    await expect(
      evaluate(parseExpr('rate({a="1"}[1m]) + count_over_time({a="1"}[1m])'), at, querier, never),
    ).rejects.toThrow('disk');
    expect(stopped).toMatchObject({ message: 'disk' });
  });
});
