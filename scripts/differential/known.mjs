// Differences from Loki that are meant, each explained under its name in docs/differences.md.

/**
 * `applies(query, want, got, text)`: may this difference between Loki's answer and ours be the known one? With `instead`
 * it is, if Loki gives our answer to the query that this returns.
 */
export const known = [
  {
    name: 'stages refused while labels are categorized',
    applies: (query, want, got) =>
      query.categorize === true && isEmpty(want) && got.status === 400 && got.text.startsWith("parse error : stage '"),
  },
  {
    name: 'instant queries over more than an hour',
    applies: (query, _want, _got, text) => query.path === 'query' && text.includes('[1h30m]'),
    instead: (query) => ({
      ...query,
      path: 'query_range',
      params: { start: query.params.time, end: query.params.time, step: '1' },
    }),
  },
  {
    name: 'a bad expression behind a syntax error',
    applies: (query, want, got) =>
      query.kind === 'malformed' && want.text.startsWith('parse error : ') && isSyntaxError(got.text),
  },
  {
    name: 'variants and of as names',
    applies: (query, want) => query.kind === 'malformed' && /unexpected (variants|of)\b/.test(want.text),
  },
  {
    name: 'a time printed as a number',
    applies: (_query, _want, _got, text) => /printf[^}]*(__timestamp__|unixToTime|toDate)/.test(text),
  },
  {
    name: 'averages by the label that is unwrapped',
    applies: (_query, want, got, text) => isEmpty(want) && got.status === 200 && /\bavg by .*unwrap/s.test(text),
  },
  {
    name: 'details of an error set by hand',
    applies: (_query, want, got, text) =>
      want.status === 200 && got.status === 200 && text.includes('__error_details__='),
  },
  {
    name: 'ties of topk and bottomk',
    applies: (_query, want, got, text) =>
      /(top|bottom)k/.test(text) && want.status === 200 && valuesOf(want) === valuesOf(got),
  },
  {
    name: 'the sign of zero',
    applies(_query, want, got) {
      const [a, b] = [unsigned(want), unsigned(got)];
      return a.length > 0 && a.length === b.length && a.every((one, i) => one === b[i]);
    },
  },
  {
    name: 'answers that Loki cannot write',
    applies: (_query, want, got) =>
      want.status === 500 &&
      got.status === 200 &&
      /could not write JSON response|err while creating labelset|error decoding response/.test(want.text),
  },
];

const isEmpty = ({ status, data }) => status === 200 && data?.result?.length === 0;

/** The samples of an answer, whatever series they are of. */
const valuesOf = ({ data }) =>
  JSON.stringify(
    (data?.result ?? [])
      .flatMap(({ values, value }) => values ?? [value])
      .map(String)
      .sort(),
  );

const isSyntaxError = (text) => /^parse error at .*syntax error/.test(text);

/** The series of an answer without the signs of zeros. */
const unsigned = ({ data }) =>
  [...(data?.result ?? [])].map((one) => JSON.stringify(one).replaceAll('"-0"', '"0"')).sort();
