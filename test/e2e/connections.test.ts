/** Connections of ill will and of little sense: slow, malformed, too many, upgrading to what is not there. */
import { afterEach, describe, expect, test } from 'vitest';
import { type Fixture, startServer } from '../../src/testing/fixture.js';
import { exchange, openRaw, type RawConnection } from '../helpers/raw-http.js';

let skald: Fixture;
const serve = async (config = ''): Promise<string> => {
  skald = await startServer({ config });
  return skald.url;
};
afterEach(() => skald.stop());

const push = '/loki/api/v1/push';
const bodyOf = (line: string): string =>
  JSON.stringify({ streams: [{ stream: { app: 'a' }, values: [[String(BigInt(Date.now()) * 1_000_000n), line]] }] });
const pushRequest = (line: string, ...headers: string[]): string => {
  const body = bodyOf(line);
  const head = [`POST ${push} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers];
  return [...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
};
/** Resolves once something has come, and takes nothing more. */
const stopsReading = ({ socket }: RawConnection): Promise<void> =>
  new Promise((resolve) => {
    socket.once('data', () => {
      socket.pause();
      resolve();
    });
  });
const statusOf = (answer: string): string => answer.slice(0, answer.indexOf('\r\n'));

describe('what is not HTTP', () => {
  for (const [why, text, answer] of [
    ['no HTTP at all', 'hello\r\n\r\n', '400 Bad Request'],
    ['a control character in a header', 'GET /ready HTTP/1.1\r\nHost: x\r\nX-A: a\x01b\r\n\r\n', '400 Bad Request'],
    ['a space before the colon', 'GET /ready HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n', '400 Bad Request'],
    [
      'a Content-Length that is no number',
      'POST /ready HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'two lengths that differ',
      `POST ${push} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      '400 Bad Request',
    ],
    [
      'a length and chunks, as smugglers send them',
      `POST ${push} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /ready HTTP/1.1\r\nHost: x\r\n\r\n`,
      '400 Bad Request',
    ],
    [
      'a chunk that is not as long as it says',
      `POST ${push} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      '400 Bad Request',
    ],
    [
      'headers beyond a mebibyte',
      `GET /ready HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(1_100_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ] as const) {
    test(`${why} is answered ${answer}, in plain text, and the connection closed`, async () => {
      const url = await serve();
      const got = await exchange(url, text);
      expect(statusOf(got)).toBe(`HTTP/1.1 ${answer}`);
      expect(got).toContain('Content-Type: text/plain');
      expect(got.split('\r\n\r\n')[1]).toBe(answer);
      expect((await fetch(`${url}/ready`)).status).toBe(200);
    });
  }

  test('nothing of a request comes back in the headers of its answer', async () => {
    const url = await serve();
    const answer = await fetch(`${url}/a%0d%0aX-Injected:%201?x=%0d%0aX-Injected:%201`);
    expect([answer.status, answer.headers.get('x-injected')]).toEqual([404, null]);
    const refused = await fetch(`${url}/loki/api/v1/query_range?query=%7Ba%3D%22%0d%0aX-Injected:%201`);
    expect([refused.status, refused.headers.get('x-injected')]).toEqual([400, null]);
  });
});

describe('upgrades', () => {
  test("a push with Java's offer of HTTP/2 is taken as if it had not offered it", async () => {
    const url = await serve();
    const offer = [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    ];
    const connection = await openRaw(url);
    connection.send(pushRequest('from Java', ...offer) + pushRequest('again', ...offer, 'Connection: close'));
    expect((await connection.ended).match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 204', 'HTTP/1.1 204']);
    expect(await skald.lines('{app="a"}')).toEqual(['from Java', 'again']);
  });

  test('a push with that offer, which comes byte by byte', async () => {
    const url = await serve();
    const connection = await openRaw(url);
    connection.socket.setNoDelay(true);
    for (const byte of Buffer.from(pushRequest('slowly', 'Connection: Upgrade', 'Upgrade: h2c'))) {
      connection.send(Uint8Array.of(byte));
      await new Promise((resume) => setImmediate(resume));
    }
    connection.send('GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect((await connection.ended).match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 204', 'HTTP/1.1 200']);
    expect(await skald.lines('{app="a"}')).toEqual(['slowly']);
  });

  test('a websocket handshake that is none is refused', async () => {
    const url = await serve();
    const head =
      'GET /loki/api/v1/tail?query={a="b"} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    expect(statusOf(await exchange(url, head))).toBe('HTTP/1.1 400 Bad Request');
  });
});

