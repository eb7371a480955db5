/** The server as a process: how it starts, refuses to start, and ends (R6, R8, D12 of docs/RELIABILITY.md). */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { scratchFolder, startProcess, waitFor } from '../helpers/server-process.js';
import { openTail, tailUrl } from '../helpers/tail-client.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const scratch = scratchFolder('process');
afterAll(() => scratch.remove());
let folders = 0;
const newFolder = (): string => join(scratch.path, `data-${folders++}`);

const push = (url: string, lines: readonly string[], labels: object = { app: 'a' }): Promise<Response> => {
  const now = BigInt(Date.now()) * 1_000_000n;
  const body = JSON.stringify({
    streams: [{ stream: labels, values: lines.map((l, i) => [String(now + BigInt(i)), l]) }],
  });
  return fetch(`${url}/loki/api/v1/push`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
};

/** Each push on a connection of its own. */
const pushBy = (agent: Agent, url: string, line: string): Promise<number | 'refused'> =>
  new Promise((resolve) => {
    const values = [[String(BigInt(Date.now()) * 1_000_000n), line]];
    const body = JSON.stringify({ streams: [{ stream: { app: 'many' }, values }] });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(`${url}/loki/api/v1/push`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode as number));
    });
    sent.on('error', () => resolve('refused'));
    sent.end(body);
  });

async function linesOf(url: string, query: string): Promise<string[]> {
  const found: string[] = [];
  for (let start = '0'; ; ) {
    const params = new URLSearchParams({ query, start, direction: 'forward', limit: '5000', step: '31536000' });
    const answer = await fetch(`${url}/loki/api/v1/query_range?${params}`);
    // biome-ignore lint/suspicious/noExplicitAny: read here
    const { data } = (await answer.json()) as any;
    const values = data.result.flatMap((s: { values: [string, string][] }) => s.values) as [string, string][];
    found.push(...values.map(([, line]) => line));
    if (values.length < 5000) return found;
    start = String(values.map(([ns]) => BigInt(ns)).reduce((a, b) => (a > b ? a : b)) + 1n);
  }
}

/** Runs to its end; what it says on stderr comes with the code. */
function run(args: readonly string[], options: { uid?: number } = {}): { code: number | null; text: string } {
  const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    ...options,
  });
  return { code: status, text: stdout + stderr };
}

describe('the end', () => {
  test('SIGTERM under load: exit code 0, and every acknowledged line is there after the next start', async () => {
    const folder = newFolder();
    for (let round = 0; round < Number(process.env['SKALD_LONG'] === '1' ? 50 : 2); round++) {
      const server = await startProcess([`-common.path-prefix=${folder}`]);
      const acknowledged: string[] = [];
      const refused: string[] = [];
      let stopping = false;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let i = 0; ; i++) {
          const line = `round ${round} writer ${writer} line ${i}`;
          try {
            const answer = await push(server.url, [line], { app: 'load', writer: String(writer) });
            if (answer.status === 204) acknowledged.push(line);
            else refused.push(`${answer.status} ${await answer.text()}`);
          } catch (e) {
            if (!stopping) throw e;
            return;
          }
        }
      });
      const query = new URLSearchParams({ query: 'sum(count_over_time({app="load"} | json [5m]))' });
      const readers = Array.from({ length: 2 }, async () => {
        while (!stopping) await (await fetch(`${server.url}/loki/api/v1/query?${query}`).catch(() => null))?.text();
      });
      const tail = await openTail(tailUrl(server.url, { query: '{app="load"}' }));
      await waitFor(() => acknowledged.length > 200);
      stopping = true;
      const began = performance.now();
      expect(await server.end('SIGTERM')).toBe(0);
      expect(performance.now() - began).toBeLessThan(5000);
      await Promise.all([...writers, ...readers]);
      expect(await tail.closed).toEqual([1001, 'the server is shutting down']);
      expect(refused).toEqual([]);
      expect(server.log()).not.toContain('level=error');
      const next = await startProcess([`-common.path-prefix=${folder}`]);
      const found = await linesOf(next.url, `{app="load"} |= "round ${round} "`);
      expect(new Set(found).size).toBe(found.length);
      const there = new Set(found);
      expect(acknowledged.filter((line) => !there.has(line))).toEqual([]);
      expect(await next.end('SIGINT')).toBe(0);
    }
  }, 600_000);

  test('a second signal forces it: exit code 1', async () => {
    const server = await startProcess([`-common.path-prefix=${newFolder()}`, '-shutdown-delay=60s']);
    server.child.kill('SIGTERM');
    await waitFor(() => server.log().includes('msg=stopping'));
    const ready = await fetch(`${server.url}/ready`);
    expect([ready.status, await ready.text()]).toEqual([503, 'Ingester not ready: the server is stopping\n']);
    expect((await push(server.url, ['still taken'])).status).toBe(204);
    expect(await server.end('SIGTERM')).toBe(1);
    expect(server.log()).toMatch(/level=warn .*msg="stopped by force"/);
  });

  test('POST /ingester/shutdown flushes, and ends it with 0', async () => {
    const folder = newFolder();
    const server = await startProcess([`-common.path-prefix=${folder}`]);
    await push(server.url, ['to be flushed']);
    const ended = new Promise((resolve) => server.child.once('exit', resolve));
    expect((await fetch(`${server.url}/ingester/shutdown`, { method: 'POST' })).status).toBe(204);
    expect(await ended).toBe(0);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => name.endsWith('.pack'))).toHaveLength(1);
  });
});

