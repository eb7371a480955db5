import { describe, expect, test } from 'vitest';
import { createLogger, type LogFields } from '../src/log.js';

const written = (format: 'logfmt' | 'json', message: string, fields: LogFields = {}): string => {
  const lines: string[] = [];
  createLogger({ format, level: 'debug', write: (line) => lines.push(line), nowMs: () => 0, caller: 'test' }).warn(
    message,
    fields,
  );
  return lines.join('⏎');
};

test('a line of logfmt has the fields of Loki first', () => {
  expect(written('logfmt', 'stream refused', { tenant: 'a', bytes: 5n, ok: false, left: undefined, none: null })).toBe(
    'level=warn ts=1970-01-01T00:00:00.000Z caller=test msg="stream refused" tenant=a bytes=5 ok=false none=null',
  );
});

test('a line of JSON has them, too', () => {
  expect(JSON.parse(written('json', 'x', { n: 1, big: 2n, err: new Error('no') }))).toEqual({
    level: 'warn',
    ts: '1970-01-01T00:00:00.000Z',
    caller: 'test',
    msg: 'x',
    n: 1,
    big: '2',
    err: 'no',
  });
});

describe('no value leaves its place', () => {
  const f = (value: string, want: string): void =>
    test(JSON.stringify(value), () => {
      expect(written('logfmt', 'm', { v: value }).split(' msg=m v=')[1]).toBe(want);
      expect(JSON.parse(written('json', 'm', { v: value }))).toMatchObject({ v: value });
    });
  f('a', 'a');
  f('', '""');
  f('a b', '"a b"');
  f('a=b', '"a=b"');
  f('say "x"', '"say \\"x\\""');
  f('a\nlevel=error', '"a\\nlevel=error"');
  f('a\\b', '"a\\\\b"');
  f('\u001b[31m', '"\\u001b[31m"');
  f('\u2028', '"\\u2028"');
  f('\u202e', '"\\u202e"');
  f('\u0085', '"\\u0085"');
  f('ä日', 'ä日');
});

test('a key with white space or quotes is made one word', () => {
  expect(written('logfmt', 'm', { 'a b="': 1 })).toMatch(/ a_b__=1$/);
});

test('the level can be changed while it runs, for all names of the log', () => {
  const lines: string[] = [];
  const log = createLogger({ format: 'logfmt', level: 'warn', write: (line) => lines.push(line) });
  const part = log.named('part');
  part.info('a');
  log.setLevel('info');
  part.info('b');
  part.debug('c');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/caller=part msg=b$/);
  expect(part.level).toBe('info');
  expect(log.enabled('debug')).toBe(false);
});