describe('slow clients', () => {
  const timeouts = 'server: {http_server_read_timeout: 400ms, http_server_read_header_timeout: 200ms}\n';

  test('headers that do not come are cut off by http_server_read_header_timeout, and others are served meanwhile', async () => {
    const url = await serve(timeouts);
    const slow = await Promise.all(Array.from({ length: 200 }, () => openRaw(url)));
    for (const connection of slow) connection.send('GET /ready HTTP/1.1\r\nHost: x\r\nX-');
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    await skald.push({ app: 'a' }, ['hello']);
    for (const connection of slow) expect(await connection.ended).toMatch(/^(HTTP\/1.1 408 Request Timeout\r\n|$)/);
  });

  test('a body that does not come is cut off by http_server_read_timeout, and nothing of it is kept', async () => {
    const url = await serve(timeouts);
    const slow = await Promise.all(Array.from({ length: 50 }, () => openRaw(url)));
    for (const connection of slow) connection.send(pushRequest('half').slice(0, -5));
    await skald.push({ app: 'a' }, ['whole']);
    for (const connection of slow) expect(await connection.ended).toMatch(/^(HTTP\/1.1 408 Request Timeout\r\n|$)/);
    expect(await skald.lines('{app="a"}')).toEqual(['whole']);
  });

  test('a connection without a request is closed by http_server_idle_timeout', async () => {
    const url = await serve('server: {http_server_idle_timeout: 200ms}\n');
    const connection = await openRaw(url);
    connection.send('GET /ready HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await connection.ended).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  });

  test('an answer that is not taken is cut off by http_server_write_timeout', async () => {
    const url = await serve('server: {http_server_write_timeout: 500ms}\n');
    await skald.push(
      { app: 'a' },
      Array.from({ length: 300 }, (_, i) => `${i} ${'x'.repeat(100_000)}`),
    );
    const reader = await openRaw(url);
    const began = stopsReading(reader);
    reader.send('GET /loki/api/v1/query_range?query={app="a"}&limit=300 HTTP/1.1\r\nHost: x\r\n\r\n');
    await began;
    await new Promise((resume) => setTimeout(resume, 900));
    reader.socket.resume();
    const got = await reader.ended;
    expect(got).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(got.length).toBeLessThan(30_000_000);
    expect(got).not.toMatch(/0\r\n\r\n$/);
    // One that reads gets all of it.
    const answer = await fetch(`${url}/loki/api/v1/query_range?query={app="a"}&limit=10`);
    expect((await answer.text()).length).toBeGreaterThan(1_000_000);
  });

  test('server.http_listen_conn_limit turns further connections away', async () => {
    const url = await serve('server: {http_listen_conn_limit: 3}\n');
    const held = await Promise.all(Array.from({ length: 3 }, () => openRaw(url)));
    expect(await exchange(url, 'GET /ready HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
    held[0]?.socket.destroy();
    await held[0]?.ended;
    await expect.poll(async () => statusOf(await exchange(url, 'GET /ready HTTP/1.0\r\n\r\n'))).toBe('HTTP/1.1 200 OK');
    for (const connection of held) connection.socket.destroy();
  });
});

describe('stopping', () => {
  test('an answer under way to a slow reader is finished, and new connections are refused', async () => {
    const url = await serve();
    await skald.push(
      { app: 'a' },
      Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(100_000)}`),
    );
    const reader = await openRaw(url);
    const began = stopsReading(reader);
    reader.send('GET /loki/api/v1/query_range?query={app="a"}&limit=200 HTTP/1.1\r\nHost: x\r\n\r\n');
    await began;
    const stopped = skald.stop();
    await expect
      .poll(() =>
        openRaw(url).then(
          () => 'open',
          () => 'refused',
        ),
      )
      .toBe('refused');
    reader.socket.resume();
    const got = await reader.ended;
    expect(got.length).toBeGreaterThan(20_000_000);
    expect(got).toMatch(/0\r\n\r\n$/);
    await stopped;
  });

  test('a push under way is answered, and kept; the connection says that it closes', async () => {
    const url = await serve();
    const writer = await openRaw(url);
    const request = pushRequest('the last one');
    writer.send(request.slice(0, -5));
    await expect.poll(async () => (await fetch(`${url}/ready`)).status).toBe(200);
    const stopped = skald.stop();
    await expect
      .poll(() =>
        openRaw(url).then(
          () => 'open',
          () => 'refused',
        ),
      )
      .toBe('refused');
    writer.send(request.slice(-5));
    expect(statusOf(await writer.ended)).toBe('HTTP/1.1 204 No Content');
    await stopped;
  });

  test('what does not end is cut off after server.graceful_shutdown_timeout', async () => {
    const url = await serve('server: {graceful_shutdown_timeout: 300ms}\n');
    const writer = await openRaw(url);
    writer.send(pushRequest('never whole').slice(0, -5));
    await expect.poll(async () => (await fetch(`${url}/ready`)).status).toBe(200);
    const began = performance.now();
    await skald.stop();
    expect(performance.now() - began).toBeLessThan(2000);
    expect(await writer.ended).toBe('');
  });

  test('idle connections do not hold it up', async () => {
    const url = await serve();
    const idle = await openRaw(url);
    idle.send('GET /ready HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => statusOf(idle.received())).toBe('HTTP/1.1 200 OK');
    const silent = await openRaw(url);
    const began = performance.now();
    await skald.stop();
    expect(performance.now() - began).toBeLessThan(2000);
    await idle.ended;
    await silent.ended;
  });
});
