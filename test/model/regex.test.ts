import { describe, expect, test } from 'vitest';
import { compileRegex, RegexError } from '../../src/model/regex.js';

const search = (source: string) => compileRegex(source, { anchored: false });
const whole = (source: string) => compileRegex(source, { anchored: true });
const encoder = new TextEncoder();
const decode = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes));

/** Expression and Go's complaint, or null where it is good. Recorded from Go 1.26 with grafana/regexp. */
const syntax: readonly (readonly [source: string, complaint: string | null])[] = [
  ['(', 'missing closing ): `(`'],
  ['(a', 'missing closing ): `(a`'],
  ['a)', 'unexpected ): `a)`'],
  [')', 'unexpected ): `)`'],
  ['[', 'missing closing ]: `[`'],
  ['[a', 'missing closing ]: `[a`'],
  ['[]a]', null],
  ['[^', 'missing closing ]: `[^`'],
  ['[z-a]', 'invalid character class range: `z-a`'],
  ['[a-\\d]', 'invalid escape sequence: `\\d`'],
  ['[[:foo:]]', 'invalid character class range: `[:foo:]`'],
  ['[[:alpha]', null],
  ['*', 'missing argument to repetition operator: `*`'],
  ['+a', 'missing argument to repetition operator: `+`'],
  ['a|*', 'missing argument to repetition operator: `*`'],
  ['(*)', 'missing argument to repetition operator: `*`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['a*+', 'invalid nested repetition operator: `*+`'],
  ['a+?*', 'invalid nested repetition operator: `+?*`'],
  ['a{2}{3}', 'invalid nested repetition operator: `{2}{3}`'],
  ['a{1001}', 'invalid repeat count: `{1001}`'],
  ['a{2,1}', 'invalid repeat count: `{2,1}`'],
  ['a{,2}', null],
  ['a{1,', null],
  ['(a{30}){40}', 'invalid repeat count: `{40}`'],
  ['(?:a{10}){100}', null],
  ['\\', 'trailing backslash at end of expression: ``'],
  ['a\\', 'trailing backslash at end of expression: ``'],
  ['\\8', 'invalid escape sequence: `\\8`'],
  ['\\1', 'invalid escape sequence: `\\1`'],
  ['\\x', 'invalid escape sequence: `\\x`'],
  ['\\x1', 'invalid escape sequence: `\\x1`'],
  ['\\x{', 'invalid escape sequence: `\\x{`'],
  ['\\x{}', 'invalid escape sequence: `\\x{}`'],
  ['\\x{110000}', 'invalid escape sequence: `\\x{110000`'],
  ['\\xzz', 'invalid escape sequence: `\\xzz`'],
  ['\\q', 'invalid escape sequence: `\\q`'],
  ['\\_', null],
  ['\\E', 'invalid escape sequence: `\\E`'],
  ['\\C', 'invalid escape sequence: `\\C`'],
  ['\\Z', 'invalid escape sequence: `\\Z`'],
  ['\\z', null],
  ['\\pX', 'invalid character class range: `\\pX`'],
  ['\\p', 'invalid character class range: `\\p`'],
  ['\\p{Foo}', 'invalid character class range: `\\p{Foo}`'],
  ['\\p{Greek', 'invalid character class range: `\\p{Greek`'],
  ['\\p{^Lu}', null],
  ['\\p{Grek}', 'invalid character class range: `\\p{Grek}`'],
  ['(?P<n>a)', null],
  ['(?P<n', 'invalid named capture: `(?P<n`'],
  ['(?P<n>', 'missing closing ): `(?P<n>`'],
  ['(?P<>a)', 'invalid named capture: `(?P<>`'],
  ['(?P<a-b>x)', 'invalid named capture: `(?P<a-b>`'],
  ['(?P=n)', 'invalid or unsupported Perl syntax: `(?P`'],
  ['(?<n>a)', null],
  ['(?<n', 'invalid named capture: `(?<n`'],
  ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
  ['(?!a)', 'invalid or unsupported Perl syntax: `(?!`'],
  ['(?<=a)', 'invalid named capture: `(?<=a)`'],
  ['(?z)', 'invalid or unsupported Perl syntax: `(?z`'],
  ['(?i', 'invalid or unsupported Perl syntax: `(?i`'],
  ['(?-)', 'invalid or unsupported Perl syntax: `(?-)`'],
  ['(?i-)', 'invalid or unsupported Perl syntax: `(?i-)`'],
  ['(?i-s:a)', null],
  ['(?i--s:a)', 'invalid or unsupported Perl syntax: `(?i--`'],
  ['(?', 'invalid or unsupported Perl syntax: `(?`'],
  ['(?:', 'missing closing ): `(?:`'],
  ['(?a', 'invalid or unsupported Perl syntax: `(?a`'],
  ['\\Q(', null],
  ['\\Qa\\E*', null],
  ['x{1', null],
  ['{1}', 'missing argument to repetition operator: `{1}`'],
  ['(?i)*', 'missing argument to repetition operator: `*`'],
  ['^*', null],
  ['\\b+', null],
  ['a{0}', null],
  ['\\07', null],
  ['\\400', null],
  ['[\\', 'trailing backslash at end of expression: ``'],
  [']', null],
  ['}', null],
  ['(?s).*(?-s).', null],
  ['\\p{L', 'invalid character class range: `\\p{L`'],
  ['[\\p{Foo}]', 'invalid character class range: `\\p{Foo}`'],
  ['[[:^alpha:]]', null],
  ['(?U)a+', null],
  ['((((((((((a))))))))))', null],
];

describe('syntax', () => {
  test.each(syntax)('%j', (source, complaint) => {
    if (complaint === null) expect(() => search(source)).not.toThrow();
    else {
      expect(() => search(source)).toThrow(RegexError);
      expect(() => search(source)).toThrow(expect.objectContaining({ message: `error parsing regexp: ${complaint}` }));
    }
  });

  test('an open quote takes in what a matcher adds', () => {
    expect(() => whole('a\\Qb')).toThrow('error parsing regexp: missing closing ): `^(?s:a\\Qb)$`');
  });

  test('nesting is bounded', () => {
    expect(() => search(`${'('.repeat(1500)}a${')'.repeat(1500)}`)).toThrow(/expression nests too deeply/);
    expect(() => search(`${'('.repeat(900)}a${')'.repeat(900)}`)).not.toThrow();
  });
});

describe('meaning', () => {
  const matches: readonly (readonly [source: string, text: string, groups: readonly (string | null)[] | null])[] = [
    ['a.c', 'a\nc', null],
    ['(?s)a.c', 'a\nc', ['a\nc']],
    ['a$', 'a\n', null],
    ['(?m)a$', 'a\nb', ['a']],
    ['(?m)^b', 'a\nb', ['b']],
    ['\\d+', '٣', null],
    ['\\w+', 'é', null],
    ['\\s', '\v', null],
    ['[[:space:]]', '\v', ['\v']],
    ['\\bé', 'é', null],
    ['(?i)straSSE', 'STRAsse', ['STRAsse']],
    ['(?i)k', '\u212a', ['\u212a']],
    ['(?i)s', 'ſ', ['ſ']],
    ['(?i)Σ', 'ς', ['ς']],
    ['(?i)ß', 'ẞ', ['ẞ']],
    ['\\pL+', 'héλ1', ['héλ']],
    ['\\p{Greek}', 'λ', ['λ']],
    ['\\P{Greek}', 'λ', null],
    ['\\Qa.b\\E+', 'a.bb', ['a.bb']],
    ['.', '😀', ['😀']],
    ['^.{2}$', '😀a', ['😀a']],
    ['(a|ab)(c|bcd)(d*)', 'abcd', ['abcd', 'a', 'bcd', '']],
    ['(?:(a)|b)*', 'ab', ['ab', 'a']],
    ['(a*)?', 'b', ['', '']],
    ['(a)?b', 'b', ['b', null]],
    ['a*?', 'aa', ['']],
    ['(?U)a+', 'aa', ['a']],
    ['\\B', 'b😀a', null],
    ['x*', 'ax', ['']],
  ];
  test.each(matches)('%j on %j', (source, text, groups) => {
    const regex = search(source);
    const bytes = encoder.encode(text);
    expect(regex.exec(text)).toEqual(groups);
    expect(regex.test(text)).toBe(groups !== null);
    expect(regex.testBytes(bytes, 0, bytes.length)).toBe(groups !== null);
  });

  test('an anchored expression matches the whole text, newlines included', () => {
    expect(whole('a|b').test('a')).toBe(true);
    expect(whole('a|b').test('ab')).toBe(false);
    expect(whole('a.*').test('a\nb')).toBe(true);
    expect(whole('').test('')).toBe(true);
    expect(whole('(?P<x>a+)').exec('aa')).toEqual(['aa', 'aa']);
  });

  test('only the bytes given are read', () => {
    const bytes = encoder.encode('xxabcxx');
    expect(search('^abc$').testBytes(bytes, 2, 5)).toBe(true);
    expect(search('x').testBytes(bytes, 2, 5)).toBe(false);
    expect(search('\\babc\\b').testBytes(bytes, 2, 5)).toBe(true);
  });

  test('a byte that is no UTF-8 is one U+FFFD', () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0xc3, 0x62);
    expect(search('a..b').testBytes(bytes, 0, 4)).toBe(true);
    expect(search('a.b').testBytes(bytes, 0, 4)).toBe(false);
    expect(search('^a\\x{fffd}{2}b$').testBytes(bytes, 0, 4)).toBe(true);
    expect(search('b$').testBytes(bytes, 0, 4)).toBe(true);
  });

  test('groups have their names', () => {
    expect(search('(?P<a>x)(y)(?<b>z)').groupNames).toEqual(['', 'a', '', 'b']);
  });
});

