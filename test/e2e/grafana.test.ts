/**
 * What Grafana sends, replayed: the data source (grafana-loki-datasource 13.1, Grafana 11.6 to 13) and Logs Drilldown 2.5.
 * The requests are those of its sources; what is checked is what it reads from the answers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startServer } from '../../src/testing/fixture.js';
import { openTail } from '../helpers/tail-client.js';

let skald: Fixture;
beforeAll(async () => {
  skald = await startServer({ config: 'pattern_ingester: {enabled: true}\nlimits_config: {retention_period: 30d}\n' });
  await skald.push({ app: 'shop', env: 'test' }, shopLines);
  await skald.push({ app: 'cart', env: 'test' }, cartLines);
});
afterAll(() => skald.stop());

/** Two days that end now, a line a minute; errors now and then. */
const minuteNs = 60_000_000_000n;
const nowNs = BigInt(Math.floor(Date.now() / 60_000)) * minuteNs;
const beginNs = nowNs - 2n * 1440n * minuteNs;
const minutes = Array.from({ length: 2880 }, (_, i) => i);
const levelOf = (i: number): string => (i % 7 === 0 ? 'error' : 'info');
const shopLines = minutes.map((i) => ({
  at: beginNs + BigInt(i) * minuteNs,
  line: JSON.stringify({ level: levelOf(i), msg: `order ${i} paid`, customer: { id: i % 5 }, duration_ms: i % 100 }),
  metadata: { trace_id: `t${i % 3}` },
}));
const cartLines = minutes.map((i) => ({
  at: beginNs + BigInt(i) * minuteNs + 1n,
  line: `level=${levelOf(i)} msg="item added" item=${i}`,
}));

/** As the data source's back end asks: compressed, with categories, and with headers that mean nothing here. */
const grafanaHeaders = {
  'user-agent': 'Grafana/12.3.1',
  'accept-encoding': 'gzip',
  'x-loki-response-encoding-flags': 'categorize-labels',
  'x-query-tags': 'Source=logvolhist',
  'x-loki-query-limits-context': '{"expr":"{app=\\"shop\\"}","from":"2026-01-01T00:00:00Z"}',
  'x-grafana-org-id': '1',
  fromalert: 'false',
};

type Params = Readonly<Record<string, string | number | bigint>>;
const formOf = (params: Params): URLSearchParams =>
  new URLSearchParams(Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]));

const ask = (path: string, params: Params = {}): Promise<Response> =>
  fetch(`${skald.url}${path}?${formOf(params)}`, { headers: grafanaHeaders });

// biome-ignore lint/suspicious/noExplicitAny: answers have the shapes that the tests check
async function answerOf(path: string, params: Params = {}): Promise<any> {
  const answer = await ask(path, params);
  const text = await answer.text();
  expect(`${answer.status} ${answer.status === 200 ? '' : text}`).toBe('200 ');
  return JSON.parse(text);
}

const api = '/loki/api/v1';
const hourNs = 60n * minuteNs;
const lastHour = { start: nowNs - hourNs, end: nowNs };
const iso = (ns: bigint): string => new Date(Number(ns / 1_000_000n)).toISOString();

