/** `/api/prom/query`: log queries in the shape that Loki had before 1.0. Old dashboards and loki_exporter still ask it. */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../errors.js';
import { parseExpr } from '../../logql/syntax/parser.js';
import { quoteGo } from '../../model/labels.js';
import type { Frontend } from '../../query/frontend.js';
import { type Form, rangeParams } from '../../query/params.js';
import { rfc3339Nano } from '../encode/legacy-time.js';
import { groupStreams } from '../encode/results.js';
import { formOf, readTenants, requestSignal } from '../request.js';
import { sendJson } from '../send.js';
import type { RouteDeps } from './deps.js';

export interface LegacyRouteDeps extends RouteDeps {
  readonly frontend: Frontend;
}

export function legacyRoutes(app: FastifyInstance, { frontend, policy, nowNs, queryTimeoutMs }: LegacyRouteDeps): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/api/prom/query',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const params = rangeParams(form, nowNs());
      if (prefixed(() => parseExpr(params.query)).kind !== 'log')
        throw refuse(form.get('regexp') === '' ? notStreams : notLogs);
      const query = withRegexp(form, params.query);
      const signal = requestSignal(reply, queryTimeoutMs(tenants));
      const { result } = await frontend.range(tenants, { ...params, query }, signal);
      if (result.kind !== 'streams') throw refuse(notStreams);
      const streams = [...groupStreams(result.entries, false)].map(({ labels, entries }) => ({
        labels: labels.text,
        entries: entries.map(({ ns, line }) => ({
          ts: rfc3339Nano(ns),
          line: typeof line === 'string' ? line : Buffer.from(line).toString('utf8'),
        })),
      }));
      return sendJson(request, reply, { streams });
    },
  });
}

const notStreams = 'legacy endpoints only support streams result type';
const notLogs = 'only log selector is supported';
const refuse = (text: string): ApiError => new ApiError('bad-request', `rpc error: code = Code(400) desc = ${text}`);

/** What is wrong with the query is told as one process of Loki tells another. */
function prefixed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (e) {
    throw e instanceof ApiError ? refuse(e.message) : e;
  }
}

/** The old parameter `regexp` is a line filter behind the selector. */
function withRegexp(form: Form, query: string): string {
  const regexp = form.get('regexp');
  return regexp === '' ? query : `${query} |~ ${quoteGo(regexp)}`;
}
