import { describe, expect, test } from 'vitest';
import { compileTemplate, type TemplateData, TemplateError, TemplateExecError } from '../../src/template/template.js';
import { fails, labels, line, refuses, renders, timestampNs } from './go-cases.js';

const dataOf = (record: Readonly<Record<string, string>>): TemplateData => ({
  get: (name) => record[name],
  entries: () => Object.entries(record),
  line: () => line,
  timestampNs: () => timestampNs,
});
const data = dataOf(labels);

describe('a template renders as Go renders it', () => {
  test.each(renders)('%j', (text, expected) => {
    // The cases were recorded as they are shown: a stray byte as U+FFFD.
    expect(compileTemplate(text).render(data).toWellFormed()).toBe(expected);
  });
});

describe('a template that fails says why in the words of Go', () => {
  test.each(fails)('%j', (text, message) => {
    const template = compileTemplate(text);
    const failure = (): string => template.render(data);
    expect(failure).toThrow(TemplateExecError);
    expect(failure).toThrow(expect.objectContaining({ message }));
  });
});

describe('a template that does not parse is refused in the words of Go', () => {
  test.each(refuses)('%j', (text, message) => {
    const failure = (): unknown => compileTemplate(text);
    expect(failure).toThrow(TemplateError);
    expect(failure).toThrow(expect.objectContaining({ message }));
  });
});

describe('names and places', () => {
  test('errors name the template as asked', () => {
    expect(() => compileTemplate('{{ .a', { name: 'label' })).toThrow('template: label:1: unclosed action');
  });

  test('now is the time that was passed in', () => {
    const template = compileTemplate('{{ now | date "2006-01-02T15:04:05Z07:00" }}', {
      nowNs: () => 1_767_225_600n * 10n ** 9n,
    });
    expect(template.render(data)).toBe('2026-01-01T00:00:00Z');
  });

  test('local time is UTC by another name', () => {
    expect(compileTemplate('{{ __timestamp__.Location }} {{ __timestamp__.UTC.Location }}').render(data)).toBe(
      'Local UTC',
    );
  });

  test('zones have the abbreviations of the time zone database', () => {
    const zoned = (zone: string, at: string): string =>
      compileTemplate(`{{ toDateInZone "2006-01-02" "${zone}" "${at}" }}`).render(data).split(' ').slice(2).join(' ');
    expect(zoned('Europe/Berlin', '2026-01-15')).toBe('+0100 CET');
    expect(zoned('Europe/Berlin', '2026-07-15')).toBe('+0200 CEST');
    expect(zoned('Asia/Tokyo', '2026-07-15')).toBe('+0900 JST');
    expect(zoned('Asia/Tehran', '2026-07-15')).toBe('+0330 +0330');
    expect(zoned('America/Sao_Paulo', '2026-07-15')).toBe('-0300 -03');
    expect(zoned('Europe/Volgograd', '2026-07-15')).toBe('+0300 MSK');
    expect(zoned('Asia/Colombo', '2026-07-15')).toBe('+0530 +0530');
    expect(zoned('MET', '2026-07-15')).toBe('+0200 MEST');
  });

  test('before there was standard time, the place has its own', () => {
    const timeIn = (zone: string, at: string): string =>
      compileTemplate(`{{ toDateInZone "2006-01-02" "${zone}" "${at}" }}`).render(data).split(' ').slice(2).join(' ');
    expect(timeIn('Europe/Berlin', '0001-01-01')).toBe('+0053 LMT');
    expect(timeIn('America/New_York', '1800-07-15')).toBe('-0456 LMT');
    expect(timeIn('Etc/GMT+5', '1800-07-15')).toBe('-0500 -05');
  });
});

describe('a line_format that is a single field takes the label as it is', () => {
  test('even when it declares a variable, as Loki does', () => {
    expect(compileTemplate('{{ $x := .app }}').render(data)).toBe('api');
    expect(compileTemplate('{{ $x = .app }}').render(data)).toBe('api');
    expect(compileTemplate('{{ $x := .app }}', { name: 'label' }).render(data)).toBe('');
  });
});

describe('bytes that are no character', () => {
  test('stand as lone surrogates when they are left alone', () => {
    expect(compileTemplate('{{ trunc 2 .u }}').render(data)).toBe('h\udcc3');
  });
  test('are a character again when they meet', () => {
    expect(compileTemplate('{{ trunc 2 .u }}{{ trunc -14 .u }}').render(data)).toBe(
      `${labels['u']?.slice(0, 2)}${labels['u']?.slice(2)}`,
    );
  });
});