describe('the data source', () => {
  test('Save & test: vector(1)+vector(1) has one sample', async () => {
    const query = { query: 'vector(1)+vector(1)', time: nowNs, direction: 'backward' };
    const { status, data } = await answerOf(`${api}/query`, query);
    expect(status).toBe('success');
    expect(data.resultType).toBe('vector');
    expect(data.result).toEqual([{ metric: {}, value: [Number(nowNs / 1_000_000_000n), '2'] }]);
  });

  test('Save & test of older versions: labels', async () => {
    const { status, data } = await answerOf(`${api}/labels`, lastHour);
    expect([status, data]).toEqual(['success', ['app', 'env', 'service_name']]);
  });

  test('the label browser narrows values by the rest of the selector', async () => {
    const values = (name: string, query: string) => answerOf(`${api}/label/${name}/values`, { ...lastHour, query });
    expect((await values('app', '{env="test"}')).data).toEqual(['cart', 'shop']);
    expect((await values('app', '{env="test", app=~"sh.+"}')).data).toEqual(['shop']);
    expect(await values('app', '{env="none"}')).toEqual({ status: 'success' });
    const series = await answerOf(`${api}/series`, { ...lastHour, 'match[]': '{app="shop"}' });
    expect(series).toEqual({ status: 'success', data: [{ app: 'shop', env: 'test', service_name: 'shop' }] });
  });

  test('names of labels may come URL-encoded', async () => {
    const answer = await fetch(`${skald.url}${api}/label/%61%70%70/values?${formOf(lastHour)}`);
    expect(((await answer.json()) as { data: string[] }).data).toEqual(['cart', 'shop']);
    // A slash divides, however it is spelled: no label has one in its name.
    const slash = await fetch(`${skald.url}${api}/label/k8s%2Fapp/values?${formOf(lastHour)}`);
    expect(slash.status).toBe(404);
  });

  test('logs come with their categories of labels and with statistics', async () => {
    const { data } = await answerOf(`${api}/query_range`, {
      query: '{app="shop"} | json | level="error"',
      direction: 'backward',
      limit: 3,
      step: '15000ms',
      ...lastHour,
    });
    expect(data.resultType).toBe('streams');
    expect(data.encodingFlags).toEqual(['categorize-labels']);
    expect(data.result).toHaveLength(1);
    const [{ stream, values }] = data.result;
    expect(stream).toEqual({ app: 'shop', env: 'test', service_name: 'shop' });
    expect(values).toHaveLength(3);
    const [ns, line, categories] = values[0];
    expect(ns).toMatch(/^\d{19}$/);
    expect(JSON.parse(line).level).toBe('error');
    expect(categories.structuredMetadata).toMatchObject({
      detected_level: 'error',
      trace_id: expect.stringMatching(/^t[0-2]$/),
    });
    expect(categories.parsed).toMatchObject({ level: 'error', customer_id: expect.stringMatching(/^[0-4]$/) });
    expect(data.stats.summary.totalLinesProcessed).toBeGreaterThan(0);
    expect(data.stats.ingester).toBeTypeOf('object');
  });

  test('the volume above Explore counts by level', async () => {
    const { data } = await answerOf(`${api}/query_range`, {
      query: 'sum by (level, detected_level) (count_over_time({app="shop"} | json | drop __error__[15m]))',
      direction: 'backward',
      step: '900000ms',
      ...lastHour,
    });
    expect(data.resultType).toBe('matrix');
    const at = new Map<number, number>();
    for (const { metric, values } of data.result) {
      expect(['error', 'info']).toContain(metric.level);
      expect(metric.detected_level).toBe(metric.level);
      for (const [seconds, n] of values) at.set(seconds, (at.get(seconds) ?? 0) + Number(n));
    }
    expect(at.size).toBeGreaterThan(3);
    // A line a minute, the last one a minute ago.
    for (const [seconds, n] of at) expect(n).toBe(Math.min(15, 14 - (seconds - Number(nowNs / 1_000_000_000n)) / 60));
  });

  test('a query is sized up by index/stats, at the top level of the answer', async () => {
    await fetch(`${skald.url}/flush`, { method: 'POST' });
    const stats = await answerOf(`${api}/index/stats`, { query: '{app="shop"}', start: beginNs, end: nowNs });
    expect(Object.keys(stats).sort()).toEqual(['bytes', 'chunks', 'entries', 'streams']);
    expect(stats).toMatchObject({ streams: 1, entries: 2880 });
    expect(stats.chunks).toBeGreaterThan(0);
    expect(stats.bytes).toBeGreaterThan(100_000);
  });

  test('the query builder formats queries and looks for parsers', async () => {
    const query = 'sum(count_over_time({app="shop"}|json[1m]))';
    const formatted = await answerOf(`${api}/format_query`, { query });
    expect(formatted.status).toBe('success');
    expect(formatted.data).toContain('| json');
    const posted = await fetch(`${skald.url}${api}/format_query`, { method: 'POST', body: formOf({ query }) });
    expect(await posted.json()).toEqual(formatted);
    const { fields } = await answerOf(`${api}/detected_fields`, { query: '{app="shop"}', ...lastHour });
    expect(fields).toContainEqual(
      expect.objectContaining({ label: 'customer_id', type: 'int', parsers: ['json'], jsonPath: ['customer', 'id'] }),
    );
  });

  test('direction=scan of older versions reads backward', async () => {
    const params = { query: '{app="shop"}', limit: 5, ...lastHour };
    const scan = await answerOf(`${api}/query_range`, { ...params, direction: 'scan' });
    const backward = await answerOf(`${api}/query_range`, { ...params, direction: 'backward' });
    expect(scan.data.result).toEqual(backward.data.result);
  });

  test('shard splitting finds no shards, and asks as usual', async () => {
    const values = await answerOf(`${api}/label/__stream_shard__/values`, { query: '{app="shop"}', ...lastHour });
    expect(values).toEqual({ status: 'success' });
  });

  test('query_range and series take forms by POST, without a bound on the length of a URL', async () => {
    const long = Array.from({ length: 3000 }, (_, i) => `service-${i}`).join('|');
    const form = formOf({ query: `{app=~"shop|${long}"}`, limit: 2, direction: 'backward', ...lastHour });
    const answer = await fetch(`${skald.url}${api}/query_range`, {
      method: 'POST',
      body: form,
      headers: grafanaHeaders,
    });
    // biome-ignore lint/suspicious/noExplicitAny: checked below
    const { data } = (await answer.json()) as any;
    expect(data.result[0].values).toHaveLength(2);
    const series = await fetch(`${skald.url}${api}/series`, {
      method: 'POST',
      body: formOf({ 'match[]': '{env="test"}', ...lastHour }),
    });
    expect(((await series.json()) as { data: unknown[] }).data).toHaveLength(2);
  });

  test('large answers are compressed, and small ones are not', async () => {
    const large = await ask(`${api}/query_range`, { query: '{env="test"}', limit: 1000, start: beginNs, end: nowNs });
    expect(large.headers.get('content-encoding')).toBe('gzip');
    expect(large.headers.get('content-type')).toMatch(/^application\/json/);
    expect(large.headers.get('vary')).toBe('Accept-Encoding');
    // biome-ignore lint/suspicious/noExplicitAny: checked here
    const { data } = (await large.json()) as any;
    expect(data.result.flatMap((s: { values: unknown[] }) => s.values)).toHaveLength(1000);
    const small = await ask(`${api}/labels`, lastHour);
    expect(small.headers.get('content-encoding')).toBeNull();
    const plain = await fetch(`${skald.url}${api}/query_range?${formOf({ query: '{env="test"}', ...lastHour })}`, {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  test('the version is one that has all features', async () => {
    const { version } = await answerOf(`${api}/status/buildinfo`);
    const [major, minor] = version.split('.').map(Number);
    expect(major * 100 + minor).toBeGreaterThanOrEqual(302);
  });

  test('alerting is refused by name', async () => {
    for (const path of ['/prometheus/api/v1/rules', '/prometheus/api/v1/alerts', `${api}/rules`]) {
      const answer = await ask(path);
      expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('ruler')]);
    }
  });

  test('a doubled prefix is taken once', async () => {
    expect(await answerOf(`${api}${api}/labels`, lastHour)).toEqual(await answerOf(`${api}/labels`, lastHour));
    expect((await ask(`${api}${api}`)).status).toBe(404);
  });
});

describe('errors are plain text that is shown as it stands', () => {
  const refused = async (params: Params): Promise<[number, string | null, string]> => {
    const answer = await ask(`${api}/query_range`, { ...lastHour, ...params });
    return [answer.status, answer.headers.get('content-type'), (await answer.text()).trim()];
  };
  const text = 'text/plain; charset=utf-8';

  test('a parse error names the place', async () => {
    expect(await refused({ query: '{app="shop"} |= ' })).toEqual([
      400,
      text,
      'parse error at line 1, col 17: syntax error: unexpected $end, expecting STRING or ip',
    ]);
  });

  test('so do bounds of the request', async () => {
    expect(await refused({ query: '{app="shop"}', limit: 10_000_000 })).toEqual([
      400,
      text,
      expect.stringMatching(/^max entries limit per query exceeded, limit > max_entries_limit_per_query/),
    ]);
    expect(await refused({ query: 'rate({app="shop"}[1m])', step: '1ms' })).toEqual([
      400,
      text,
      expect.stringMatching(/^exceeded maximum resolution of 11,000 points/),
    ]);
  });

  test('a query that would read too much says so: Grafana then does not try again', async () => {
    const strict = await startServer({ config: 'limits_config: {max_query_bytes_read: 100B}\n' });
    await strict.push(
      { app: 'a' },
      Array.from({ length: 20 }, () => 'x'.repeat(100)),
    );
    await fetch(`${strict.url}/flush`, { method: 'POST' });
    const answer = await fetch(`${strict.url}${api}/query_range?${formOf({ query: '{app="a"} |= "y"' })}`);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('the query would read too many bytes'),
    ]);
    await strict.stop();
  });

  test('a query that takes too long says that it timed out: Grafana then splits it further', async () => {
    const slow = await startServer({ config: 'limits_config: {query_timeout: 1ms}\n' });
    await slow.push(
      { app: 'a' },
      Array.from({ length: 20_000 }, (_, i) => `{"n":${i},"text":"${'x'.repeat(100)}"}`),
    );
    const query = 'sum by (n, text) (count_over_time({app="a"} | json | text=~".*x.*y?.*" [1h]))';
    const answer = await fetch(`${slow.url}${api}/query?${formOf({ query })}`);
    expect(answer.status).toBe(504);
    expect(await answer.text()).toMatch(/timed out|timeout/);
    await slow.stop();
  });
});

