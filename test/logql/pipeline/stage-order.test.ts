import { describe, expect, test } from 'vitest';
import { runOrder, withoutIdleLineFormats, withoutRepeats } from '../../../src/logql/pipeline/stage-order.js';
import type { Stage } from '../../../src/logql/syntax/ast.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import { printStage } from '../../../src/logql/syntax/print-stage.js';
import { batchOf } from '../../helpers/batch.js';
import { prng } from '../../helpers/prng.js';
import { runLog } from './run.js';

function stagesOf(text: string): readonly Stage[] {
  const expr = parseExpr(`{app="x"} ${text}`);
  if (expr.kind !== 'log') throw new Error(`not a log query: ${text}`);
  return expr.stages;
}

const print = (stages: readonly Stage[]): string => stages.map((stage) => printStage(stage)).join(' ');

describe('runOrder', () => {
  test.each([
    ['| json |= "a"', '|= "a" | json'],
    ['| json | level="b" |= "a"', '| json | level="b" |= "a"'],
    ['| line_format "x" |= "a"', '| line_format "x" |= "a"'],
    ['| decolorize | drop a |= "a" |= "b"', '|= "a" |= "b" | decolorize | drop a'],
  ])('%s runs as %s', (query, want) => expect(print(runOrder(stagesOf(query)))).toBe(want));
});

describe('withoutIdleLineFormats', () => {
  test.each([
    ['| line_format "x"', ''],
    ['| line_format "x" | line_format "y" | json', '| line_format "x" | line_format "y" | json'],
    ['| json | line_format "x" | level="a"', '| json | level="a"'],
  ])('makes of %s "%s"', (query, want) => expect(print(withoutIdleLineFormats(stagesOf(query)))).toBe(want));
});

describe('withoutRepeats', () => {
  test.each([
    ['|= "a" |= "a"', '|= "a"'],
    ['|= "a" != "a"', '|= "a" != "a"'],
    ['|= "a" | json |= "a"', '|= "a" | json'],
    ['|= "a" | line_format "b" |= "a"', '|= "a" | line_format "b" |= "a"'],
    ['| json | json', '| json'],
    [
      '| json | logfmt | regexp "(?P<a>b)" | pattern "<a>" | json | logfmt',
      '| json | logfmt | regexp "(?P<a>b)" | pattern "<a>"',
    ],
    ['| json | logfmt --strict | json', '| json | logfmt --strict | json'],
    ['| json | drop a | json', '| json | drop a | json'],
    ['| json a="b" | json a="b"', '| json a="b"'],
    ['| json a="b" | logfmt a="c" | json a="b"', '| json a="b" | logfmt a="c" | json a="b"'],
    ['| logfmt a="b" | logfmt a="b"', '| logfmt a="b" | logfmt a="b"'],
    ['| unpack | unpack', '| unpack | unpack'],
    ['| decolorize | decolorize', '| decolorize | decolorize'],
    ['| a="1" | b="2" | a="1"', '| a="1" | b="2"'],
    ['| a="1" | json | a="1"', '| a="1" | json | a="1"'],
    ['| a>1 | a>1', '| a>1'],
    ['| a=ip("1.2.3.4") | a=ip("1.2.3.4")', '| a=ip("1.2.3.4") | a=ip("1.2.3.4")'],
    ['| __error__="" | a>1 | __error__=""', '| __error__="" | a>1 | __error__=""'],
    ['| drop a | drop a', '| drop a'],
    ['| drop a | drop b | drop a', '| drop a | drop b | drop a'],
    ['| keep a |= "x" | keep a', '| keep a |= "x"'],
    ['| label_format a=b | label_format a=b', '| label_format a=b | label_format a=b'],
  ])('makes of %s %s', (query, want) => expect(print(withoutRepeats(stagesOf(query)))).toBe(want));
});

describe('a stage that was left out would have done nothing', () => {
  const random = prng();
  const stages = [
    '|= "a"',
    '!= "zz"',
    '| json',
    '| json',
    '| logfmt',
    '| logfmt --strict',
    '| json a="b", c="n.d"',
    '| logfmt a="b"',
    '| logfmt b, c="a"',
    '| regexp "(?P<a>[a-z]+)"',
    '| pattern "<_>a<b>b<_>"',
    '| unpack',
    '| decolorize',
    '| a!="3"',
    '| b=~"[1-4]*"',
    '| b > 2',
    '| a > 2 or b="x"',
    '| a=ip("1.2.3.4") or b!="9"',
    '| __error__=""',
    '| drop a',
    '| drop b="2", __error__',
    '| keep a, b, app',
    '| label_format a=b',
    '| line_format "a={{.b}} b={{.a}}"',
  ];
  const lines = [
    '{"a":"1","b":2,"n":{"d":"x"}}',
    '{"a_extracted":"1","a":"2","b":"x"}',
    '{"a":"1","b":',
    '{"_entry":"a=5 b=6","b":"7"}',
    'a=1 b=2 app=3',
    'a=1 b="2',
    '\x1b[31ma=4\x1b[0m b=1.2.3.4 c',
    'ab',
    '',
  ];
  const metadata = [{ a: '1' }, { a: '1', a_extracted: '2' }, {}, { b: '' }, { b: '3', b_extracted: '4' }];

  test(`in any pipeline (SEED=${random.seed})`, () => {
    const batch = batchOf(
      lines.flatMap((line) => metadata.map(() => line)),
      {
        metadata: lines.flatMap(() => metadata),
      },
    );
    const run = (query: string) =>
      runLog(query, [{ labels: { app: 'x' }, batch }]).map(({ row, line, labels }) => ({
        row,
        line,
        all: labels.all.text,
        metadata: labels.metadata.text,
        parsed: labels.parsed.text,
      }));
    for (let round = 0; round < 300; round++) {
      const few = Array.from({ length: 1 + random.int(4) }, () => random.pick(stages));
      const chosen = Array.from({ length: 2 + random.int(6) }, () => random.pick(few));
      // It does nothing, but nothing is left out across it.
      const apart = chosen.join(' | label_format nobody=nowhere ');
      expect(run(`{app="x"} ${chosen.join(' ')}`), chosen.join(' ')).toEqual(run(`{app="x"} ${apart}`));
    }
  });
});
