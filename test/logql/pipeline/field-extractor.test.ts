import { describe, expect, test } from 'vitest';
import { fieldExtractor } from '../../../src/logql/pipeline/field-extractor.js';
import type { ExtractedFields } from '../../../src/model/extracted-fields.js';
import { decimalText } from '../../../src/model/field-columns.js';
import { batchOf } from '../../helpers/batch.js';

const extract = fieldExtractor();
const of = (lines: readonly string[]) => extract(batchOf(lines));

/** Values of the columns by row; '-' where a row has none. */
function valuesOf(fields: ExtractedFields | null): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const column of fields?.columns ?? []) {
    if (column.kind === 'texts') {
      const { ids, dictionary } = column;
      out[column.name] = Array.from(ids, (id) => (id === 0 ? '-' : dictionary.get(id - 1)));
    } else {
      const { mantissas, present, scale } = column;
      out[column.name] = Array.from(mantissas, (m, i) => (present?.[i] === 0 ? '-' : decimalText(m, scale)));
    }
  }
  return out;
}

describe('fields of lines become columns', () => {
  const f = (what: string, lines: string[], want: Record<string, string[]>) =>
    test(what, () => {
      const fields = of(lines);
      expect(valuesOf(fields)).toEqual(want);
      expect(fields?.states).toBeNull();
    });

  f('json', ['{"level":"info","n":1}', '{"n":2,"level":"error"}', '{"level":"info"}'], {
    level: ['info', 'error', 'info'],
    n: ['1', '2', '-'],
  });
  f('nested objects under the names of their paths', ['{"a":{"b":{"c":"x"},"d":true}}'], {
    a_b_c: ['x'],
    a_d: ['true'],
  });
  f('names as labels have them', ['{"b-c":"x","1d":"y"," e ":"z"}'], { b_c: ['x'], _1d: ['y'], e: ['z'] });
  f('values as text, without escapes', ['{"a":"\\u0041\\n","b":"é","c":"bad \\q"}'], { a: ['A\n'], b: ['é'], c: [''] });
  f('the first of two with one name', ['{"a-b":"1","a b":"2"}'], { a_b: ['1'] });
  f('not arrays, nulls and empty objects', ['{"a":[1],"b":null,"c":{},"d":"x"}'], { d: ['x'] });
  f('logfmt', ['level=info msg="a b" n=1', 'level=warn msg=c', 'x=1 level=info'], {
    level: ['info', 'warn', 'info'],
    msg: ['a b', 'c', '-'],
    n: ['1', '-', '-'],
    x: ['-', '-', '1'],
  });
  f('logfmt without empty values', ['a=1 b= c d=x', 'a=1 b=2 c=""'], {
    a: ['1', '1'],
    d: ['x', '-'],
    b: ['-', '2'],
  });
});

describe('rows are told apart', () => {
  const f = (what: string, lines: string[], want: number[]) =>
    test(what, () => expect([...(of(lines)?.states ?? [])]).toEqual(want));
  const plain = '{"a":"x"}';

  f(
    'what is no object at all',
    [plain, 'text', '', '  ', '[1]', plain, plain, plain, plain],
    [0, 1, 1, 1, 1, 0, 0, 0, 0],
  );
  f('what ends in damage', [plain, '{"a":"x","b":}', '{"a":"x', plain, plain], [0, 2, 2, 0, 0]);
  f('names that stages know', [plain, '{"__error__":"x"}', '{"a":{"":"x"},"":{"":1}}', plain], [0, 2, 2, 0]);
  f('a nested key that would move elsewhere', [plain, '{"a":{"b ":1}}', '{"a":{"b":1}}'], [0, 2, 0]);
  f('damage that logfmt passes over', ['a=1 b=2', 'a=1 b=2 c="x', 'a=1 =2', 'a=1 b=3'], [0, 3, 3, 0]);
});

describe('no columns are made', () => {
  const f = (what: string, lines: string[]) => test(what, () => expect(of(lines)).toBeNull());

  f('of text', ['GET /api 200', 'it took a = 5 ms', 'x=1 only']);
  f('of empty lines', ['', '']);
  f('where few lines are good', ['{"a":', '{"b":', '{"a":"x"}']);
});

describe('a field is given up', () => {
  const many = (value: (i: number) => string) =>
    Object.keys(valuesOf(of(Array.from({ length: 400 }, (_, i) => `{"level":"info","x":${value(i)}}`))));

  test('when its values are identifiers', () => expect(many((i) => `"id-${i * 7919}"`)).toEqual(['level']));
  test('when they are sentences', () =>
    expect(many((i) => `"something of some length happened ${i % 50} times"`)).toEqual(['level']));
  test('when numbers have too many digits', () => expect(many((i) => `${i}.1234567891`)).toEqual(['level']));
  test('but not when there are few', () => expect(many((i) => `"id-${i % 60}"`)).toEqual(['level', 'x']));
  test('but not when they are numbers', () => expect(many((i) => `${(i * 7919) / 8}`)).toEqual(['level', 'x']));

  test('and is named all the same', () => {
    const lines = Array.from({ length: 400 }, (_, i) => `{"level":"info","id":"${i * 7919}x"}`);
    expect(of(lines)?.names).toEqual(['id', 'level']);
  });
});

test('numbers keep the spelling that they have', () => {
  const spellings = ['0', '-0.5', '12.5', '1000000', '999999999999999', '0.000000001'];
  const lines = Array.from({ length: 200 }, (_, i) => `{"x":${spellings[i] ?? i}}`);
  expect(valuesOf(of(lines))['x']?.slice(0, 5)).toBeUndefined(); // too far apart for one scale
  const near = Array.from({ length: 200 }, (_, i) => `{"x":${['0', '-0.5', '12.25', '-7'][i] ?? i}}`);
  expect(valuesOf(of(near))['x']?.slice(0, 5)).toEqual(['0', '-0.5', '12.25', '-7', '4']);
  for (const odd of ['01', '1.50', '1e3', '-0', '1.', '"007"']) {
    const lines = Array.from({ length: 200 }, (_, i) => `{"x":${i === 150 ? odd : i}}`);
    expect(valuesOf(of(lines)), odd).toEqual({});
  }
});

test('with too many names in a block, none are told', () => {
  const lines = Array.from({ length: 1200 }, (_, i) => `{"level":"info","name${i}":"x"}`);
  const fields = of(lines);
  expect(fields?.names).toBeNull();
  expect(valuesOf(fields)['level']?.length).toBe(1200);
  expect(fields?.columns.length).toBeLessThan(120);
});

test('one block does not depend on those before it', () => {
  const lines = [['{"a":"1","b":"x"}'], ['{"b":"y"}', '{"b":"z"}'], ['a=1 b=2'], ['{"a":"2"}']];
  const fresh = lines.map((block) => valuesOf(fieldExtractor()(batchOf(block))));
  expect(lines.map((block) => valuesOf(of(block)))).toEqual(fresh);
});

test('texts that differ in few of their bytes are found to differ', () => {
  const text = (i: number) => `aaaaaaa${String(i).padStart(2, '0')}bbbbbbbbb${i % 2}cc`;
  const lines = Array.from({ length: 300 }, (_, i) => `{"x":"${text(i % 60)}"}`);
  expect(valuesOf(of(lines))['x']).toEqual(lines.map((_, i) => text(i % 60)));
});