describe('log context', () => {
  const base = nowNs - 10n * minuteNs + 5n;
  /** Five lines in each of four nanoseconds. */
  const lines = Array.from({ length: 20 }, (_, i) => ({ at: base + BigInt(Math.floor(i / 5)), line: `line ${i}` }));
  const query = '{app="context",service_name="context"}';
  const windowNs = 120n * minuteNs;
  beforeAll(() => skald.push({ app: 'context' }, lines));

  const page = async (direction: string, start: bigint, end: bigint, limit: number): Promise<[string, string][]> => {
    const { data } = await answerOf(`${api}/query_range`, { query, direction, start, end, limit, step: '5000ms' });
    return data.result
      .flatMap((s: { values: [string, string][] }) => s.values)
      .map(([ns, line]: [string, string]) => [ns, line]);
  };

  test('no line of the same nanosecond is lost between the two directions', async () => {
    for (const row of [base, base + 1n, base + 3n]) {
      const before = await page('backward', row - windowNs, row, 50);
      const after = await page('forward', row, row + windowNs, 50);
      expect([...before.reverse(), ...after].map(([, line]) => line)).toEqual(lines.map(({ line }) => line));
    }
  });

  test('lines of equal times come in the order of their push, and backward in the opposite one', async () => {
    const forward = await page('forward', base, base + 1n, 50);
    expect(forward.map(([, line]) => line)).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
    const backward = await page('backward', base, base + 1n, 50);
    expect(backward).toEqual([...forward].reverse());
  });

  test('a page that ends within a nanosecond is a prefix of the larger page', async () => {
    for (const direction of ['forward', 'backward']) {
      const all = await page(direction, base, base + windowNs, 50);
      for (const limit of [1, 4, 7, 13]) {
        expect(await page(direction, base, base + windowNs, limit)).toEqual(all.slice(0, limit));
      }
    }
  });

  test('context keeps after a flush what it was before', async () => {
    const before = await page('backward', base - windowNs, base + windowNs, 50);
    await fetch(`${skald.url}/flush`, { method: 'POST' });
    expect(await page('backward', base - windowNs, base + windowNs, 50)).toEqual(before);
  });
});

