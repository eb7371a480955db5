import { describe, expect, test } from 'vitest';
import { batchOf } from '../../../helpers/batch.js';
import { runLog } from '../run.js';

const lines = [
  'error: disk',
  'no error',
  'Warn ERROR',
  'foo bar',
  'foobar',
  '',
  'bar',
  'from 10.1.2.3 to fe80::1',
  'a\nb',
  'éÉ',
  '5x5',
];

function surviving(filters: string): string[] {
  return runLog(`{app="x"} ${filters}`, [{ labels: { app: 'x' }, batch: batchOf(lines) }]).map(({ line }) => line);
}

describe('line filters', () => {
  const f = (filters: string, want: string[]) => test(filters, () => expect(surviving(filters)).toEqual(want));
  const except = (...out: string[]) => lines.filter((line) => !out.includes(line));

  f('|= "error"', ['error: disk', 'no error']);
  f('!= "error"', except('error: disk', 'no error'));
  f('|= ""', lines);
  f('!= ""', []);
  f('|= "foo" |= "bar"', ['foo bar', 'foobar']);
  f('|= "bar" != "foo"', ['bar']);
  f('|= "disk" or "Warn"', ['error: disk', 'Warn ERROR']);
  f('!= "error" or "bar"', except('error: disk', 'no error', 'foo bar', 'foobar', 'bar'));
  f('|= "" or "disk"', ['error: disk']);
  f('|= "" or "" or "disk"', lines);
  f('|= "disk" or "" or ""', ['error: disk']);
  f('|= "disk" or "disk" or "bar" or "disk"', ['error: disk', 'foo bar', 'foobar', 'bar']);
  f('!~ "o+[^o]bar"', except('foo bar'));
  f('!~ "[^x]bar" |= "bar"', ['bar']);
  f('!= "x" !~ "[f]oo.?bar" !> "<_>b<_>"', except('foo bar', 'foobar', '5x5'));
  f('|~ "disk" or ".*" or ".*"', ['error: disk']);
  f('|~ ".*" or "" or ".*" or "disk"', lines);
  f('|~ "(?i)error"', ['error: disk', 'no error', 'Warn ERROR']);
  f('!~ "(?i)error"', except('error: disk', 'no error', 'Warn ERROR'));
  f('|~ "^foo"', ['foo bar', 'foobar']);
  f('|~ "foo.+bar"', ['foo bar']);
  f('|~ "disk|Warn"', ['error: disk', 'Warn ERROR']);
  f('|~ "[0-9]x[0-9]"', ['5x5']);
  f('|~ ".+"', except(''));
  f('|~ ".*"', lines);
  f('!~ ".*"', []);
  f('|~ "disk|.*"', ['error: disk']);
  f('|~ "a.b"', []);
  f('|~ "(?s)a.b"', ['a\nb']);
  f('|~ "(?i)é"', ['éÉ']);
  f('|> "foo<_>"', ['foo bar', 'foobar']);
  f('|> "foo <_>"', ['foo bar']);
  f('|> "<_>error"', ['no error']);
  f('|> "<_>foo<_>"', []);
  f('!> "<_>bar"', except('foo bar', 'foobar'));
  f('|> ""', ['']);
  f('|= ip("10.0.0.0/8")', ['from 10.1.2.3 to fe80::1']);
  f('|= ip("fe80::1")', ['from 10.1.2.3 to fe80::1']);
  f('!= ip("10.1.2.1-10.1.2.9")', except('from 10.1.2.3 to fe80::1'));
  f('|= ip("10.1.2.3") or "disk"', ['error: disk', 'from 10.1.2.3 to fe80::1']);

  test('run on the line before line_format when they stand before it, else on the new one', () => {
    expect(surviving('| line_format "new" |= "new"')).toHaveLength(lines.length);
    expect(surviving('|= "disk" | line_format "new"')).toEqual(['new']);
    expect(surviving('| line_format "new" |= "disk"')).toEqual([]);
  });

  test('see the colours that decolorize takes out, even behind it', () => {
    const batch = batchOf(['\x1b[31merr\x1b[0mor', 'error']);
    const run = (filters: string) =>
      runLog(`{app="x"} ${filters}`, [{ labels: { app: 'x' }, batch }]).map(({ line }) => line);
    expect(run('| decolorize')).toEqual(['error', 'error']);
    expect(run('| decolorize |= "error"')).toEqual(['error']);
  });
});
