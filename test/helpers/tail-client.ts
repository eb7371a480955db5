/** A client of live tails. */
import WebSocket from 'ws';
import { waitFor } from './server-process.js';

export interface TailFrame {
  readonly streams: readonly {
    readonly stream: Record<string, string>;
    readonly values: readonly [string, string, unknown?][];
  }[];
  readonly dropped_entries?: readonly { readonly timestamp: string; readonly labels: Record<string, string> }[];
  readonly encodingFlags?: readonly string[];
}

export interface TailClient {
  readonly frames: readonly TailFrame[];
  /** Of all frames, as they came. */
  readonly lines: readonly string[];
  /** Resolves once so many lines have come. */
  until(lines: number): Promise<void>;
  /** How it ended: the code and the reason. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
  readonly socket: WebSocket;
  close(): void;
}

export const tailUrl = (base: string, params: Readonly<Record<string, string>>, path = '/loki/api/v1/tail'): string =>
  `${base}${path}?${new URLSearchParams(params)}`;

/** Resolves once the websocket is open; rejects with the status and text of the answer when it is refused. */
export async function openTail(url: string, headers: Record<string, string> = {}): Promise<TailClient> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers, rejectUnauthorized: false });
  const frames: TailFrame[] = [];
  const lines: string[] = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as TailFrame;
    frames.push(frame);
    for (const { values } of frame.streams) for (const [, line] of values ?? []) lines.push(line);
  });
  const closed = new Promise<readonly [number, string]>((resolve) => {
    socket.on('close', (code, reason) => resolve([code, reason.toString('utf8')]));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, answer) => {
      const body: Buffer[] = [];
      answer.on('data', (piece: Buffer) => body.push(piece));
      answer.on('end', () => reject(new Error(`${answer.statusCode} ${Buffer.concat(body).toString('utf8')}`)));
    });
  });
  return {
    frames,
    lines,
    closed,
    socket,
    until: (count) => waitFor(() => lines.length >= count),
    close: () => socket.close(),
  };
}