describe('all matches', () => {
  const all = (source: string, text: string): unknown =>
    search(source)
      .matchAll(text)
      .map(({ start, end }) => [start, end]);
  test('do not overlap, and an empty one does not follow a match at once', () => {
    expect(all('a', 'banana')).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(all('a*', 'baaa')).toEqual([
      [0, 0],
      [1, 4],
    ]);
    expect(all('', '😀a')).toEqual([
      [0, 0],
      [2, 2],
      [3, 3],
    ]);
    expect(all('\\b', 'ab c')).toEqual([
      [0, 0],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(all('(\\w+)=(\\w+)', 'é a=b c=d')).toEqual([
      [2, 5],
      [6, 9],
    ]);
    expect(all('^a', 'aa')).toEqual([[0, 1]]);
  });
});

describe('literals', () => {
  const rows: readonly (readonly [
    source: string,
    needle: string | null,
    folded: string | null,
    alternatives: readonly string[] | null,
  ])[] = [
    ['foo', 'foo', null, ['foo']],
    ['.*foo.*', 'foo', null, ['foo']],
    ['error|warn', null, null, ['error', 'warn']],
    ['(error|warn)', null, null, ['error', 'warn']],
    ['(?:conn|time)out', 'out', null, ['connout', 'timeout']],
    ['foo|foobar', 'foo', null, ['foo']],
    ['colou?r', 'colo', null, ['color', 'colour']],
    ['foo.*bar', 'foo', null, null],
    ['a[0-9]+long literal', 'long literal', null, null],
    ['status=5\\d\\d', 'status=5', null, null],
    ['^foo', 'foo', null, null],
    ['foo$', 'foo', null, null],
    ['(foo)+', 'foo', null, null],
    ['(foo){2}', 'foofoo', null, ['foofoo']],
    ['(?i)error', null, 'error', null],
    ['(?i)timeout.*disk', null, 'timeout', null],
    ['(?i)status', null, 'tatu', null],
    ['[Ee]rror', 'rror', 'error', ['Error', 'error']],
    ['x*', null, null, null],
    ['', null, null, null],
    ['.', null, null, null],
    ['é+', 'é', null, null],
    ['a\\x{fffd}', 'a', null, null],
  ];
  test.each(rows)('%j', (source, needle, folded, alternatives) => {
    const regex = search(source);
    expect(decode(regex.needle)).toBe(needle);
    expect(decode(regex.caseInsensitiveNeedle)).toBe(folded);
    expect(regex.alternatives?.map(decode) ?? null).toEqual(alternatives);
  });

  test('an anchored expression is a search for literals only between .* and .*', () => {
    expect(whole('foo').alternatives).toBeNull();
    expect(whole('.*foo').alternatives).toBeNull();
    expect(whole('.*foo.*').alternatives?.map(decode)).toEqual(['foo']);
    expect(whole('.*(foo|bar).*').alternatives?.map(decode)).toEqual(['foo', 'bar']);
    expect(whole('(?-s:.*)foo(?-s:.*)').alternatives).toBeNull();
  });
});
