/** What a real Loki 3.7.6 answers to odd requests: found by scripts/differential/api.mjs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startServer } from '../../src/testing/fixture.js';

let skald: Fixture;
beforeAll(async () => {
  skald = await startServer();
  const at = (second: number): bigint => BigInt(from + second) * 1_000_000_000n;
  await skald.push({ v: 'x' }, [
    { at: at(3), line: 'a'.repeat(50) },
    { at: at(13), line: 'b'.repeat(50) },
  ]);
  await skald.push({ v: 'x', o: '1' }, [{ at: at(5), line: 'c'.repeat(10) }]);
  for (const n of ['0', '1']) await skald.push({ t: 'd', bool: n, mixed: n === '0' ? 'a' : '5' }, ['x']);
  for (const n of ['1', '7']) await skald.push({ t: 'd', num: n, id: '{8f14e45f-ceea-467f-a9f1-0b2d1c3e4f5a}' }, ['x']);
  const typed = [
    { at: at(1), line: '{"n":1}' },
    { at: at(2), line: '{"n":1.5}' },
  ];
  await skald.push({ typed: 'x' }, typed);
});
afterAll(() => skald.stop());

const from = Math.floor(Date.now() / 60_000) * 60 - 600;
const range = `start=${from}&end=${from + 20}`;
const query = (text: string): string => `query=${encodeURIComponent(text)}`;

async function ask(path: string, init?: RequestInit): Promise<[number, string]> {
  const answer = await fetch(skald.url + path, { redirect: 'manual', ...init });
  return [answer.status, await answer.text()];
}
// biome-ignore lint/suspicious/noExplicitAny: answers have the shapes that the tests check
const json = async (path: string): Promise<any> => JSON.parse((await ask(path))[1]);
const api = '/loki/api/v1';
const backwards = `start=${from}&end=${from - 5}`;
const gone = 'this data is no longer available, it is past now - max_query_lookback (0s)';
const before = 'end timestamp must not be before or equal to start time';

describe('a range that ends before it begins', () => {
  test.each([
    ['labels', gone],
    ['label/v/values', gone],
    ['series', gone],
    ['index/stats', before],
    ['index/shards', before],
    ['index/volume', before],
    ['index/volume_range', before],
    ['detected_labels', before],
    ['detected_fields', before],
    ['detected_field/x/values', before],
    ['query_range', before],
  ])('%s', async (path, text) => {
    expect(await ask(`${api}/${path}?${query('{v="x"}')}&${backwards}`)).toEqual([400, text]);
  });
});

describe('parameters', () => {
  test.each([
    [
      'query_range?limit=4294967295',
      'max entries limit per query exceeded, limit > max_entries_limit_per_query (4294967295 > 5000)',
    ],
    ['query_range?limit=4294967296', 'limit must be a positive value'],
    ['query_range?limit=9223372036854775808', 'strconv.Atoi: parsing "9223372036854775808": value out of range'],
    ['index/volume?limit=2147483648', 'limit must be a positive value'],
    ['index/volume?limit=x&aggregateBy=z', 'strconv.Atoi: parsing "x": invalid syntax'],
    ['index/volume?aggregateBy=z&start=x', 'invalid aggregation option'],
    [
      'index/volume_range?aggregateBy=z&step=0',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    ],
    [
      'index/volume_range?step=1&start=1600000000',
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    ],
    [
      'detected_fields?line_limit=5001',
      'max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)',
    ],
    ['detected_fields?step=x', 'cannot parse "x" to a valid duration'],
    ['index/shards?targetBytesPerShard=1.5GB', 'targetBytesPerShard must be a positive value'],
    ['labels?since=1.5h', `could not parse 'since' parameter: unknown unit "." in duration "1.5h"`],
    ['labels?since=30m1h', `could not parse 'since' parameter: not a valid duration string: "30m1h"`],
    ['labels?a=%zz', 'invalid URL escape "%zz"'],
    ['labels?a;b', 'invalid semicolon separator in query'],
    [
      'labels?start=2026-01-01T24:00:00Z',
      `could not parse 'start' parameter: strconv.ParseInt: parsing "2026-01-01T24:00:00Z": invalid syntax`,
    ],
    [
      'labels?start=2026-02-30T00:00:00Z',
      `could not parse 'start' parameter: strconv.ParseInt: parsing "2026-02-30T00:00:00Z": invalid syntax`,
    ],
  ])('%s', async (path, text) => {
    expect(await ask(`${api}/${path}&${query('{v="x"}')}`)).toEqual([400, text]);
  });

  test('a malformed content type of a form is told', async () => {
    const init = { method: 'POST', headers: { 'content-type': '/' }, body: 'start=1' };
    expect(await ask(`${api}/labels`, init)).toEqual([400, 'mime: no media type']);
  });

  test('a selector is held against its grammar before the range is', async () => {
    const [status, text] = await ask(`${api}/series?match[]={&${backwards}`);
    expect([status, text.slice(0, 11)]).toEqual([400, 'parse error']);
  });
});

describe('volumes', () => {
  const values = async (path: string): Promise<unknown> => {
    const { data } = await json(`${api}/index/${path}`);
    return [
      data.resultType,
      data.result.map((s: { value?: unknown[]; values?: unknown[][] }) => s.value?.[1] ?? s.values?.map((v) => v[1])),
    ];
  };
  const selector = query('{v="x"}');

  test('are shared out by whole seconds, and 0 where a stream is but no byte of it', async () => {
    const [kind, [series]] = (await values(`volume_range?${selector}&${range}&step=5`)) as [string, string[][]];
    expect([kind, series?.length]).toEqual(['matrix', 3]);
    const [, [seconds]] = (await values(`volume_range?${selector}&${range}&step=1`)) as [string, string[][]];
    expect(new Set(seconds)).toEqual(new Set(['0']));
  });

  test('with one value each they are a vector, with none too', async () => {
    expect(await values(`volume_range?${selector}&${range}&step=60`)).toEqual(['vector', [expect.any(String)]]);
    expect(await values(`volume_range?${query('{v="none"}')}&${range}&step=5`)).toEqual(['vector', []]);
  });

  test('an empty name among the target labels is a label that no stream has', async () => {
    expect(await values(`volume?${selector}&${range}&targetLabels=v,`)).toEqual(['vector', []]);
  });

  test('the limit holds for each step', async () => {
    const path = `volume_range?${query('{v="x"}')}&${range}&targetLabels=o&step=5&limit=1`;
    expect(await values(path)).toEqual(['vector', [expect.any(String)]]);
  });
});

describe('what is detected', () => {
  test('labels of ids and numbers are left out, those of booleans are not', async () => {
    const { detectedLabels } = await json(`${api}/detected_labels?${query('{t="d"}')}`);
    const names = detectedLabels.map((l: { label: string }) => l.label).sort();
    expect(names).toEqual(['bool', 'mixed', 'service_name', 't']);
  });

  test('the type of a field is that of the value seen last, the oldest', async () => {
    const { fields } = await json(`${api}/detected_fields?${query('{typed="x"}')}&${range}`);
    expect(fields.find((f: { label: string }) => f.label === 'n').type).toBe('int');
  });

  test('nothing is an empty object', async () => {
    expect(await json(`${api}/detected_fields?${query('{v="none"}')}&${range}`)).toEqual({});
  });
});

describe('paths and pages', () => {
  test('doubled slashes and dots are redirected away', async () => {
    for (const path of ['/loki//api/v1/labels?x=1', '//loki/api/v1/labels?x=1']) {
      const answer = await fetch(skald.url + path, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([301, '/loki/api/v1/labels?x=1']);
    }
  });

  test('another encoding of answers is refused', async () => {
    const init = { headers: { accept: 'application/vnd.apache.parquet' } };
    const [status, text] = await ask(`${api}/query?query=1`, init);
    expect([status, text.slice(0, 20)]).toEqual([400, 'support for Parquet ']);
  });

  test('OTLP is refused in a google.rpc.Status', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const answer = await fetch(`${skald.url}/otlp/v1/logs`, init);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([422, 'application/octet-stream']);
    const text = 'error at least one valid stream is required for ingestion';
    expect(await answer.text()).toBe(`\u0012${String.fromCharCode(text.length)}${text}`);
  });

  test.each([
    ['0', 400],
    ['1.5', 400],
    ['999999999', 400],
    ['1000000000', 204],
    ['2001-09-09T01:46:40Z', 204],
  ])('a deletion from %s on: %i', async (start, status) => {
    const path = `${api}/delete?${query('{zz="none"}')}&start=${start}`;
    expect((await ask(path, { method: 'POST' }))[0]).toBe(status);
  });

  test('a deletion is read from the URL alone', async () => {
    const init = { method: 'POST', body: new URLSearchParams({ query: '{zz="none"}', start: '1000000000' }) };
    expect(await ask(`${api}/delete`, init)).toEqual([400, 'query not set\n']);
  });
});
