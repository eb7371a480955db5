import { describe, expect, it } from 'vitest';
import { parseSyntax } from '../../../src/logql/syntax/parser.js';
import { prettify } from '../../../src/logql/syntax/prettier.js';

const f = (query: string, ...lines: string[]) => expect(prettify(parseSyntax(query))).toBe(lines.join('\n'));
const long = 'x'.repeat(100);

describe('prettify', () => {
  it('leaves on one line what has at most 100 bytes', () => {
    f('sum   by(c)(rate({a="b"}[5m]))', 'sum by (c)(rate({a="b"}[5m]))');
    const query = (n: number) => `{a="b"} |= "${'x'.repeat(n)}"`;
    f(query(87), query(87));
    f(query(89), '{a="b"}', `  |= "${'x'.repeat(89)}"`);
  });

  it('counts bytes, not characters', () => {
    f(`{a="b"} |= "${'é'.repeat(45)}"`, '{a="b"}', `  |= "${'é'.repeat(45)}"`);
  });

  it('gives every stage a line', () => {
    f(
      `{a="b"} | json c="d" | line_format "${long}" | e>5m`,
      '{a="b"}',
      '  | json c="d"',
      `  | line_format "${long}"`,
      '  | e>5m0s',
    );
  });

  it('gives line filters a line each only where the first of them are too long together', () => {
    f(`{a="b"} |= "c" |= "d" |= "${long}"`, '{a="b"}', '  |= "c" |= "d"', `  |= "${long}"`);
    f(`{a="b"} |= "${long}" |= "d"`, '{a="b"}', `  |= "${long}"`, '  |= "d"');
  });

  it('does not lose alternatives, as Loki does', () => {
    f(`{a="b"} |= "${long}" or "c"`, '{a="b"}', `  |= "${long}" or "c"`);
  });

  it('gives arguments, range and unwrap their lines', () => {
    f(
      `quantile_over_time(0.99, {a="b"} |= "${long}" | unwrap bytes(c) | d=1 [1w] offset 1h) by (e, f)`,
      'quantile_over_time(',
      '  0.99,',
      '  {a="b"}',
      `    |= "${long}"`,
      '    | unwrap bytes(c)',
      '    | d==1 [1w] offset 1h',
      ') by (e, f)',
    );
  });

  it('breaks aggregations, operators and label_replace', () => {
    f(
      `topk by (c) (3, rate({a="${long}"}[5m])) / on (c) group_left (d) label_replace(vector(1), "e", "${long}", "f", "g")`,
      '  topk by (c)(',
      '    3,',
      '    rate(',
      `      {a="${long}"} [5m]`,
      '    )',
      '  )',
      '/ on (c) group_left (d)',
      '  label_replace(',
      '    vector(1.000000),',
      '    "e",',
      `    "${long}",`,
      '    "f",',
      '    "g"',
      '  )',
    );
  });
});
