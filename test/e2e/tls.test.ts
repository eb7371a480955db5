/** TLS of the HTTP port by server.http_tls_config, with each kind of client authentication that Loki's YAML knows. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Fixture, startServer } from '../../src/testing/fixture.js';

const folder = fileURLToPath(new URL('./testdata/tls/', import.meta.url));
const pem = (name: string): Buffer => readFileSync(`${folder}${name}.pem`);
const authority = pem('authority');

const clients = {
  nobody: {},
  client: { cert: pem('client'), key: pem('client-key') },
  stranger: { cert: pem('stranger'), key: pem('stranger-key') },
} as const;

let skald: Fixture | undefined;
afterEach(async () => {
  await skald?.stop();
  skald = undefined;
});
const serve = async (more: Record<string, string> = {}): Promise<string> => {
  const settings = { cert_file: `${folder}server.pem`, key_file: `${folder}server-key.pem`, ...more };
  skald = await startServer({ config: `server: {http_tls_config: ${JSON.stringify(settings)}}\n` });
  return `https://127.0.0.1:${skald.port}`;
};

/** The status, or 'refused' when the connection is. */
function get(url: string, as: keyof typeof clients): Promise<number | 'refused'> {
  return new Promise((resolve) => {
    const sent = request(url, { ca: authority, agent: false, ...clients[as] }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode as number));
    });
    sent.on('error', () => resolve('refused'));
    sent.end();
  });
}

describe('who may connect', () => {
  for (const [type, ca, nobody, client, stranger] of [
    ['NoClientCert', false, 200, 200, 200],
    ['RequestClientCert', true, 200, 200, 200],
    ['RequireAnyClientCert', true, 'refused', 200, 200],
    ['VerifyClientCertIfGiven', true, 200, 200, 'refused'],
    ['RequireAndVerifyClientCert', true, 'refused', 200, 'refused'],
  ] as const) {
    test(`${type}: nobody ${nobody}, a client ${client}, a stranger ${stranger}`, async () => {
      const url = await serve({ client_auth_type: type, ...(ca && { client_ca_file: `${folder}authority.pem` }) });
      expect(await get(`${url}/ready`, 'nobody')).toBe(nobody);
      expect(await get(`${url}/ready`, 'client')).toBe(client);
      expect(await get(`${url}/ready`, 'stranger')).toBe(stranger);
    });
  }

  test('a live tail is held to the same', async () => {
    const url = await serve({
      client_auth_type: 'RequireAndVerifyClientCert',
      client_ca_file: `${folder}authority.pem`,
    });
    const tail = (as: keyof typeof clients): Promise<string> => {
      const socket = new WebSocket(`${url}/loki/api/v1/tail?query={a="b"}`, { ca: authority, ...clients[as] });
      return new Promise((resolve) => {
        socket.on('open', () => {
          socket.close();
          resolve('open');
        });
        socket.on('error', () => resolve('refused'));
      });
    };
    expect([await tail('client'), await tail('nobody'), await tail('stranger')]).toEqual([
      'open',
      'refused',
      'refused',
    ]);
  });
});

describe('the certificate', () => {
  test('may stand in the YAML itself', async () => {
    skald = await startServer({
      config: `server: {http_tls_config: {cert: ${JSON.stringify(String(pem('server')))}, key: ${JSON.stringify(String(pem('server-key')))}}}\n`,
    });
    expect(await get(`https://127.0.0.1:${skald.port}/ready`, 'nobody')).toBe(200);
  });

  test('keeps plain HTTP out', async () => {
    const url = await serve();
    await expect(fetch(url.replace('https', 'http'))).rejects.toThrow();
    expect(await get(`${url}/ready`, 'nobody')).toBe(200);
  });
});

describe('what does not start', () => {
  for (const [why, more, message] of [
    ['an unknown kind of authentication', { client_auth_type: 'Maybe' }, 'invalid ClientAuth: Maybe'],
    [
      'an authority, and nobody to be held against it',
      { client_ca_file: `${folder}authority.pem` },
      "client CA's have been configured without a Client Auth Policy",
    ],
    ['a certificate that is not there', { cert_file: '/no/such/file.pem' }, /no such file.*\/no\/such\/file.pem/],
    ['a certificate of another key', { key_file: `${folder}client-key.pem` }, /key values mismatch/],
  ] as const) {
    test(why, async () => {
      await expect(serve(more)).rejects.toThrow(message);
    });
  }
});
