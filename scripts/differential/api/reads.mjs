// Questions to the reading endpoints: each has its parameters, and each parameter what is usual and what is not.

import { durations, numbers, odd, selectors, times } from './read-values.mjs';

export function endpoints(run, base, at) {
  const time = { good: [at(0), at(10), at(-60), at(45)], odd: times(base, at) };
  const end = { good: [at(600), at(100), at(60)], odd: times(base, at) };
  const query = { good: selectors(run), odd: odd(run) };
  const metric = {
    good: [
      ...selectors(run),
      `sum by (app) (count_over_time({run="${run}"}[1m]))`,
      `rate({run="${run}",app="shop"}[30s])`,
      `{run="${run}"} |= "e"`,
      `{run="${run}", app="shop"} | json`,
      `{run="${run}", app="shop"} | logfmt`,
    ],
    odd: [...odd(run), 'vector(0)', '1', 'bool', `topk(2, rate({run="${run}"}[1m]))`],
  };
  const limit = { good: ['10', '100', '1000', '3'], odd: [...numbers, '5000', '5001', '100000'] };
  const duration = { good: ['10s', '60', '30s', '1m'], odd: durations };
  const since = { good: ['1h', '3h', '30m'], odd: durations };
  const labels = {
    good: ['app', 'app,env', 'pod', 'nosuch', 'env'],
    odd: ['', ',', 'app,', ',app', 'app, env', 'ü', 'app,app', 'service_name', '"', '__name__', 'run', 'app,nosuch'],
  };
  const by = { good: ['series', 'labels'], odd: ['', 'Series', 'LABELS', 'x', 'series,labels'] };
  const direction = {
    good: ['forward', 'backward'],
    odd: ['FORWARD', 'Backward', 'bAcKwArD', 'x', '0', '1', '', ' forward', 'forwards'],
  };
  const api = '/loki/api/v1';
  const range = { start: time, end, since };
  const names = [
    'app',
    'env',
    'service_name',
    'nosuch',
    'n',
    'quote',
    'pod',
    '__name__',
    'a%20b',
    '%C3%BC',
    '1a',
    'a-b',
    'detected_level',
    'trace_id',
    'run',
    '%00',
    'a%2Fb',
    'a.b',
    '__tenant_id__',
    'x'.repeat(1100),
  ];
  const fields = [
    'level',
    'status',
    'ms',
    'took',
    'user_id',
    'detected_level',
    'trace_id',
    'nosuch',
    'caller',
    'k',
    'http_status',
    'a_b',
    'app',
    'user_first_name',
  ];
  return [
    {
      weight: 8,
      path: `${api}/query_range`,
      parameters: { query: metric, ...range, step: duration, interval: duration, limit, direction },
    },
    {
      weight: 5,
      path: `${api}/query`,
      parameters: {
        query: { good: metric.good.slice(-8), odd: metric.odd },
        time: { good: [at(60), at(100)], odd: times(base, at) },
        limit,
        direction,
      },
    },
    { weight: 3, path: `${api}/labels`, parameters: { query, ...range } },
    { weight: 1, path: `${api}/label`, parameters: { query, ...range } },
    ...names.map((name) => ({ weight: 0.3, path: `${api}/label/${name}/values`, parameters: { query, ...range } })),
    {
      weight: 4,
      path: `${api}/series`,
      parameters: { 'match[]': { ...query, many: true }, match: { ...query, many: true, rare: true }, ...range },
    },
    { weight: 2, path: `${api}/index/stats`, parameters: { query, ...range }, shape: 'index' },
    {
      weight: 5,
      path: `${api}/index/volume`,
      parameters: { query, ...range, limit, targetLabels: labels, aggregateBy: by },
    },
    {
      weight: 5,
      path: `${api}/index/volume_range`,
      parameters: { query, ...range, limit, step: duration, targetLabels: labels, aggregateBy: by },
    },
    {
      weight: 1,
      path: `${api}/index/shards`,
      parameters: { query, ...range, targetBytesPerShard: { good: ['600MB'], odd: ['0', 'abc', '-1', '1KB', '100'] } },
    },
    { weight: 2, path: `${api}/patterns`, parameters: { query, ...range, step: duration } },
    { weight: 3, path: `${api}/detected_labels`, parameters: { query, ...range } },
    {
      weight: 4,
      path: `${api}/detected_fields`,
      parameters: {
        query: metric,
        ...range,
        limit,
        line_limit: limit,
        field_limit: { ...limit, rare: true },
        step: { ...duration, rare: true },
      },
    },
    ...fields.map((name) => ({
      weight: 0.3,
      path: `${api}/detected_field/${name}/values`,
      parameters: { query: metric, ...range, limit, line_limit: limit },
    })),
    { weight: 2, path: `${api}/format_query`, parameters: { query: metric } },
    {
      weight: 3,
      path: '/api/prom/query',
      parameters: {
        query: metric,
        ...range,
        limit,
        direction,
        regexp: { good: ['e'], odd: ['(', '', 'a"b'], rare: true },
      },
    },
    { weight: 1, path: '/api/prom/label', parameters: { ...range, query: { ...query, rare: true } } },
    { weight: 1, path: '/api/prom/label/app/values', parameters: { ...range, query: { ...query, rare: true } } },
    { weight: 1, path: '/api/prom/series', parameters: { 'match[]': { ...query, many: true }, ...range } },
    {
      weight: 1,
      path: `${api}/tail`,
      parameters: { query: metric, start: time, limit, delay_for: { good: ['1'], odd: numbers } },
    },
  ];
}

