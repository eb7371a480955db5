/** Work is counted in instructions: they are what each byte of a text may have to look at. */
import { describe, expect, test } from 'vitest';
import { parseRegex } from '../../../src/model/regex/parser.js';
import { compileProgram } from '../../../src/model/regex/program.js';
import { weightOf } from '../../../src/model/regex/syntax.js';

const bytesMax = 131_072;
const times = (part: string, room = bytesMax): string => part.repeat(Math.floor(room / part.length));
const many = (count: number, part: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join('|');

const programOf = (source: string, backwards = false) =>
  compileProgram(parseRegex(source, { anchored: false }).root, { unanchored: true, backwards });

describe('alternatives', () => {
  test.each([
    ['words', many(10_000, (i) => `word${i}`)],
    ['words in any case', `(?i)${many(10_000, (i) => `word${i}`)}`],
    ['gaps behind one beginning', many(10_000, (i) => `w.*z${i}`)],
    ['repeated beginnings', many(10_000, (i) => `[a-f]{8}x${i}`)],
    ['groups', many(10_000, (i) => `(word${i})`)],
  ])('of %s share what they begin with', (_title, source) => {
    expect(programOf(source)?.op.length).toBeLessThan(50_000);
  });

  test('read backwards share what they end with', () => {
    const source = many(10_000, (i) => `${i}.*word`);
    expect(programOf(source, true)?.op.length).toBeLessThan(50_000);
    expect(programOf(source)?.op.length).toBeGreaterThan(50_000);
  });
});

describe('whatever the parser lets pass has a program, not much larger than was reckoned', () => {
  test.each([
    ['a letter', times('a')],
    ['a letter in any case', `(?i)${times('k', bytesMax - 4)}`],
    ['all but a letter', times('[^a]')],
    ['a set', times('[a-c]')],
    ['any character', times('.', 30_000)],
    ['letters of all scripts', '\\pL{300}'],
    ['optional letters', times('a?')],
    ['stars', times('a*')],
    ['loops', times('(a|b)*')],
    ['repetitions', times('a{0,1000}', 8000)],
    ['wide gaps', '.{1000}.{1000}.{1000}'],
  ])('%s', (_title, source) => {
    const { root } = parseRegex(source, { anchored: false });
    const program = programOf(source);
    expect(program?.op.length).toBeLessThan(2 * weightOf(root) + root.size + 100);
  });

  test.each([
    ['any character', times('.')],
    ['letters of all scripts', times('\\pL')],
    ['letters of all scripts, folded', `(?i)${times('\\pL', bytesMax - 4)}`],
    ['gaps', times('.+')],
  ])('but %s without end is refused', (_title, source) => {
    expect(() => parseRegex(source, { anchored: false })).toThrow('expression too large');
  });
});

describe('classes', () => {
  test.each([
    ['a set that is named ever again', `[${times('\\pL', bytesMax - 2)}]`],
    ['the same in any case', `(?i)[${times('\\pL', bytesMax - 6)}]`],
    ['the start of a name without its end', `[${times('[:x', bytesMax - 2)}]`],
  ])('%s', (_title, source) => {
    const { root } = parseRegex(source, { anchored: false });
    expect(root.op).toBe('class');
    expect(weightOf(root)).toBeLessThan(10_000);
  });
});
