/** `push`, its old name `/api/prom/push`, and `/otlp/v1/logs`: decode, admit, log, show, answer. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PushService } from '../../ingest/push-service.js';
import { type TenantPolicy, writeTenant } from '../request.js';

export interface PushRouteDeps {
  readonly push: PushService;
  readonly policy: TenantPolicy;
}

const protocols = [
  ['/loki/api/v1/push', 'loki'],
  ['/api/prom/push', 'loki-legacy'],
  ['/otlp/v1/logs', 'otlp'],
] as const;

export function pushRoutes(app: FastifyInstance, { push, policy }: PushRouteDeps): void {
  for (const [url, protocol] of protocols) {
    app.post(url, async (request: FastifyRequest, reply: FastifyReply) => {
      const tenant = writeTenant(request, policy);
      await push.accept(tenant, {
        protocol,
        contentType: request.sentContentType,
        contentEncoding: String(request.headers['content-encoding'] ?? ''),
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      });
      return reply.code(204).send();
    });
  }
}
