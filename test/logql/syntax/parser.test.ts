import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/errors.js';
import type { Expr } from '../../../src/logql/syntax/ast.js';
import { ParseError } from '../../../src/logql/syntax/parse-error.js';
import { parseExpr, parseLogExpr, parseMatchers, parseSyntax } from '../../../src/logql/syntax/parser.js';
import { print, printAsLoki } from '../../../src/logql/syntax/printer.js';
import { cases } from './cases.js';

const textOf = (query: string): string => {
  try {
    return printAsLoki(parseExpr(query));
  } catch (e) {
    if (e instanceof ParseError) return e.message;
    throw e;
  }
};

describe('a query is printed, or refused, with the text of Loki', () => {
  for (const [family, rows] of Object.entries(cases)) {
    describe(family, () => {
      it.each(rows)('%j', (query, want) => {
        expect(textOf(query)).toBe(want);
      });
    });
  }
});

const log = (query: string) => parseLogExpr(query);
const stage = (text: string) => log(`{a="b"} ${text}`).stages;

describe('the tree of a log query', () => {
  it('has its matchers in order', () => {
    expect(log('{a="b", c!~"d"}').matchers).toEqual([
      { name: 'a', op: '=', value: 'b' },
      { name: 'c', op: '!~', value: 'd' },
    ]);
  });

  it('has one stage for each line filter, alternatives together', () => {
    expect(stage('|= "x" or ip("10.0.0.1") |~ "y"')).toEqual([
      {
        kind: 'line-filter',
        op: '|=',
        operands: [
          { text: 'x', ip: false },
          { text: '10.0.0.1', ip: true },
        ],
      },
      { kind: 'line-filter', op: '|~', operands: [{ text: 'y', ip: false }] },
    ]);
  });

  it('splits alternatives of a negative line filter, since all of them must not match', () => {
    expect(stage('!= "x" or "y"')).toEqual(stage('!= "x" != "y"'));
  });

  it('names the expression of a label that is taken under its own name', () => {
    expect(stage('| json c, d="e"')).toEqual([
      {
        kind: 'json',
        expressions: [
          { name: 'c', expression: 'c' },
          { name: 'd', expression: 'e' },
        ],
      },
    ]);
  });

  it('takes the flags of logfmt in any order and number', () => {
    const want = [{ kind: 'logfmt', strict: true, keepEmpty: true, expressions: [] }];
    expect(stage('| logfmt --keep-empty --strict --keep-empty')).toEqual(want);
  });

  it('tells quantities of label filters apart', () => {
    expect(stage('| c>5 | d>=5m | e<5KiB | f=ip("::1") | g="5"').map((s) => 'filter' in s && s.filter)).toEqual([
      { kind: 'number', name: 'c', op: '>', value: 5 },
      { kind: 'duration', name: 'd', op: '>=', valueNs: 300e9 },
      { kind: 'bytes', name: 'e', op: '<', value: 5120 },
      { kind: 'ip', name: 'f', op: '=', pattern: '::1' },
      { kind: 'string', matcher: { name: 'g', op: '=', value: '5' } },
    ]);
  });

  it('keeps bytes of strings that are not UTF-8 apart', () => {
    expect(log('{a="\\xff\\xc3\\xa9"}').matchers[0]?.value).toBe('\udcffé');
  });

  it('has names of labels that are functions elsewhere', () => {
    expect(stage('| drop rate, sum, ip, bytes')).toEqual([
      { kind: 'drop', labels: [{ name: 'rate' }, { name: 'sum' }, { name: 'ip' }, { name: 'bytes' }] },
    ]);
  });
});

