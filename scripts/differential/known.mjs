// Differences from Loki that are meant, each explained in docs/differences.md under its name.

/**
 * `applies(query, want, got, text)`: may this difference between Loki's answer and ours be the known one? With `instead`
 * it is, if Loki gives our answer to the query that this returns.
 */
export const known = [
  {
    name: 'stages refused while labels are categorized',
    applies: (query, want, got) =>
      query.categorize === true &&
      want.status === 200 &&
      want.data?.result?.length === 0 &&
      got.status === 400 &&
      got.text.startsWith("parse error : stage '"),
  },
  {
    name: 'instant queries over more than an hour',
    applies: (query, _want, _got, text) => query.path === 'query' && text.includes('[1h30m]'),
    instead: (query) => ({ ...query, path: 'query_range', params: { start: query.params.time, end: query.params.time, step: '1' } }),
  },
  {
    name: 'label values that are not UTF-8',
    applies: (_query, want, got) =>
      want.status === 500 && want.text.includes('invalid UTF-8 rune') && got.status === 200,
  },
];
