/** What Logs Drilldown asks beside queries: volumes, detected labels and fields, its limits. */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../errors.js';
import type { Limits } from '../../limits/limits.js';
import { formatSample } from '../../logql/engine/go-number.js';
import type { Querier } from '../../logql/engine/querier.js';
import type { TenantId } from '../../model/tenant.js';
import { nanosToMillis, type TimeRange } from '../../model/time.js';
import { detectedFields, detectedFieldValues, detectedLabels } from '../../query/detected.js';
import { type Form, gridStep, limitParam, orderedBounds } from '../../query/params.js';
import { checkEntriesLimit, strictest } from '../../query/query-limits.js';
import { QueryStats, statsJson } from '../../query/stats.js';
import type { Store } from '../../query/stream-source.js';
import {
  type Volume,
  type VolumeParams,
  volumeBuckets,
  volumeParams,
  volumeRangeParams,
  volumes,
} from '../../query/volume.js';
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
        value: [at, formatSample(bytes[0] ?? 0)],
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
      const params = volumeRangeParams(formOf(request), nowNs());
      const buckets = volumeBuckets(params.stepNs, params.range);
      const series = volumesOf(tenants, params, buckets).map(({ labels, bytes }) => ({
        metric: labels.toRecord(),
        values: bytes.flatMap((n, k) =>
          n === null ? [] : [[nanosToMillis(buckets[k]?.end ?? 0n) / 1000, formatSample(n)]],
        ),
      }));
      // Loki tells the two kinds apart by what is in them: with one value each (or with no series) it is a vector.
      const isVector = series.every(({ values }) => values.length === 1);
      const result = isVector ? series.map(({ metric, values }) => ({ metric, value: values[0] })) : series;
      return sendJson(request, reply, {
        status: 'success',
        data: { resultType: isVector ? 'vector' : 'matrix', result, stats: statsJson(new QueryStats()) },
      });
    },
  });

  app.route({
    method: methods,
    url: '/loki/api/v1/detected_labels',
    handler: async (request, reply) => {
      const form = formOf(request);
      const tenants = readTenants(request, policy);
      const found = detectedLabels(store, tenants, form.get('query'), orderedBounds(form, nowNs()));
      return sendJson(request, reply, found.length > 0 ? { detectedLabels: found } : {});
    },
  });

  app.route({
    method: methods,
    url: '/loki/api/v1/detected_fields',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const options = fieldOptions(form, tenants);
      const querier = deps.querier(tenants, new QueryStats());
      const signal = requestSignal(reply, deps.queryTimeoutMs(tenants));
      const fields = await detectedFields(querier, form.get('query'), options, signal);
      return sendJson(request, reply, fields.length > 0 ? { fields, limit: options.limit } : {});
    },
  });

  app.route<{ Params: { name: string } }>({
    method: methods,
    url: '/loki/api/v1/detected_field/:name/values',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      const form = formOf(request);
      const options = fieldOptions(form, tenants);
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
    const seriesMax = Math.min(...limits.map((l) => l.volume_max_series));
    return volumes(store, tenants, { ...params, seriesMax }, buckets);
  }

  function fieldOptions(form: Form, tenants: readonly TenantId[]) {
    const range = orderedBounds(form, nowNs());
    const limit = limitParam(form, form.get('limit') === '' ? 'field_limit' : 'limit', 1000);
    const lineLimit = limitParam(form, 'line_limit', 100);
    gridStep(form, range); // only to refuse what Loki refuses
    checkEntriesLimit(lineLimit, strictest(tenants.map((tenant) => deps.limitsFor(tenant))));
    return { range, lineLimit, limit };
  }
}
