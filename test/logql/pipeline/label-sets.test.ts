import { describe, expect, test } from 'vitest';
import { LabelSets } from '../../../src/logql/pipeline/label-sets.js';
import { LabelsBuilder } from '../../../src/logql/pipeline/labels-builder.js';
import type { ResultLabels } from '../../../src/logql/pipeline/pipeline-types.js';
import { dictionaryOf } from '../../../src/model/columns.js';
import { Labels } from '../../../src/model/labels.js';

interface Row {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly parsed?: Readonly<Record<string, string>>;
  readonly deleted?: readonly string[];
  readonly error?: string;
  readonly details?: string;
}

class Fixture {
  readonly builder = new LabelsBuilder();
  readonly sets: LabelSets;

  constructor(options: { keepsEmpty?: boolean; internsAll?: boolean; isWhole?: boolean; leftOut?: string[] } = {}) {
    const { keepsEmpty = true, internsAll = true, isWhole = true, leftOut = [] } = options;
    this.sets = new LabelSets(this.builder, { keepsEmpty, internsAll, isWhole, leftOut: new Set(leftOut) });
  }

  row(stream: Labels, { metadata = {}, parsed = {}, deleted = [], error = '', details = '' }: Row): ResultLabels {
    const { builder } = this;
    builder.bind(stream);
    builder.startRow();
    for (const [name, value] of Object.entries(metadata))
      builder.setMetadata(builder.slot(name), dictionaryOf([value]), 0);
    for (const name of deleted) builder.delete(builder.slot(name));
    for (const [name, value] of Object.entries(parsed)) builder.setParsed(builder.slot(name), value);
    builder.error = error;
    builder.errorDetails = details;
    return this.sets.current();
  }
}

const stream = Labels.from({ app: 'x', env: 'e' });
const texts = ({ all, stream: own, metadata, parsed }: ResultLabels) =>
  [all, own, metadata, parsed].map(({ text }) => text);

describe('the set of a row', () => {
  test('is sorted by name, and told apart by where each label came from', () => {
    const labels = new Fixture().row(stream, { metadata: { pod: 'p', b: '1' }, parsed: { z: '2', a: '3' } });
    expect(texts(labels)).toEqual([
      '{a="3", app="x", b="1", env="e", pod="p", z="2"}',
      '{app="x", env="e"}',
      '{b="1", pod="p"}',
      '{a="3", z="2"}',
    ]);
  });

  test('has of one name the parsed label, else the metadata, else that of the stream', () => {
    const labels = new Fixture().row(stream, { metadata: { app: 'm', env: 'm' }, parsed: { env: 'p' } });
    expect(texts(labels)).toEqual(['{app="m", env="p"}', '{}', '{app="m"}', '{env="p"}']);
  });

  test('is without what was deleted, unless it was set again', () => {
    const labels = new Fixture().row(stream, { deleted: ['app', 'env'], parsed: { env: 'p' } });
    expect(texts(labels)).toEqual(['{env="p"}', '{}', '{}', '{env="p"}']);
  });

  test('has the error and its details among the parsed labels, in place of what is called so', () => {
    const labels = new Fixture().row(Labels.from({ app: 'x', __error__: 's' }), {
      parsed: { __error__: 'p', a: '1' },
      error: 'E',
      details: 'd',
    });
    expect(texts(labels)).toEqual([
      '{__error__="E", __error_details__="d", a="1", app="x"}',
      '{app="x"}',
      '{}',
      '{__error__="E", __error_details__="d", a="1"}',
    ]);
  });

  test('leaves out labels without a value where it is asked to; they hide the stream all the same', () => {
    const row = { metadata: { m: '' }, parsed: { a: '', app: '', b: '1' } };
    expect(new Fixture({ keepsEmpty: false }).row(stream, row).all.text).toBe('{b="1", env="e"}');
    expect(new Fixture().row(stream, row).all.text).toBe('{a="", app="", b="1", env="e", m=""}');
  });

  test('leaves out the names given, and the error, where it is not whole', () => {
    const fixture = new Fixture({ isWhole: false, leftOut: ['env', 'a'] });
    const labels = fixture.row(stream, { metadata: { m: '1' }, parsed: { a: '2', b: '3' }, error: 'E' });
    expect(texts(labels)).toEqual(['{app="x", b="3", m="1"}', '{app="x", b="3", m="1"}', '{}', '{}']);
  });
});

describe('equal sets are one object', () => {
  test('whatever the order in which their labels were met', () => {
    const fixture = new Fixture();
    const one = fixture.row(stream, { parsed: { a: '1', b: '2' } });
    expect(fixture.row(stream, { parsed: { b: '2', a: '1' } })).toBe(one);
    expect(fixture.row(stream, { parsed: { b: '1', a: '2' } })).not.toBe(one);
    expect(fixture.row(stream, { parsed: { a: '1', c: '2' } })).not.toBe(one);
  });

  test('whichever stream they belong to', () => {
    const fixture = new Fixture();
    const rows = ['x', 'y', 'x'].map((app) =>
      fixture.row(Labels.from({ app }), { deleted: ['app'], parsed: { a: '1' } }),
    );
    expect(new Set(rows).size).toBe(1);
  });

  test('wherever their labels came from: the first that was met says it for all', () => {
    const fixture = new Fixture();
    const one = fixture.row(stream, { metadata: { a: '1' } });
    expect(fixture.row(stream, { parsed: { a: '1' } })).toBe(one);
    expect(one.metadata.text).toBe('{a="1"}');
  });

  test("and the stream's own where they are the stream's labels", () => {
    const fixture = new Fixture();
    const own = fixture.sets.ofStream(stream);
    expect(fixture.row(stream, { deleted: ['app'], parsed: { app: 'x' } })).toBe(own);
    expect(own.all).toBe(stream);
    expect(own.stream).toBe(stream);
    expect(fixture.row(stream, { deleted: ['app'], parsed: { app: 'y' } }).all.text).toBe('{app="y", env="e"}');
  });

  test('though their values end alike', () => {
    const fixture = new Fixture();
    const tail = 'the same end of a long text';
    const rows = ['a', 'b', 'a'].map((first) => fixture.row(stream, { parsed: { v: first + tail } }));
    expect(new Set(rows).size).toBe(2);
    expect(rows[1]?.all.get('v')).toBe(`b${tail}`);
  });

  test("unless hardly any come again, and none need be: but for the stream's own", () => {
    const fixture = new Fixture({ internsAll: false });
    for (let i = 0; i < 1000; i++) expect(fixture.row(stream, { parsed: { id: `${i}` } }).all.get('id')).toBe(`${i}`);
    const one = fixture.row(stream, { parsed: { id: '999' } });
    expect(fixture.row(stream, { parsed: { id: '999' } })).not.toBe(one);
    expect(fixture.row(stream, { parsed: { env: 'e' } })).toBe(fixture.sets.ofStream(stream));
  });
});

test('stays right when ever other names have made it forget the ways of rows', () => {
  const fixture = new Fixture();
  for (let i = 0; i < 70_000; i++) {
    const labels = fixture.row(stream, { parsed: { [`k${i}`]: `${i}` } });
    if (i % 1000 === 0) expect(labels.all.text).toBe(`{app="x", env="e", k${i}="${i}"}`);
  }
  expect(fixture.row(stream, { parsed: { k1: '1', app: 'y' } }).all.text).toBe('{app="y", env="e", k1="1"}');
});
