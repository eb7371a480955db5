/** `query_range`, `query` and `format_query`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../errors.js';
import { parseSyntax } from '../../logql/syntax/parser.js';
import { prettify } from '../../logql/syntax/prettier.js';
import type { Answer, Frontend } from '../../query/frontend.js';
import { instantParams, rangeParams } from '../../query/params.js';
import { encodeResult } from '../encode/results.js';
import { encodingFlags, formOf, readTenants, requestSignal } from '../request.js';
import { sendJson, sendPieces } from '../send.js';
import type { RouteDeps } from './deps.js';

export interface QueryRouteDeps extends RouteDeps {
  readonly frontend: Frontend;
}

export function queryRoutes(app: FastifyInstance, deps: QueryRouteDeps): void {
  const { frontend, policy, queryTimeoutMs, nowNs } = deps;

  app.route({
    method: ['GET', 'POST'],
    url: '/loki/api/v1/query_range',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const params = rangeParams(formOf(request), nowNs());
      const answer = await frontend.range(tenants, params, requestSignal(reply, queryTimeoutMs(tenants)));
      refuseParquet(request);
      return sendPieces(request, reply, pieces(answer, encodingFlags(request)));
    },
  });

  app.route({
    method: ['GET', 'POST'],
    url: '/loki/api/v1/query',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const params = instantParams(formOf(request), nowNs());
      const answer = await frontend.instant(tenants, params, requestSignal(reply, queryTimeoutMs(tenants)));
      refuseParquet(request);
      return sendPieces(request, reply, pieces(answer, encodingFlags(request)));
    },
  });

  app.route({
    method: ['GET', 'POST'],
    url: '/loki/api/v1/format_query',
    handler: async (request, reply) => {
      try {
        const expr = parseSyntax(formOf(request).get('query'));
        return sendJson(request, reply, { status: 'success', data: prettify(expr) });
      } catch (e) {
        if (!(e instanceof ApiError)) throw e;
        // The one endpoint that wraps its error in JSON (recorded: api/metadata/19).
        return sendJson(request, reply.code(e.status), { status: 'invalid-query', error: e.message });
      }
    },
  });
}

const pieces = ({ result, stats }: Answer, flags: readonly string[]) => encodeResult(result, { flags, stats });

/** Loki has a second encoding of answers, off by default; who asks for it there is told so. */
function refuseParquet(request: FastifyRequest): void {
  if (request.headers.accept !== 'application/vnd.apache.parquet') return;
  throw new ApiError(
    'bad-request',
    'support for Parquet encoded responses is disabled. Enable with -frontend.support-parquet-encoding=true',
  );
}