describe('what would take too much is refused', () => {
  const failure = (text: string): (() => string) => {
    const template = compileTemplate(text);
    return () => template.render(data);
  };
  test('long repetitions', () => {
    expect(failure('{{ repeat 1000000000 "xxxx" }}')).toThrow(/strings: Repeat output length overflow/);
    expect(failure('{{ alignLeft 1000000000 "x" }}')).toThrow(/Repeat output length overflow/);
  });
  test('endless loops', () => {
    expect(failure('{{ range 1000000000 }}{{ end }}')).toThrow(/takes more than 50000 steps/);
    expect(failure('{{ range 40000 }}{{ end }}')()).toBe('');
  });
  test('loops in loops', () => {
    expect(failure('{{ range 300 }}{{ range 300 }}x{{ end }}{{ end }}')).toThrow(/takes more than 50000 steps/);
    expect(failure('{{ range 100 }}{{ range 100 }}{{ .x | upper }}{{ end }}{{ end }}')).toThrow(/evaluate field x/);
  });
  test('templates that call themselves twice', () => {
    const twice = '{{ define "r" }}{{ template "r" . }}{{ template "r" . }}{{ end }}';
    const deep = Array.from(
      { length: 30 },
      (_, i) => `{{ define "r${i}" }}{{ template "r${i + 1}" }}{{ template "r${i + 1}" }}{{ end }}`,
    );
    expect(failure(`${twice}{{ template "r" . }}`)).toThrow(/exceeded maximum template depth|more than 50000 steps/);
    expect(failure(`${deep.join('')}{{ define "r30" }}{{ end }}{{ template "r0" }}`)).toThrow(/more than 50000 steps/);
  });
  test('long texts, worked on again and again', () => {
    const long = '{{ $a := repeat 1000000 "x" }}';
    expect(failure(`${long}{{ range 3 }}{{ $b := upper $a }}{{ end }}`)()).toBe('');
    expect(failure(`${long}{{ range 4 }}{{ $b := upper $a }}{{ end }}`)).toThrow(/takes more than 50000 steps/);
  });
  test('templates that call themselves', () => {
    expect(failure('{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}')).toThrow(
      /exceeded maximum template depth/,
    );
  });
  test('nesting without end', () => {
    expect(() => compileTemplate(`{{ ${'('.repeat(5000)}`)).toThrow(/max expression depth exceeded/);
    expect(() => compileTemplate('{{ if .a }}'.repeat(5000))).toThrow(/max expression depth exceeded/);
  });
});

describe('fields', () => {
  const fields = (text: string): readonly string[] | null => compileTemplate(text).fields;
  test('are the labels that the template names', () => {
    expect(fields('no label')).toEqual([]);
    expect(fields('{{ .a }} {{ .b | upper }} {{ .a }}')).toEqual(['a', 'b']);
    expect(fields('{{ if eq .a "x" }}{{ .b }}{{ else }}{{ with .c }}x{{ end }}{{ end }}')).toEqual(['a', 'b', 'c']);
    expect(fields('{{ (fromJson .a).b }} {{ $x := .c }}{{ $x }}')).toEqual(['a', 'c']);
    expect(fields('{{ .a.b }}')).toEqual(['a', 'b']);
    expect(fields('{{ __line__ }} {{ __timestamp__ }}')).toEqual([]);
  });
  test('are not known when it may read any label', () => {
    expect(fields('{{ . }}')).toBeNull();
    expect(fields('{{ range $k, $v := . }}{{ $k }}{{ end }}')).toBeNull();
    expect(fields('{{ $.a }}')).toBeNull();
    expect(fields('{{ define "x" }}{{ .a }}{{ end }}{{ template "x" . }}')).toBeNull();
  });
  test('for hints are those that Loki counts', () => {
    const hinted = (text: string): readonly string[] => compileTemplate(text).hinted;
    expect(hinted('{{ .a }}{{ if . }}{{ .b | upper }}{{ end }}')).toEqual(['a', 'b']);
    expect(hinted('{{ (fromJson .a).b }} {{ $x := .c }}')).toEqual(['c']);
    expect(hinted('{{ define "x" }}{{ .a }}{{ end }}{{ template "x" . }}{{ $.b }}')).toEqual([]);
  });
});
