/** `push`, its old name `/api/prom/push`, and `/otlp/v1/logs`: decode, admit, log, show, answer. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../errors.js';
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
      try {
        const tenant = writeTenant(request, policy);
        await push.accept(tenant, {
          protocol,
          contentType: request.sentContentType,
          contentEncoding: String(request.headers['content-encoding'] ?? ''),
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        });
      } catch (e) {
        if (protocol === 'otlp' && e instanceof ApiError && e.code !== 'no-org-id') return refuseOtlp(reply, e);
        throw e;
      }
      return reply.code(204).send();
    });
  }
}

/** OTLP's exporters read why they are refused in google.rpc.Status: field 2 is its message. */
function refuseOtlp(reply: FastifyReply, { status, message }: ApiError): FastifyReply {
  if (status === 429 || status === 503) reply.header('retry-after', '1');
  const text = Buffer.from(message.trimEnd());
  const length: number[] = [];
  for (let rest = text.length; length.length === 0 || rest > 0; rest = Math.floor(rest / 128))
    length.push((rest % 128) + (rest >= 128 ? 128 : 0));
  return reply
    .code(status)
    .header('content-type', 'application/octet-stream')
    .send(Buffer.concat([Buffer.of(0x12, ...length), text]));
}
