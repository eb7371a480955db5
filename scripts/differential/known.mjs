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
    name: 'the place of a name that is none',
    applies: (query, want, got) =>
      query.kind === 'malformed' &&
      want.text.includes('unexpected STRING') &&
      withoutColumn(want) === withoutColumn(got),
  },
  {
    name: 'variants and of as names',
    applies: (query, want) => query.kind === 'malformed' && /unexpected (variants|of)\b/.test(want.text),
  },
  {
    name: 'a time printed as a number',
    applies: (_query, _want, _got, text) => text.includes('printf') && /__timestamp__|unixToTime|toDate/.test(text),
  },
  {
    name: 'averages divided',
    applies: (_query, want, got, text) =>
      (isEmpty(want) || want.text.startsWith('pipeline error')) && got.status === 200 && /\bavg\b.*unwrap/s.test(text),
  },
  {
    name: 'which of several faults is named',
    applies: (_query, want, got, text) =>
      ["pipeline error: '", "parse error : stage '"].some(
        (head) => want.text.startsWith(head) && got.text.startsWith(head),
      ) &&
      ((text.match(/_over_time|rate/g)?.length ?? 0) > 1 || text.includes('[1h30m]')),
  },
  {
    name: 'label values that are not UTF-8 in metric queries',
    applies: (query, want, got, text) =>
      want.status === 200 &&
      got.status === 200 &&
      want.data?.resultType !== 'streams' &&
      query.kind !== 'log' &&
      /fmt="broken".*(pattern|regexp|label_format|line_format)/s.test(text),
  },
  {
    name: 'a label set that comes twice',
    applies: (_query, want, got, text) =>
      want.status === 500 &&
      got.status === 200 &&
      want.text.startsWith('found duplicate series') &&
      text.includes('--keep-empty'),
  },
  {
    name: 'series that differ in a label without a value',
    applies: (_query, want, got, text) =>
      want.status === 200 &&
      got.status === 200 &&
      want.data?.resultType !== 'streams' &&
      /\| (drop|keep|label_format)|\b(by|without) \(/.test(text) &&
      (text.includes('--keep-empty') ||
        [want, got].some(({ data }) => data?.result?.some(({ metric }) => Object.values(metric ?? {}).includes('')))),
  },
  {
    name: 'details of an error set by hand',
    applies: (_query, want, got, text) => want.status === got.status && text.includes('__error_details__='),
  },
  {
    name: 'ties of topk and bottomk',
    applies: (_query, want, got, text) =>
      /(top|bottom)k/.test(text) && want.status === 200 && valuesOf(want) === valuesOf(got),
  },
  {
    name: 'a pattern that is not UTF-8',
    applies: (_query, want, got, text) =>
      want.status === 400 &&
      got.status === 200 &&
      /[|!]>.*\\x[89a-f]/s.test(text) &&
      want.text.includes('expecting IDENTIFIER or LITERAL'),
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

const withoutColumn = ({ text }) => text.replace(/col \d+/, 'col');

const isSyntaxError = (text) => /^parse error at .*syntax error/.test(text);
