/** Who is there and how it is: ready, buildinfo, config, services, rings, log level, metrics, flush. */
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../metrics/metrics.js';
import { quoteGo } from '../../model/labels.js';
import type { TenantId } from '../../model/tenant.js';
import { formOf, type TenantPolicy, writeTenant } from '../request.js';
import { sendText, textType } from '../send.js';

/** The Loki whose interface this is: Grafana's Drilldown asks for 3.2 or later. */
export const lokiVersion = '3.7.6';

export interface StatusRouteDeps {
  readonly version: string;
  readonly metrics: Metrics;
  /** Null when ready, else why not. */
  readonly notReady: () => string | null;
  readonly renderConfig: (mode: 'full' | 'diff' | 'defaults') => string;
  /** As YAML, those that the tenant may know. */
  readonly renderLimits: (tenant: TenantId) => string;
  readonly policy: TenantPolicy;
  readonly logLevel: { get(): string; set(level: string): boolean };
  readonly flush: () => Promise<void>;
  readonly prepareShutdown: { get(): boolean; set(on: boolean): void };
  readonly shutdown: () => void;
}

/** The bound of a bucket behind the other labels, where Go's client and those who read its text expect it. */
const leLast = (text: string): string => text.replace(/\{le="([^"]*)",([^}]*)\}/g, '{$2,le="$1"}');

/** The parts of a single binary, as /services of Loki names them. */
const services = ['server', 'distributor', 'ingester', 'store', 'querier', 'query-frontend', 'compactor', 'ring'];
const rings = [
  '/ring',
  '/distributor/ring',
  '/scheduler/ring',
  '/compactor/ring',
  '/ruler/ring',
  '/indexgateway/ring',
  '/memberlist',
  '/partition-ring',
  '/pattern/ring',
];

export function statusRoutes(app: FastifyInstance, deps: StatusRouteDeps): void {
  app.get('/ready', (_request, reply) => {
    const reason = deps.notReady();
    return reason === null ? sendText(reply, 'ready\n') : sendText(reply.code(503), `${reason}\n`);
  });

  app.get('/loki/api/v1/status/buildinfo', (_request, reply) =>
    reply
      .header('content-type', 'application/json')
      .send(
        JSON.stringify({ version: lokiVersion, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' }),
      ),
  );

  app.get('/config', (request, reply) => {
    const mode = formOf(request).get('mode');
    return sendText(reply, deps.renderConfig(mode === 'diff' || mode === 'defaults' ? mode : 'full'));
  });

  app.get('/config/tenant/v1/limits', (request, reply) =>
    sendText(reply, deps.renderLimits(writeTenant(request, deps.policy))),
  );

  app.get('/services', (_request, reply) =>
    sendText(reply, `${services.map((name) => `${name} => Running`).join('\n')}\n`),
  );

  for (const url of rings) {
    app.get(url, (_request, reply) =>
      sendText(
        reply,
        'skald runs as one process and keeps no ring: there is nothing to join, and nothing to forget.\n',
      ),
    );
  }

  const logLevelType = 'application/json; charset=utf-8';
  app.get('/log_level', (_request, reply) =>
    reply
      .header('content-type', logLevelType)
      .send(JSON.stringify({ message: `Current log level is ${deps.logLevel.get()}` })),
  );
  app.post('/log_level', (request, reply) => {
    const level = formOf(request).get('log_level');
    const accepted = deps.logLevel.set(level);
    const message = accepted ? `Log level set to ${level}` : `unrecognized log level ${quoteGo(level)}`;
    return reply
      .code(accepted ? 200 : 400)
      .header('content-type', logLevelType)
      .send(JSON.stringify({ message, status: accepted ? 'success' : 'failed' }));
  });

  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', deps.metrics.registry.contentType).send(leLast(await deps.metrics.registry.metrics())),
  );

  for (const url of ['/flush', '/ingester/flush']) {
    app.route({
      method: ['GET', 'POST'],
      url,
      handler: async (_request, reply) => {
        await deps.flush();
        return reply.code(204).send();
      },
    });
  }

  app.get('/ingester/prepare_shutdown', (_request, reply) =>
    sendText(reply, deps.prepareShutdown.get() ? 'set' : 'unset'),
  );
  app.post('/ingester/prepare_shutdown', (_request, reply) => {
    deps.prepareShutdown.set(true);
    return reply.code(204).send();
  });
  app.delete('/ingester/prepare_shutdown', (_request, reply) => {
    deps.prepareShutdown.set(false);
    return reply.code(204).send();
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/ingester/shutdown',
    handler: async (_request, reply) => {
      await deps.flush();
      reply.raw.once('finish', deps.shutdown);
      return reply.code(204).header('content-type', textType).send();
    },
  });
}
