/** The Fastify instance: raw bodies, plain-text errors as Loki's, the access log and the metrics of requests. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import { ApiError } from '../errors.js';
import type { Logger } from '../log.js';
import { BodyReader } from './body-reader.js';
import { cleanPath, localPath } from './path.js';
import { textType } from './send.js';
import { serverTls, type TlsSettings } from './tls.js';

export interface AppOptions {
  readonly log: Logger;
  /** Bytes of a body as sent, compressed or not. */
  readonly bodyLimitBytes: number;
  /** What stands before every path, as in `/logs`; '': nothing. */
  readonly pathPrefix: string;
  readonly timeouts: Timeouts;
  /** Connections at a time; 0: no bound. */
  readonly connectionsMax: number;
  /** Null: plain HTTP. */
  readonly tls: TlsSettings | null;
  /** Whether answers are compressed for clients that take it. */
  readonly compress: boolean;
  readonly requestsAtInfo: boolean;
  /** Called once a request is answered. */
  readonly observe: (seen: { method: string; route: string; status: number; seconds: number }) => void;
}

/** In milliseconds; 0: none. */
export interface Timeouts {
  /** For a whole request to arrive. */
  readonly readMs: number;
  /** For its headers; 0: as `readMs`. */
  readonly readHeaderMs: number;
  /** For an answer to leave once it has begun: computing it has a bound of its own. */
  readonly writeMs: number;
  /** For the next request of a connection to begin. */
  readonly idleMs: number;
  /** For what runs to end when the server stops. */
  readonly gracefulMs: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The Content-Type as the client sent it; '' when there was none. */
    sentContentType: string;
  }
}

const mediaType = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*(;|$)/;

/** As Go's server. */
const headerBytesMax = 1 << 20;

/** Label names of up to 1,024 characters are path parameters (`/label/<name>/values`); UTF-8 may need three times that. */
const paramBytesMax = 8192;

/** Bodies that are received or worked on at a time. */
const heldBytesMax = 256 * 2 ** 20;

/** How late a timeout may be noticed. */
const timeoutCheckMaxMs = 1000;
/** Longer than any timeout. */
const neverMs = 2 ** 31;

