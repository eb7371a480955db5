/** What Loki has and skald has not: refused by name, so that nobody takes silence for "there is nothing". */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../errors.js';
import { readTenants, type TenantPolicy } from '../request.js';
import { endpoints } from './endpoints.js';

export function refusedRoutes(app: FastifyInstance, policy: TenantPolicy): void {
  for (const { methods, path, state, note } of endpoints) {
    if (state !== 'refused') continue;
    app.route({
      method: [...methods],
      url: path,
      handler: async (request) => {
        readTenants(request, policy);
        throw new ApiError('not-implemented', `not part of skald: ${note}\n`);
      },
    });
  }
}
