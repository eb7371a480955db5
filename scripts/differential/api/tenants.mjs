// Tenants as they may be named, on every endpoint that asks for one.

const tenants = [
  undefined,
  '',
  'a',
  'b',
  'a|b',
  'b|a',
  'a|a',
  'a||b',
  '|',
  'a|',
  '|a',
  'A',
  'a b',
  'a/b',
  'a\\b',
  '.',
  '..',
  '...',
  '.a',
  'a,b',
  'a:b',
  ':a',
  'a:',
  'a:b|c:d',
  'a:b:c',
  'ü',
  'a\tb',
  '*',
  "!-_.*'()",
  'a@b',
  'a+b',
  '__x',
  'x'.repeat(150),
  'x'.repeat(151),
  'a|..',
  'a|b c',
  'fake',
  '%61',
  '<b>',
  'a;b',
  'a=b',
  '"a"',
  'a|b|c|d',
  ' a',
  'a ',
  ' ',
  'a | b',
  '.|a',
  'a|x/y|..',
];

export function tenantQuestions(run, at) {
  const list = [];
  const query = encodeURIComponent(`{c="${run}"}`);
  const asked = [
    '/loki/api/v1/labels',
    `/loki/api/v1/label/c/values`,
    `/loki/api/v1/label/__tenant_id__/values`,
    '/loki/api/v1/series',
    `/loki/api/v1/query_range?query=${query}`,
    `/loki/api/v1/query_range?query=${encodeURIComponent(`{c="${run}", __tenant_id__="a"}`)}`,
    `/loki/api/v1/query_range?query=${encodeURIComponent(`{c="${run}", __tenant_id__=~"b|c"}`)}`,
    `/loki/api/v1/query_range?query=${encodeURIComponent(`sum by (__tenant_id__) (count_over_time({c="${run}"}[1h]))`)}`,
    `/loki/api/v1/query?query=${encodeURIComponent(`count_over_time({c="${run}"}[1h])`)}`,
    '/loki/api/v1/query?query=1',
    `/loki/api/v1/index/stats?query=${query}`,
    `/loki/api/v1/index/volume?query=${query}`,
    `/loki/api/v1/index/volume_range?query=${query}&step=3600`,
    `/loki/api/v1/index/shards?query=${query}`,
    '/loki/api/v1/detected_labels',
    `/loki/api/v1/detected_fields?query=${query}`,
    `/loki/api/v1/detected_field/x/values?query=${query}`,
    `/loki/api/v1/patterns?query=${query}`,
    '/loki/api/v1/drilldown-limits',
    `/loki/api/v1/format_query?query=${query}`,
    '/loki/api/v1/delete',
    `/api/prom/query?query=${query}`,
    '/api/prom/label',
    '/api/prom/series',
    '/loki/api/v1/tail',
    '/loki/api/v1/rules',
    '/prometheus/api/v1/rules',
    '/config/tenant/v1/limits',
    '/flush',
    '/log_level',
    '/loki/api/v1/nosuch',
    '/loki/api/v1/query_range',
    '/loki/api/v1/query',
  ];
  for (const id of tenants) {
    const headers = id === undefined ? {} : { 'x-scope-orgid': Buffer.from(id).toString('latin1') };
    const values = [[at(1790), `line of ${id?.slice(0, 5)}`]];
    const body = Buffer.from(JSON.stringify({ streams: [{ stream: { c: run }, values }] }));
    const json = { 'content-type': 'application/json', ...headers };
    const steps = [
      { method: 'POST', path: '/loki/api/v1/push', headers: json, body },
      { method: 'POST', path: '/otlp/v1/logs', headers: json, body: Buffer.from('{}') },
      { method: 'POST', path: '/api/prom/push', headers: json, body: Buffer.from('{"streams":[]}') },
    ];
    list.push({ kind: 'tenant', what: id, steps });
  }
  for (const id of tenants) {
    const headers = id === undefined ? {} : { 'x-scope-orgid': Buffer.from(id).toString('latin1') };
    for (const path of asked)
      list.push({
        kind: 'tenant',
        what: id,
        steps: [{ path, headers, ...(/limits/.test(path) && { shape: 'status' }) }],
      });
    list.push({
      kind: 'tenant',
      what: id,
      steps: [{ method: 'POST', path: `/loki/api/v1/delete?query=${query}&start=1`, headers }],
    });
  }
  return list;
}
