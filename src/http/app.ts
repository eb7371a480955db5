/** The Fastify instance: raw bodies, plain-text errors as Loki's, the access log and the metrics of requests. */
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { ApiError } from '../errors.js';
import type { Logger } from '../log.js';
import { textType } from './send.js';

export interface AppOptions {
  readonly log: Logger;
  /** Bytes of a body as sent, compressed or not. */
  readonly bodyLimitBytes: number;
  readonly readTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly tls?: TlsOptions | undefined;
  /** Called once a request is answered. */
  readonly observe: (seen: { method: string; route: string; status: number; seconds: number }) => void;
}

export interface TlsOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
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

export function createApp(options: AppOptions): FastifyInstance {
  const settings: FastifyServerOptions = {
    bodyLimit: options.bodyLimitBytes,
    routerOptions: { maxParamLength: paramBytesMax },
    requestTimeout: options.readTimeoutMs,
    keepAliveTimeout: options.idleTimeoutMs,
    logger: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    return503OnClosing: true,
  };
  // A query of 128 KiB fits into a URL, and Loki takes it there.
  const http = { maxHeaderSize: headerBytesMax };
  const app = Fastify({ ...settings, ...(options.tls ? { https: { ...options.tls, ...http } } : { http }) } as FastifyServerOptions);

  // Bodies are read by the routes that know what they mean: JSON, protobuf, forms, compressed or not.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // Fastify refuses a malformed Content-Type with 415 before a route sees it; Loki's routes have an answer of their own.
  app.decorateRequest('sentContentType', '');
  app.addHook('onRequest', async (request) => {
    const sent = request.headers['content-type'] ?? '';
    request.sentContentType = sent;
    if (sent !== '' && !mediaType.test(sent)) request.headers['content-type'] = 'application/octet-stream';
  });

  app.setNotFoundHandler((_request, reply) => reply.code(404).header('content-type', textType).send('404 page not found\n'));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (reply.raw.headersSent) {
      options.log.error('answer broken off', { path: pathOf(request.url), err: error.message });
      reply.raw.destroy(error);
      return;
    }
    const status = error instanceof ApiError ? error.status : (error.statusCode ?? 500);
    if (status >= 500 && status !== 501) {
      options.log.error('request failed', { path: pathOf(request.url), status, err: error.message, stack: error instanceof ApiError ? undefined : error.stack });
    }
    reply.code(status).header('content-type', textType).header('x-content-type-options', 'nosniff').send(error.message);
  });
  app.addHook('onResponse', async (request, reply) => {
    const seconds = reply.elapsedTime / 1000;
    const status = reply.raw.writableFinished ? reply.statusCode : 499;
    options.observe({ method: request.method, route: routeName(request.routeOptions.url), status, seconds });
    options.log.debug('request', { method: request.method, path: pathOf(request.url), status, duration: `${reply.elapsedTime.toFixed(1)}ms` });
  });
  return app;
}

/** Paths that exist answer 405 to methods that they do not have, as Loki does. To be called after all routes. */
export function refuseOtherMethods(app: FastifyInstance, routes: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, methods] of routes) {
    const method = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((m) => !methods.has(m));
    if (method.length > 0) app.route({ method, url, handler: (_request, reply) => reply.code(405).send() });
  }
}

const pathOf = (url: string): string => url.split('?', 1)[0] as string;

/** As Loki's route label: `/loki/api/v1/query_range` → loki_api_v1_query_range. */
export const routeName = (url: string | undefined): string =>
  url === undefined ? 'other' : url.replace(/^\//, '').replace(/:/g, '').replace(/[^a-zA-Z0-9]+/g, '_').toLowerCase() || 'root';
