import { describe, expect, test } from 'vitest';
import { fails as failing, passes as passing, valueTest } from '../../../../src/logql/pipeline/stages/label-filter.js';
import { labelsOf } from '../run.js';

const line = 'level=error status=503 took=1.5s size=5KB addr=10.0.0.7 text=abc empty=';
const parsed = { level: 'error', status: '503', took: '1.5s', size: '5KB', addr: '10.0.0.7', text: 'abc' };

describe('label filters', () => {
  const passes = (filter: string) =>
    test(`${filter} lets the row pass`, () => expect(labelsOf(`| logfmt | ${filter}`, line)).toEqual(parsed));
  const drops = (filter: string) =>
    test(`${filter} drops the row`, () => expect(labelsOf(`| logfmt | ${filter}`, line)).toBeNull());
  const fails = (filter: string, details: string) =>
    test(`${filter} sets an error`, () =>
      expect(labelsOf(`| logfmt | ${filter}`, line)).toEqual({
        ...parsed,
        __error__: 'LabelFilterErr',
        __error_details__: details,
      }));

  passes('level="error"');
  drops('level="erro"');
  passes('level!="warn"');
  passes('nope=""');
  drops('nope="x"');
  passes('nope!="x"');
  passes('level=~"err.*"');
  passes('level=~"rro.*"'); // not anchored: see regex-simplifier.ts
  drops('level=~"err"');
  passes('level=~"warn|error"');
  passes('level=~"error|emergency"');
  drops('level=~"^rro.*$"');
  passes('level!~"warn|info"');
  passes('nope=~".*"');
  passes('nope=~""');
  drops('nope=~".+"');
  passes('status=503');
  passes('status>=500');
  drops('status<500');
  drops('status!=503');
  drops('nope>1');
  passes('took>1s');
  passes('took==1500ms');
  drops('took>2s');
  passes('size>=5KB');
  drops('size>5KB');
  passes('addr=ip("10.0.0.0/24")');
  drops('addr=ip("10.0.1.0/24")');
  passes('addr!=ip("10.0.1.0/24")');
  drops('nope=ip("10.0.0.0/8")');
  passes('level="error" and status=503');
  drops('level="error" and status=200');
  passes('level="warn" or status=503');
  passes('level="error", status=503');
  drops('level="warn" or status=200 and took>1s');
  fails('text>1', 'strconv.ParseFloat: parsing "abc": invalid syntax');
  fails('text>1s', 'time: invalid duration "abc"');
  fails('status>1s', 'time: missing unit in duration "503"');
  fails('text>1KB', 'strconv.ParseFloat: parsing "": invalid syntax');
  fails('took>1KB', 'unhandled size name: s');

  test('keep the first error', () => {
    expect(labelsOf('| json | app > 5', 'x')).toMatchObject({ __error__: 'JSONParserErr' });
  });

  test('tell rows by their error', () => {
    expect(labelsOf('| json | __error__=""', 'x')).toBeNull();
    expect(labelsOf('| json | __error__="JSONParserErr"', 'x')).toMatchObject({ __error__: 'JSONParserErr' });
    expect(labelsOf('| json | __error__!="JSONParserErr"', 'x')).toBeNull();
  });
});

test('a size is rounded as Loki prints it, in the row and as a test of the value alone', () => {
  const filter = { kind: 'bytes', name: 'size', op: '<', value: 2 * 1024 * 1024 } as const;
  for (const [size, isLess] of [
    ['2097151', true],
    ['2099999', true],
    ['2100000', false],
  ] as const) {
    expect(labelsOf('| logfmt | size < 2MiB', `size=${size}`)).toEqual(isLess ? { size } : null);
    expect(valueTest(filter)?.ofText(size)).toBe(isLess ? passing : failing);
  }
});
