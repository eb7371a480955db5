/** Pushes over gRPC, as old agents and other Lokis send them, and the health service that orchestrators ask. */
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedConfig } from '../../src/config/embedded.js';
import { createServer, type Server } from '../../src/server.js';
import { bytesField, entry, line, stream, timestamp } from '../helpers/push.js';

let server: Server;
let url: string;
let client: grpc.Client;
beforeAll(async () => {
  const yaml =
    'auth_enabled: true\nquerier: {multi_tenant_queries_enabled: true}\nlimits_config: {max_line_size: 100B}\n';
  const config = await embeddedConfig({ httpPort: 0, folder: null, yaml });
  const { server: settings } = config;
  const listening = {
    ...settings,
    grpc_listen_port: 0,
    grpc_listen_address: '127.0.0.1',
    grpc_server_max_recv_msg_size: 65_536,
  };
  server = createServer({ ...config, server: listening }, { log: () => undefined });
  const { httpPort, grpcPort } = await server.start();
  url = `http://127.0.0.1:${httpPort}`;
  client = new grpc.Client(`127.0.0.1:${grpcPort}`, grpc.credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const same = (b: Buffer): Buffer => b;

/** Resolves with the answer; rejects with grpc-js's error, which has `code` and `details`. */
function call(path: string, message: Buffer, tenant?: string): Promise<Buffer> {
  const metadata = new grpc.Metadata();
  if (tenant !== undefined) metadata.set('x-scope-orgid', tenant);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, message, metadata, (error, answer) => {
      if (error) reject(error);
      else resolve(answer as Buffer);
    });
  });
}
const push = (message: Buffer, tenant?: string) => call('/logproto.Pusher/Push', message, tenant);

const now = (): number => Math.floor(Date.now() / 1000);
const request = (app: string, ...lines: string[]): Buffer =>
  stream(`{app="${app}"}`, ...lines.map((text, i) => entry(timestamp(now(), i), line(text))));

async function linesOf(query: string, tenant: string): Promise<string[]> {
  const params = new URLSearchParams({ query, direction: 'forward' });
  const answer = await fetch(`${url}/loki/api/v1/query_range?${params}`, { headers: { 'x-scope-orgid': tenant } });
  // biome-ignore lint/suspicious/noExplicitAny: read here
  const { data } = (await answer.json()) as any;
  return data.result.flatMap((s: { values: [string, string][] }) => s.values.map(([, text]) => text));
}

describe('a push', () => {
  test('is answered when its lines can be read', async () => {
    expect(await push(request('good', 'one', 'two'), 't1')).toEqual(Buffer.alloc(0));
    expect(await linesOf('{app="good"}', 't1')).toEqual(['one', 'two']);
    expect(await linesOf('{app="good"}', 't2')).toEqual([]);
    expect(await linesOf('{app="good"}', 't1|t2')).toEqual(['one', 'two']);
  });

  for (const [why, message, tenant, code, details] of [
    ['without a tenant', () => request('x', 'x'), undefined, grpc.status.UNAUTHENTICATED, 'no org id'],
    ['with a bad tenant', () => request('x', 'x'), 'a/b', grpc.status.INVALID_ARGUMENT, /unsupported character '\/'/],
    ['for two tenants', () => request('x', 'x'), 'a|b', grpc.status.INVALID_ARGUMENT, 'multiple org IDs present'],
    ['that is no protobuf', () => Buffer.from('hello world'), 't1', grpc.status.INVALID_ARGUMENT, /./],
    ['of nothing', () => Buffer.alloc(0), 't1', grpc.status.INVALID_ARGUMENT, /./],
    [
      'with a line too long',
      () => request('x', 'x'.repeat(101)),
      't1',
      grpc.status.INVALID_ARGUMENT,
      /max entry size/i,
    ],
    ['that is too large', () => bytesField(1, 'x'.repeat(70_000)), 't1', grpc.status.RESOURCE_EXHAUSTED, /larger/],
  ] as const) {
    test(`${why} is refused with a reason`, async () => {
      await expect(push(message(), tenant)).rejects.toMatchObject({
        code,
        details: typeof details === 'string' ? details : expect.stringMatching(details),
      });
    });
  }

  test('keeps what is valid of it when the rest is refused', async () => {
    await expect(push(request('half', 'short', 'x'.repeat(101)), 't1')).rejects.toMatchObject({ code: 3 });
    expect(await linesOf('{app="half"}', 't1')).toEqual(['short']);
  });
});

describe('the service', () => {
  test('is healthy by the standard health check', async () => {
    expect(await call('/grpc.health.v1.Health/Check', Buffer.alloc(0))).toEqual(Buffer.from([8, 1]));
    expect(await call('/grpc.health.v1.Health/Check', bytesField(1, 'logproto.Pusher'))).toEqual(Buffer.from([8, 1]));
  });

  test('says that it has no other methods', async () => {
    await expect(call('/logproto.Querier/Query', Buffer.alloc(0), 't1')).rejects.toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
    });
  });
});
