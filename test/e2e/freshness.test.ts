/** What a push was answered for is in every answer that is asked for afterwards (H19 of docs/RELIABILITY.md), caches or not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startServer } from '../../src/testing/fixture.js';
import { prng } from '../helpers/prng.js';

let skald: Fixture;
beforeAll(async () => {
  skald = await startServer({
    config: 'query_range: {cache_results: true, results_cache: {cache: {embedded_cache: {enabled: true}}}}\n',
  });
});
afterAll(() => skald.stop());

const rounds = process.env['SKALD_LONG'] === '1' ? 3000 : 300;

test(`${rounds} pushes, each asked for at once in every way`, { timeout: 1_200_000 }, async () => {
  const random = prng();
  console.log(`seed ${random.seed}`);
  const stepMs = 60_000;
  const beginMs = Math.floor(Date.now() / stepMs) * stepMs - 24 * 3_600_000;
  const counts = new Map<string, number>();
  let total = 0;

  const get = async (path: string, params: Record<string, string>): Promise<string> => {
    const answer = await fetch(`${skald.url}/loki/api/v1/${path}?${new URLSearchParams(params)}`);
    const text = await answer.text();
    expect([answer.status, answer.status === 200 ? '' : text]).toEqual([200, '']);
    return text;
  };
  const range = { start: String(beginMs * 1e6), end: String((beginMs + 24 * 3_600_000) * 1e6) };
  /** Each is asked before the push, too, so that there is something in the cache to be wrong. */
  const asks: readonly ((app: string, line: string) => Promise<void>)[] = [
    async (app, line) => {
      expect(await get('query_range', { query: `{app="${app}"} |= "${line}"`, ...range })).toContain(line);
    },
    async (app) => {
      const query = `sum(count_over_time({app="${app}"}[1m]))`;
      const { data } = JSON.parse(await get('query_range', { query, step: '60s', ...range }));
      const values = data.result[0]?.values ?? [];
      expect(values.reduce((sum: number, [, n]: [number, string]) => sum + Number(n), 0)).toBe(counts.get(app) ?? 0);
    },
    async () => {
      const query = 'sum(count_over_time({app=~".+"}[2d]))';
      const { data } = JSON.parse(await get('query', { query }));
      expect(Number(data.result[0]?.value[1] ?? 0)).toBe(total);
    },
    async (app) => {
      expect(JSON.parse(await get('label/app/values', range)).data).toContain(app);
    },
    async (app) => {
      expect(await get('series', { 'match[]': '{app=~".+"}', ...range })).toContain(`"${app}"`);
    },
    async (app) => {
      const { data } = JSON.parse(await get('index/volume', { query: '{app=~".+"}', ...range, limit: '5000' }));
      expect(data.result.map((r: { metric: { app: string } }) => r.metric.app)).toContain(app);
    },
    async (app, line) => {
      const fields = { query: `{app="${app}"} |= "${line}"`, ...range };
      expect(await get('detected_field/id/values', fields)).toContain(line.slice(3));
    },
  ];

  for (let i = 0; i < rounds; i++) {
    const app = `app-${random.int(Math.min(200, 1 + i))}`;
    const ask = random.pick(asks);
    const line = `id=${i}-${random.int(1e9)}`;
    if (counts.has(app) && ask === asks[1]) await ask(app, line);
    // Mostly now, sometimes long ago, when the answer for those times is cached already.
    const atMs = beginMs + 1 + random.int(24 * 3_600_000 - 2);
    await skald.push({ app }, [{ line, at: new Date(atMs) }]);
    counts.set(app, (counts.get(app) ?? 0) + 1);
    total++;
    await ask(app, line);
    if (i % 50 === 49) await fetch(`${skald.url}/flush`, { method: 'POST' });
  }
});
