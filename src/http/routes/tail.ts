/** `tail`: a websocket of frames `{"streams":[…],"dropped_entries":[…]}`. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { ApiError } from '../../errors.js';
import type { Ingester } from '../../ingest/ingester.js';
import type { Clock } from '../../io/clock.js';
import type { Limits } from '../../limits/limits.js';
import type { LogEntry } from '../../logql/engine/querier.js';
import { parseExpr } from '../../logql/syntax/parser.js';
import type { TenantId } from '../../model/tenant.js';
import type { Frontend } from '../../query/frontend.js';
import { bad, bounds, type Form, limitParam } from '../../query/params.js';
import { labelsTest } from '../../query/stream-source.js';
import { type DroppedEntry, Tailer } from '../../tail/tailer.js';
import { encodeFrame } from '../encode/tail.js';
import { encodingFlags, formOf, writeTenant } from '../request.js';
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

export function tailRoutes(app: FastifyInstance, deps: TailRouteDeps): { close(): void } {
  const { clock } = deps;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 });
  const open = new Map<TenantId, Set<WebSocket>>();

  for (const url of ['/loki/api/v1/tail', '/api/prom/tail']) {
    app.get(url, (request, reply) => {
      tailParams(formOf(request), deps);
      writeTenant(request, deps.policy);
      return reply.code(400).header('content-type', 'text/plain; charset=utf-8').send("Bad Request\n");
    });
  }

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?', 1)[0];
    try {
      if (path !== '/loki/api/v1/tail' && path !== '/api/prom/tail') throw new ApiError('not-found', '404 page not found\n');
      const asFastify = request as unknown as FastifyRequest;
      const params = tailParams(formOf(asFastify), deps);
      const tenant = writeTenant(asFastify, deps.policy);
      const flags = encodingFlags(asFastify);
      sockets.handleUpgrade(request, socket, head, (ws) => {
        start(ws, tenant, params, flags).catch((e: Error) => ws.close(1011, closeReason(e.message)));
      });
    } catch (e) {
      refuse(socket, e as Error);
    }
  });

  async function start(ws: WebSocket, tenant: TenantId, params: TailParams, flags: readonly string[]): Promise<void> {
    const mine = open.get(tenant) ?? new Set();
    const max = deps.limitsFor(tenant).max_concurrent_tail_requests;
    if (max > 0 && mine.size >= max) {
      throw bad(`max concurrent tail requests limit exceeded, count > limit (${mine.size + 1} > ${max})`);
    }
    open.set(tenant, mine.add(ws));
    const send = (entries: readonly LogEntry[], dropped: readonly DroppedEntry[]) =>
      ws.send(encodeFrame(entries, dropped, flags));
    const tailer = new Tailer({
      expr: params.expr,
      matches: labelsTest(params.expr.matchers),
      delayMs: params.delaySeconds * 1000,
      maxDurationMs: deps.maxDurationMs,
      clock,
      sink: { blocked: () => ws.bufferedAmount > unsentMaxBytes, send, close: (reason) => ws.close(1011, closeReason(reason)) },
    });
    const gone = new AbortController();
    const stopPing = clock.every(pingEveryMs, () => ws.ping());
    ws.on('error', () => ws.terminate());
    ws.on('close', () => {
      stopPing();
      stopListening();
      tailer.stop();
      mine.delete(ws);
      gone.abort();
    });
    // History is read up to the tick in which the listener begins: nothing is shown twice or missed.
    const now = deps.nowNs();
    const history = deps.frontend.range([tenant], { query: params.query, range: { start: params.start, end: now + 1n }, stepNs: 1e9, intervalNs: 0, limit: params.limit, direction: 'backward' }, gone.signal);
    const waiting: Parameters<Tailer['append']>[] = [];
    let began = false;
    const stopListening = deps.ingester.onAppend((of, labels, batch) => {
      if (of !== tenant) return;
      if (began) tailer.append(labels, batch);
      else waiting.push([labels, batch]);
    });
    const { result } = await history;
    if (result.kind === 'streams') tailer.begin([...result.entries].reverse());
    began = true;
    for (const args of waiting) tailer.append(...args);
  }

  return {
    close() {
      for (const set of open.values()) for (const ws of set) ws.close(1001, 'the server is shutting down');
      sockets.close();
    },
  };
}

interface TailParams {
  readonly query: string;
  readonly expr: Extract<ReturnType<typeof parseExpr>, { kind: 'log' }>;
  readonly start: bigint;
  readonly limit: number;
  readonly delaySeconds: number;
}

function tailParams(form: Form, { nowNs }: TailRouteDeps): TailParams {
  const query = form.get('query');
  const expr = parseExpr(query);
  if (expr.kind !== 'log') throw bad('only log queries can be tailed');
  const limit = limitParam(form, 'limit', 100);
  const { start } = bounds(form, nowNs());
  const delay = form.get('delay_for');
  if (delay !== '' && !/^[+-]?\d+$/.test(delay)) throw bad(`strconv.Atoi: parsing ${JSON.stringify(delay)}: invalid syntax`);
  if (Number(delay) > delayForMaxSeconds) throw bad(`delay_for can't be greater than ${delayForMaxSeconds}`);
  return { query, expr, start, limit, delaySeconds: Math.max(0, Number(delay)) };
}

/** A close frame holds at most 123 bytes of reason. */
const closeReason = (text: string): string => Buffer.from(text).subarray(0, 120).toString('utf8').replace(/\ufffd+$/, '');

function refuse(socket: Duplex, error: Error): void {
  const status = error instanceof ApiError ? error.status : 500;
  const body = Buffer.from(error.message);
  socket.end(
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 ${status} Refused\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
      ),
      body,
    ]),
  );
}
