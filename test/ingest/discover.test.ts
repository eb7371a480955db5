import { describe, expect, test } from 'vitest';
import { decodeJson } from '../../src/ingest/push/json.js';
import type { Limits } from '../../src/limits/limits.js';
import { admittedOf, admitWith, jsonPush } from '../helpers/push.js';

const level = (
  line: string,
  labels: Record<string, string> = {},
  metadata: Record<string, string> = {},
  limits: Partial<Limits> = {},
) => {
  const admission = admitWith(
    decodeJson(jsonPush({ a: 'b', ...labels }, ['1', 'other line'], ['2', line, metadata])),
    limits,
  );
  return Object.values(admittedOf(admission))[0]?.[1]?.metadata['detected_level'];
};

// The answers are Loki 3.7.6's.
describe('a level by its words', () => {
  test.each([
    ['error: x', 'error'],
    ['an ERROR occurred', 'error'],
    ['Err in x', 'error'],
    ['[warn] x', 'warn'],
    ['WARNING x', 'warn'],
    ['(info)', 'info'],
    ['"debug" x', 'debug'],
    ['trace', 'trace'],
    ['FATAL: out of 1025', 'fatal'],
    ['x critical!', 'critical'],
    ['info then error', 'info'],
    ['errors are no error', 'error'],
    ['misc:error', 'unknown'],
    ['errors', 'unknown'],
    ['terror', 'unknown'],
    ['error;', 'unknown'],
    ['error.', 'unknown'],
    ["'error'", 'unknown'],
    ['information', 'unknown'],
    ['inf', 'unknown'],
    ['E0101 something', 'unknown'],
    ['', 'unknown'],
    ['ünï\terror', 'error'],
    ['x\nerror', 'error'],
  ])('%j is %s', (line, want) => expect(level(line)).toBe(want));
});

describe('a level by a field', () => {
  test.each([
    ['{"level":"ERROR"}', 'error'],
    [' {"msg":"error","level":"inf"} ', 'info'],
    ['{"log":{"level":"warning"}}', 'warn'],
    ['{"a":{"b":{"level":"inf"}}}', 'unknown'],
    ['{"a":{"b":{"level":"error"}}}', 'error'],
    ['{"a":[{"level":"error"}],"lvl":"dbg"}', 'debug'],
    ['{"level":5,"severity":"fatal"}', 'fatal'],
    ['{"LeVeL":"inf"}', 'unknown'],
    ['{"lev\\u0065l":"warn"}', 'warn'],
    ['{"level":"foo","x":"error"}', 'error'],
    ['{"level":"foo","lvl":"inf"}', 'unknown'],
    ['{"level":"inf"', 'unknown'],
    ['{"x":tru,"level":"inf"}', 'unknown'],
    ['{"x":"}","y":{},"z":null,"n":-1.5,"level":"warn"}', 'warn'],
    ['{"x" : 1 , "level" : "warn"}', 'warn'],
    ['x {"level":"inf"}', 'unknown'],
    ['level=info msg=error', 'info'],
    ['msg="an error" LEVEL="WARN"', 'warn'],
    ['lvl=debug severity=error', 'error'],
    ['lvl=dbug n=1125', 'unknown'],
    ['level=foo error', 'error'],
    ['error level=warn', 'warn'],
    ['level="in\\u0066o"', 'info'],
    ['level="unterminated', 'unknown'],
    ['a=b=c level=inf', 'unknown'],
    ['=x level=inf', 'unknown'],
    ['\ufffd=x level=inf', 'unknown'],
    ['level= x=1', 'unknown'],
  ])('%j is %s', (line, want) => expect(level(line)).toBe(want));

  test('the depth of JSON can be set', () => {
    const depth = (line: string, log_level_from_json_max_depth: number) =>
      level(line, {}, {}, { log_level_from_json_max_depth });
    const line = '{"a":{"b":{"level":"inf"}}}';
    expect([1, 2, 3, 0].map((max) => depth(line, max))).toEqual(['unknown', 'unknown', 'info', 'info']);
    expect(depth('{"a":{"level":"inf"}}', 1)).toBe('unknown');
    expect(depth(`${'{"a":'.repeat(20_000)}{"level":"inf"}${'}'.repeat(20_000)}`, 0)).toBe('unknown');
  });

  test('the names can be set', () => {
    expect(level('prio=warn level=error', {}, {}, { log_level_fields: ['prio'] })).toBe('warn');
    expect(level('{"level":"error","prio":"warn"}', {}, {}, { log_level_fields: ['prio'] })).toBe('warn');
  });
});

describe('a level by labels and metadata', () => {
  test.each([
    [{ level: 'WARNING' }, {}, 'error', 'warn'],
    [{ level: 'odd' }, {}, 'error', 'odd'],
    [{ LVL: 'x', level: 'info' }, {}, 'error', 'info'],
    [{}, { severity: 'ERR' }, 'info', 'error'],
    [{}, { level: '' }, 'info', 'info'],
    [{ level: 'debug' }, { severity: 'error' }, 'info', 'debug'],
    [{ level: 'debug' }, { detected_level: 'FATAL' }, 'info', 'fatal'],
    [{}, { detected_level: 'odd' }, 'info', 'odd'],
    [{}, { severity_number: '17' }, 'info', 'error'],
    [{}, { severity_number: '0' }, 'info', 'unknown'],
    [{}, { severity_number: '1' }, 'info', 'trace'],
    [{}, { severity_number: '8' }, 'info', 'debug'],
    [{}, { severity_number: '24' }, 'info', 'fatal'],
    [{}, { severity_number: '25' }, 'info', 'unknown'],
    [{}, { severity_number: 'x' }, 'error', 'info'],
    [{}, { severity_text: 'Error', severity_number: '9' }, 'x', 'error'],
  ])('%j %j', (labels, metadata, line, want) => {
    expect(level(line, labels as Record<string, string>, metadata as Record<string, string>)).toBe(want);
  });

  test('nothing is added when the tenant does not want it', () => {
    expect(level('error', {}, {}, { discover_log_levels: false })).toBe(undefined);
  });
});