describe('queries split into slices of a day', () => {
  const dayMs = 86_400_000;

  /** As metricTimeSplitting.ts of the data source: from the end, aligned to the step, never across the start. */
  const slices = (startMs: number, endMs: number, stepMs: number): [number, number][] => {
    const duration = Math.trunc(dayMs / stepMs) * stepMs;
    const first = startMs - (startMs % stepMs);
    const last = endMs + (stepMs - (endMs % stepMs));
    const all: [number, number][] = [];
    for (let end = last - stepMs; end > first; end -= duration + stepMs)
      all.push([Math.max(end - duration, first), end]);
    return all.reverse();
  };

  for (const hours of [24, 25, 47]) {
    test(`the slices of ${hours} hours make the series that one query makes`, async () => {
      const stepMs = 300_000;
      const endMs = Number(nowNs / 1_000_000n) - stepMs + 1234;
      const startMs = endMs - hours * 3_600_000;
      const query = 'sum by (detected_level) (count_over_time({env="test"}[5m]))';
      const series = async ([from, to]: readonly [number, number]): Promise<Map<string, [number, string][]>> => {
        const params = { query, step: `${stepMs}ms`, start: from * 1e6, end: to * 1e6, direction: 'backward' };
        const { data } = await answerOf(`${api}/query_range`, params);
        return new Map(data.result.map((s: { metric: object; values: [] }) => [JSON.stringify(s.metric), s.values]));
      };
      const parts = slices(startMs, endMs, stepMs);
      expect(parts.length).toBe(Math.ceil(hours / 24.1));
      const joined = new Map<string, [number, string][]>();
      for (const part of parts) {
        for (const [metric, values] of await series(part)) {
          joined.set(metric, [...(joined.get(metric) ?? []), ...values]);
        }
      }
      const whole = await series([(parts[0] as [number, number])[0], (parts.at(-1) as [number, number])[1]]);
      expect([...joined].sort()).toEqual([...whole].sort());
      // Ten lines in each window: no spike where a slice begins or ends.
      const sums = new Map<number, number>();
      for (const values of joined.values()) for (const [at, n] of values) sums.set(at, (sums.get(at) ?? 0) + Number(n));
      expect(new Set(sums.values())).toEqual(new Set([10]));
    });
  }

  test('the slices of logs, newest first, are the lines that one query finds', async () => {
    const query = '{app="cart"} |= "level=error"';
    const find = async (start: bigint, end: bigint): Promise<unknown[]> => {
      const params = { query, limit: 5000, direction: 'backward', start, end };
      const { data } = await answerOf(`${api}/query_range`, params);
      return data.result.flatMap((s: { values: unknown[] }) => s.values);
    };
    const start = nowNs - 25n * hourNs;
    const middle = nowNs - 24n * hourNs;
    const parts = [...(await find(middle, nowNs)), ...(await find(start, middle))];
    expect(parts).toEqual(await find(start, nowNs));
    expect(parts.length).toBeGreaterThan(200);
  });
});

