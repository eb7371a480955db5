/**
 * Queries as long as they may be. None is timed: work that grows with the square of a query's length, or a call for each
 * of its parts within the call for the one before, would make these tests hang, or overflow the stack. What grows with
 * the length of a query times the lines is bounded by counting, in stage-bounds.ts and in the interpreter of templates.
 */
import { describe, expect, test } from 'vitest';
import { parseExpr, queryBytesMax } from '../../../src/logql/syntax/parser.js';
import { batchOf } from '../../helpers/batch.js';
import { runLog, runSamples, type Stream } from './run.js';

const lines = Array.from({ length: 1000 }, (_, i) =>
  i % 4 === 0
    ? `level=warn msg="request ${i}" status=${500 + (i % 5)}`
    : `{"level":"${i % 2 === 0 ? 'info' : 'error'}","msg":"request ${i}","status":${200 + (i % 7)},"list":[${i},{"a":"b"}]}`,
);
const streams: Stream[] = [{ labels: { app: 'x' }, batch: batchOf(lines) }];
const logfmtLines = 250;
const infoLines = 250;
const errorLines = 500;

/** The head, as many parts as a query has room for, and the tail. */
function long(head: string, part: (i: number) => string, separator = '', tail = ''): string {
  const parts: string[] = [];
  let room = queryBytesMax - head.length - tail.length - 1;
  for (let i = 0; ; i++) {
    const next = part(i);
    room -= next.length + separator.length;
    if (room < 0) return head + parts.join(separator) + tail;
    parts.push(next);
  }
}

