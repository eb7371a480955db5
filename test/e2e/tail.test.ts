/** Live tails over websockets: limits, slow readers, tenants, the shapes of frames, the end of the server. */
import { afterEach, describe, expect, test } from 'vitest';
import { type Fixture, startServer } from '../../src/testing/fixture.js';
import { waitFor } from '../helpers/server-process.js';
import { openTail, type TailClient, tailUrl } from '../helpers/tail-client.js';

const open: (Fixture | TailClient)[] = [];
const start = async (config = ''): Promise<Fixture> => {
  const skald = await startServer({ config });
  open.push(skald);
  return skald;
};
const tailOf = async (skald: Fixture, params: Record<string, string>, headers = {}): Promise<TailClient> => {
  const tail = await openTail(tailUrl(skald.url, params), headers);
  open.push(tail);
  return tail;
};
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await ('stop' in one ? one.stop() : one.close());
});

const query = '{app="a"}';
const ago = (seconds: number): string => String(BigInt(Date.now() - seconds * 1000) * 1_000_000n);

describe('what a tail shows', () => {
  test('an object for each line, in the order of time over all streams', async () => {
    const skald = await start();
    const tail = await tailOf(skald, { query: '{app=~".+"}' });
    const now = BigInt(Date.now()) * 1_000_000n;
    const values = (...entries: [bigint, string][]) => entries.map(([ns, line]) => [String(ns), line]);
    const body = JSON.stringify({
      streams: [
        { stream: { app: 'a' }, values: values([now, 'first'], [now + 2n, 'third']) },
        { stream: { app: 'b' }, values: values([now + 1n, 'second']) },
      ],
    });
    await fetch(`${skald.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await tail.until(3);
    expect(tail.lines).toEqual(['first', 'second', 'third']);
    expect(tail.frames[0]?.streams.map((s) => s.stream['app'])).toEqual(['a', 'b', 'a']);
  });

  test('lines from `start` on, at most `limit` of them', async () => {
    const skald = await start();
    const at = (seconds: number) => new Date(Date.now() - seconds * 1000);
    await skald.push({ app: 'a' }, [
      { line: 'two hours old', at: at(7200) },
      { line: 'ten minutes old', at: at(600) },
      { line: 'a minute old', at: at(60) },
    ]);
    const lastHour = await tailOf(skald, { query });
    await lastHour.until(2);
    const all = await tailOf(skald, { query, start: ago(10_000) });
    await all.until(3);
    const one = await tailOf(skald, { query, start: ago(10_000), limit: '1' });
    await one.until(1);
    await skald.push({ app: 'a' }, ['new']);
    for (const tail of [lastHour, all, one]) await waitFor(() => tail.lines.at(-1) === 'new');
    expect(lastHour.lines).toEqual(['ten minutes old', 'a minute old', 'new']);
    expect(all.lines).toEqual(['two hours old', 'ten minutes old', 'a minute old', 'new']);
    expect(one.lines).toEqual(['a minute old', 'new']);
  });

  test('labels by category when the client asks for it', async () => {
    const skald = await start();
    const headers = { 'x-loki-response-encoding-flags': 'categorize-labels' };
    const tail = await tailOf(skald, { query: `${query} | logfmt` }, headers);
    await skald.push({ app: 'a' }, [{ line: 'level=warn n=1', metadata: { trace: 't' } }]);
    await tail.until(1);
    const [frame] = tail.frames;
    expect(frame?.encodingFlags).toEqual(['categorize-labels']);
    expect(frame?.streams[0]?.stream).toEqual({ app: 'a', service_name: 'a' });
    expect(frame?.streams[0]?.values[0]?.[2]).toEqual({
      structuredMetadata: { detected_level: 'warn', trace: 't' },
      parsed: { level: 'warn', n: '1' },
    });
  });

  test('the old shape at the old path', async () => {
    const skald = await start();
    const tail = await openTail(tailUrl(skald.url, { query: '{app="old"}' }, '/api/prom/tail'));
    open.push(tail);
    const at = new Date('2026-01-02T03:04:05.670Z');
    await skald.push({ app: 'old' }, [{ line: 'hello "you"', at }]);
    await waitFor(() => tail.frames.length > 0);
    expect(tail.frames[0]).toEqual({
      streams: [
        {
          labels: '{app="old", detected_level="unknown", service_name="old"}',
          entries: [{ ts: '2026-01-02T03:04:05.67Z', line: 'hello "you"' }],
        },
      ],
      dropped_entries: null,
    });
  });

  test('delay_for holds lines back until they are so old', async () => {
    const skald = await start();
    const delayed = await tailOf(skald, { query, delay_for: '1' });
    const prompt = await tailOf(skald, { query });
    const began = performance.now();
    await skald.push({ app: 'a' }, ['hello']);
    await prompt.until(1);
    expect(delayed.lines).toEqual([]);
    await delayed.until(1);
    expect(performance.now() - began).toBeGreaterThan(990);
  });

  test('a tenant sees its own lines only', async () => {
    const skald = await start('auth_enabled: true\n');
    const push = async (tenant: string, line: string) => {
      const body = JSON.stringify({ streams: [{ stream: { app: 'a' }, values: [[ago(0), line]] }] });
      const headers = { 'content-type': 'application/json', 'x-scope-orgid': tenant };
      expect((await fetch(`${skald.url}/loki/api/v1/push`, { method: 'POST', headers, body })).status).toBe(204);
    };
    const [one, two] = await Promise.all(
      ['one', 'two'].map((tenant) => tailOf(skald, { query }, { 'x-scope-orgid': tenant })),
    );
    await push('one', 'of one');
    await push('two', 'of two');
    await one?.until(1);
    await two?.until(1);
    expect([one?.lines, two?.lines]).toEqual([['of one'], ['of two']]);
  });
});

describe('what is refused', () => {
  for (const [why, params, status] of [
    ['no query', {}, '400 parse error : syntax error: unexpected $end'],
    ['a query that does not parse', { query: '{app=' }, /^400 parse error at line 1, col 6: syntax error/],
    ['a delay beyond five seconds', { query, delay_for: '6' }, "400 delay_for can't be greater than 5"],
    ['a delay that is no number', { query, delay_for: 'x' }, '400 strconv.Atoi: parsing "x": invalid syntax'],
    ['a limit of nothing', { query, limit: '0' }, '400 limit must be a positive value'],
    ['a start that is no time', { query, start: 'yesterday' }, /^400 could not parse 'start' parameter/],
  ] as const) {
    test(`${why}, with the text of the error, before the connection is upgraded`, async () => {
      const skald = await start();
      await expect(openTail(tailUrl(skald.url, params))).rejects.toThrow(status);
    });
  }

  test('a metric query, with a reason in the close frame', async () => {
    const skald = await start();
    const tail = await tailOf(skald, { query: `rate(${query}[1m])` });
    expect(await tail.closed).toEqual([1011, 'only log selector is supported']);
  });

  test('more tails than the tenant may have, with a reason in the close frame; a place is free once one ends', async () => {
    const skald = await start('limits_config: {max_concurrent_tail_requests: 2}\n');
    const [first] = [await tailOf(skald, { query }), await tailOf(skald, { query })];
    const third = await tailOf(skald, { query });
    expect(await third.closed).toEqual([1011, 'max concurrent tail requests limit exceeded, count > limit (3 > 2)']);
    first?.close();
    await first?.closed;
    const fourth = await tailOf(skald, { query });
    await skald.push({ app: 'a' }, ['hello']);
    await fourth.until(1);
  });

  test('a tenant that is missing, and several at once', async () => {
    const skald = await start('auth_enabled: true\nquerier: {multi_tenant_queries_enabled: true}\n');
    await expect(openTail(tailUrl(skald.url, { query }))).rejects.toThrow('401 no org id');
    const both = openTail(tailUrl(skald.url, { query }), { 'x-scope-orgid': 'one|two' });
    await expect(both).rejects.toThrow('400 multiple org IDs present');
  });

  test('a websocket elsewhere', async () => {
    const skald = await start();
    await expect(openTail(tailUrl(skald.url, {}, '/loki/api/v1/labels'))).rejects.toThrow('404 404 page not found');
  });

  test('a request that is no websocket', async () => {
    const skald = await start();
    const answer = await fetch(tailUrl(skald.url, { query }));
    expect([answer.status, await answer.text()]).toEqual([400, 'Bad Request\n']);
  });

  test('a message that is too large ends the tail of who sent it', async () => {
    const skald = await start();
    const tail = await tailOf(skald, { query });
    tail.socket.send('x'.repeat(100_000));
    expect((await tail.closed)[0]).toBe(1009);
    expect((await fetch(`${skald.url}/ready`)).status).toBe(200);
  });
});

test('a reader that does not read loses lines and learns which, while others see all of them', async () => {
  const skald = await start();
  const slow = await tailOf(skald, { query });
  const quick = await tailOf(skald, { query });
  slow.socket.pause();
  const rounds = 40;
  for (let i = 0; i < rounds; i++) {
    await skald.push(
      { app: 'a' },
      Array.from({ length: 10 }, (_, k) => `${i * 10 + k} ${'x'.repeat(100_000)}`),
    );
    await quick.until(i * 10 + 10);
  }
  slow.socket.resume();
  await waitFor(() => slow.frames.some((f) => (f.dropped_entries?.length ?? 0) > 0));
  await skald.push({ app: 'a' }, ['the end']);
  await waitFor(() => slow.lines.at(-1) === 'the end');
  await quick.until(rounds * 10 + 1);
  const lost = slow.frames.flatMap((f) => f.dropped_entries ?? []);
  expect(slow.lines.length + lost.length).toBe(rounds * 10 + 1);
  expect(lost[0]).toMatchObject({
    labels: { app: 'a', service_name: 'a' },
    timestamp: expect.stringMatching(/^\d{19}$/),
  });
  expect(quick.lines).toHaveLength(rounds * 10 + 1);
  expect(quick.frames.every((f) => f.dropped_entries === undefined)).toBe(true);
});

test('when the server stops, its tails end with 1001, also those of clients that do not answer', async () => {
  const skald = await startServer();
  const tails = [await openTail(tailUrl(skald.url, { query })), await openTail(tailUrl(skald.url, { query }))];
  const deaf = await openTail(tailUrl(skald.url, { query }));
  deaf.socket.pause();
  const began = performance.now();
  await skald.stop();
  expect(performance.now() - began).toBeLessThan(3000);
  for (const tail of tails) expect(await tail.closed).toEqual([1001, 'the server is shutting down']);
  deaf.socket.terminate();
});
