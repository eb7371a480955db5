/** A whole server in the caller's process, on a free port: for tests of programs that speak to Loki. */
import { mkdirSync } from 'node:fs';
import { embeddedConfig } from '../config/embedded.js';
import { createServer, type Server } from '../server.js';

export interface FixtureOptions {
  /** Where data is kept; in memory when left out. */
  readonly folder?: string;
  /** 0, the default, picks a free one. */
  readonly port?: number;
  /** Loki's own YAML, as text: limits, auth_enabled and all else that it may say. */
  readonly config?: string;
  /** Lines of the server's log; nothing is logged when left out. */
  readonly log?: (line: string) => void;
}

export type LogLine =
  | string
  | { readonly line: string; readonly at?: Date | bigint; readonly metadata?: Readonly<Record<string, string>> };

export interface Fixture extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, for the client under test. */
  readonly url: string;
  readonly port: number;
  /** Pushes lines of one stream, now unless they say when. Resolves when they can be read. */
  push(labels: Readonly<Record<string, string>>, lines: readonly LogLine[]): Promise<void>;
  /** The lines of a log query, oldest first; by default of all time. */
  lines(logql: string, options?: QueryOptions): Promise<string[]>;
  /** The `data` of the answer: `{ resultType, result }`. A metric query is asked at `end`, or over steps with `step`. */
  query(logql: string, options?: QueryOptions): Promise<QueryData>;
  /** Empties every tenant; the port stays. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface QueryOptions {
  readonly start?: Date | bigint;
  readonly end?: Date | bigint;
  /** Seconds. */
  readonly step?: number;
  readonly limit?: number;
  readonly direction?: 'forward' | 'backward';
  readonly tenant?: string;
}

export interface QueryData {
  readonly resultType: 'streams' | 'matrix' | 'vector' | 'scalar';
  // biome-ignore lint/suspicious/noExplicitAny: its shape is Loki's, by resultType
  readonly result: any;
}

const nanos = (at: Date | bigint): bigint => (typeof at === 'bigint' ? at : BigInt(at.getTime()) * 1_000_000n);

export async function startServer(options: FixtureOptions = {}): Promise<Fixture> {
  if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true });
  const config = await embeddedConfig({
    httpPort: options.port ?? 0,
    folder: options.folder ?? null,
    ...(options.config !== undefined && { yaml: options.config }),
  });
  const server: Server = createServer(config, { log: options.log ?? (() => undefined) });
  const { httpPort } = await server.start();
  const url = `http://127.0.0.1:${httpPort}`;

  const ask = async (path: string, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(`${url}${path}`, init);
    if (!answer.ok) throw new Error(`skald: ${answer.status} ${(await answer.text()).trim()}`);
    return answer;
  };
  const tenantHeader = (tenant: string | undefined): Record<string, string> =>
    tenant === undefined ? {} : { 'x-scope-orgid': tenant };

  const fixture: Fixture = {
    url,
    port: httpPort,
    async push(labels, lines) {
      let next = BigInt(Date.now()) * 1_000_000n;
      const values = lines.map((entry) => {
        const { line, at, metadata } =
          typeof entry === 'string' ? { line: entry, at: undefined, metadata: undefined } : entry;
        const ns = at === undefined ? next++ : nanos(at);
        return metadata ? [String(ns), line, metadata] : [String(ns), line];
      });
      const body = JSON.stringify({ streams: [{ stream: labels, values }] });
      await ask('/loki/api/v1/push', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    },
    async lines(logql, query = {}) {
      const { resultType, result } = await fixture.query(logql, { direction: 'forward', ...query });
      if (resultType !== 'streams')
        throw new Error(`skald: a log query was expected, not one that yields a ${resultType}`);
      const entries = (result as { values: [string, string][] }[]).flatMap((stream) => stream.values);
      return entries.sort((a, b) => (BigInt(a[0]) < BigInt(b[0]) ? -1 : 1)).map(([, line]) => line);
    },
    async query(logql, { start, end, step, limit = 5000, direction = 'backward', tenant } = {}) {
      const params = new URLSearchParams({ query: logql, limit: String(limit), direction });
      // A minute ahead, so that clients whose clock is a little early are seen, too.
      const until = end === undefined ? BigInt(Date.now() + 60_000) * 1_000_000n : nanos(end);
      let path = '/loki/api/v1/query_range';
      if (step === undefined && !/^\s*[({]*\s*\{/.test(logql)) {
        path = '/loki/api/v1/query';
        params.set('time', String(until));
      } else {
        params.set('start', String(start === undefined ? 0n : nanos(start)));
        params.set('end', String(until));
        if (step !== undefined) params.set('step', String(step));
        else params.set('step', '31536000');
      }
      const answer = await ask(`${path}?${params}`, { headers: tenantHeader(tenant) });
      return ((await answer.json()) as { data: QueryData }).data;
    },
    reset: () => server.reset(),
    stop: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
  return fixture;
}
