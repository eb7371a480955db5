import { describe, expect, test } from 'vitest';
import { labelsOf } from '../run.js';

const object = "Value looks like object, but can't find closing '}' symbol";
const failed = (details: string) => ({ __error__: 'JSONParserErr', __error_details__: details });

describe('| json', () => {
  const f = (title: string, line: string, want: Record<string, string>) =>
    test(title, () => expect(labelsOf('| json', line)).toEqual(want));

  f('takes strings, numbers and booleans', '{"a":"x","b":1.50,"c":true,"d":false}', {
    a: 'x',
    b: '1.50',
    c: 'true',
    d: 'false',
  });
  f('keeps the spelling of numbers', '{"a":1e3,"b":-0,"c":12345678901234567890}', {
    a: '1e3',
    b: '-0',
    c: '12345678901234567890',
  });
  f('knows numbers by their first character', '{"a":1x2,"b":-}', { a: '1x2', b: '-' });
  f('passes over nulls and arrays', '{"a":null,"b":[1,{"c":2}],"d":"x"}', { d: 'x' });
  f('joins the names of nested objects', '{"a":{"b":{"c":"x"}},"d":{}}', { a_b_c: 'x' });
  f('makes names of keys', '{"a-b":"1","é":"2","3d":"3"," x ":"4","a.b.c":"5","":"6"}', {
    a_b: '1',
    _: '2',
    _3d: '3',
    x: '4',
    a_b_c: '5',
  });
  f('puts no underscore before the digit of a nested key', '{"a":{"1":"x"}}', { a_1: 'x' });
  f('takes the first of two with one name', '{"a":"1","a":"2","b-c":"3","b_c":"4"}', { a: '1', b_c: '3' });
  f('undoes escapes', String.raw`{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}`, { a: '"\\/\b\f\n\r\té😀' });
  f('undoes escapes in keys', String.raw`{"\u0061b":"x"}`, { ab: 'x' });
  f('gives an empty value for a bad escape', String.raw`{"a":"\q","b":"\u12","c":"\ud83d","d":"x"}`, {
    a: '',
    b: '',
    c: '',
    d: 'x',
  });
  f('keeps empty values', '{"a":""}', { a: '' });
  f('takes white space where JSON has it', ' { "a" : "x" , "b" : 1 } ', { a: 'x', b: '1' });
  f('reads nothing behind the closing brace', '{"a":"x"} trailing }{', { a: 'x' });
  f('lets a comma stand before the closing brace', '{"a":"x",}', { a: 'x' });
  f('renames what the stream has', '{"app":"y","app_extracted":"z"}', { app_extracted: 'y' });
  f('of U+FFFD makes a space', '{"a":"x\ufffdy"}', { a: 'x y' });
  f('calls braces in strings no braces', '{"a":{"b":"}"},"c":"{"}', { a_b: '}', c: '{' });

  f('refuses an empty line', '', failed(object));
  f('refuses an array', '[{"a":1}]', failed(object));
  f('refuses a text', 'level=info', failed(object));
  f('refuses an object without an end', '{"a":"x"', {
    a: 'x',
    ...failed("Value is array, but can't find closing ']' symbol"),
  });
  f('refuses a string without an end', '{"a":"x', failed("Value is string, but can't find closing '\"' symbol"));
  f('refuses an array without an end', '{"a":[1', failed("Value is array, but can't find closing ']' symbol"));
  f('refuses a nested object without an end', '{"a":{"b":1', failed(object));
  f('refuses words that are no values', '{"a":"x","b":nul}', { a: 'x', ...failed('Unknown value type') });
  f('refuses a key without a colon', '{"a" "x"}', failed('Malformed JSON error'));
  f(
    'refuses a bad escape in a key',
    String.raw`{"\q":1}`,
    failed('Encountered an invalid escape sequence in a string'),
  );
  f('refuses keys without quotes', '{a:1}', failed(object));

  test('gives invalid UTF-8 one space for each byte', () => {
    const line = Buffer.concat([Buffer.from('{"a":"x'), Buffer.from([0xff, 0xe2, 0x82]), Buffer.from('y"}')]);
    expect(labelsOf('| json', line as unknown as string)).toEqual({ a: 'x   y' });
  });

  test('renames what the metadata has', () => {
    expect(labelsOf('| json', '{"level":"error"}', { level: 'info' })).toEqual({
      level: 'info',
      level_extracted: 'error',
    });
  });

  test('stops looking into objects that are nested too deep, and does not fail', () => {
    const deep = `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`;
    expect(labelsOf('| json', `{"x":"y","z":${deep}}`)).toEqual({ x: 'y' });
  });

  test('leaves alone what an earlier parser has set', () => {
    expect(labelsOf('| logfmt | json', '{"a":"json"}')).toMatchObject({ a: 'json' });
    expect(labelsOf('| regexp "(?P<a>json)" | json', '{"a":"other json"}')).toEqual({ a: 'json' });
  });
});

describe('| json with expressions', () => {
  const f = (expressions: string, line: string, want: Record<string, string>) =>
    test(`${expressions} of ${line}`, () => expect(labelsOf(`| json ${expressions}`, line)).toEqual(want));

  f('a', '{"a":"x","b":"y"}', { a: 'x' });
  f('v="a.b"', '{"a":{"b":"x"}}', { v: 'x' });
  f('v="a[1]"', '{"a":["x","y"]}', { v: 'y' });
  f('v="a[0].b"', '{"a":[{"b":"x"}]}', { v: 'x' });
  f('v="[1].a"', '[{"a":"x"},{"a":"y"}]', { v: 'y' });
  f('v="[\\"a.b\\"]"', '{"a.b":"x"}', { v: 'x' });
  f('v="a"', '{"a":{"b":1}}', { v: '{"b":1}' });
  f('v="a"', '{"a":[1, 2]}', { v: '[1, 2]' });
  f('v="a"', '{"a":null}', { v: '' });
  f('v="nope", w="a"', '{"a":1}', { v: '', w: '1' });
  f('app="a"', '{"a":"x"}', { app_extracted: 'x' });
  f('v="a"', 'text', { __error__: 'JSONParserErr' });
});
