/** `labels`, `label/<name>/values`, `series`, `index/stats`, and the label routes of the old /api/prom prefix. */
import type { FastifyInstance } from 'fastify';
import { type IndexStats, indexStats, labelNames, labelValues, series } from '../../query/metadata.js';
import { bounds } from '../../query/params.js';
import type { Store } from '../../query/stream-source.js';
import { formOf, readTenants } from '../request.js';
import { sendJson, sendPieces } from '../send.js';
import type { RouteDeps } from './deps.js';

export interface LabelRouteDeps extends RouteDeps {
  readonly store: Store;
}

const methods = ['GET', 'POST'];

export function labelRoutes(app: FastifyInstance, { store, policy, nowNs }: LabelRouteDeps): void {
  for (const url of ['/loki/api/v1/labels', '/loki/api/v1/label']) {
    app.route({
      method: methods,
      url,
      handler: async (request, reply) => {
        const tenants = readTenants(request, policy);
        const form = formOf(request);
        const data = labelNames(store, tenants, form.get('query'), bounds(form, nowNs()));
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
      const data = labelValues(store, tenants, request.params.name, form.get('query'), bounds(form, nowNs()));
      return sendJson(request, reply, data.length > 0 ? { status: 'success', data } : { status: 'success' });
    },
  });

  app.route({
    method: methods,
    url: '/api/prom/label',
    handler: async (request, reply) => {
      const form = formOf(request);
      const values = labelNames(store, readTenants(request, policy), form.get('query'), bounds(form, nowNs()));
      return sendJson(request, reply, { values });
    },
  });

  app.route<{ Params: { name: string } }>({
    method: methods,
    url: '/api/prom/label/:name/values',
    handler: async (request, reply) => {
      const form = formOf(request);
      const range = bounds(form, nowNs());
      const values = labelValues(store, readTenants(request, policy), request.params.name, form.get('query'), range);
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
        const selectors = [...form.all('match'), ...form.all('match[]')];
        const data = series(store, tenants, selectors, bounds(form, nowNs())).map((labels) => labels.toRecord());
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
      return sendJson(request, reply, indexStats(store, tenants, form.get('query'), bounds(form, nowNs())));
    },
  });

  // One shard covers everything: a single process has nothing to divide a query among.
  app.route({
    method: methods,
    url: '/loki/api/v1/index/shards',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const stats = indexStats(store, tenants, form.get('query'), bounds(form, nowNs()));
      return sendPieces(request, reply, [Buffer.from(shardsJson(stats))].values());
    },
  });
}

/** The upper bound is 2^64 - 1, which JSON.stringify cannot write. */
const shardsJson = (stats: IndexStats): string =>
  `{"shards":[{"bounds":{"min":0,"max":18446744073709551615},"stats":${JSON.stringify(stats)}}]}\n`;
