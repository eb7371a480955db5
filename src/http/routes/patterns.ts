/** `patterns`: what the pattern store saw; refused by name when it is off. */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../errors.js';
import { parseMatchers } from '../../logql/syntax/parser.js';
import type { PatternStore } from '../../patterns/pattern-store.js';
import { bounds, gridStep } from '../../query/params.js';
import { labelsTest } from '../../query/stream-source.js';
import { formOf, readTenants } from '../request.js';
import { sendJson } from '../send.js';
import type { RouteDeps } from './deps.js';

export interface PatternRouteDeps extends RouteDeps {
  /** Null when pattern_ingester.enabled is false. */
  readonly patterns: PatternStore | null;
}

export function patternRoutes(app: FastifyInstance, { patterns, policy, nowNs }: PatternRouteDeps): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/loki/api/v1/patterns',
    handler: async (request, reply) => {
      const tenants = readTenants(request, policy);
      if (patterns === null)
        throw new ApiError('not-found', 'patterns are off: set pattern_ingester.enabled to true\n');
      const form = formOf(request);
      const range = bounds(form, nowNs());
      const stepSeconds = Math.max(1, Math.floor(gridStep(form, range) / 1e9));
      const matchers = parseMatchers(form.get('query'));
      if (range.end < range.start) return sendJson(request, reply, { status: 'success', data: [] });
      const [from, through] = [Number(range.start / 1_000_000_000n), Number(range.end / 1_000_000_000n)];
      const series = tenants.flatMap((t) => patterns.query(t, labelsTest(matchers), from, through, stepSeconds));
      const data = series.map(({ pattern, level, samples }) => ({ pattern, ...(level !== '' && { level }), samples }));
      return sendJson(request, reply, { status: 'success', data });
    },
  });
}
