/**
 * Upgrades of a connection. Only a websocket is one: Java's HTTP client offers `Upgrade: h2c` with every request, and
 * means to be answered all the same. Node knows nothing between upgrading and not reading the request at all.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const isWebSocket = (request: IncomingMessage): boolean => request.headers.upgrade?.toLowerCase() === 'websocket';

/** For Node 24.9 and later, which ask first. */
export const upgradeOptions = { shouldUpgradeCallback: isWebSocket };

/** Calls `handle` for websockets; requests that offer another upgrade are served as if they did not. */
export function onWebSocket(server: Server, handle: UpgradeHandler): void {
  const connection = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  server.on('upgrade', (request, socket, head) => {
    if (isWebSocket(request)) return handle(request, socket, head);
    // The connection begins anew, with the request as if it had not offered anything.
    socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
    server.emit(connection, socket);
  });
}

const hopByHop = new Set(['upgrade', 'connection', 'http2-settings']);

/** The head of the request as it was sent, without what offers the upgrade. */
function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (!hopByHop.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[i + 1]}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