describe('output that nobody reads', () => {
  test('a closed stdout and stderr does not end the server', async () => {
    const server = await startProcess([`-common.path-prefix=${newFolder()}`, '-log.level=debug']);
    server.child.stdout?.destroy();
    server.child.stderr?.destroy();
    for (let i = 0; i < 50; i++) expect((await push(server.url, [`line ${i}`])).status).toBe(204);
    expect(await linesOf(server.url, '{app="a"}')).toHaveLength(50);
    expect(await server.end()).toBe(0);
  });

  test('a pipe that is full does not stop it', async () => {
    const server = await startProcess([`-common.path-prefix=${newFolder()}`, '-log.level=debug']);
    server.child.stdout?.pause();
    server.child.stderr?.pause();
    for (let i = 0; i < 20; i++) {
      const paths = Array.from({ length: 50 }, (_, k) => fetch(`${server.url}/${'x'.repeat(100)}/${i * 50 + k}`));
      for (const answer of await Promise.all(paths)) expect(answer.status).toBe(404);
    }
    expect((await push(server.url, ['still here'])).status).toBe(204);
    server.child.stdout?.resume();
    server.child.stderr?.resume();
    expect(await server.end()).toBe(0);
  });
});

describe('what does not start, says why, and ends with 1', () => {
  test('a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const args = [
      `-common.path-prefix=${newFolder()}`,
      '-server.http-listen-address=127.0.0.1',
      '-server.grpc-listen-port=0',
    ];
    const { code, text } = run([...args, `-server.http-listen-port=${port}`]);
    expect(code).toBe(1);
    expect(text).toMatch(
      new RegExp(`level=error .*EADDRINUSE.*:${port}.*choose another with -server.http-listen-port`),
    );
    const grpc = run([
      ...args.slice(0, 2),
      '-server.http-listen-port=0',
      '-server.grpc-listen-address=127.0.0.1',
      `-server.grpc-listen-port=${port}`,
    ]);
    expect(grpc.code).toBe(1);
    expect(grpc.text).toMatch(new RegExp(`level=error .*${port}`));
    other.close();
  });

  test('a folder that another process has; the first one goes on', async () => {
    const folder = newFolder();
    const first = await startProcess([`-common.path-prefix=${folder}`]);
    await push(first.url, ['one']);
    const { code, text } = run([
      `-common.path-prefix=${folder}`,
      '-server.http-listen-port=0',
      '-server.grpc-listen-port=0',
    ]);
    expect(code).toBe(1);
    expect(text).toContain(`data folder ${folder} is in use by process ${first.child.pid}`);
    await push(first.url, ['two']);
    expect(await linesOf(first.url, '{app="a"}')).toEqual(['one', 'two']);
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    const next = await startProcess([`-common.path-prefix=${folder}`]);
    expect(await linesOf(next.url, '{app="a"}')).toEqual(['one', 'two']);
    expect(await next.end()).toBe(0);
  });

  test('a folder that it must not write to', () => {
    const folder = newFolder();
    mkdirSync(folder);
    chmodSync(folder, 0o555);
    chmodSync(scratch.path, 0o755);
    // Who is root may write everywhere: the server then runs as nobody.
    const options = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const { code, text } = run(
      [`-common.path-prefix=${folder}`, '-server.http-listen-port=0', '-server.grpc-listen-port=0'],
      options,
    );
    expect(code).toBe(1);
    expect(text).toContain(`cannot write to ${folder}`);
    expect(text).toMatch(/uid \d+ .*chown -R \d+ .*-common\.path-prefix/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a folder that is a file', () => {
    const folder = newFolder();
    writeFileSync(folder, 'hello');
    const { code, text } = run([`-common.path-prefix=${folder}`, '-server.http-listen-port=0']);
    expect(code).toBe(1);
    expect(text).toMatch(/level=error .*is a file: the data folder must be a folder/);
    expect(readFileSync(folder, 'utf8')).toBe('hello');
  });

  test('a folder of a later version', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, 'VERSION'), '99\n');
    const { code, text } = run([`-common.path-prefix=${folder}`, '-server.http-listen-port=0']);
    expect(code).toBe(1);
    expect(text).toMatch(/was written in format 99/);
    expect(existsSync(join(folder, 'wal'))).toBe(false);
  });
});

test('nothing is printed but the log, in its format', async () => {
  const server = await startProcess([`-common.path-prefix=${newFolder()}`, '-log.format=json']);
  await push(server.url, ['x']);
  await server.end();
  for (const line of server.log().trim().split('\n')) {
    expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: expect.any(String), ts: expect.any(String) });
  }
});

test('no more files can be opened: connections and pushes are refused, no acknowledged line is lost, and it goes on after', async () => {
  const folder = newFolder();
  const args = [
    '-server.http-listen-port=0',
    '-server.http-listen-address=127.0.0.1',
    '-server.grpc-listen-port=-1',
    `-common.path-prefix=${folder}`,
  ];
  const child = spawn('sh', ['-c', `ulimit -n 64 && exec "$0" "$@"`, process.execPath, main, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (piece: Buffer) => {
    log += piece.toString('utf8');
  });
  await waitFor(() => /http_port=\d+/.test(log));
  const url = `http://127.0.0.1:${/http_port=(\d+)/.exec(log)?.[1]}`;
  // While the log cannot open or sync its files, pushes are refused with 500.
  expect((await push(url, ['before'], { app: 'many' })).status).toBe(204);
  let acknowledged = 1;
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const statuses = await Promise.all(Array.from({ length: 300 }, (_, i) => pushBy(agent, url, `line ${i}`)));
  acknowledged += statuses.filter((status) => status === 204).length;
  for (const status of statuses) expect(status).toBeOneOf([204, 500, 'refused']);
  await waitFor(async () => (await push(url, ['after'], { app: 'after' })).status === 204);
  expect((await linesOf(url, '{app="many"}')).length).toBeGreaterThanOrEqual(acknowledged);
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
});
