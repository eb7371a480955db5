/** Expressions on which a backtracking engine takes for ever. They would hang here, if they did. */
import { describe, expect, test } from 'vitest';
import { compileRegex } from '../../../src/model/regex.js';

const a = 'a'.repeat(20_000);
const blanks = ' '.repeat(20_000);

describe('hostile expressions end', () => {
  const rows: readonly (readonly [source: string, text: string, matches: boolean])[] = [
    ['^(a+)+$', `${a}b`, false],
    ['(a+)+$', `${a}b`, false],
    ['^(a{1,30}){1,30}$', a, false],
    ['(a{1,30}){1,30}b', a, false],
    ['\\s+$', `${blanks}x`, false],
    ['(x+x+)+y', 'x'.repeat(20_000), false],
    ['(a|aa)+$', `${a}b`, false],
    ['([a-z]+)*$', `${a}1`, true],
    ['(.*)a(.*)b(.*)c(.*)d', a, false],
    ['foo.*bar.*baz', 'foo bar '.repeat(2500), false],
    ['(\\w+\\s?)+$', `${'ab '.repeat(6000)}!`, false],
    ['(?P<k>\\w+)=(?P<v>\\w+)', a, false],
    ['"(.*?)","(.*?)","(.*?)"', '"","'.repeat(4000), true],
    ['(?i)(.*error.*){3}', a, false],
    ['[\\s\\S]*x[\\s\\S]*y[\\s\\S]*z', 'x'.repeat(20_000), false],
    ['(a?){300}a{300}b', a, false],
  ];
  test.each(rows)('%s', (source, text, matches) => {
    const regex = compileRegex(source, { anchored: false });
    const bytes = Buffer.from(text);
    expect(regex.testBytes(bytes, 0, bytes.length)).toBe(matches);
    expect(regex.test(text)).toBe(matches);
    expect(regex.exec(text) !== null).toBe(matches);
    if (!matches) expect(regex.matchAll(text)).toEqual([]);
  });

  test('an expression that needs ever new states goes on without them', () => {
    const text = Buffer.from(Array.from({ length: 2000 }, (_, i) => ((i * 2654435761) % 97 < 50 ? 'a' : 'c')).join(''));
    const regex = compileRegex('a.{500}b', { anchored: false });
    for (let round = 0; round < 3; round++) expect(regex.testBytes(text, 0, text.length)).toBe(false);
    const tail = Buffer.concat([text, Buffer.from(`a${'c'.repeat(500)}b`)]);
    expect(regex.testBytes(tail, 0, tail.length)).toBe(true);
  });
});
