import { describe, expect, test } from 'vitest';
import type { LabelIndex } from '../../src/index/label-index.js';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import type { ChunkRef } from '../../src/model/chunk-ref.js';
import { Labels } from '../../src/model/labels.js';
import { type Matcher, type MatchOp, matchFunction } from '../../src/model/matcher.js';
import { prng } from '../helpers/prng.js';
import { range, ref, second } from './refs.js';

const m = (name: string, op: MatchOp, value: string): Matcher => ({ name, op, value });
const always = range(-10_000, 10_000);

function indexOf(...refs: ChunkRef[]): LabelIndex {
  const index = openLabelIndex(':memory:');
  index.addChunks(refs);
  return index;
}

const texts = (index: LabelIndex, matchers: Matcher[], within = always): string[] =>
  index
    .select('fake', matchers, within)
    .map(({ labels }) => labels.text)
    .sort();

describe('select', () => {
  const index = indexOf(
    ref({ app: 'a', env: 'prod' }, 10, 20, { metaOffset: 1 }),
    ref({ app: 'a', env: 'dev' }, 10, 20, { metaOffset: 2 }),
    ref({ app: 'b' }, 10, 20, { metaOffset: 3 }),
    ref({ app: 'c', env: 'x\ny' }, 10, 20, { metaOffset: 4 }),
  );
  const [aDev, aProd, b, c] = ['{app="a", env="dev"}', '{app="a", env="prod"}', '{app="b"}', '{app="c", env="x\\ny"}'];

  const cases: [string, Matcher[], (string | undefined)[]][] = [
    ['no matcher matches all', [], [aDev, aProd, b, c]],
    ['equality', [m('app', '=', 'a')], [aDev, aProd]],
    ['two equalities', [m('app', '=', 'a'), m('env', '=', 'dev')], [aDev]],
    ['an unknown value', [m('app', '=', 'nope')], []],
    ['an unknown name', [m('nope', '=', 'a')], []],
    ['equality with the empty string means absent', [m('env', '=', '')], [b]],
    ['an unknown name equal to the empty string is absent everywhere', [m('nope', '=', '')], [aDev, aProd, b, c]],
    ['inequality also takes streams without the label', [m('env', '!=', 'dev')], [aProd, b, c]],
    ['inequality with the empty string means present', [m('env', '!=', '')], [aDev, aProd, c]],
    ['a regular expression is anchored', [m('env', '=~', 'pro')], []],
    ['a regular expression', [m('env', '=~', 'pro.|d.*')], [aDev, aProd]],
    ['a dot takes a line break', [m('env', '=~', 'x.y')], [c]],
    ['a regular expression that takes the empty string', [m('env', '=~', 'dev|')], [aDev, b]],
    ['a regular expression that takes everything', [m('env', '=~', '.*')], [aDev, aProd, b, c]],
    ['a regular expression that takes everything but nothing', [m('env', '=~', '.+')], [aDev, aProd, c]],
    ['a negated regular expression', [m('env', '!~', 'dev|prod')], [b, c]],
    ['a negated regular expression that takes the empty string', [m('env', '!~', '|dev')], [aProd, c]],
    ['a negated regular expression that takes everything', [m('env', '!~', '.*')], []],
    ['two matchers of one name', [m('app', '!=', 'a'), m('app', '!=', 'b')], [c]],
    ['a contradiction', [m('app', '=', 'a'), m('app', '=', 'b')], []],
  ];
  test.each(cases)('%s', (_, matchers, want) => {
    expect(texts(index, matchers)).toEqual(want);
  });

  test('another tenant sees nothing', () => {
    expect(index.select('other', [], always)).toEqual([]);
    expect(index.labelNames('other', [], always)).toEqual([]);
    expect(index.tenants()).toEqual(['fake']);
  });

  test('agrees with testing every stream, whatever the matchers', () => {
    const random = prng(Number(process.env['SEED'] ?? 7));
    const names = ['a', 'b', 'c'];
    const values = ['', '1', '2', '12', '21'];
    const streams = Array.from({ length: 60 }, () =>
      Labels.of(names.map((name) => [name, random.pick(values)] as const)),
    );
    const distinct = [...new Map(streams.map((labels) => [labels.text, labels])).values()];
    const all = indexOf(...distinct.map((labels, i) => ({ ...ref({}, 0, 1, { metaOffset: i }), labels })));
    for (let round = 0; round < 300; round++) {
      const matchers = Array.from({ length: random.int(4) }, () =>
        m(random.pick(names), random.pick(['=', '!=', '=~', '!~']), random.pick([...values, '.*', '.+', '1.*', '|2'])),
      );
      const want = distinct.filter((labels) => matchers.every((one) => matchFunction(one)(labels.get(one.name))));
      expect(texts(all, matchers), `seed ${random.seed}`).toEqual(want.map(({ text }) => text).sort());
    }
  });
});

