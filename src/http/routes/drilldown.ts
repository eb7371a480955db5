/** What Logs Drilldown asks beside queries: volumes, detected labels and fields, its limits. */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../errors.js';
import type { Limits } from '../../limits/limits.js';
import { formatSample } from '../../logql/engine/go-number.js';
import type { Querier } from '../../logql/engine/querier.js';
import type { TenantId } from '../../model/tenant.js';
import { nanosToMillis, type TimeRange } from '../../model/time.js';
import { detectedFields, detectedFieldValues, detectedLabels } from '../../query/detected.js';
import { bounds, type Form, limitParam } from '../../query/params.js';
import { QueryStats, statsJson } from '../../query/stats.js';
import type { Store } from '../../query/stream-source.js';
import { type Volume, type VolumeParams, volumeBuckets, volumeParams, volumes } from '../../query/volume.js';
import { formOf, readTenants, requestSignal } from '../request.js';
import { sendJson } from '../send.js';
import type { RouteDeps } from './deps.js';
import { lokiVersion } from './status.js';

export interface DrilldownRouteDeps extends RouteDeps {
  readonly store: Store;
  readonly querier: (tenants: readonly TenantId[], stats: QueryStats) => Querier;
  readonly limitsFor: (tenant: TenantId) => Limits;
  /** Limits that the tenant may know, as the YAML has them. */
  readonly publishedLimits: (tenant: TenantId) => object;
  readonly patternsEnabled: boolean;
}

const methods = ['GET', 'POST'];

export function drilldownRoutes(app: FastifyInstance, deps: DrilldownRouteDeps): void {
  const { store, policy, nowNs } = deps;

  app.route({
    method: methods,
    url: '/loki/api/v1/index/volume',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const params = volumeParams(formOf(request), nowNs());
      const at = nanosToMillis(params.range.end) / 1000;
      const result = volumesOf(tenants, params, [params.range]).map(({ labels, bytes }) => ({
        metric: labels.toRecord(),
        value: [at, formatSample(bytes[0] as number)],
      }));
      return sendJson(request, reply, {
        status: 'success',
        data: { resultType: 'vector', result, stats: statsJson(new QueryStats()) },
      });
    },
  });

  app.route({
    method: methods,
    url: '/loki/api/v1/index/volume_range',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const params = volumeParams(form, nowNs());
      const buckets = volumeBuckets(form, params.range);
      const result = volumesOf(tenants, params, buckets).map(({ labels, bytes }) => ({
        metric: labels.toRecord(),
        values: bytes.flatMap((n, k) =>
          n > 0 ? [[nanosToMillis(buckets[k]?.end ?? 0n) / 1000, formatSample(n)]] : [],
        ),
      }));
      return sendJson(request, reply, {
        status: 'success',
        data: { resultType: 'matrix', result, stats: statsJson(new QueryStats()) },
      });
    },
  });

  app.route({
    method: methods,
    url: '/loki/api/v1/detected_labels',
    handler: async (request, reply) => {
      const form = formOf(request);
      const found = detectedLabels(store, readTenants(request, policy), form.get('query'), bounds(form, nowNs()));
      return sendJson(request, reply, found.length > 0 ? { detectedLabels: found } : {});
    },
  });

  app.route({
    method: methods,
    url: '/loki/api/v1/detected_fields',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const options = fieldOptions(form);
      const querier = deps.querier(tenants, new QueryStats());
      const signal = requestSignal(reply, deps.queryTimeoutMs(tenants));
      const fields = await detectedFields(querier, form.get('query'), options, signal);
      return sendJson(request, reply, { ...(fields.length > 0 && { fields }), limit: options.limit });
    },
  });

  app.route<{ Params: { name: string } }>({
    method: methods,
    url: '/loki/api/v1/detected_field/:name/values',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const options = fieldOptions(form);
      const querier = deps.querier(tenants, new QueryStats());
      const signal = requestSignal(reply, deps.queryTimeoutMs(tenants));
      const values = await detectedFieldValues(querier, form.get('query'), request.params.name, options, signal);
      return sendJson(request, reply, values.length > 0 ? { values, limit: options.limit } : {});
    },
  });

  app.get('/loki/api/v1/drilldown-limits', async (request, reply) => {
    const limits = deps.publishedLimits(readTenants(request, policy)[0] as TenantId);
    return sendJson(request, reply, {
      limits,
      pattern_ingester_enabled: deps.patternsEnabled,
      version: lokiVersion,
    });
  });

  function volumesOf(tenants: readonly TenantId[], params: VolumeParams, buckets: readonly TimeRange[]): Volume[] {
    const limits = tenants.map((tenant) => deps.limitsFor(tenant));
    if (!limits.every((l) => l.volume_enabled)) throw new ApiError('not-found', 'not found');
    const all = volumes(store, tenants, { ...params, limit: Number.MAX_SAFE_INTEGER }, buckets);
    const max = Math.min(...limits.map((l) => l.volume_max_series));
    if (all.length > max)
      throw new ApiError('internal', `the query hit the max number of series limit (limit: ${max} series)`);
    return all.slice(0, params.limit);
  }

  function fieldOptions(form: Form) {
    const limit = limitParam(form, form.get('limit') === '' ? 'field_limit' : 'limit', 1000);
    return { range: bounds(form, nowNs()), lineLimit: limitParam(form, 'line_limit', 100), limit };
  }
}