describe('Logs Drilldown', () => {
  const times = { start: iso(nowNs - hourNs), end: iso(nowNs) };

  test('services are found by their volume', async () => {
    const params = { query: '{service_name=~`.+`}', ...times, limit: 5000 };
    const { status, data } = await answerOf(`${api}/index/volume`, params);
    expect([status, data.resultType]).toEqual(['success', 'vector']);
    expect(data.result.map((r: { metric: object }) => r.metric)).toContainEqual({ service_name: 'shop' });
    for (const { value } of data.result) expect(Number(value[1])).toBeGreaterThan(0);
    const byLabel = { ...params, targetLabels: 'env', aggregateBy: 'labels' };
    expect(
      (await answerOf(`${api}/index/volume`, byLabel)).data.result.map((r: { metric: object }) => r.metric),
    ).toEqual([{ env: '' }]);
    const bySeries = { ...params, targetLabels: 'env', aggregateBy: 'series', query: '{env="test"}' };
    expect(
      (await answerOf(`${api}/index/volume`, bySeries)).data.result.map((r: { metric: object }) => r.metric),
    ).toEqual([{ env: 'test' }]);
  });

  test('volumes over time add up to the volume', async () => {
    const params = { query: '{env="test"}', ...times, limit: 5000, targetLabels: 'service_name' };
    const { data } = await answerOf(`${api}/index/volume_range`, { ...params, step: '60s' });
    expect(data.resultType).toBe('matrix');
    expect(data.result.map((r: { metric: object }) => r.metric)).toContainEqual({ service_name: 'shop' });
    for (const { values } of data.result) expect(values.length).toBeGreaterThan(1);
  });

  test('labels are detected without a query', async () => {
    const { detectedLabels } = await answerOf(`${api}/detected_labels`, { query: '', ...times });
    expect(detectedLabels.map((l: { label: string }) => l.label)).toEqual(expect.arrayContaining(['app', 'env']));
    for (const { cardinality } of detectedLabels) expect(cardinality).toBeGreaterThan(0);
  });

  test('fields are detected with their types, parsers and values', async () => {
    const query = '{app="shop"} | json | logfmt | drop __error__, __error_details__';
    const { fields, limit } = await answerOf(`${api}/detected_fields`, { query, ...times, line_limit: 1000 });
    expect(limit).toBe(1000);
    expect(fields.map((f: { label: string }) => f.label)).toEqual(expect.arrayContaining(['msg', 'trace_id']));
    const values = await answerOf(`${api}/detected_field/trace_id/values`, { query: '{app="shop"}', ...times });
    expect([values.values.sort(), values.limit]).toEqual([['t0', 't1', 't2'], 1000]);
  });

  test('patterns have counts by step, in seconds', async () => {
    const { status, data } = await answerOf(`${api}/patterns`, { query: '{app="cart"}', ...times, step: '60s' });
    expect(status).toBe('success');
    const found = data.find((p: { pattern: string }) => p.pattern.includes('item added'));
    expect(found.pattern).toMatch(/^level=.+ msg="item added" item=<_>$/);
    expect(found.samples.length).toBeGreaterThan(10);
    for (const [seconds, count] of found.samples) expect([seconds % 60, Number.isInteger(count)]).toEqual([0, true]);
  });

  test('its limits are told', async () => {
    const { limits, pattern_ingester_enabled, version } = await answerOf(`${api}/drilldown-limits`);
    expect([pattern_ingester_enabled, version]).toEqual([true, expect.stringMatching(/^3\.\d+\.\d+$/)]);
    expect(limits).toMatchObject({
      retention_period: '30d',
      query_timeout: '5m',
      max_query_bytes_read: '0B',
      volume_enabled: true,
      max_query_series: expect.any(Number),
    });
    expect(limits.discover_service_name).toContain('app_kubernetes_io_name');
  });

  test('so they are as YAML', async () => {
    const answer = await ask('/config/tenant/v1/limits');
    expect(await answer.text()).toMatch(/^discover_log_levels: true\n[\s\S]*\nretention_period: 30d\n/);
  });

  test('volumes can be switched off, and are bounded', async () => {
    const off = await startServer({ config: 'limits_config: {volume_enabled: false}\n' });
    const volume = `${api}/index/volume?${formOf({ query: '{app=~".+"}' })}`;
    const refused = await fetch(off.url + volume);
    expect([refused.status, await refused.text()]).toEqual([404, 'not found']);
    await off.stop();
    const few = await startServer({ config: 'limits_config: {volume_max_series: 2}\n' });
    // The second that has begun does not count.
    const entries = [{ at: BigInt(Date.now() - 5000) * 1_000_000n, line: 'x' }];
    for (const app of ['a', 'b']) await few.push({ app }, entries);
    expect((await fetch(few.url + volume)).status).toBe(200);
    await few.push({ app: 'c' }, entries);
    const many = await fetch(few.url + volume);
    const text = 'the query hit the max number of series limit (limit: 2 series)';
    expect([many.status, await many.text()]).toEqual([500, text]);
    await few.stop();
  });

  test('index/shards has one shard that covers everything', async () => {
    const params = { query: '{app="shop"}', start: beginNs, end: nowNs };
    const refused = await ask(`${api}/index/shards`, params);
    expect([refused.status, await refused.text()]).toEqual([400, 'targetBytesPerShard must be a positive value']);
    const answer = await ask(`${api}/index/shards`, { ...params, targetBytesPerShard: '600MB' });
    const text = await answer.text();
    expect(text).toContain('"max":18446744073709551615');
    expect(JSON.parse(text).shards).toHaveLength(1);
  });
});

