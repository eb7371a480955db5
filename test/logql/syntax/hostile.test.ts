import { describe, expect, it } from 'vitest';
import { ParseError } from '../../../src/logql/syntax/parse-error.js';
import { parseExpr, parseSyntax, queryBytesMax } from '../../../src/logql/syntax/parser.js';
import { prettify } from '../../../src/logql/syntax/prettier.js';
import { print, printAsLoki } from '../../../src/logql/syntax/printer.js';
import { prng } from '../../helpers/prng.js';
import { cases } from './cases.js';

/**
 * Parses to something that can be printed, or is refused with a ParseError; anything else fails. What is written inside
 * of stages is looked at only with parseExpr.
 */
function survives(query: string, parse = parseSyntax): ParseError | null {
  try {
    const expr = parse(query);
    print(expr);
    printAsLoki(expr);
    prettify(expr);
    return null;
  } catch (e) {
    if (e instanceof ParseError) return e;
    throw e;
  }
}

const tooDeep = 'parse error : query is nested too deeply (at most 400 levels)';
const fill = (part: string, bytes = queryBytesMax - 100): string => part.repeat(bytes / Buffer.byteLength(part));

describe('length', () => {
  const padded = (bytes: number): string => '{a="b"}'.padEnd(bytes, ' ');

  it('is allowed below the limit', () => {
    expect(survives(padded(queryBytesMax - 1))).toBeNull();
  });

  it.each([queryBytesMax, queryBytesMax + 1, 10 * queryBytesMax])('is refused at %i bytes', (bytes) => {
    expect(survives(padded(bytes))?.message).toBe(`parse error : input size too long (${bytes} > 131072)`);
  });

  it('is counted in bytes', () => {
    const query = `{a="${'é'.repeat(65_533)}"}`;
    expect(query.length).toBeLessThan(queryBytesMax);
    expect(survives(query)?.message).toBe('parse error : input size too long (131072 > 131072)');
  });
});

describe('depth', () => {
  const inside = (open: string, core: string, close: string, levels: number): string =>
    open.repeat(levels) + core + close.repeat(levels);

  it.each([
    ['parentheses', '(', '1', ')'],
    ['parentheses around a log query', '(', '{a="b"}', ')'],
    ['functions', 'sum(', 'vector(1)', ')'],
  ])('of %s is limited', (_, open, core, close) => {
    expect(survives(inside(open, core, close, 390))).toBeNull();
    expect(survives(inside(open, core, close, 410))?.message).toBe(tooDeep);
  });

  it('of label filters is limited', () => {
    expect(survives(`{a="b"} | ${inside('(', 'c=1', ')', 390)}`)).toBeNull();
    expect(survives(`{a="b"} | ${inside('(', 'c=1', ')', 410)}`)?.message).toBe(tooDeep);
    expect(survives(`{a="b"} | ${inside('(c=1 or ', 'c=1', ') and d=2', 210)}`)?.message).toBe(tooDeep);
    expect(survives(`rate({a="b"} | unwrap c | ${inside('(c=1 or ', 'c=1', ') and d=2', 210)} [5m])`)?.message).toBe(
      tooDeep,
    );
  });

  it('is limited for expression and label filter together, so that what is printed is no deeper', () => {
    const filter = Array(250).fill('c=1 or d=2').join(' and ');
    const query = (levels: number): string => inside('sum(', `rate({a="b"} | ${filter} [5m])`, ')', levels);
    expect(survives(query(100))).toBeNull();
    expect(survives(print(parseSyntax(query(100))))).toBeNull();
    expect(survives(query(250))?.message).toBe(tooDeep);
  });

  it('of parentheses around a range is limited', () => {
    expect(survives(`rate(${inside('(', '{a="b"}[5m]', ')', 390)})`)).toBeNull();
    expect(survives(`rate(${inside('(', '{a="b"}[5m]', ')', 410)})`)?.message).toBe(tooDeep);
  });

  it('of 100,000 parentheses is refused like any other', () => {
    expect(survives('('.repeat(100_000))?.message).toBe(tooDeep);
    expect(survives(`{a="b"} | ${'('.repeat(100_000)}`)?.message).toBe(tooDeep);
    expect(survives(`rate(${'('.repeat(100_000)}`)?.message).toBe(tooDeep);
  });

  it('of a chain of operators is limited', () => {
    expect(survives(Array(400).fill('vector(1)').join('+'))).toBeNull();
    expect(survives(Array(400).fill('vector(1)').join('^'))).toBeNull();
    expect(survives(Array(401).fill('vector(1)').join('+'))?.message).toBe(tooDeep);
    expect(survives(Array(401).fill('vector(1)').join('^'))?.message).toBe(tooDeep);
  });
});