const many = (count: number, part: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join('');

const countOf = (query: string): number => runLog(query, streams).length;
/** How many rows come out with these labels beside app; `undefined` for a label that must not be there. */
const countWith = (query: string, labels: Readonly<Record<string, string | undefined>>): number =>
  runLog(query, streams).filter(({ labels: { all } }) => {
    const record = all.toRecord();
    return Object.entries(labels).every(([name, value]) => record[name] === value);
  }).length;

describe('line filters', () => {
  test.each([
    ['alternatives that are nowhere', long('{app="x"} |= ', (i) => `"z${i}"`, ' or '), 0],
    ['alternatives, one of which is found', long('{app="x"} |= "warn" or ', (i) => `"z${i}"`, ' or '), logfmtLines],
    ['one alternative many times', long('{app="x"} |= ', () => '"error"', ' or '), errorLines],
    ['excluded texts', long('{app="x"} != "warn" or ', (i) => `"z${i}"`, ' or '), infoLines + errorLines],
    ['one filter many times', long('{app="x"}', () => '|="error"'), errorLines],
    ['filters that each say no', long('{app="x"}', (i) => `!="${i}z"`), lines.length],
    ['expressions that exclude nothing', long('{app="x"}', (i) => `!~"q[a-z]z${i}"`), lines.length],
    [
      'alternatives that are expressions',
      long('{app="x"} |~ "w[a-z]rn" or ', (i) => `"q[a-z]z${i}"`, ' or '),
      logfmtLines,
    ],
    [
      'alternatives that are patterns',
      long('{app="x"} |> "<_>=warn <_>" or ', (i) => `"<_>z${i}<_>"`, ' or '),
      logfmtLines,
    ],
    ['a pattern of gaps', long('{app="x"} |> "', () => '<_> ', '', '<_>"'), 0],
    ['a long text', long('{app="x"} |= "', () => 'abcdefghij', '', '"'), 0],
  ])('%s', (_title, query, want) => expect(countOf(query)).toBe(want));
});

describe('expressions', () => {
  test.each([
    ['a long literal', long('{app="x"} |~ "', () => 'abcdefghij', '', '"'), 0],
    ['a long literal in any case', long('{app="x"} |~ "(?i)', () => 'abcdefghij', '', '"'), 0],
    ['escapes', long('{app="x"} |~ `', () => '\\.', '', '`'), 0],
    ['quoted pieces', long('{app="x"} |~ `', () => '\\Qa\\E', '', '`'), 0],
    ['groups', long('{app="x"} |~ "', () => '(a)', '', '"'), 0],
    ['named groups', long('{app="x"} |~ "', (i) => `(?P<a${i}>a)`, '', '"'), 0],
    ['alternatives', long('{app="x"} |~ "warn|', (i) => `w${i}`, '|', '"'), logfmtLines],
    ['alternatives with gaps', long('{app="x"} |~ "w[a-z]rn|', (i) => `w.*z${i}`, '|', '"'), logfmtLines],
    [
      'alternatives that begin alike',
      long('{app="x"} |~ "warn|', (i) => `${'q'.repeat(i % 400)}z`, '|', '"'),
      logfmtLines,
    ],
    ['loops side by side', long('{app="x"} |~ "', () => '(a|b)*', '', 'warn"'), logfmtLines],
    ['a wide gap', '{app="x"} |~ "=.{1000}z"', 0],
    ['loops within loops', '{app="x"} |~ "((((e*)*)*)*)*rror"', errorLines],
    ['alternatives for a label', long('{app="x"} | logfmt | level=~"warn|', (i) => `w${i}`, '|', '"'), logfmtLines],
  ])('%s', (_title, query, want) => expect(countOf(query)).toBe(want));

  test.each([
    ['classes without end', long('{app="x"} |~ "', () => '\\\\pL', '', '"'), 'expression too large'],
    ['groups without end', long('{app="x"} | regexp "', (i) => `(?P<a${i}>x)?`, '', '"'), 'expression too large'],
    ['groups within groups', `{app="x"} |~ "${'('.repeat(60_000)}a${')'.repeat(60_000)}"`, 'nests too deeply'],
  ])('%s are refused', (_title, query, want) => expect(() => countOf(query)).toThrow(want));
});

describe('label filters', () => {
  test.each([
    ['one after the other', long('{app="x"} | json ', (i) => `|level!="z${i}"`), lines.length],
    ['the same again', long('{app="x"} | json ', () => '|level="info"'), infoLines],
    ['all of many', long('{app="x"} | json | ', (i) => `level!="z${i}"`, ' and '), lines.length],
    ['any of many', long('{app="x"} | json | level="info" or ', (i) => `level="z${i}"`, ' or '), infoLines],
    ['expressions', `{app="x"} | json ${many(2000, (i) => `|level!~"q[a-z]z${i}"`)}`, lines.length],
    ['expressions for what never recurs', `{app="x"} | json ${many(2000, (i) => `|msg!~"q[a-z]z${i}"`)}`, lines.length],
    ['numbers', long('{app="x"} | json ', (i) => `|status>=${i % 150}`), infoLines + errorLines],
    [
      'numbers that are none',
      long('{app="x"} | json | level!="" ', (i) => `|level>${i % 150}`),
      infoLines + errorLines,
    ],
    [
      'durations that are none',
      long('{app="x"} | json | level!="" ', (i) => `|msg>${i % 150}s`),
      infoLines + errorLines,
    ],
    ['brackets', `{app="x"} | json | ${'('.repeat(380)}level="info"${')'.repeat(380)}`, infoLines],
  ])('%s', (_title, query, want) => expect(countOf(query)).toBe(want));

  test.each([
    ['lines', '{app="x"}', (i: number) => `!= ip("10.9.${i}.1")`],
    ['lines, several in one', '{app="x"} != "a"', (i: number) => ` or ip("10.9.${i}.1")`],
    ['labels', '{app="x"} | logfmt', (i: number) => `| a!=ip("10.9.${i}.1")`],
    ['labels, several in one', '{app="x"} | logfmt | b="x"', (i: number) => ` or a=ip("10.9.${i}.1")`],
  ])('by address in %s: at most 250', (_title, head, part) => {
    const query = (count: number): string => head + Array.from({ length: count }, (_, i) => part(i)).join('');
    expect(() => countOf(query(250))).not.toThrow();
    expect(() => parseExpr(query(251))).toThrow('251 filters by ip, at most 250 expected');
  });

  test('by expressions: at most 2,000', () => {
    const query = `{app="x"} | json | level="x" ${many(2001, (i) => ` or level=~"q[a-z]z${i}"`)}`;
    expect(() => parseExpr(query)).toThrow('2001 label filters by expressions, at most 2000 expected');
  });

  test('by address behind unwrap: at most 250', () => {
    const filters = (count: number): string =>
      Array.from({ length: count }, (_, i) => `| a!=ip("10.9.${i}.1")`).join('');
    const query = (count: number): string => `sum_over_time({app="x"} | json | unwrap status ${filters(count)} [1m])`;
    expect(parseExpr(query(250)).kind).toBe('range-aggregation');
    expect(() => parseExpr(query(251))).toThrow('251 filters by ip, at most 250 expected');
  });

  test('too deep a nest is refused', () => {
    const query = long('{app="x"} | ', (i) => (i % 2 === 0 ? 'a="x" or' : 'b="y" and'), ' ', 'c="1"');
    expect(() => countOf(query)).toThrow('nested too deeply');
  });
});

describe('parsers', () => {
  test.each([
    ['json', long('{app="x"}', () => '|json'), infoLines],
    ['json and logfmt by turns', long('{app="x"}', () => '|json|logfmt'), infoLines],
    ['logfmt --strict', long('{app="x"}', () => '|logfmt --strict', '', '| json'), infoLines],
    ['regexp', long('{app="x"}', () => '|regexp "(?P<a>q)"', '', '| json'), infoLines],
  ])('%s, many times', (_title, query, want) => expect(countWith(query, { level: 'info' })).toBe(want));

  test.each([
    ['unpack', '|unpack'],
    ['decolorize', '|decolorize'],
    ['patterns', (i: number) => `|pattern "<a>~${i}"`],
    ['expressions', (i: number) => `|regexp "(?P<a>q${i})"`],
    ['json after line_format', '|line_format "{{__line__}}"|json'],
    ['line_format', (i: number) => `|line_format "${i}"`],
    ['label_format', (i: number) => `|label_format a="${i}"`],
    ['drop', (i: number) => `|drop a${i}`],
  ])('%s: at most 250 in a pipeline', (_title, stage) => {
    const query = (count: number): string =>
      `{app="x"}${Array.from({ length: count }, (_, i) => (typeof stage === 'string' ? stage : stage(i))).join('')}`;
    const each = typeof stage === 'string' ? stage.split('|').length - 1 : 1;
    expect(countOf(query(250 / each))).toBe(lines.length);
    expect(() => parseExpr(query(250 / each + 1))).toThrow('stages that are no filters, at most 250 expected');
    expect(() => parseExpr(`count_over_time(${query(250 / each + 1)} | json [1m])`)).toThrow('at most 250 expected');
  });

  test('expressions for json', () => {
    const part = (i: number) => `a${i}="list[${i}]"`;
    const query = (count: number) =>
      `{app="x"} | json ${Array.from({ length: count }, (_, i) => part(i)).join()},b="list[1].a"`;
    const json = runLog(query(999), streams).filter(({ labels }) => labels.all.get('b') === 'b');
    expect(json).toHaveLength(infoLines + errorLines);
    expect(() => parseExpr(query(1000))).toThrow('extracts 1001 labels by expressions, at most 1000 expected');
  });

  test('expressions for logfmt', () => {
    const query = (count: number) =>
      `{app="x"} | logfmt ${Array.from({ length: count }, (_, i) => `a${i}="z${i}"`).join()},level="level"`;
    expect(countWith(query(999), { level: 'warn' })).toBe(logfmtLines);
    expect(() => parseExpr(query(1000))).toThrow('extracts 1001 labels by expressions, at most 1000 expected');
  });

  test.each([
    ['names', long('{app="x"} | json a="', () => 'b.', '', 'c"')],
    ['indexes', long('{app="x"} | json a="list', () => '[0]', '', '"')],
  ])('a path of many %s', (_title, query) => expect(countWith(query, { a: '' })).toBe(infoLines + errorLines));
});

describe('labels', () => {
  test.each([
    ['dropped', long('{app="x"} | json | drop level,', (i) => `a${i}`, ',')],
    ['dropped by expressions', long('{app="x"} | json | drop level,', (i) => `status=~"q[a-z]z${i}"`, ',')],
    ['dropped one by one', long('{app="x"} | json ', () => '|drop level')],
  ])('%s', (_title, query) => expect(countWith(query, { level: undefined, msg: 'request 2', status: '202' })).toBe(1));

  test.each([
    ['kept', long('{app="x"} | json | keep level,', (i) => `a${i}`, ',')],
    ['kept by expressions', long('{app="x"} | json | keep level,', (i) => `status=~"q[a-z]z${i}"`, ',')],
    ['kept one by one', long('{app="x"} | json ', () => '|keep level')],
  ])('%s', (_title, query) => expect(countWith(query, { level: 'info', msg: undefined })).toBe(infoLines));

  test('renamed', () => {
    const query = long('{app="x"} | json | label_format l=level,', (i) => `a${i}=b${i}`, ',');
    expect(countWith(query, { level: undefined, l: 'info' })).toBe(infoLines);
  });

  test('grouped by', () => {
    const names = long('', (i) => `a${i}`, ',')
      .slice(0, 130_000)
      .replace(/,[^,]*$/, '');
    for (const clause of ['by', 'without']) {
      const query = `sum ${clause} (${names},level) (count_over_time({app="x"} | json | keep level [1m]))`;
      expect(runSamples(query, streams)).toHaveLength(lines.length);
    }
  });
});

describe('templates', () => {
  const first = (query: string) => runLog(query, [{ labels: { app: 'x' }, batch: batchOf(lines.slice(1, 2)) }])[0];
  test.each([
    ['fields', `{app="x"} | line_format \`${'{{.app}}'.repeat(2000)}\``, /^x+$/],
    ['a pipeline', `{app="x"} | line_format \`{{.app${'|upper'.repeat(1999)}}}\``, /^X$/],
  ])('%s', (_title, query, want) => expect(first(query)?.line).toMatch(want));

  test.each([
    ['fields', `{app="x"} | line_format \`${'{{.app}}'.repeat(2001)}\``],
    ['variables', `{app="x"} | line_format \`{{$a := 1}}${'{{$a}}'.repeat(2000)}\``],
    ['a pipeline', `{app="x"} | line_format \`{{.app${'|upper'.repeat(2000)}}}\``],
    ['definitions', `{app="x"} | line_format \`{{define "a"}}${'{{upper "x"}}'.repeat(2001)}{{end}}\``],
    [
      'two templates',
      `{app="x"} | label_format a=\`${'{{upper "x"}}'.repeat(1000)}\`,b=\`${'{{upper "x"}}'.repeat(1001)}\``,
    ],
  ])('%s: at most 2000 commands', (_title, query) => {
    expect(() => parseExpr(query)).toThrow('2001 commands, at most 2000 expected');
  });

  test('many templates of one label_format', () => {
    const query = `{app="x"} | label_format ${Array.from({ length: 2000 }, (_, i) => `a${i}="{{.app}}"`).join()}`;
    expect(first(query)?.labels.all.get('a1000')).toBe('x');
  });

  test.each([
    ['doubling', `{{$a:="x"}}${'{{$a = print $a $a}}'.repeat(40)}{{$a}}`],
    ['replacing', '{{$a := __line__}}{{$a = replace "" $a $a}}{{$a = replace "" $a $a}}{{$a = replace "" $a $a}}'],
    ['repeating', '{{repeat 1000000000 "x"}}'],
    ['indenting', '{{indent 1000000000 "x"}}'],
    ['looping', '{{range 1000000000}}{{end}}'],
    ['calling itself', '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}'],
  ])('%s without end fails, and the line stays', (_title, template) => {
    const row = first(`{app="x"} | line_format \`${template}\``);
    expect(row?.labels.all.get('__error__')).toBe('TemplateFormatErr');
    expect(row?.line).toBe(lines[1]);
  });
});

test('all of them are as long as a query may be, and parse', () => {
  const query = long('{app="x"}', (i) => `!="${i}z"`);
  expect(query.length).toBeGreaterThan(queryBytesMax - 20);
  expect(parseExpr(query).kind).toBe('log');
});
