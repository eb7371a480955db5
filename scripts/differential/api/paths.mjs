// Every path with every method, spelled in every way.
import { deleteQuestions } from './deletes.mjs';

const paths = [
  '/',
  '/loki',
  '/loki/api/v1',
  '/loki/api/v1/',
  '/loki/api/v1/push',
  '/loki/api/v1/query',
  '/loki/api/v1/query_range',
  '/loki/api/v1/labels',
  '/loki/api/v1/label',
  '/loki/api/v1/label/app/values',
  '/loki/api/v1/series',
  '/loki/api/v1/index/stats',
  '/loki/api/v1/index/volume',
  '/loki/api/v1/index/volume_range',
  '/loki/api/v1/index/shards',
  '/loki/api/v1/patterns',
  '/loki/api/v1/detected_labels',
  '/loki/api/v1/detected_fields',
  '/loki/api/v1/detected_field/level/values',
  '/loki/api/v1/drilldown-limits',
  '/loki/api/v1/format_query',
  '/loki/api/v1/status/buildinfo',
  '/loki/api/v1/delete',
  '/loki/api/v1/cache/generation_numbers',
  '/loki/api/admin/delete',
  '/loki/api/v1/tail',
  '/loki/api/v1/rules',
  '/loki/api/v1/alerts',
  '/prometheus/api/v1/rules',
  '/prometheus/api/v1/alerts',
  '/api/prom/rules',
  '/otlp/v1/logs',
  '/api/prom/push',
  '/api/prom/query',
  '/api/prom/label',
  '/api/prom/label/app/values',
  '/api/prom/series',
  '/api/prom/tail',
  '/ready',
  '/log_level',
  '/ui/',
  '/ui',
  '/loki/api/v1/nosuch',
  '/loki/api/v2/query',
  '/api/v1/query',
  '/debug/pprof/',
  '/favicon.ico',
  '/robots.txt',
  '/loki/api/v1/detected_field/values',
  '/loki/api/v1/label//values',
  '/loki/api/v1/label/values',
  '/loki/api/v1/index',
  '/loki/api/v1/rules/a',
  '/loki/api/v1/rules/a/b',
  '/loki/api/v1/query_range/x',
  '/config/tenant/v1/limits',
  '/ingester/prepare_shutdown',
  '/ingester/prepare-partition-downscale',
  '/api/v1/alerts',
  '/loki/api/v1/index/',
  '/metrics/',
  '/ready/',
  '/loki/api/v1/status',
  '/loki/api/v1/status/',
  '/compactor/delete',
  '/loki/api/v1/multitenancy',
  '/loki/api/v1/loki/api/v1/labels',
  '/distributor',
  '/flush/',
  '/config/',
  '/services/',
  '/ring/',
  '/health',
  '/healthz',
  '/-/ready',
  '/-/healthy',
  '/version',
];
/** Compared by their status: what they show belongs to the process. */
const internals = [
  '/metrics',
  '/config',
  '/config?mode=diff',
  '/config?mode=defaults',
  '/config?mode=x',
  '/services',
  '/ring',
  '/distributor/ring',
  '/compactor/ring',
  '/scheduler/ring',
  '/memberlist',
  '/indexgateway/ring',
  '/pattern/ring',
  '/ruler/ring',
  '/partition-ring',
];
const spellings = (path) => [
  `${path}/`,
  path.replace('/api/', '//api/'),
  `/${path}`,
  path.replace('/v1', '/%761'),
  path.toUpperCase(),
  path.replace('/loki/', '/loki/./'),
  path.replace('/loki/', '/x/../loki/'),
  `${path}?`,
  `${path}?query`,
  `${path}?=`,
  `${path}?a=%zz`,
  `${path}?a;b`,
  `${path}?query=%7Bapp%3D%22x%22%7D;x=1`,
  `${path}#x`,
  `${path}%20`,
  `${path}%00`,
  path.replace('loki', 'l%6Fki'),
  `${path}//`,
];
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

export function pathQuestions(run, at) {
  const list = [];
  const add = (what, ...steps) => list.push({ kind: 'path', what, steps });
  for (const path of paths) for (const method of methods) add('method', { method, path });
  for (const path of internals)
    for (const method of methods.filter((m) => m !== 'POST' || !path.includes('ring')))
      add('internal', { method, path, shape: 'status' });
  for (const path of [
    '/loki/api/v1/labels',
    '/loki/api/v1/query_range',
    '/loki/api/v1/series',
    '/loki/api/v1/status/buildinfo',
  ])
    for (const spelled of spellings(path)) {
      add('spelling', { path: spelled });
      add('spelling', {
        method: 'POST',
        path: spelled,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from('start=1'),
      });
    }
  for (const level of ['debug', 'info', 'warn', 'error', 'INFO', '', 'x', ' info', 'fatal', 'trace'])
    add(
      'log level',
      { method: 'POST', path: `/log_level?log_level=${encodeURIComponent(level)}` },
      { path: '/log_level' },
    );
  add('log level', {
    method: 'POST',
    path: '/log_level',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from('log_level=warn'),
  });
  list.push(...deleteQuestions(run, at));
  return list;
}