describe('live tail', () => {
  test('from the browser, with the query alone: history first, then what comes', async () => {
    const tail = await openTail(`${skald.url}${api}/tail?${formOf({ query: '{app="live"} |= "paid"' })}`);
    await skald.push({ app: 'live' }, ['order 1 paid', 'order 2 failed', 'order 3 paid']);
    await tail.until(2);
    expect(tail.lines).toEqual(['order 1 paid', 'order 3 paid']);
    const [frame] = tail.frames;
    expect(frame?.streams[0]?.stream).toMatchObject({ app: 'live', service_name: 'live' });
    expect(frame?.streams[0]?.values[0]?.[0]).toMatch(/^\d{19}$/);
    tail.close();
    const again = await openTail(`${skald.url}${api}/tail?${formOf({ query: '{app="live"} |= "paid"' })}`);
    await again.until(2);
    expect(again.lines).toEqual(['order 1 paid', 'order 3 paid']);
    again.close();
  });
});

describe('behind a path prefix', () => {
  test('everything lies below it, tails too, and nothing beside it', async () => {
    const behind = await startServer({ config: 'server: {http_path_prefix: /logs}\n' });
    const at = (path: string) => fetch(`${behind.url}${path}`);
    expect((await at('/logs/ready')).status).toBe(200);
    expect((await at('/ready')).status).toBe(404);
    expect((await at('/logsready')).status).toBe(404);
    expect((await at('/logs')).status).toBe(404);
    const push = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const tail = await openTail(`${behind.url}/logs${api}/tail?${formOf({ query: '{app="a"}' })}`);
    const values = [[String(BigInt(Date.now()) * 1_000_000n), 'hello']];
    const body = JSON.stringify({ streams: [{ stream: { app: 'a' }, values }] });
    expect((await fetch(`${behind.url}/logs${api}/push`, { ...push, body })).status).toBe(204);
    await tail.until(1);
    expect(tail.lines).toEqual(['hello']);
    expect((await (await at(`/logs${api}${api}/labels`)).json()) as object).toMatchObject({ status: 'success' });
    tail.close();
    await behind.stop();
  });
});
