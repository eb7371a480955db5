/** docs/COMPATIBILITY.md, from the tables that the program itself goes by. */
import { type Endpoint, endpoints } from '../src/http/routes/endpoints.js';
import { rangeFunctions, unwrapConversions, vectorOperators } from '../src/logql/functions.js';
import { lokiFunctions } from '../src/template/functions.js';

const row = (cells: readonly string[]): string => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

const stages: readonly (readonly [string, string])[] = [
  ['`|=` `!=` `|~` `!~` `|>` `!>`, `or`, `ip()`', 'logql/line-filter'],
  ['`json`, `json a="b.c[0]"`', 'logql/json'],
  ['`logfmt`, `--strict`, `--keep-empty`, expressions', 'logql/logfmt'],
  ['`pattern`, `regexp`', 'logql/pattern-regexp'],
  ['`unpack`', 'logql/unpack'],
  [
    'label filters: strings, numbers, durations, bytes, `ip()`, `and`, `or`, `,`, parentheses',
    'logql/json, logql/random',
  ],
  ['`line_format`, `label_format`', 'logql/line-format, logql/label-format'],
  ['`decolorize`, `drop`, `keep`', 'logql/decolorize, logql/random'],
  ['`unwrap` and its conversions', 'logql/unwrap'],
];

const words: Record<Endpoint['state'], string> = {
  there: 'yes',
  plain: 'answered plainly',
  refused: 'refused by name (501)',
};

/** `score`: how many of the recorded answers pass, by suite; `differences`: docs/differences.md. */
export function compatibilityPage(score: Readonly<Record<string, number>>, differences: string): string {
  return `# Compatibility

What skald does of Loki 3.7, and where an answer differs on purpose. This page is written by \`npm run docs\` from the tables that
the program goes by; CI checks that it is up to date. Options and limits are in [CONFIGURATION.md](CONFIGURATION.md).

Recorded answers of a real Loki 3.7.6 that must stay equal: ${score['cases']} of the cases, ${score['auth']} of tenants, ${score['limits']} of limits.
Names such as \`logql/json\` are their groups, under test/conformance.

## HTTP

${table(
  ['methods', 'path', 'parameters', 'there', 'shown by'],
  endpoints.map((e) => [
    e.methods.join(', '),
    code(e.path),
    e.parameters.map(code).join(' '),
    e.note ? `${words[e.state]}: ${e.note}` : words[e.state],
    e.shownBy,
  ]),
)}

gRPC on \`server.grpc_listen_port\`: \`logproto.Pusher/Push\` and the standard health service.

## LogQL

${table(['stage', 'shown by'], stages)}

${table(
  ['range function', 'what it gives', 'unwrap', 'grouping'],
  [...rangeFunctions].map(([name, f]) => [code(name), f.description, f.unwrap, f.grouping ? 'yes' : 'no']),
)}

${table(
  ['vector operator', 'what it gives', 'by / without'],
  [...vectorOperators].map(([name, f]) => [code(name), f.description, f.grouping ? 'yes' : 'no']),
)}

Conversions of \`unwrap\`: ${[...unwrapConversions].map(([name, what]) => `\`${name}\` (${what})`).join(', ')}.
Binary operators, \`on\`, \`ignoring\`, \`group_left\`, \`group_right\`, \`bool\`, \`label_replace\`, \`vector\`, \`offset\`: cases logql/binary,
logql/vector, logql/offset. \`approx_topk\` and \`variants\` are refused as Loki refuses them unless its own switches are on.

Template functions: ${[...lokiFunctions.keys()].sort().map(code).join(' ')}.

## Where an answer differs

${differences.replace(/^# .*\n+/, '').trim()}
`;
}
