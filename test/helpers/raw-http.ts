/** HTTP by hand: bytes as a client of ill will, or of little sense, sends them. */
import { connect, type Socket } from 'node:net';

export interface RawConnection {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** All that has come so far, as latin1. */
  received(): string;
  /** Resolves with all that came once the server has closed the connection. */
  readonly ended: Promise<string>;
}

export async function openRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (piece) => {
    received += piece.toString('latin1');
  });
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(received)));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined); // A connection that is cut shows as `ended`.
  return { socket, send: (text) => void socket.write(text), received: () => received, ended };
}

/** Sends the bytes, and waits until the server has answered and closed. */
export async function exchange(url: string, text: string | Uint8Array): Promise<string> {
  const connection = await openRaw(url);
  connection.send(text);
  return connection.ended;
}
