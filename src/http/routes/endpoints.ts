/**
 * Every endpoint of Loki's single binary, and what skald makes of it. docs/COMPATIBILITY.md is made from this table, and a
 * test holds it against the routes that the server has.
 */
export interface Endpoint {
  readonly methods: readonly string[];
  readonly path: string;
  /** Parameters that are read. */
  readonly parameters: readonly string[];
  readonly state: 'there' | 'plain' | 'refused';
  /** For `plain` (answered, though there is nothing to it here) and `refused`: why. */
  readonly note?: string;
  /** Where it is shown to work. */
  readonly shownBy: string;
}

const range = ['start', 'end', 'since'];
const ring = 'one process keeps no ring';
const ruler = 'there is no ruler yet, rules are neither kept nor evaluated';
const both = ['GET', 'POST'];

const there = (methods: readonly string[], path: string, parameters: readonly string[], shownBy: string): Endpoint => ({
  methods,
  path,
  parameters,
  state: 'there',
  shownBy,
});
const plain = (methods: readonly string[], path: string, note: string): Endpoint => ({
  methods,
  path,
  parameters: [],
  state: 'plain',
  note,
  shownBy: 'cases api/status',
});
const refused = (methods: readonly string[], path: string, note: string): Endpoint => ({
  methods,
  path,
  parameters: [],
  state: 'refused',
  note,
  shownBy: 'test/http/endpoints.test.ts',
});

export const endpoints: readonly Endpoint[] = [
  there(['POST'], '/loki/api/v1/push', [], 'cases api/push-json, api/push-proto'),
  there(['POST'], '/api/prom/push', [], 'cases api/legacy'),
  there(['POST'], '/otlp/v1/logs', [], 'cases api/otlp'),
  there(
    both,
    '/loki/api/v1/query_range',
    ['query', ...range, 'step', 'interval', 'limit', 'direction'],
    'cases api/query, logql',
  ),
  there(both, '/loki/api/v1/query', ['query', 'time', 'limit', 'direction'], 'cases api/query, logql'),
  there(both, '/loki/api/v1/format_query', ['query'], 'cases api/metadata'),
  there(both, '/loki/api/v1/labels', ['query', ...range], 'cases api/metadata'),
  there(both, '/loki/api/v1/label', ['query', ...range], 'cases api/metadata'),
  there(both, '/loki/api/v1/label/:name/values', ['query', ...range], 'cases api/metadata'),
  there(both, '/loki/api/v1/series', ['match[]', 'match', ...range], 'cases api/metadata'),
  there(both, '/loki/api/v1/index/stats', ['query', ...range], 'cases api/metadata'),
  there(
    both,
    '/loki/api/v1/index/volume',
    ['query', ...range, 'limit', 'targetLabels', 'aggregateBy'],
    'cases api/metadata',
  ),
  there(
    both,
    '/loki/api/v1/index/volume_range',
    ['query', ...range, 'step', 'limit', 'targetLabels', 'aggregateBy'],
    'cases api/metadata',
  ),
  there(both, '/loki/api/v1/index/shards', ['query', ...range], 'test/e2e/grafana.test.ts'),
  there(both, '/loki/api/v1/patterns', ['query', ...range, 'step'], 'test/e2e/grafana.test.ts'),
  there(both, '/loki/api/v1/detected_labels', ['query', ...range], 'cases api/metadata'),
  there(both, '/loki/api/v1/detected_fields', ['query', ...range, 'limit', 'line_limit'], 'cases api/metadata'),
  there(
    both,
    '/loki/api/v1/detected_field/:name/values',
    ['query', ...range, 'limit', 'line_limit'],
    'cases api/metadata',
  ),
  there(['GET'], '/loki/api/v1/drilldown-limits', [], 'test/e2e/grafana.test.ts'),
  there(both, '/loki/api/v1/tail', ['query', 'start', 'limit', 'delay_for'], 'test/e2e/grafana.test.ts'),
  there(both, '/api/prom/tail', ['query', 'start', 'limit', 'delay_for'], 'test/e2e/tail.test.ts'),
  there(
    ['POST', 'PUT', 'GET', 'DELETE'],
    '/loki/api/v1/delete',
    ['query', 'start', 'end', 'request_id'],
    'cases api/delete',
  ),
  there(
    ['POST', 'PUT', 'GET', 'DELETE'],
    '/loki/api/admin/delete',
    ['query', 'start', 'end', 'request_id'],
    'cases api/delete',
  ),
  there(both, '/api/prom/query', ['query', 'regexp', ...range, 'limit', 'direction'], 'cases api/legacy'),
  there(both, '/api/prom/label', [...range], 'cases api/legacy'),
  there(both, '/api/prom/label/:name/values', [...range], 'cases api/legacy'),
  there(both, '/api/prom/series', ['match[]', ...range], 'cases api/legacy'),
  there(['GET'], '/ready', [], 'cases api/status'),
  there(['GET'], '/metrics', [], 'cases api/status'),
  there(['GET'], '/config', ['mode'], 'cases api/status'),
  there(['GET'], '/config/tenant/v1/limits', [], 'test/e2e/grafana.test.ts'),
  there(['GET'], '/services', [], 'cases api/status'),
  there(['GET'], '/loki/api/v1/status/buildinfo', [], 'cases api/status'),
  there(both, '/log_level', ['log_level'], 'cases api/status'),
  there(both, '/flush', [], 'cases api/status'),
  there(both, '/ingester/flush', [], 'cases api/status'),
  there(both, '/ingester/shutdown', [], 'test/http/endpoints.test.ts'),
  there(['GET', 'POST', 'DELETE'], '/ingester/prepare_shutdown', [], 'test/http/endpoints.test.ts'),
  plain(['GET'], '/ring', ring),
  plain(['GET'], '/distributor/ring', ring),
  plain(['GET'], '/scheduler/ring', ring),
  plain(['GET'], '/compactor/ring', ring),
  plain(['GET'], '/ruler/ring', ring),
  plain(['GET'], '/indexgateway/ring', ring),
  plain(['GET'], '/memberlist', ring),
  plain(['GET'], '/partition-ring', ring),
  plain(['GET'], '/pattern/ring', ring),
  refused(['GET'], '/loki/api/v1/rules', ruler),
  refused(['GET', 'POST', 'DELETE'], '/loki/api/v1/rules/:namespace', ruler),
  refused(['GET', 'DELETE'], '/loki/api/v1/rules/:namespace/:group', ruler),
  refused(['GET'], '/api/prom/rules', ruler),
  refused(['GET', 'POST', 'DELETE'], '/api/prom/rules/:namespace', ruler),
  refused(['GET', 'DELETE'], '/api/prom/rules/:namespace/:group', ruler),
  refused(['GET'], '/prometheus/api/v1/rules', ruler),
  refused(['GET'], '/prometheus/api/v1/alerts', ruler),
  refused(both, '/loki/api/v1/cache/generation_numbers', 'results are never older than the data'),
];