describe('the tree of a metric query', () => {
  it('has range, offset and unwrap wherever they stand', () => {
    const want: Expr = {
      kind: 'range-aggregation',
      op: 'sum_over_time',
      param: null,
      log: {
        kind: 'log',
        matchers: [{ name: 'a', op: '=', value: 'b' }],
        stages: [{ kind: 'json', expressions: [] }],
      },
      unwrap: { label: 'c', conversion: 'duration', filters: [{ kind: 'number', name: 'd', op: '==', value: 1 }] },
      rangeNs: 300e9,
      offsetNs: 3600e9,
      grouping: null,
    };
    expect(parseExpr('sum_over_time({a="b"} | json | unwrap duration(c) | d=1 [5m] offset 1h)')).toEqual(want);
    expect(parseExpr('sum_over_time({a="b"}[5m] offset 1h | json | unwrap duration(c) | d=1)')).toEqual(want);
    expect(parseExpr('sum_over_time(({a="b"} | json | unwrap duration(c) | d=1)[5m] offset 1h)')).toEqual(want);
    expect(parseExpr('sum_over_time((({a="b"}[5m] offset 1h | json | unwrap duration(c) | d=1)))')).toEqual(want);
  });

  it('has the grouping before or behind the argument', () => {
    expect(parseExpr('sum by (c) (vector(1))')).toEqual(parseExpr('sum(vector(1)) by (c)'));
    expect(parseExpr('sum by () (vector(1))')).toEqual(parseExpr('sum(vector(1))'));
  });

  it('folds operations on literals', () => {
    const value = (query: string, want: number) =>
      expect(parseExpr(query), query).toEqual({ kind: 'literal', value: want });
    value('1 + 2 * 3', 7);
    value('(1 + 2) * 3', 9);
    value('2 ^ 3 ^ 2', 512);
    value('-2 ^ 2', 4);
    value('7 % 4 - 3', 0);
    value('1 / 0', Number.NaN);
    value('1 % 0', Number.NaN);
    value('2 > 1 == 1', 1);
    value('2 <= 1', 0);
    value('1 + 2 * 3 ^ 2 ^ 0.5 - 4 % 3', 9.45760877567483);
  });

  it('binds as Prometheus does', () => {
    const same = (query: string, want: string) => expect(parseExpr(query), query).toEqual(parseExpr(want));
    const [a, b, c, d] = ['vector(1)', 'vector(2)', 'vector(3)', 'vector(4)'];
    same(`${a} + ${b} * ${c} ^ ${d}`, `${a} + (${b} * (${c} ^ ${d}))`);
    same(`${a} ^ ${b} ^ ${c}`, `${a} ^ (${b} ^ ${c})`);
    same(`${a} - ${b} - ${c}`, `(${a} - ${b}) - ${c}`);
    same(`${a} or ${b} and ${c}`, `${a} or (${b} and ${c})`);
    same(`${a} unless ${b} and ${c}`, `(${a} unless ${b}) and ${c}`);
    same(`${a} > ${b} + ${c} == ${d}`, `(${a} > (${b} + ${c})) == ${d}`);
  });

  it('tells matching that is written from none', () => {
    const matching = (modifier: string) => {
      const expr = parseExpr(`vector(1) + ${modifier} vector(2)`);
      return expr.kind === 'binary' ? expr.matching : undefined;
    };
    expect(matching('')).toBeNull();
    expect(matching('ignoring ()')).toBeNull();
    expect(matching('on ()')).toEqual({ on: true, labels: [], group: null, include: [] });
    expect(matching('ignoring () group_left')).toEqual({ on: false, labels: [], group: 'left', include: [] });
    expect(matching('on (a) group_right (b, c)')).toEqual({
      on: true,
      labels: ['a'],
      group: 'right',
      include: ['b', 'c'],
    });
  });
});

describe('the entries of the parser', () => {
  const refused = (parse: () => unknown, message: string) => {
    expect(parse).toThrow(expect.objectContaining({ name: 'ApiError', status: 400, message }));
  };

  it('wants a log query where only one makes sense', () => {
    refused(() => parseLogExpr('rate({a="b"}[5m])'), 'only log selector is supported');
  });

  it('wants matchers alone for series', () => {
    expect(parseMatchers('{a="b"}')).toEqual([{ name: 'a', op: '=', value: 'b' }]);
    refused(() => parseMatchers('{a="b"} | json'), 'only label matchers are supported');
    refused(() => parseMatchers('rate({a="b"}[5m])'), 'only label matchers are supported');
    refused(
      () => parseMatchers('{a='),
      'parse error at line 1, col 4: syntax error: unexpected $end, expecting STRING',
    );
  });

  it('does not look into stages for formatting', () => {
    expect(printAsLoki(parseSyntax('{a="b"} | json c="["'))).toBe('{a="b"} | json c="["');
  });

  it('refuses variants by their name', () => {
    refused(
      () => parseExpr('variants(rate({a="b"}[5m])) of ({a="b"}[5m])'),
      'multi variant queries are disabled for this instance',
    );
  });

  it('accepts labels that are named like words that Loki 2.9 did not know', () => {
    expect(print(parseExpr('sum by (of) (rate({of="a", variants="b"} | variants=5 [5m]))'))).toBe(
      'sum by (of)(rate({of="a", variants="b"} | variants==5[5m]))',
    );
  });

  it('throws ApiError only', () => {
    expect(() => parseExpr('{')).toThrow(ApiError);
  });
});
