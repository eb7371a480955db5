import { describe, expect, test } from 'vitest';
import { labelsOf, lineOf } from '../run.js';

describe('| label_format', () => {
  const f = (title: string, stages: string, want: Record<string, string>) =>
    test(title, () => expect(labelsOf(stages, 'a=1 b=2')).toEqual(want));

  f('renames', '| logfmt | label_format c=a', { b: '2', c: '1' });
  f('leaves out what is not there', '| logfmt | label_format c=nope', { a: '1', b: '2' });
  f('deletes what is renamed to itself', '| logfmt | label_format a=a', { b: '2' });
  f('sets from a template', '| logfmt | label_format c="{{.a}}-{{.b}}"', { a: '1', b: '2', c: '1-2' });
  f('shows all templates the labels from before them', '| logfmt | label_format a="x", c="{{.a}}"', {
    a: 'x',
    b: '2',
    c: '1',
  });
  f('shows templates the renames before them', '| logfmt | label_format c=a, d="{{.c}}{{.a}}"', {
    b: '2',
    c: '1',
    d: '1',
  });
  f('hides what is set from parsers behind it', '| label_format a="x" | logfmt', { a: 'x', b: '2' });
  f('reports a template that fails', '| logfmt | label_format c="{{div 1 0}}"', {
    a: '1',
    b: '2',
    __error__: 'TemplateFormatErr',
    __error_details__:
      'template: label:1:2: executing "label" at <div 1 0>: error calling div: runtime error: integer divide by zero',
  });
});

describe('| line_format', () => {
  const f = (template: string, want: string) =>
    test(template, () => expect(lineOf(`| logfmt | line_format \`${template}\``, 'a=1 b=é')).toBe(want));

  f('{{.a}}', '1');
  f('{{.nope}}', '');
  f('[{{.app}}] {{.b}}', '[x] é');
  f('{{__line__}}!', 'a=1 b=é!');
  f('{{.__error__}}', '');

  test('keeps the line of a template that fails', () => {
    expect(lineOf('| line_format "{{div 1 0}}"', 'line')).toBe('line');
  });

  test('makes the line that parsers behind it read', () => {
    expect(labelsOf('| logfmt | line_format "c={{.a}}" | logfmt', 'a=1')).toEqual({ a: '1', c: '1' });
  });
});

describe('| drop and | keep', () => {
  const f = (stages: string, want: Record<string, string>) =>
    test(stages, () => expect(labelsOf(stages, 'a=1 b=2')).toEqual(want));

  f('| logfmt | drop a', { b: '2' });
  f('| logfmt | drop a="2", b="2"', { a: '1' });
  f('| logfmt | drop a=~"1|2"', { b: '2' });
  f('| logfmt | drop nope', { a: '1', b: '2' });
  f('| logfmt | keep a, app', { a: '1' });
  f('| logfmt | keep a="2", b, app', { b: '2' });
  f('| logfmt | drop a | logfmt', { b: '2' });
  f('| json | drop __error__', {});
  f('| json | drop __error_details__', { __error__: 'JSONParserErr' });
  f('| json | keep app', {
    __error__: 'JSONParserErr',
    __error_details__: "Value looks like object, but can't find closing '}' symbol",
  });
});

describe('| unpack', () => {
  test('makes labels, and a line of the entry', () => {
    const packed = '{"pod":"p-1","app":"y","n":1,"_entry":"level=info msg=\\"hi\\""}';
    expect(labelsOf('| unpack', packed)).toEqual({ pod: 'p-1', app_extracted: 'y' });
    expect(lineOf('| unpack', packed)).toBe('level=info msg="hi"');
    expect(labelsOf('| unpack | logfmt', packed)).toMatchObject({ level: 'info', msg: 'hi' });
  });

  test('leaves alone what was not packed', () => {
    expect(labelsOf('| unpack', '{"pod":"p-1"}')).toEqual({});
    expect(lineOf('| unpack', '{"pod":"p-1"}')).toBe('{"pod":"p-1"}');
  });

  test('refuses what is no object', () => {
    expect(labelsOf('| unpack', 'x')).toEqual({
      __error__: 'JSONParserErr',
      __error_details__: 'expecting json object(6), but it is not',
    });
  });
});

describe('| pattern and | regexp', () => {
  const f = (stages: string, line: string, want: Record<string, string>) =>
    test(`${stages} of ${line}`, () => expect(labelsOf(stages, line)).toEqual(want));

  f('| pattern "<ip> - <_> <path>"', '1.2.3.4 - GET /x y', { ip: '1.2.3.4', path: '/x y' });
  f('| pattern "<a>:<b>,<c>"', 'x:y', { a: 'x', b: 'y' });
  f('| pattern "[<a>] <b>"', 'no bracket', {});
  f('| pattern "<a> <b>"', '', {});
  f('| pattern "<app>=<_>"', 'y=z', { app_extracted: 'y' });
  f('| regexp "(?P<a>\\\\d+)(?P<b>x)?"', 'id 42', { a: '42', b: '' });
  f('| regexp "(?P<a>\\\\d+)"', 'none', {});
});
