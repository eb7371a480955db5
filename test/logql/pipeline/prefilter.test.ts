import { describe, expect, test } from 'vitest';
import { prefilters } from '../../../src/logql/pipeline/prefilter.js';
import { parseLogExpr } from '../../../src/logql/syntax/parser.js';
import { batchOf } from '../../helpers/batch.js';
import { prng } from '../../helpers/prng.js';
import { runLog, runSamples } from './run.js';

describe('a prefilter is derived', () => {
  const f = (stages: string, want: string[][]) =>
    test(stages, () => {
      const found = prefilters(parseLogExpr(`{app="x"} ${stages}`).stages);
      expect(found.map(({ needles }) => needles.map(({ bytes }) => Buffer.from(bytes).toString()))).toEqual(want);
    });

  f('| json | level="error"', [['error']]);
  f('| logfmt | level="error"', [['error']]);
  f('| logfmt | msg="GET /api/users"', [['/api/users']]);
  f('| json | level=~"error|warning"', [['error', 'warning']]);
  f('| json | level="error" or level="warning"', [['error', 'warning']]);
  f('| json | level="error" and status >= 500', [['error']]);
  f('| json | level="error" | path="/users"', [['error'], ['/users']]);
  f('| json | keep level | level="error"', [['error']]);
  f('| json | level=~"err.*"', [['err']]);
});

describe('no prefilter is derived', () => {
  const f = (stages: string) =>
    test(stages, () => expect(prefilters(parseLogExpr(`{app="x"} ${stages}`).stages)).toEqual([]));

  f('| level="error"');
  f('| json | level!="error"');
  f('| json | level!~"error"');
  f('| json | level=""');
  f('| json | level="e"');
  f('| json | level=~".*"');
  f('| json | level=~"error|.+"');
  f('| json | status >= 500');
  f('| json | ip=ip("10.0.0.1")');
  f('| json | __error__="JSONParserErr"');
  f('| json | level="error" or status >= 500');
  f('| json | label_format level=lvl | level="error"');
  f('| json | line_format "{{.msg}}" | logfmt | level="error"');
  f('| decolorize | json | level="error"');
  f('| unpack | json | level="error"');
  f('| json | level=~"(?i)kiki"');
});

const names = ['a', 'level', 'b-c', 'x'];
const values = ['error', 'warn', 'info', 'GET /a', 'x/y', 'er"ror', 'e\\r', '503', 'true', 'é', '', 'ERROR', 'errors'];
const spellings = [
  (v: string) => JSON.stringify(v),
  (v: string) => JSON.stringify(v).replace(/e/, '\\u0065'),
  (v: string) => JSON.stringify(v).replace(/\//, '\\/'),
  (v: string) => (/^[0-9]+$|^true$/.test(v) ? v : JSON.stringify(v)),
  (v: string) => `{"b": ${JSON.stringify(v)}}`,
  (v: string) => `[${JSON.stringify(v)}]`,
];
const stages = [
  '| json | level="error"',
  '| json | level="error" | a="x/y"',
  '| json | level_extracted="error"',
  '| json | a_b="error"',
  '| json | b_c="GET /a"',
  '| json | level=~"error|warn"',
  '| json | level=~"(?i)error"',
  '| json | level=~"e.*"',
  '| json | x="503"',
  '| json | x="true"',
  '| json | level="error" or a="warn"',
  '| json | level="error" and x="503"',
  '| json | level="error", x!="503"',
  '| json l="level" | l="error"',
  '| logfmt | level="error"',
  '| logfmt --strict | level="x/y"',
  '| logfmt l="level" | l="error"',
  '| pattern "<level> <a>" | level="error"',
  '| regexp "(?P<level>err\\\\w+)" | level="errors"',
  '| json | logfmt | level="error"',
  '|= "r" | json | level="error" != "warn"',
];

describe('answers are the same with and without prefilters', () => {
  test('over random lines, labels and metadata', () => {
    const random = prng();
    const chance = (p: number) => random.next() < p;
    const jsonLine = () => {
      const fields = Array.from({ length: random.int(5) }, () => {
        const value = random.pick(spellings)(random.pick(values));
        return `"${random.pick(names)}"${chance(0.3) ? ' : ' : ':'}${value}`;
      });
      return `{${fields.join(',')}${chance(0.9) ? '}' : ''}`;
    };
    const logfmtLine = () =>
      Array.from({ length: random.int(5) }, () => {
        const value = random.pick(values);
        return `${random.pick(names)}=${chance(0.5) ? JSON.stringify(value) : value}`;
      }).join(' ');
    for (let round = 0; round < 40; round++) {
      const lines = Array.from({ length: 1 + random.int(30) }, () => (chance(0.6) ? jsonLine() : logfmtLine()));
      const metadata = lines.map(() =>
        chance(0.1) ? { [random.pick(['level', 'a'])]: random.pick(values.slice(0, 3)) } : {},
      );
      const labels = chance(0.2) ? { app: 'x', level: random.pick(['error', 'z']) } : { app: 'x' };
      const streams = [{ labels, batch: batchOf(lines, { metadata: chance(0.5) ? metadata : [] }) }];
      for (const stage of stages) {
        const context = `seed ${random.seed}: ${stage} over ${JSON.stringify({ lines, metadata, labels })}`;
        const log = (prefilter: boolean) =>
          runLog(`{app="x"} ${stage}`, streams, { prefilter }).map(({ row, labels }) => [row, labels.all.text]);
        expect(log(true), context).toEqual(log(false));
        for (const query of [`sum by (level) (rate({app="x"} ${stage}[1m]))`, `sum(rate({app="x"} ${stage}[1m]))`]) {
          const samples = (prefilter: boolean) =>
            runSamples(query, streams, { prefilter }).map(({ row, labels }) => [row, labels.all.text]);
          expect(samples(true), context).toEqual(samples(false));
        }
      }
    }
  });
});
