/** Tenants keep apart, whatever they are called and whatever is asked (H8, H9 of docs/RELIABILITY.md). */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startServer } from '../../src/testing/fixture.js';
import { prng } from '../helpers/prng.js';
import { exchange } from '../helpers/raw-http.js';
import { scratchFolder } from '../helpers/server-process.js';
import { openTail, tailUrl } from '../helpers/tail-client.js';

const scratch = scratchFolder('tenants');
const folder = join(scratch.path, 'data');
let skald: Fixture;
beforeAll(async () => {
  const config = [
    'auth_enabled: true',
    'querier: {multi_tenant_queries_enabled: true}',
    'pattern_ingester: {enabled: true}',
    'compactor: {retention_enabled: true, delete_request_cancel_period: 0s, delete_request_store: filesystem}',
  ];
  skald = await startServer({ folder, config: config.join('\n') });
});
afterAll(async () => {
  await skald.stop();
  scratch.remove();
});

const api = '/loki/api/v1';
const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
const send = async (path: string, tenant: string, init: RequestInit = {}): Promise<[number, string]> => {
  const headers = { ...(init.headers as Record<string, string>), 'x-scope-orgid': tenant };
  const answer = await fetch(`${skald.url}${path}`, { ...init, headers });
  return [answer.status, await answer.text()];
};
const push = (tenant: string, labels: object, ...lines: string[]): Promise<[number, string]> => {
  const values = lines.map((line, i) => [String(nowNs() + BigInt(i)), line]);
  const body = JSON.stringify({ streams: [{ stream: labels, values }] });
  return send(`${api}/push`, tenant, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
};
const get = (tenant: string, path: string, params: Record<string, string> = {}): Promise<[number, string]> =>
  send(`${api}/${path}?${new URLSearchParams(params)}`, tenant);
async function lines(tenant: string, query: string): Promise<string[]> {
  const [status, text] = await get(tenant, 'query_range', { query, direction: 'forward', limit: '5000' });
  expect([status, status === 200 ? '' : text]).toEqual([200, '']);
  return JSON.parse(text).data.result.flatMap((s: { values: [string, string][] }) => s.values.map(([, line]) => line));
}

describe('names', () => {
  for (const name of [
    '../x',
    '..',
    '.',
    'a/b',
    'a\\b',
    'a b',
    'x'.repeat(151),
    'ä',
    'a,b',
    'a;b',
    '%2e%2e',
    'a|',
    '|a',
    '~',
    '/etc',
  ]) {
    test(`${JSON.stringify(name)} is refused, in reading and in writing`, async () => {
      const bytes = Buffer.from(name, 'utf8').toString('latin1');
      // A bar joins tenants: an empty one beside it is none.
      const allowed = name.includes('|') ? [204, 400] : [400];
      const [status, text] = await push(bytes, { app: 'a' }, 'x');
      expect(allowed).toContain(status);
      expect(status === 204 || text.length > 5).toBe(true);
      expect(name.includes('|') ? [200, 400] : [400]).toContain((await get(bytes, 'labels'))[0]);
    });
  }

  test('names that some file systems take for one are different tenants', async () => {
    const names = [
      'A',
      'a',
      'con',
      'CON',
      'a.',
      'a_',
      "a'",
      'a*',
      'a!',
      '(a)',
      'nul',
      'x'.repeat(150),
      'a-b',
      '...',
      '-rf',
    ];
    for (const name of names) expect(await push(name, { app: 'a' }, `of ${name}`)).toEqual([204, '']);
    expect((await send('/flush', 'a', { method: 'POST' }))[0]).toBe(204);
    for (const name of names) expect(await lines(name, '{app="a"}')).toEqual([`of ${name}`]);
  });

  test("nothing is written outside of the folder, and no file has a name of the client's making", () => {
    expect(readdirSync(scratch.path)).toEqual(['data']);
    const written = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(written.length).toBeGreaterThan(15);
    expect(written.filter((path) => !/^[A-Za-z0-9%._/-]+$/.test(path) || /\.\.\//.test(path))).toEqual([]);
    const folded = new Set(written.map((path) => path.toLowerCase()));
    expect(folded.size).toBe(written.length);
  });

  test('several write for none, and a header sent twice names none', async () => {
    expect(await push('one|two', { app: 'a' }, 'x')).toEqual([400, 'multiple org IDs present\n']);
    const answer = await exchange(
      skald.url,
      `GET ${api}/labels HTTP/1.1\r\nHost: x\r\nX-Scope-OrgID: one\r\nX-Scope-OrgID: two\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(await get('', 'labels')).toEqual([401, 'no org id\n']);
  });

  test('a thousand tenants in one header', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => `t${i}`).join('|');
    expect((await get(many, 'query_range', { query: '{app="a"}' }))[0]).toBe(200);
  });
});

test('whatever twenty tenants do, nobody sees anything of another', { timeout: 600_000 }, async () => {
  const random = prng();
  console.log(`seed ${random.seed}`);
  const tenants = Array.from({ length: 20 }, (_, i) => `iso-${i}`);
  const own = new Map(tenants.map((tenant) => [tenant, [] as string[]]));
  const tails = new Map<string, Awaited<ReturnType<typeof openTail>>>();
  for (const tenant of tenants.slice(0, 5)) {
    tails.set(tenant, await openTail(tailUrl(skald.url, { query: '{app=~".+"}' }), { 'x-scope-orgid': tenant }));
  }
  const asks: readonly (readonly [path: string, params: () => Record<string, string>])[] = [
    ['labels', () => ({})],
    ['label/owner/values', () => ({})],
    ['series', () => ({ 'match[]': '{app=~".+"}' })],
    ['query_range', () => ({ query: '{app=~".+"}', limit: '5000' })],
    ['query_range', () => ({ query: 'sum by (owner) (count_over_time({app=~".+"}[5m]))', step: '60s' })],
    ['query', () => ({ query: 'sum by (owner) (count_over_time({app=~".+"}[1h]))' })],
    ['index/stats', () => ({ query: '{app=~".+"}' })],
    ['index/volume', () => ({ query: '{app=~".+"}', targetLabels: 'owner' })],
    ['detected_labels', () => ({ query: '' })],
    ['detected_fields', () => ({ query: '{app=~".+"}' })],
    ['detected_field/secret/values', () => ({ query: '{app=~".+"}' })],
    ['patterns', () => ({ query: '{app=~".+"}' })],
    ['delete', () => ({})],
  ];
  const ops = Number(process.env['SKALD_LONG'] === '1' ? 10_000 : 400);
  for (let i = 0; i < ops; i++) {
    const tenant = random.pick(tenants);
    const mine = own.get(tenant) as string[];
    const what = random.int(12);
    if (what < 5) {
      const line = `secret=${tenant}-${i} level=info`;
      expect(await push(tenant, { app: `app-${random.int(3)}`, owner: tenant }, line)).toEqual([204, '']);
      mine.push(line);
    } else if (what === 5) {
      expect((await send('/flush', tenant, { method: 'POST' }))[0]).toBe(204);
    } else if (what === 6 && mine.length > 3) {
      const gone = mine.splice(random.int(mine.length), 1)[0] as string;
      const params = new URLSearchParams({ query: `{owner="${tenant}"} |= "${gone}"`, start: '1970-01-01T00:00:00Z' });
      // Another tenant asks for the deletion of it first: in vain.
      const thief = random.pick(tenants.filter((t) => t !== tenant));
      expect((await send(`${api}/delete?${params}`, thief, { method: 'POST' }))[0]).toBe(204);
      expect(await lines(tenant, `{owner="${tenant}"} |= "${gone}"`)).toEqual([gone]);
      expect((await send(`${api}/delete?${params}`, tenant, { method: 'POST' }))[0]).toBe(204);
      expect(await lines(tenant, `{owner="${tenant}"} |= "${gone}"`)).toEqual([]);
    } else {
      const [path, params] = random.pick(asks);
      const [status, text] = await get(tenant, path, params());
      expect(status).toBe(200);
      const seen = [...text.matchAll(/iso-\d+/g)].map(([found]) => found);
      if (path !== 'delete') expect(new Set([...seen, tenant])).toEqual(new Set([tenant]));
    }
  }
  for (const tenant of tenants) {
    expect((await lines(tenant, '{app=~".+"}')).sort()).toEqual([...(own.get(tenant) as string[])].sort());
  }
  for (const [tenant, tail] of tails) {
    expect(tail.lines.filter((line) => !line.includes(`secret=${tenant}-`))).toEqual([]);
    tail.close();
  }
});
