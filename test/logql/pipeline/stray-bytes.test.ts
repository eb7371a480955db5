/** Lines that are not UTF-8. What Loki 3.7.6 answered is in the table; stray bytes are written as lone surrogates. */
import { describe, expect, test } from 'vitest';
import { batchOf } from '../../helpers/batch.js';
import { runLog, runSamples } from './run.js';

const line = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const stray = line('6e3d31 20 763d ff c3 78'); // n=1 v=<ff><c3>x
const run = (query: string, text: Uint8Array = stray) =>
  runLog(`{app="x"} ${query}`, [{ labels: { app: 'x' }, batch: batchOf([text]) }]);
const labels = (query: string, text?: Uint8Array) => run(query, text)[0]?.labels.parsed.toRecord();

describe('a line filter', () => {
  test.each([
    ['|= "\\xff"', true],
    ['|= "\\xc3x"', true],
    ['|= "\\xfe"', false],
    ['!= "\\xff"', false],
    ['|~ "v=..x"', true],
    ['|~ "v=.x"', false],
    ['|> "n=<_>\\xff<_>"', true],
  ])('%s', (filter, passes) => expect(run(filter)).toHaveLength(passes ? 1 : 0));

  test('an expression that is not UTF-8 is refused', () => {
    expect(() => run('|~ "a\\xffb"')).toThrow(
      'parse error : stage \'|~ "a\\xffb"\' : error parsing regexp: invalid UTF-8: `\ufffdb`',
    );
  });
});

describe('a parser', () => {
  test.each<[string, Record<string, string>]>([
    ['| regexp "v=(?P<v>.*)"', { v: '\udcff\udcc3x' }],
    ['| pattern "<_>v=<v>x"', { v: '\udcff\udcc3' }],
    ['| logfmt', { n: '1', v: '  x' }],
  ])('%s', (stage, want) => expect(labels(stage)).toEqual(want));

  test('json makes an underscore of each stray byte of a key', () => {
    expect(labels('| json', line('7b 22 6b e282 22 3a 31 7d'))).toEqual({ k__: '1' });
  });
});

describe('a template', () => {
  test('writes a stray byte into JavaScript as it is', () => {
    expect(run('| line_format "{{js __line__}}"')[0]?.line).toBe('n\\u003D1 v\\u003D\udcff\udcc3x');
  });

  test('counts bytes, and gives back what it was given', () => {
    expect(run('| line_format "{{len __line__}}"')[0]?.line).toBe('9');
    const rate = 'bytes_over_time({app="x"} | line_format "{{__line__}}{{/**/}}" [1s])';
    expect(runSamples(rate, [{ labels: { app: 'x' }, batch: batchOf([stray]) }]).map(({ value }) => value)).toEqual([
      9,
    ]);
  });
});

test('an error quotes a stray byte', () => {
  expect(labels('| regexp "v=(?P<v>.*)" | v > 1')).toEqual({
    v: '\udcff\udcc3x',
    __error__: 'LabelFilterErr',
    __error_details__: 'strconv.ParseFloat: parsing "\\xff\\xc3x": invalid syntax',
  });
});
