/** `labels`, `label/<name>/values`, `series`, `index/stats`, and the label routes of the old /api/prom prefix. */
import type { FastifyInstance } from 'fastify';
import type { Limits } from '../../limits/limits.js';
import type { TenantId } from '../../model/tenant.js';
import type { TimeRange } from '../../model/time.js';
import { type IndexStats, indexStats, labelNames, labelValues, parseSelectors, series } from '../../query/metadata.js';
import { bad, bounds, type Form, lookedBackBounds, orderedBounds } from '../../query/params.js';
import type { Store } from '../../query/stream-source.js';
import { formOf, readTenants } from '../request.js';
import { sendJson, sendPieces } from '../send.js';
import type { RouteDeps } from './deps.js';

export interface LabelRouteDeps extends RouteDeps {
  readonly store: Store;
  readonly limitsFor: (tenant: TenantId) => Limits;
}

const methods = ['GET', 'POST'];

export function labelRoutes(app: FastifyInstance, { store, policy, nowNs, limitsFor }: LabelRouteDeps): void {
  for (const url of ['/loki/api/v1/labels', '/loki/api/v1/label']) {
    app.route({
      method: methods,
      url,
      handler: async (request, reply) => {
        const tenants = readTenants(request, policy);
        const form = formOf(request);
        const data = labelNames(store, tenants, form.get('query'), rangeOf(form, tenants));
        return sendJson(request, reply, data.length > 0 ? { status: 'success', data } : { status: 'success' });
      },
    });
  }

  app.route<{ Params: { name: string } }>({
    method: methods,
    url: '/loki/api/v1/label/:name/values',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const multiTenant = policy.authEnabled && policy.multiTenantQueries;
      const range = rangeOf(form, tenants);
      const data = labelValues(store, tenants, request.params.name, form.get('query'), range, multiTenant);
      return sendJson(request, reply, data.length > 0 ? { status: 'success', data } : { status: 'success' });
    },
  });

  app.route({
    method: methods,
    url: '/api/prom/label',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const values = labelNames(store, tenants, form.get('query'), rangeOf(form, tenants));
      return sendJson(request, reply, { values });
    },
  });

  app.route<{ Params: { name: string } }>({
    method: methods,
    url: '/api/prom/label/:name/values',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const values = labelValues(store, tenants, request.params.name, form.get('query'), rangeOf(form, tenants));
      return sendJson(request, reply, { values });
    },
  });

  for (const url of ['/loki/api/v1/series', '/api/prom/series']) {
    app.route({
      method: methods,
      url,
      handler: async (request, reply) => {
        const tenants = readTenants(request, policy);
        const form = formOf(request);
        bounds(form, nowNs()); // malformed times come first
        const selectors = parseSelectors([...form.all('match[]'), ...form.all('match')]);
        const data = series(store, tenants, selectors, rangeOf(form, tenants)).map((labels) => labels.toRecord());
        return sendJson(request, reply, { status: 'success', data });
      },
    });
  }

  app.route({
    method: methods,
    url: '/loki/api/v1/index/stats',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      return sendJson(request, reply, indexStats(store, tenants, form.get('query'), orderedBounds(form, nowNs())));
    },
  });

  // One shard covers everything: a single process has nothing to divide a query among.
  app.route({
    method: methods,
    url: '/loki/api/v1/index/shards',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const range = orderedBounds(form, nowNs());
      if (!sizeAboveZero.test(form.get('targetBytesPerShard')))
        throw bad('targetBytesPerShard must be a positive value');
      const stats = indexStats(store, tenants, form.get('query'), range);
      return sendPieces(request, reply, [Buffer.from(shardsJson(stats))].values());
    },
  });

  function rangeOf(form: Form, tenants: readonly TenantId[]): TimeRange {
    const lookbacks = tenants.map((tenant) => limitsFor(tenant).max_query_lookback).filter((ms) => ms > 0);
    return lookedBackBounds(form, nowNs(), lookbacks.length > 0 ? Math.min(...lookbacks) : 0);
  }
}

/** As in `600MB`. */
const sizeAboveZero = /^0*[1-9]\d*\s*([kmgtpe]?b|[kmgtpe])?$/i;

/** The upper bound is 2^64 - 1, which JSON.stringify cannot write. */
const shardsJson = (stats: IndexStats): string =>
  `{"shards":[{"bounds":{"min":0,"max":18446744073709551615},"stats":${JSON.stringify(stats)}}]}\n`;