describe('long chains that are no deeper than one link', () => {
  it.each([
    ['line filters', `{a="b"}${fill('|="x"')}`],
    ['alternatives of a line filter', `{a="b"} |= "x"${fill(' or "x"')}`],
    ['alternatives of a negative line filter', `{a="b"} != "x"${fill(' or "x"')}`],
    ['stages', `{a="b"}${fill('|json')}`],
    ['label filters with or', `{a="b"} | c=1${fill(' or c=1')}`],
    ['label filters with and', `{a="b"} | c=1${fill(' and c=1')}`],
    ['label filters with commas', `{a="b"} | c=1${fill(',c=1')}`],
    ['label filters with nothing between', `{a="b"} | c=1${fill(' c=1')}`],
    ['matchers', `{a="b"${fill(',a="b"')}}`],
    ['labels', `sum by (a${fill(',a')}) (vector(1))`],
    ['literals', `1${fill('+1')}`],
    ['powers', `1${fill('^1')}`],
    ['comments', `${fill('#\n')}{a="b"}`],
    ['escapes', `{a="${fill('\\n')}"}`],
  ])('%s are parsed and printed', (_, query) => {
    expect(survives(query)).toBeNull();
  });

  it.each([
    ['signs', fill('|=')],
    ['numbers', fill('1.1.')],
    ['digits', fill('1')],
    ['function names', fill('rate ')],
    ['function names far from their parentheses', `rate${fill(' ')}rate`],
    ['open braces', fill('{')],
    ['open brackets', `rate({a="b"}${fill('[')}`],
    ['quotes', fill('"')],
    ['backslashes', `{a="${fill('\\')}`],
    ['minus signs', fill('-')],
    ['operands without operators', fill('vector(1) ')],
    ['underscores', fill('1_')],
  ])('%s are refused', (_, query) => {
    expect(survives(query)).toBeInstanceOf(ParseError);
  });

  it('of label filters keep their meaning, balanced', () => {
    const query = (n: number): string => `{a="b"} | ${Array.from({ length: n }, (_, i) => `c=${i}`).join(' or ')}`;
    const numbers = (text: string): string[] => text.match(/\d+/g) ?? [];
    expect(numbers(print(parseExpr(query(1000))))).toEqual(Array.from({ length: 1000 }, (_, i) => String(i)));
  });
});

describe('damaged queries', () => {
  it('are parsed or refused, never anything else', () => {
    const random = prng();
    const queries = Object.values(cases).flatMap((rows) => rows.map(([query]) => query));
    for (let i = 0; i < 5000; i++) {
      const chars = [...random.pick(queries)];
      for (let k = random.int(4); k >= 0; k--) {
        const other = [...random.pick(queries)];
        const at = random.int(chars.length + 1);
        chars.splice(at, random.int(3), ...other.slice(random.int(other.length + 1)).slice(0, random.int(6)));
      }
      const query = chars.join('');
      try {
        survives(query, parseExpr);
      } catch (e) {
        throw new Error(`seed ${random.seed}, query ${i}: ${query}`, { cause: e });
      }
    }
  });
});