export function createApp(options: AppOptions): FastifyInstance {
  const { timeouts } = options;
  const tls = options.tls && serverTls(options.tls);
  const path = localPath(options.pathPrefix);
  /** Answers under way, by their connection. */
  const answers = new Map<Socket, ServerResponse>();
  const settings: FastifyServerOptions = {
    bodyLimit: options.bodyLimitBytes,
    routerOptions: { maxParamLength: paramBytesMax },
    requestTimeout: timeouts.readMs,
    keepAliveTimeout: timeouts.idleMs,
    logger: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    // What still comes over an open connection while the server stops is answered, with `Connection: close`.
    return503OnClosing: false,
    rewriteUrl: (request) => path(request.url as string),
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket, answers.get(socket)),
  };
  const http = {
    // A query of 128 KiB fits into a URL, and Loki takes it there.
    maxHeaderSize: headerBytesMax,
    requestTimeout: timeouts.readMs,
    headersTimeout: Math.min(timeouts.readHeaderMs || Infinity, timeouts.readMs || Infinity, neverMs) % neverMs,
    connectionsCheckingInterval: Math.max(50, Math.min(timeoutCheckMaxMs, timeouts.readMs / 4 || timeoutCheckMaxMs)),
  };
  const app = Fastify({
    ...settings,
    ...(tls ? { https: { ...tls.options, ...http } } : { http }),
  } as FastifyServerOptions);
  if (options.connectionsMax > 0) app.server.maxConnections = options.connectionsMax;
  if (tls !== null) app.server.on('secureConnection', tls.checkPeer);
  app.server.prependListener('request', ({ socket }: IncomingMessage, answer: ServerResponse) => {
    answers.set(socket, answer);
    answer.once('close', () => answers.get(socket) === answer && answers.delete(socket));
  });
  app.addHook('preClose', () => endAnswers(app.server, answers, timeouts.gracefulMs));
  app.server.on('upgrade', (request: IncomingMessage) => {
    request.url = path(request.url as string);
  });

  // Bodies are read by the routes that know what they mean: JSON, protobuf, forms, compressed or not.
  app.removeAllContentTypeParsers();
  const bodies = new BodyReader({ bodyBytesMax: options.bodyLimitBytes, heldBytesMax });
  app.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => {
    const answer = answers.get(request.raw.socket) as ServerResponse; // Set when the request began.
    return bodies.read(payload, Number(request.headers['content-length'] ?? 0), answer);
  });
  // Fastify refuses a malformed Content-Type with 415 before a route sees it; Loki's routes have an answer of their own.
  app.decorateRequest('sentContentType', '');
  app.addHook('onRequest', async (request, reply) => {
    const clean = cleanPath(pathOf(request.url));
    if (clean !== null)
      return reply
        .code(301)
        .header('location', clean + request.url.slice(pathOf(request.url).length))
        .send();
    const sent = request.headers['content-type'] ?? '';
    request.sentContentType = sent;
    if (!options.compress) delete request.headers['accept-encoding'];
    if (sent === '') delete request.headers['content-type'];
    else if (!mediaType.test(sent)) request.headers['content-type'] = 'application/octet-stream';
  });

  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).header('content-type', textType).send('404 page not found\n'),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (reply.raw.headersSent) {
      options.log.error('answer broken off', { path: pathOf(request.url), err: error.message });
      reply.raw.destroy(error);
      return;
    }
    const status = error instanceof ApiError ? error.status : (error.statusCode ?? 500);
    if (status >= 500 && status !== 501) {
      options.log.error('request failed', {
        path: pathOf(request.url),
        status,
        err: error.message.trimEnd(),
        stack: error instanceof ApiError ? undefined : error.stack,
      });
    }
    // Fastify closes the connection when it refuses a body: a client that is still sending would not see why.
    reply.removeHeader('connection');
    // Loki sends none; clients that know it wait for so long.
    if (status === 429 || status === 503) reply.header('retry-after', '1');
    reply.code(status).header('content-type', textType).header('x-content-type-options', 'nosniff').send(error.message);
  });
  if (timeouts.writeMs > 0) {
    app.addHook('onSend', (_request, reply, _payload, done) => {
      const { raw } = reply;
      const late = setTimeout(() => raw.destroy(), timeouts.writeMs);
      raw.once('close', () => clearTimeout(late));
      done();
    });
  }
  app.addHook('onResponse', async (request, reply) => {
    const seconds = reply.elapsedTime / 1000;
    const status = reply.raw.writableFinished ? reply.statusCode : 499;
    options.observe({ method: request.method, route: routeName(request.routeOptions.url), status, seconds });
    options.log[options.requestsAtInfo ? 'info' : 'debug']('request', {
      method: request.method,
      path: pathOf(request.url),
      status,
      duration: `${reply.elapsedTime.toFixed(1)}ms`,
    });
  });
  return app;
}

/** Paths that exist answer 405 to methods that they do not have, as Loki does. To be called after all routes. */
export function refuseOtherMethods(app: FastifyInstance, routes: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, methods] of routes) {
    const method = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'].filter((m) => !methods.has(m));
    if (method.length > 0) app.route({ method, url, handler: (_request, reply) => reply.code(405).send() });
  }
}

/**
 * Takes no new connection, and cuts off all of them once no answer is under way. Node's own way would cut off answers
 * that are complete but still on their way to a slow client.
 */
async function endAnswers(server: FastifyInstance['server'], answers: ReadonlyMap<Socket, unknown>, graceMs: number) {
  NetServer.prototype.close.call(server);
  const late = performance.now() + graceMs;
  while (answers.size > 0 && performance.now() < late) await new Promise((resume) => setTimeout(resume, 5));
  server.closeAllConnections();
}

/** What is not HTTP, or did not come in time. Never written into an answer. Source of the texts: Go's net/http. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket, answer: ServerResponse | undefined): void {
  const isBusy = answer?.headersSent === true && !answer.writableFinished;
  if (error.code !== 'ECONNRESET' && socket.writable && !isBusy) {
    const text = malformed[error.code ?? ''] ?? '400 Bad Request';
    socket.write(`HTTP/1.1 ${text}\r\nContent-Type: ${textType}\r\nConnection: close\r\n\r\n${text}`);
  }
  socket.destroy();
}

const malformed: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

const pathOf = (url: string): string => url.split('?', 1)[0] as string;

/** As Loki's route label: `/loki/api/v1/query_range` → loki_api_v1_query_range. */
export const routeName = (url: string | undefined): string =>
  url === undefined
    ? 'other'
    : url
        .replace(/^\//, '')
        .replace(/:/g, '')
        .replace(/[^a-zA-Z0-9]+/g, '_')
        .toLowerCase() || 'root';
