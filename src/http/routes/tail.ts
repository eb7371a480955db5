/** `tail`: a websocket of frames `{"streams":[…],"dropped_entries":[…]}`. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { WebSocket, WebSocketServer } from 'ws';
import { ApiError } from '../../errors.js';
import type { Ingester } from '../../ingest/ingester.js';
import type { Clock } from '../../io/clock.js';
import type { Limits } from '../../limits/limits.js';
import { parseExpr } from '../../logql/syntax/parser.js';
import type { TenantId } from '../../model/tenant.js';
import type { Frontend } from '../../query/frontend.js';
import { bad, bounds, type Form, limitParam } from '../../query/params.js';
import { labelsTest } from '../../query/stream-source.js';
import { Tailer, type TailSink } from '../../tail/tailer.js';
import { encodeFrame, encodeLegacyFrame } from '../encode/tail.js';
import { encodingFlags, formOf, writeTenant } from '../request.js';
import { sendText } from '../send.js';
import { onWebSocket } from '../upgrade.js';
import type { RouteDeps } from './deps.js';

export interface TailRouteDeps extends RouteDeps {
  readonly frontend: Frontend;
  readonly ingester: Ingester;
  readonly clock: Clock;
  readonly limitsFor: (tenant: TenantId) => Limits;
  readonly maxDurationMs: number;
}

/** Source: Loki 3.7.6. */
const delayForMaxSeconds = 5;
const pingEveryMs = 1000;
/** A socket with more than this unsent is behind. */
const unsentMaxBytes = 1 << 20;
/** How long a client may take to answer that the tail is over, before it is cut off. */
const closeWaitMs = 1000;

const legacyPath = '/api/prom/tail';
const paths = ['/loki/api/v1/tail', legacyPath];

/** Close codes of RFC 6455. */
const goingAway = 1001;
const internalError = 1011;

interface TailRequest {
  readonly tenant: TenantId;
  readonly query: string;
  readonly start: bigint;
  readonly limit: number;
  readonly delayMs: number;
  readonly encode: (...frame: Parameters<TailSink['send']>) => Buffer;
}

export function tailRoutes(app: FastifyInstance, deps: TailRouteDeps): { close(): Promise<void> } {
  const { clock } = deps;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 });
  const open = new Map<TenantId, Set<WebSocket>>();
  let closing = false;

  for (const url of paths) {
    app.route({
      method: ['GET', 'POST'],
      url,
      handler: (request, reply) => {
        tailRequest(request, deps);
        return sendText(reply.code(400), 'Bad Request\n');
      },
    });
  }

  onWebSocket(app.server, (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    try {
      if (!paths.includes(pathOf(request))) throw new ApiError('not-found', '404 page not found\n');
      if (closing) throw new ApiError('unavailable', 'the server is shutting down\n');
      const asked = tailRequest(request as unknown as FastifyRequest, deps);
      sockets.handleUpgrade(request, socket, head, (ws) => {
        ws.on('error', () => ws.terminate());
        start(ws, asked).catch((e: Error) => end(ws, internalError, e.message));
      });
    } catch (e) {
      refuse(socket, e as Error);
    }
  });

  async function start(ws: WebSocket, { tenant, query, start, limit, delayMs, encode }: TailRequest): Promise<void> {
    const expr = parseExpr(query);
    if (expr.kind !== 'log') throw bad('only log selector is supported');
    const mine = open.get(tenant) ?? new Set();
    const max = deps.limitsFor(tenant).max_concurrent_tail_requests;
    if (max > 0 && mine.size >= max)
      throw bad(`max concurrent tail requests limit exceeded, count > limit (${mine.size + 1} > ${max})`);
    open.set(tenant, mine.add(ws));

    const tailer = new Tailer({
      expr,
      matches: labelsTest(expr.matchers),
      delayMs,
      maxDurationMs: deps.maxDurationMs,
      clock,
      sink: {
        blocked: () => ws.bufferedAmount > unsentMaxBytes,
        send: (entries, dropped) => ws.send(encode(entries, dropped), { binary: false }),
        close: (reason) => end(ws, internalError, reason),
      },
    });
    const stopPing = clock.every(pingEveryMs, () => ws.ping());
    const gone = new AbortController();
    ws.on('close', () => {
      stopPing();
      stopListening();
      tailer.stop();
      mine.delete(ws);
      if (mine.size === 0) open.delete(tenant);
      gone.abort();
    });
    // History is read up to the tick in which the listener begins: nothing is shown twice or missed.
    const range = { start, end: deps.nowNs() + 1n };
    const past = { query, range, stepNs: 1e9, intervalNs: 0, limit, direction: 'backward' } as const;
    const history = deps.frontend.range([tenant], past, gone.signal);
    const stopListening = deps.ingester.onAppend((of, labels, batch) => {
      if (of === tenant) tailer.append(labels, batch);
    });
    const { result } = await history;
    if (result.kind === 'streams') tailer.begin([...result.entries].reverse());
  }

  /** Says why it is over, and waits for the client's answer only so long. */
  function end(ws: WebSocket, code: number, reason: string): Promise<void> {
    return new Promise((resolve) => {
      if (ws.readyState === WebSocket.CLOSED) return resolve();
      const stopWaiting = clock.after(closeWaitMs, () => ws.terminate());
      ws.once('close', () => {
        stopWaiting();
        resolve();
      });
      ws.close(code, closeReason(reason));
    });
  }

  return {
    async close() {
      closing = true;
      await Promise.all([...sockets.clients].map((ws) => end(ws, goingAway, 'the server is shutting down')));
    },
  };
}

function tailRequest(request: FastifyRequest, { policy, nowNs }: TailRouteDeps): TailRequest {
  const tenant = writeTenant(request, policy);
  const form = formOf(request);
  const query = form.get('query');
  parseExpr(query);
  const limit = limitParam(form, 'limit', 100);
  const { start } = bounds(form, nowNs());
  const delayMs = delaySeconds(form) * 1000;
  const flags = encodingFlags(request);
  const legacy = pathOf(request) === legacyPath;
  return {
    tenant,
    query,
    start,
    limit,
    delayMs,
    encode: (entries, dropped) => (legacy ? encodeLegacyFrame(entries, dropped) : encodeFrame(entries, dropped, flags)),
  };
}

function delaySeconds(form: Form): number {
  const text = form.get('delay_for');
  if (text !== '' && !/^[+-]?\d+$/.test(text))
    throw bad(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Number(text) > delayForMaxSeconds) throw bad(`delay_for can't be greater than ${delayForMaxSeconds}`);
  return Math.max(0, Number(text));
}

const pathOf = ({ url = '' }: Pick<IncomingMessage, 'url'>): string => url.split('?', 1)[0] as string;

/** A close frame holds at most 123 bytes of reason. */
const closeReason = (text: string): string =>
  Buffer.from(text)
    .subarray(0, 120)
    .toString('utf8')
    .trimEnd()
    .replace(/\ufffd+$/, '');

function refuse(socket: Duplex, error: Error): void {
  const status = error instanceof ApiError ? error.status : 500;
  const body = Buffer.from(error.message);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
