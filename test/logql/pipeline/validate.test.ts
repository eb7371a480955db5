import { describe, expect, test } from 'vitest';
import { StageError, validateStage } from '../../../src/logql/pipeline/validate.js';
import type { Stage } from '../../../src/logql/syntax/ast.js';

const filter = (op: '|=' | '|~' | '|>', text: string, ip = false): Stage => ({
  kind: 'line-filter',
  op,
  operands: [{ text, ip }],
});
const extraction = (kind: 'json' | 'logfmt', expression: string): Stage =>
  kind === 'json'
    ? { kind, expressions: [{ name: 'x', expression }] }
    : { kind, strict: false, keepEmpty: false, expressions: [{ name: 'x', expression }] };

describe('a stage is refused', () => {
  const f = (stage: Stage, phase: 'parse' | 'stage', message: string) =>
    test(message, () => {
      let error: unknown;
      try {
        validateStage(stage);
      } catch (e) {
        error = e;
      }
      expect(error).toBeInstanceOf(StageError);
      expect(error).toMatchObject({ phase, message });
    });

  f(filter('|~', '(x'), 'stage', 'error parsing regexp: missing closing ): `(x`');
  f(filter('|>', '<a>'), 'stage', "named captures are not allowed: found '<a>'");
  f(filter('|>', '<_><_>'), 'stage', "found consecutive capture '<_><_>': invalid expression");
  f(filter('|=', 'x', true), 'stage', 'ip: invalid pattern: "x"');
  f(filter('|~', '1.2.3.4', true), 'stage', 'ip: invalid operation');
  f({ kind: 'regexp', pattern: 'a' }, 'parse', 'invalid regexp parser: at least one named capture must be supplied');
  f(
    { kind: 'regexp', pattern: '(?P<a>x)(?P<a>y)' },
    'parse',
    "invalid regexp parser: duplicate extracted label name 'a'",
  );
  f({ kind: 'pattern', pattern: 'a' }, 'parse', 'invalid pattern parser: at least one capture is required');
  f(
    { kind: 'pattern', pattern: '<a> <a>' },
    'parse',
    'invalid pattern parser: duplicate capture name (a): invalid expression',
  );
  f(
    { kind: 'pattern', pattern: '' },
    'parse',
    'invalid pattern parser: parse error at line 1, col 1: syntax error: unexpected $end, expecting IDENTIFIER or LITERAL',
  );
  f(
    { kind: 'label-filter', filter: { kind: 'ip', name: 'a', op: '=', pattern: 'y' } },
    'stage',
    'ip: invalid pattern: "y"',
  );
  f(
    { kind: 'label-filter', filter: { kind: 'string', matcher: { name: 'a', op: '=~', value: '(' } } },
    'parse',
    'error parsing regexp: missing closing ): `(`',
  );
  f(
    { kind: 'drop', labels: [{ name: 'a', op: '=~', value: '(' }] },
    'parse',
    'error parsing regexp: missing closing ): `(`',
  );
  f({ kind: 'line-format', template: '{{' }, 'stage', 'invalid line template: template: line:1: unclosed action');
  f(
    { kind: 'label-format', formats: [{ kind: 'template', name: 'a', template: '{{' }] },
    'stage',
    "invalid template for label 'a': template: label:1: unclosed action",
  );
  f(
    { kind: 'label-format', formats: [{ kind: 'rename', name: '__error__', from: 'a' }] },
    'stage',
    '__error__ cannot be formatted',
  );
  f(
    {
      kind: 'label-format',
      formats: [
        { kind: 'rename', name: 'a', from: 'b' },
        { kind: 'rename', name: 'a', from: 'c' },
      ],
    },
    'stage',
    "multiple label name 'a' not allowed in a single format operation",
  );
});

describe('an expression is refused', () => {
  const f = (kind: 'json' | 'logfmt', expression: string, message: string) =>
    test(`${kind} ${expression}`, () =>
      expect(() => validateStage(extraction(kind, expression))).toThrow(
        `cannot parse expression [${expression}]: ${message}`,
      ));

  f('json', '', 'syntax error: unexpected $end, expecting LSB or FIELD');
  f('json', '.', 'syntax error: unexpected DOT, expecting LSB or FIELD');
  f('json', 'a.', 'syntax error: unexpected $end, expecting FIELD');
  f('json', 'a b', 'syntax error: unexpected FIELD');
  f('json', 'a[b]', 'syntax error: unexpected FIELD, expecting STRING or INDEX');
  f('json', 'a[1.5]', 'syntax error: unexpected $end, expecting STRING or INDEX');
  f('json', 'a-b', 'unexpected char -');
  f('json', 'a]', 'syntax error: unexpected RSB');
  f('json', '["a', 'syntax error: unexpected $end, expecting RSB');
  f('logfmt', '', 'syntax error: unexpected $end, expecting STRING or KEY');
  f('logfmt', 'a b', 'syntax error: unexpected KEY');
  f('logfmt', 'a.b', 'unexpected char .');
});

test('a bad address below `and` is not noticed', () => {
  const ip = { kind: 'ip', name: 'a', op: '=', pattern: 'nope' } as const;
  const number = { kind: 'number', name: 'b', op: '>', value: 1 } as const;
  expect(() => validateStage({ kind: 'label-filter', filter: { kind: 'and', left: number, right: ip } })).not.toThrow();
});
