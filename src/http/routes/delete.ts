/** `delete`: requests to delete, their list, and how to take one back. Texts: recorded answers api/delete. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { DeleteRequests } from '../../compactor/delete-requests.js';
import { ApiError } from '../../errors.js';
import type { Limits } from '../../limits/limits.js';
import { parseLogExpr } from '../../logql/syntax/parser.js';
import type { TenantId } from '../../model/tenant.js';
import type { Nanos } from '../../model/time.js';
import { rfc3339 } from '../../query/params.js';
import { urlForm, writeTenant } from '../request.js';
import type { RouteDeps } from './deps.js';

export interface DeleteRouteDeps extends RouteDeps {
  readonly requests: DeleteRequests;
  /** Puts what the head has into packs, and names those with entries of these times. */
  readonly packsOf: (tenant: TenantId, fromNs: Nanos, throughNs: Nanos) => Promise<readonly string[]>;
  /** Entries of these times are gone. */
  readonly changed: (tenant: TenantId, fromNs: Nanos, throughNs: Nanos) => void;
  readonly limitsFor: (tenant: TenantId) => Limits;
  /** compactor.retention_enabled: without it nothing is deleted, in Loki too. */
  readonly enabled: boolean;
}

const refuse = (text: string): ApiError => new ApiError('bad-request', `${text}\n`);

export function deleteRoutes(
  app: FastifyInstance,
  { requests, packsOf, changed, policy, limitsFor, nowNs }: DeleteRouteDeps,
): void {
  for (const url of ['/loki/api/v1/delete', '/loki/api/admin/delete']) {
    app.route({
      method: ['POST', 'PUT'],
      url,
      handler: async (request, reply) => {
        const tenant = writeTenant(request, policy);
        allowed(tenant);
        const form = urlForm(request);
        const query = form.get('query');
        if (query === '') throw refuse('query not set');
        try {
          parseLogExpr(query);
        } catch {
          throw refuse('invalid query expression');
        }
        const now = nowNs();
        if (form.get('start') === '') throw refuse('start time not set');
        const fromNs = time(form.get('start'), 'start');
        const throughNs = form.get('end') === '' ? now : time(form.get('end'), 'end');
        if (throughNs > now) throw refuse('deletes in the future are not allowed');
        if (fromNs >= throughNs) throw refuse("start time can't be greater than or equal to end time");
        const packs = await packsOf(tenant, fromNs, throughNs);
        const { id } = await requests.add({ tenant, query, fromNs, throughNs, packs }, randomBytes(4).toString('hex'));
        changed(tenant, fromNs, throughNs);
        return reply.code(204).header('x-loki-delete-request-id', id).send();
      },
    });

    app.get(url, async (request, reply) => {
      const tenant = writeTenant(request, policy);
      allowed(tenant);
      const list = requests.list(tenant).map((r) => ({
        request_id: r.id,
        start_time: Number(r.fromNs / 1_000_000_000n),
        end_time: Number(r.throughNs / 1_000_000_000n),
        query: r.query,
        status: r.status,
        created_at: r.createdMs / 1000,
        user_id: '',
      }));
      return reply.header('content-type', 'application/json').send(Buffer.from(`${JSON.stringify(list)}\n`));
    });

    app.delete(url, async (request, reply) => {
      const tenant = writeTenant(request, policy);
      allowed(tenant);
      const id = urlForm(request).get('request_id');
      if (id !== '' && !(await requests.cancel(tenant, id))) {
        throw new ApiError('not-found', 'could not find delete request with given id\n');
      }
      return reply.code(204).send();
    });
  }

  function allowed(tenant: TenantId): void {
    if (limitsFor(tenant).deletion_mode === 'disabled')
      throw new ApiError('forbidden', 'deletion is not available for this tenant\n');
  }
}

/** Seconds since 1970 in ten characters, or RFC 3339. */
function time(text: string, name: string): Nanos {
  if (/^[+-]?\d+$/.test(text) && text.length === 10) return BigInt(text) * 1_000_000_000n;
  const ns = rfc3339(text);
  if (ns === null) throw refuse(`invalid ${name} time: require unix seconds or RFC3339 format`);
  return ns;
}
