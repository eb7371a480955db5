/** The program from its arguments to its exit code; the server is a stand-in. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type Host, type RunningServer, runCli } from '../src/cli.js';
import type { Config } from '../src/config/options.js';

interface Run {
  readonly out: string[];
  readonly err: string[];
  readonly exits: number[];
  readonly code: Promise<number>;
  signal(name: string): void;
  config(): Config;
  shutdown(): void;
}

function run(
  argv: readonly string[],
  { server = {}, files = {} }: { server?: Partial<RunningServer>; files?: Record<string, string> } = {},
): Run {
  const [out, err, exits]: [string[], string[], number[]] = [[], [], []];
  const listeners = new Map<string, () => void>();
  let started: Config | null = null;
  let shutdown = (): void => undefined;
  const host: Host = {
    argv,
    env: {},
    files: { exists: (path) => Object.hasOwn(files, path), read: (path) => files[path] as string },
    uid: 10001,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    onSignal: (name, listener) => void listeners.set(name, listener),
    exit: (code) => void exits.push(code),
    createServer: async (config, deps) => {
      started = config;
      shutdown = deps.shutdown;
      return { start: async () => ({ httpPort: 4100, grpcPort: 4200 }), stop: async () => undefined, ...server };
    },
  };
  return {
    out,
    err,
    exits,
    code: runCli(host),
    signal: (name) => listeners.get(name)?.(),
    config: () => started as unknown as Config,
    shutdown: () => shutdown(),
  };
}

const listening = async ({ err }: Run): Promise<void> => {
  await expect.poll(() => err.some((line) => line.includes('msg=listening'))).toBe(true);
};

test('the first lines say which version it is, where data lies and which ports are bound', async () => {
  const skald = run(['-common.path-prefix=/d', '-server.http-listen-port=0']);
  await listening(skald);
  const log = skald.err.join('\n');
  expect(log).toMatch(/msg="starting skald" version=\d+\.\d+\.\d+ config="embedded defaults"/);
  expect(log).toContain('data=/d chunks=/d/chunks wal=/d/wal');
  expect(log).toContain('http_port=4100');
  expect(log).toContain('grpc_port=4200');
  skald.signal('SIGTERM');
  expect(await skald.code).toBe(0);
  expect(skald.exits).toEqual([]);
});

test('SIGINT and a request from inside stop it in order, too', async () => {
  const [a, b] = [run([]), run([])];
  await Promise.all([listening(a), listening(b)]);
  a.signal('SIGINT');
  b.shutdown();
  expect(await Promise.all([a.code, b.code])).toEqual([0, 0]);
});

test('a second signal does not wait', async () => {
  const skald = run([], { server: { stop: () => new Promise(() => undefined) } });
  await listening(skald);
  skald.signal('SIGTERM');
  skald.signal('SIGTERM');
  expect(skald.exits).toEqual([1]);
});

test('keys without effect are named once, with file and line', async () => {
  const skald = run(['-config.file=l.yml', '-verify-config'], {
    files: { 'l.yml': 'auth_enabled: false\nmemberlist:\n  join_members: [a]\n' },
  });
  expect(await skald.code).toBe(0);
  expect(skald.err.filter((line) => line.includes('level=warn'))).toHaveLength(1);
  expect(skald.err[0]).toMatch(/msg="this key has no effect here: .*" key=memberlist file=l.yml line=2$/);
  expect(skald.err.at(-1)).toMatch(/msg="config is valid"$/);
});

describe('what cannot be is said, with the exit code of Loki', () => {
  const f = (argv: readonly string[], files: Record<string, string>, code: number, err: readonly string[]): void =>
    test(argv.join(' '), async () => {
      const skald = run(argv, { files });
      expect(await skald.code).toBe(code);
      expect(skald.err).toEqual(err);
    });
  f(['-foo'], {}, 2, ['flag provided but not defined: -foo', 'Run with -help to get list of available parameters']);
  f(['-config.file=/nope'], {}, 1, [
    'failed parsing config: /nope does not exist, set config.file for custom config path',
  ]);
  f(['-config.file=l'], { l: 'foo: 1' }, 1, ['failed parsing config: l: line 1: field foo not found in type config']);
});

test('a start that fails says why and what to do, and exits with 1', async () => {
  const failing = (error: Error) => run([], { server: { start: () => Promise.reject(error) } });
  const denied = failing(
    Object.assign(new Error('EACCES: permission denied, mkdir /loki/wal'), { code: 'EACCES', path: '/loki/wal' }),
  );
  expect(await denied.code).toBe(1);
  expect(denied.err.at(-1)).toContain(
    'uid 10001 cannot write to /loki/wal, give the folder to it (chown -R 10001 /loki/wal)',
  );
  const taken = failing(Object.assign(new Error('listen EADDRINUSE 0.0.0.0:3100'), { code: 'EADDRINUSE' }));
  expect(await taken.code).toBe(1);
  expect(taken.err.at(-1)).toContain('-server.http-listen-port');
});

test('a stop that fails exits with 1', async () => {
  const skald = run([], { server: { stop: () => Promise.reject(new Error('disk gone')) } });
  await listening(skald);
  skald.signal('SIGTERM');
  expect(await skald.code).toBe(1);
  expect(skald.err.at(-1)).toContain('err="disk gone"');
});

test('the version, the targets and the flags are printed without a server', async () => {
  const version = run(['-foo', '--version']);
  expect(await version.code).toBe(0);
  expect(version.out).toEqual([expect.stringMatching(/^skald, version \d+\.\d+\.\d+ /)]);
  const targets = run(['-list-targets']);
  expect(await targets.code).toBe(0);
  expect(targets.out).toContain('all');
  const help = run(['-help', '-config.file=/nope']);
  expect(await help.code).toBe(2);
  expect(help.out.join('\n')).toContain(
    '-server.http-listen-port int\n    \tHTTP port; 0: a free one, named in the log. (default 3100) [server.http_listen_port]',
  );
});

test('the running configuration is printed when asked for', async () => {
  const skald = run(['-print-config-stderr', '-verify-config', '-server.http-listen-port=5']);
  expect(await skald.code).toBe(0);
  expect(skald.err.join('\n')).toContain('\n  http_listen_port: 5\n');
  const reversed = run(['-log-config-reverse-order', '-verify-config']);
  expect(await reversed.code).toBe(0);
  expect(reversed.err.at(-2)).toContain('msg="target: all"');
});

test('the configuration that was read is the one that runs', async () => {
  const skald = run(['-config.file=l', '-log.format=json'], {
    files: { l: 'server: {log_level: error}\nauth_enabled: false' },
  });
  await expect.poll(() => skald.config()?.server.log_level).toBe('error');
  expect(skald.config().server.log_format).toBe('json');
  skald.signal('SIGTERM');
  expect(await skald.code).toBe(0);
  expect(skald.err).toEqual([]);
});

describe('-health asks a server', () => {
  const answering = async (listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };
  test('that is ready', () =>
    answering(
      (_request, response) => response.end('ready'),
      async (url) => {
        for (const argv of [
          ['-health', `-health.url=${url}`],
          ['--health', '--health.url', url],
        ]) {
          const skald = run(argv);
          expect(await skald.code).toBe(0);
          expect(skald.out).toEqual(['skald is healthy']);
        }
      },
    ));
  test('that is not', () =>
    answering(
      (_request, response) => response.writeHead(503).end(),
      async (url) => {
        const skald = run(['-health', `-health.url=${url}`]);
        expect(await skald.code).toBe(1);
        expect(skald.err).toEqual(['skald is unhealthy: status code 503']);
      },
    ));
  test('that is not there', async () => {
    const skald = run(['-health', '-health.url=http://127.0.0.1:1/ready']);
    expect(await skald.code).toBe(1);
    expect(skald.err[0]).toMatch(/^health check failed: Get "http:\/\/127\.0\.0\.1:1\/ready": /);
  });
});