/** One question: the endpoint's parameters as usual, but for one or two that are odd or not there. */
export function readQuestion(random, list) {
  const { path, parameters, shape } = random.weighted(list.map((one) => [one.weight, () => one]));
  const pairs = [];
  const names = Object.keys(parameters);
  const strange = new Set(random.some(names, random.pick([0, 1, 1, 1, 2, 2, 3])));
  for (const name of names) {
    const { good, odd, many = false, rare = false } = parameters[name];
    if ((name === 'since' || rare) && !(strange.has(name) && random.chance(0.5))) continue;
    if (!strange.has(name)) {
      if (random.chance(name === 'query' || name === 'start' || name === 'end' ? 1 : 0.5))
        pairs.push([name, random.pick(good)]);
    } else if (random.chance(0.85)) pairs.push([name, random.pick(odd)]);
    if (many && random.chance(0.4)) pairs.push([name, random.pick(random.chance(0.8) ? good : odd)]);
    else if (random.chance(0.02)) pairs.push([name, random.pick(odd)]);
  }
  return { ...dressed(random, path, pairs), ...(shape && { shape }) };
}

/** By GET or by POST, in the URL or in the body or in both. */
export function dressed(random, path, pairs) {
  const form = (list) => list.map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join('&');
  const headers = {};
  if (random.chance(0.1))
    headers['x-loki-response-encoding-flags'] = random.pick([
      'categorize-labels',
      'x',
      'categorize-labels,x',
      '',
      'CATEGORIZE-LABELS',
      ' categorize-labels',
    ]);
  if (random.chance(0.1))
    headers.accept = random.pick([
      'application/json',
      '*/*',
      'text/plain',
      'application/vnd.google.protobuf',
      'application/vnd.apache.parquet',
      'x',
    ]);
  if (random.chance(0.05)) headers['x-query-tags'] = 'Source=test';
  if (random.chance(0.05)) headers['cache-control'] = 'no-cache';
  if (random.chance(0.75)) return { path: pairs.length > 0 ? `${path}?${form(pairs)}` : path, headers };
  const type = random.weighted([
    [8, () => 'application/x-www-form-urlencoded'],
    [1, () => 'application/x-www-form-urlencoded; charset=UTF-8'],
    [0.3, () => 'application/json'],
    [0.3, () => 'text/plain'],
    [0.3, () => 'APPLICATION/X-WWW-FORM-URLENCODED'],
    [0.3, () => 'multipart/form-data; boundary=x'],
    [0.3, () => '/'],
  ]);
  const inUrl = random.chance(0.2) ? random.some(pairs, 1) : [];
  const rest = pairs.filter((pair) => !inUrl.includes(pair));
  const url = inUrl.length > 0 ? `${path}?${form(inUrl)}` : path;
  return { method: 'POST', path: url, headers: { ...headers, 'content-type': type }, body: Buffer.from(form(rest)) };
}
