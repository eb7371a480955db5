/**
 * Upgrades of a connection. Only a websocket is one: Java's HTTP client offers `Upgrade: h2c` with every request, and
 * means to be answered all the same. Node knows nothing between upgrading and not reading the request at all; where it can
 * be told to refuse an upgrade (22.21, 24.9), it forgets the requests that came with the refused one.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const isWebSocket = (request: IncomingMessage): boolean => request.headers.upgrade?.toLowerCase() === 'websocket';

/** Calls `handle` for websockets; requests that offer another upgrade are served as if they did not. */
export function onWebSocket(server: Server, handle: UpgradeHandler): void {
  const connection = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', ({ socket }, answer) => answers.set(socket, answer));

  server.on('upgrade', (request, socket, head) => {
    if (isWebSocket(request)) return handle(request, socket, head);
    // The connection begins anew, with the request as if it had not offered anything.
    const begin = (): void => {
      if (socket.destroyed) return;
      if (socket instanceof Socket) socket.setTimeout(0);
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
      server.emit(connection, socket);
    };
    const before = answers.get(socket);
    if (before === undefined || before.closed) begin();
    else before.once('close', begin);
  });
}

const offer = /^(upgrade|http2-settings)$/i;

/** The head of the request as it was sent, without what offers the upgrade. */
function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    let value = rawHeaders[i + 1] as string;
    if (offer.test(name)) continue;
    if (/^connection$/i.test(name)) {
      const options = value.split(',').map((option) => option.trim());
      value = options.filter((option) => !offer.test(option)).join(', ');
      if (value === '') continue;
    }
    lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
