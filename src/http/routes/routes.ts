/** All routes of a server. docs/COMPATIBILITY.md lists them. */
import type { FastifyInstance } from 'fastify';
import { refuseOtherMethods } from '../app.js';
import { type DeleteRouteDeps, deleteRoutes } from './delete.js';
import { type DrilldownRouteDeps, drilldownRoutes } from './drilldown.js';
import { type LabelRouteDeps, labelRoutes } from './labels.js';
import { type LegacyRouteDeps, legacyRoutes } from './legacy.js';
import { type PatternRouteDeps, patternRoutes } from './patterns.js';
import { type PushRouteDeps, pushRoutes } from './push.js';
import { type QueryRouteDeps, queryRoutes } from './query.js';
import { refusedRoutes } from './refused.js';
import { type StatusRouteDeps, statusRoutes } from './status.js';
import { type TailRouteDeps, tailRoutes } from './tail.js';

export type AllRouteDeps = DeleteRouteDeps &
  DrilldownRouteDeps &
  LabelRouteDeps &
  LegacyRouteDeps &
  PatternRouteDeps &
  PushRouteDeps &
  QueryRouteDeps &
  StatusRouteDeps &
  TailRouteDeps;

/** Returns how to end the live tails, which would otherwise keep the server from stopping. */
export function registerRoutes(app: FastifyInstance, deps: AllRouteDeps): { closeTails(): Promise<void> } {
  const routes = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set();
    for (const m of [method].flat()) methods.add(m);
    routes.set(url, methods);
  });
  pushRoutes(app, deps);
  queryRoutes(app, deps);
  labelRoutes(app, deps);
  drilldownRoutes(app, deps);
  patternRoutes(app, deps);
  deleteRoutes(app, deps);
  legacyRoutes(app, deps);
  refusedRoutes(app, deps.policy);
  statusRoutes(app, deps);
  const tails = tailRoutes(app, deps);
  refuseOtherMethods(app, new Map(routes));
  return { closeTails: () => tails.close() };
}
