/** What Loki has and skald has not: refused by name, so that nobody takes silence for "there is nothing". */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../errors.js';
import { readTenants, type TenantPolicy } from '../request.js';

const rules = 'the ruler is not part of skald yet: rules are neither kept nor evaluated';

export const refused: readonly (readonly [methods: readonly string[], url: string, why: string])[] = [
  [['GET'], '/loki/api/v1/rules', rules],
  [['GET', 'POST', 'DELETE'], '/loki/api/v1/rules/:namespace', rules],
  [['GET', 'DELETE'], '/loki/api/v1/rules/:namespace/:group', rules],
  [['GET'], '/api/prom/rules', rules],
  [['GET', 'POST', 'DELETE'], '/api/prom/rules/:namespace', rules],
  [['GET', 'DELETE'], '/api/prom/rules/:namespace/:group', rules],
  [['GET'], '/prometheus/api/v1/rules', rules],
  [['GET'], '/prometheus/api/v1/alerts', rules],
  [['GET', 'POST'], '/loki/api/v1/cache/generation_numbers', 'there is no cache generation: results are never older than the data'],
];

export function refusedRoutes(app: FastifyInstance, policy: TenantPolicy): void {
  for (const [method, url, why] of refused) {
    app.route({
      method: [...method],
      url,
      handler: async (request) => {
        readTenants(request, policy);
        throw new ApiError('not-implemented', `${why}\n`);
      },
    });
  }
}
