import { describe, expect, test } from 'vitest';
import { labelsOf } from '../run.js';

describe('| logfmt', () => {
  const f = (title: string, line: string, want: Record<string, string>, flags = '') =>
    test(title, () => expect(labelsOf(`| logfmt ${flags}`, line)).toEqual(want));

  f('takes pairs', 'a=x b=1.5 c="two words"', { a: 'x', b: '1.5', c: 'two words' });
  f('undoes escapes in quotes', String.raw`a="x\"y\\\n\té\'\/"`, { a: 'x"y\\\n\té\'/' });
  f('leaves out what is empty', 'a= b="" c d=x', { d: 'x' });
  f('keeps what is empty when told to', 'a= b="" c d=x', { a: '', b: '', c: '', d: 'x' }, '--keep-empty');
  f('makes names of keys', 'a-b=1 é=2 3d=3', { a_b: '1', _: '2', _3d: '3' });
  f('takes the first of two with one name', 'a=1 a=2', { a: '1' });
  f('passes over damage', 'a=x "b=y =z c="open d=w', { a: 'x' });
  f('goes on behind damage', '=x b=y"z c=w', { c: 'w' });
  f('renames what the stream has', 'app=y', { app_extracted: 'y' });
  f('takes tabs and newlines for spaces', 'a=1\tb=2\nc=3', { a: '1', b: '2', c: '3' });

  const failed = (details: string) => ({
    __error__: 'LogfmtParserErr',
    __error_details__: `logfmt syntax error at pos ${details}`,
  });
  f('names the first damage when strict', 'a=x =y b=z', { a: 'x', ...failed("5 : unexpected '='") }, '--strict');
  f('refuses a quote in a value when strict', 'a=x"y', failed("4 : unexpected '\"'"), '--strict');
  f('refuses an open quote when strict', 'a="x', failed('5 : unterminated quoted value'), '--strict');
  f('refuses a bad escape when strict', 'a="\\q"', failed('7 : invalid quoted value'), '--strict');
});

describe('| logfmt with expressions', () => {
  const f = (expressions: string, line: string, want: Record<string, string>) =>
    test(`${expressions} of ${line}`, () => expect(labelsOf(`| logfmt ${expressions}`, line)).toEqual(want));

  f('a', 'a=x b=y', { a: 'x' });
  f('v="a"', 'a=x b=y', { v: 'x' });
  f('v="nope"', 'a=x', { v: '' });
  f('app="a"', 'a=x', { app_extracted: 'x' });
  f('app="nope"', 'a=x', {});
  f('a', 'a=1 a=2', { a: '2' });
});