describe('time', () => {
  const index = indexOf(
    ref({ app: 'a' }, 10, 20, { metaOffset: 1 }),
    ref({ app: 'a' }, 30, 40, { metaOffset: 2 }),
    ref({ app: 'a' }, 15, 35, { metaOffset: 3 }),
    ref({ app: 'b', only: 'b' }, 100, 200, { metaOffset: 4 }),
    ref({ app: 'b', only: 'b' }, 300, 300, { metaOffset: 5 }),
  );

  // The range is half-open, a chunk's bounds are inclusive.
  const cases: [number, number, number[], number[]][] = [
    [0, 10, [], []],
    [0, 11, [1], []],
    [20, 21, [1, 3], []],
    [21, 30, [3], []],
    [36, 100, [2], []],
    [41, 100, [], []],
    [41, 101, [], [4]],
    [201, 300, [], []],
    [201, 301, [], [5]],
    [0, 1000, [1, 3, 2], [4, 5]],
    [300, 300, [], []],
  ];
  test.each(cases)('chunks in [%i, %i)', (start, end, a, b) => {
    const within = range(start, end);
    const offsets = (app: string) =>
      index
        .select('fake', [m('app', '=', app)], within)
        .flatMap(({ chunks }) => chunks.map((chunk) => chunk.metaOffset));
    expect(offsets('a')).toEqual(a);
    expect(offsets('b')).toEqual(b);
    const apps = [...(a.length ? ['a'] : []), ...(b.length ? ['b'] : [])];
    expect(index.labelValues('fake', 'app', [], within)).toEqual(apps);
    expect(index.labelValues('fake', 'app', [m('app', '=~', '.+')], within)).toEqual(apps);
    expect(index.labelNames('fake', [], within)).toEqual(b.length ? ['app', 'only'] : a.length ? ['app'] : []);
    expect(index.labelNames('fake', [m('app', '=', 'a')], within)).toEqual(a.length ? ['app'] : []);
    expect(index.series('fake', [m('app', '!=', '')], within).map(({ text }) => text)).toEqual([
      ...(a.length ? ['{app="a"}'] : []),
      ...(b.length ? ['{app="b", only="b"}'] : []),
    ]);
  });

  test('bounds at the ends of 64 bits are answered', () => {
    const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];
    const far = indexOf(
      { ...ref({ app: 'far' }, 0, 0, { metaOffset: 1 }), fromNs: least, throughNs: least },
      { ...ref({ app: 'far' }, 0, 0, { metaOffset: 2 }), fromNs: greatest, throughNs: greatest },
    );
    const [stream] = far.select('fake', [], { start: -(2n ** 70n), end: 2n ** 70n });
    expect(stream?.chunks.map(({ fromNs }) => fromNs)).toEqual([least, greatest]);
  });
});

test('a chunk comes back as it was given', () => {
  const given = ref({ b: '2', a: 'ünï "x"\\', c: '\u{1f600}' }, 1, 2, {
    fromNs: 1_767_225_600_123_456_789n,
    throughNs: 1_767_225_600_123_456_790n,
  });
  const [stream] = indexOf(given).select('fake', [], { start: 0n, end: 2n ** 62n });
  expect(stream?.chunks).toEqual([given]);
  expect(stream?.labels.pairs).toEqual(given.labels.pairs);
});

test('adding a chunk again changes nothing', () => {
  const given = ref({ app: 'a' }, 10, 20);
  const index = indexOf(given);
  const before = index.packs();
  index.addChunks([given, given]);
  expect(index.packs()).toEqual(before);
  expect(index.select('fake', [], always)[0]?.chunks).toHaveLength(1);
});

