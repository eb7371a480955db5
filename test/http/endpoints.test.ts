/** The table of endpoints against a running server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endpoints } from '../../src/http/routes/endpoints.js';
import { type Fixture, startServer } from '../../src/testing/fixture.js';

let skald: Fixture;
beforeAll(async () => {
  skald = await startServer();
});
afterAll(() => skald.stop());

const filledIn = (path: string): string => path.replace(/:\w+/g, 'x');

test('every endpoint of the table is there, with its methods', async () => {
  const missing: string[] = [];
  for (const { path, methods } of endpoints) {
    if (path.endsWith('/shutdown')) continue;
    for (const method of methods) {
      const { status } = await fetch(skald.url + filledIn(path), { method, redirect: 'manual' });
      if (status === 404 && !path.endsWith('patterns')) missing.push(`${method} ${path}`);
      if (status === 405) missing.push(`${method} ${path}: 405`);
    }
  }
  expect(missing).toEqual([]);
});

test('methods that an endpoint does not have are answered 405', async () => {
  for (const { path, methods } of endpoints) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((m) => !methods.includes(m))) {
      expect(`${method} ${path} ${(await fetch(skald.url + filledIn(path), { method })).status}`).toBe(
        `${method} ${path} 405`,
      );
    }
  }
});

test('what is refused says so by name, and is never an empty success', async () => {
  for (const { path, methods, state } of endpoints) {
    if (state !== 'refused') continue;
    const answer = await fetch(skald.url + filledIn(path), { method: methods[0] as string });
    expect(answer.status).toBe(501);
    expect(await answer.text()).toMatch(/\w{4,}/);
  }
});

test('patterns are refused by name while they are off', async () => {
  const answer = await fetch(`${skald.url}/loki/api/v1/patterns?query={a="b"}`);
  expect([answer.status, await answer.text()]).toEqual([
    404,
    'patterns are off: set pattern_ingester.enabled to true\n',
  ]);
});

test('prepare_shutdown is set, shown and unset', async () => {
  const url = `${skald.url}/ingester/prepare_shutdown`;
  expect(await (await fetch(url)).text()).toBe('unset');
  expect((await fetch(url, { method: 'POST' })).status).toBe(204);
  expect(await (await fetch(url)).text()).toBe('set');
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(204);
  expect(await (await fetch(url)).text()).toBe('unset');
});
