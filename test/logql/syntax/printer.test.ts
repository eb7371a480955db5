import { describe, expect, it } from 'vitest';
import { parseSyntax } from '../../../src/logql/syntax/parser.js';
import { print, printAsLoki } from '../../../src/logql/syntax/printer.js';
import { prng } from '../../helpers/prng.js';
import { cases } from './cases.js';
import { randomExpr } from './random-expr.js';

describe('print', () => {
  it('gives text that parses to the same tree', () => {
    const random = prng();
    for (let i = 0; i < 1500; i++) {
      const expr = randomExpr(random);
      const text = print(expr);
      expect(parseSyntax(text), `seed ${random.seed}, query ${i}: ${text}`).toEqual(expr);
    }
  });

  it('gives such text for every query of the table', () => {
    for (const [query, want] of Object.values(cases).flat()) {
      if (want.startsWith('parse error')) continue;
      const expr = parseSyntax(query);
      expect(parseSyntax(print(expr)), query).toEqual(expr);
    }
  });

  it('keeps what the text of Loki loses', () => {
    const row = (query: string, exact: string, loki: string) => {
      expect(print(parseSyntax(query))).toBe(exact);
      expect(printAsLoki(parseSyntax(query))).toBe(loki);
    };
    row('{a="b"} | c>1234567B', '{a="b"} | c>1234567B', '{a="b"} | c>1.2MB');
    row('{a="b"} | c=~"d.e"', '{a="b"} | c=~"d.e"', '{a="b"} | c=~`d.e`');
    row('{a="b"} | json ! = "c"', '{a="b"} | json ! ="c"', '{a="b"} | json !="c"');
    row('vector(0.1234567)', 'vector(0.1234567)', 'vector(0.123457)');
    row('1 / 0', '(0 / 0)', 'NaN');
    row('1e308 * 10', '(1e308 * 10)', '+Inf');
    row('-1e308 * 10', '(-1e308 * 10)', '-Inf');
    row('-0.0', '-0.0', '-0');
    row(
      'vector(1) * on (a) group_left () (vector(2) + vector(3))',
      '(vector(1) * on (a) group_left () (vector(2) + vector(3)))',
      '(vector(1.000000) * on (a) group_left (vector(2.000000) + vector(3.000000)))',
    );
    row(
      'vector(1) * ignoring () group_left vector(2)',
      '(vector(1) * ignoring () group_left () vector(2))',
      '(vector(1.000000) * vector(2.000000))',
    );
  });
});