test('packs are summed up', () => {
  const index = indexOf(
    ref({ app: 'a' }, 10, 20, { metaOffset: 1 }),
    ref({ app: 'b' }, 5, 15, { metaOffset: 2 }),
    ref({ app: 'b' }, 50, 60, { pack: 'fake/1970-01-01/b.pack' }),
    ref({ app: 'z' }, 0, 0, { tenant: 'other', pack: 'other/1970-01-01/c.pack' }),
  );
  expect(index.packs('fake')).toEqual([
    {
      pack: 'fake/1970-01-01/a.pack',
      tenant: 'fake',
      fromNs: 5n * second,
      throughNs: 20n * second,
      chunks: 2,
      entries: 20,
      storedBytes: 400,
    },
    {
      pack: 'fake/1970-01-01/b.pack',
      tenant: 'fake',
      fromNs: 50n * second,
      throughNs: 60n * second,
      chunks: 1,
      entries: 10,
      storedBytes: 200,
    },
  ]);
  expect(index.packs()).toHaveLength(3);
  expect(index.tenants()).toEqual(['fake', 'other']);
});

describe('replacePacks', () => {
  const a = 'fake/1970-01-01/a.pack';
  const b = 'fake/1970-01-01/b.pack';
  const filled = () =>
    indexOf(
      ref({ app: 'a' }, 10, 20, { pack: a, metaOffset: 1 }),
      ref({ app: 'gone', pod: 'x' }, 10, 20, { pack: a, metaOffset: 2 }),
      ref({ app: 'a' }, 30, 40, { pack: b }),
    );

  test('takes out the chunks of a pack, and streams, labels and bounds with them', () => {
    const index = filled();
    index.replacePacks([a], []);
    expect(texts(index, [])).toEqual(['{app="a"}']);
    expect(texts(index, [], range(10, 25))).toEqual([]);
    expect(index.labelNames('fake', [], always)).toEqual(['app']);
    expect(index.labelValues('fake', 'app', [], always)).toEqual(['a']);
    expect(index.packs().map(({ pack }) => pack)).toEqual([b]);
    expect(index.retired()).toEqual([a]);
    index.forgetRetired([a]);
    expect(index.retired()).toEqual([]);
  });

  test('puts in what comes instead', () => {
    const index = filled();
    const merged = [
      ref({ app: 'a' }, 10, 40, { pack: 'fake/1970-01-01/c.pack', metaOffset: 1 }),
      ref({ app: 'gone', pod: 'x' }, 10, 20, { pack: 'fake/1970-01-01/c.pack', metaOffset: 2 }),
    ];
    index.replacePacks([a, b], merged);
    expect(index.select('fake', [], always).flatMap(({ chunks }) => chunks)).toEqual(merged);
  });

  test('a stream that comes back is found again', () => {
    const index = filled();
    index.replacePacks([a, b], []);
    expect(index.tenants()).toEqual([]);
    index.addChunks([ref({ app: 'gone', pod: 'x' }, 70, 80, { pack: 'fake/1970-01-01/d.pack' })]);
    expect(texts(index, [m('pod', '=', 'x')])).toEqual(['{app="gone", pod="x"}']);
  });

  test('an unknown pack is no error', () => {
    const index = filled();
    index.replacePacks(['fake/1970-01-01/nope.pack'], []);
    expect(index.packs()).toHaveLength(2);
  });
});

test('a refused batch leaves nothing behind', () => {
  const index = indexOf();
  const bad = ref({ app: 'b' }, 1, 2, { entries: Number.NaN, pack: null as unknown as string });
  expect(() => index.addChunks([ref({ app: 'a' }, 1, 2), bad])).toThrow();
  expect(index.packs()).toEqual([]);
  expect(texts(index, [])).toEqual([]);
  index.addChunks([ref({ app: 'a' }, 1, 2)]);
  expect(texts(index, [])).toEqual(['{app="a"}']);
});

test('values come in the order of their UTF-8 bytes', () => {
  const values = ['é', 'z', 'Z', '\u{1f600}', '\uffee', 'a', '10', '9'];
  const index = indexOf(...values.map((v, i) => ref({ v }, 1, 2, { metaOffset: i })));
  const want = ['10', '9', 'Z', 'a', 'z', 'é', '\uffee', '\u{1f600}'];
  expect(index.labelValues('fake', 'v', [], always)).toEqual(want);
  expect(index.labelValues('fake', 'v', [m('v', '!=', '')], always)).toEqual(want);
});
