// Differences that are meant: each is explained in docs/differences.md.

const pathOf = (step) => step.path.split('?')[0];
const queryOf = (step) => `${step.path.split('?')[1] ?? ''}&${step.body ?? ''}`;
const isPush = (step) => /\/(push|logs)$/.test(pathOf(step));
const bothRefuse = (want, got) => want.status === got.status && want.status >= 400;

/** `applies(request, want, got)` */
export const known = [
  {
    name: 'log queries at the instant endpoint',
    applies: (step, want) =>
      pathOf(step).endsWith('/query') && want.text.startsWith('log queries are not supported as an instant'),
  },
  {
    name: "words of Go's libraries about a body",
    applies: (step, want, got) => isPush(step) && bothRefuse(want, got) && words.test(want.text),
  },
  {
    name: 'entries from before the schema',
    applies: (step, want) => isPush(step) && want.text.includes('no schema config found'),
  },
  {
    name: 'shards',
    applies: (step, want) => pathOf(step).endsWith('/index/shards') && want.status === 500,
  },
  {
    name: 'answers in protobuf',
    applies: (step) => step.headers?.accept === 'application/vnd.google.protobuf',
  },
  { name: 'the version of the build', applies: (step) => pathOf(step).endsWith('/status/buildinfo') },
  {
    name: 'pages for which a tenant must be named',
    applies: (step, want) =>
      /limits$/.test(pathOf(step)) && want.status === 401 && step.headers?.['x-scope-orgid'] === undefined,
  },
  {
    name: 'values of the old label endpoint',
    applies: (step, want, got) => /^\/api\/prom\/label\/.+\/values$/.test(pathOf(step)) && want.status === got.status,
  },
  { name: 'the ruler', applies: (step, _want, got) => /rules|alerts/.test(pathOf(step)) && got.status === 501 },
  { name: 'what Loki keeps for itself', applies: (step) => internal.test(pathOf(step)) },
  {
    name: 'deleting by the old path',
    applies: (step, want) => pathOf(step) === '/loki/api/admin/delete' && want.status === 404,
  },
  {
    name: 'delete requests that name no streams',
    applies: (step, want, got) =>
      pathOf(step).endsWith('/delete') && want.status === 204 && got.text === 'invalid query expression\n',
  },
  {
    name: 'deletions taken back without an id',
    applies: (step) => step.method === 'DELETE' && /\/delete(\?request_id=(&|$)|$)/.test(step.path),
  },
  {
    name: 'the other encoding of answers',
    applies: (_step, want) => want.text.startsWith('support for Parquet encoded responses is disabled'),
  },
  {
    name: 'a bug of the cache of sizes',
    applies: (_step, want) => want.status === 500 && want.text.includes('interface conversion: resultscache.Response'),
  },
  {
    name: 'literals where fields are detected',
    applies: (step, want) => /detected_field/.test(step.path) && want.text.includes('"resultType"'),
  },
  { name: 'a range that Loki does not finish', applies: (_step, want) => want.text === 'timeout' },
  { name: 'the doubled prefix', applies: (step) => step.path.includes('/loki/api/v1/loki/api/v1/') },
  {
    name: 'the first seconds of 1970',
    applies: (step) => /(start|end|time)=(\d|\d?\.\d*|[01]\.\d+)(&|$)/.test(queryOf(step)),
  },
];

const words =
  /error found in #|^(flate|gzip|proto|snappy|mime|invalid input)|EOF|unmarshal|timestamp: |decoding|utf-?8/i;
const internal = /^\/(metrics|config|services|memberlist|debug|.*ring|loki\/api\/v1\/cache)/;
