import { describe, expect, test } from 'vitest';
import { decodeBlock, type EncodedBlock, encodeBlock } from '../../src/chunks/block.js';
import { codecNamed, codecNames, codecsReady } from '../../src/chunks/codec/codecs.js';
import { DamageError } from '../../src/model/block-source.js';
import { allColumns } from '../../src/model/column-needs.js';
import { dictionaryOf } from '../../src/model/columns.js';
import { batchOfRows, type Row, randomRows, rowsOf, shown } from '../helpers/batches.js';
import { prng } from '../helpers/prng.js';

await codecsReady();

const none = codecNamed('none');
const row = (ns: bigint, line: string, metadata: Record<string, string> = {}): Row => ({
  ns,
  line: new Uint8Array(Buffer.from(line)),
  metadata,
});

describe('a block gives back its entries', () => {
  const cases: Record<string, Row[]> = {
    'one entry': [row(5n, 'hello')],
    'one empty line': [row(5n, '')],
    'only empty lines': [row(1n, ''), row(2n, ''), row(3n, '')],
    'equal times': [row(7n, 'a'), row(7n, 'b'), row(7n, 'a')],
    'times 2^52 ns apart': [row(0n, 'a'), row(1n, 'b'), row(2n ** 52n, 'c')],
    'times at both ends of what can be told': [row(-(2n ** 63n), 'a'), row(-(2n ** 63n) + 2n ** 53n, 'b')],
    'the last time there is': [row(2n ** 63n - 1n, 'z')],
    'metadata on some rows': [row(1n, 'a', { trace: 'x' }), row(2n, 'b'), row(3n, 'c', { trace: 'y', level: 'info' })],
    'an empty value': [row(1n, 'a', { k: '' }), row(2n, 'b')],
    'a long line': [row(1n, 'x'.repeat(700_000)), row(2n, '')],
  };
  test.each(Object.entries(cases))('%s', (_, rows) => {
    for (const name of ['none', 'zstd']) {
      expect(shown(rowsOf(decodeBlock(encodeBlock(batchOfRows(rows), codecNamed(name)), allColumns)))).toEqual(
        shown(rows),
      );
    }
  });

  test.each(codecNames)('random ones, by %s', (name) => {
    const random = prng();
    for (let round = 0; round < 25; round++) {
      const rows = randomRows(random);
      const block = encodeBlock(batchOfRows(rows), codecNamed(name));
      expect(shown(rowsOf(decodeBlock(block, allColumns))), `seed ${random.seed}`).toEqual(shown(rows));
      expect(block.count).toBe(rows.length);
      expect(block.fromNs).toBe(rows[0]?.ns);
      expect(block.throughNs).toBe(rows.at(-1)?.ns);
      expect(block.rawBytes).toBe(rows.reduce((n, r) => n + r.line.length, 0));
    }
  });
});

describe('a batch', () => {
  test('may have a base that is not its first time, and arrays longer than its count', () => {
    const batch = {
      count: 2,
      baseNs: 1000n,
      offsetNs: Float64Array.of(-5, 20, 999),
      lines: new Uint8Array(Buffer.from('abcdefgh')),
      lineEnd: Uint32Array.of(1, 3, 8),
      metadata: [{ name: 'k', dictionary: dictionaryOf(['unused', 'used', 'later']), ids: Uint32Array.of(0, 2, 3) }],
    };
    const block = encodeBlock(batch, none);
    expect(shown(rowsOf(decodeBlock(block, allColumns)))).toEqual(
      shown([row(995n, 'a'), row(1020n, 'bc', { k: 'used' })]),
    );
    expect(decodeBlock(block, allColumns).metadata[0]?.dictionary.length).toBe(1);
  });

  test('without entries, or out of order, is refused', () => {
    expect(() => encodeBlock(batchOfRows([]), none)).toThrow('invariant: a block has 1 to');
    expect(() => encodeBlock(batchOfRows([row(2n, 'a'), row(1n, 'b')]), none)).toThrow('in the order of their times');
    expect(() => encodeBlock(batchOfRows([row(0n, 'a'), row(2n ** 60n, 'b')]), none)).toThrow(
      'within 2^53 ns of each other',
    );
  });

  test('a column without any value is not stored', () => {
    const empty = { name: 'k', dictionary: dictionaryOf(['x']), ids: new Uint32Array(1) };
    const block = encodeBlock({ ...batchOfRows([row(1n, 'a')]), metadata: [empty] }, none);
    expect(decodeBlock(block, allColumns).metadata).toEqual([]);
  });
});

describe('reading some columns', () => {
  const rows = [row(10n, 'one', { a: '1', b: '2' }), row(20n, 'three', { b: '3' })];
  const block = encodeBlock(batchOfRows(rows), codecNamed('zstd'));

  test('gives those and no others', () => {
    const none = decodeBlock(block, { lines: 'none', metadata: [] });
    expect([none.count, [...none.offsetNs], none.lines.length, none.lineEnd.length, none.metadata]).toEqual([
      2,
      [0, 10],
      0,
      0,
      [],
    ]);
    const lengths = decodeBlock(block, { lines: 'lengths', metadata: ['b', 'not there'] });
    expect([[...lengths.lineEnd], lengths.lines.length, lengths.metadata.map((m) => m.name)]).toEqual([
      [3, 8],
      0,
      ['b'],
    ]);
    expect(decodeBlock(block, allColumns).metadata.map((m) => m.name)).toEqual(['a', 'b']);
  });

  test('does not look at the others: damage there goes unseen', () => {
    const lines = block.sections.at(-1)!;
    const bytes = block.bytes.slice();
    bytes[lines.offset]! ^= 1;
    expect([...decodeBlock({ ...block, bytes }, { lines: 'lengths', metadata: 'all' }).lineEnd]).toEqual([3, 8]);
    expect(() => decodeBlock({ ...block, bytes }, allColumns)).toThrow(DamageError);
  });
});

describe('damage', () => {
  const rows = randomRows(prng(11), 40);
  const block = encodeBlock(batchOfRows(rows), codecNamed('zstd'));
  const place = { file: 'some.pack', offset: 1000 };

  test('of every byte is told, with its file and place', () => {
    for (let at = 0; at < block.bytes.length; at++) {
      const bytes = block.bytes.slice();
      bytes[at]! ^= 1 << (at % 8);
      const hit = block.sections.findLast((section) => section.offset <= at)!;
      expect(() => decodeBlock({ ...block, bytes }, allColumns, place)).toThrow(
        `some.pack: damage at offset ${1000 + hit.offset}: section ${hit.kind}`,
      );
    }
  });

  test('of the table never gives other entries, whatever the checksums say', () => {
    const wrong = (change: Partial<EncodedBlock>) => () => decodeBlock({ ...block, ...change }, allColumns);
    expect(wrong({ count: 39 })).toThrow(DamageError);
    expect(wrong({ count: 41 })).toThrow(DamageError);
    expect(wrong({ rawBytes: block.rawBytes + 1 })).toThrow(DamageError);
    expect(wrong({ throughNs: block.throughNs + 1n })).toThrow(DamageError);
    for (const kind of [1, 3, 4]) {
      expect(wrong({ sections: block.sections.filter((s) => s.kind !== kind) })).toThrow('block has no');
    }
    expect(wrong({ sections: block.sections.map((s) => ({ ...s, encoding: 2 })) })).toThrow('unknown encoding 2');
    expect(wrong({ sections: block.sections.map((s) => ({ ...s, codec: 99 })) })).toThrow('unknown compression 99');
  });
});

test('sections of unknown kinds are skipped', () => {
  const rows = randomRows(prng(5), 20);
  const block = encodeBlock(batchOfRows(rows), none);
  const later = { ...block.sections[0]!, kind: 77, name: 'status', encoding: 9, codec: 200, offset: 0, storedBytes: 3 };
  const sections = [later, ...block.sections.map((s) => ({ ...s, offset: s.offset + 3 }))];
  const bytes = Uint8Array.from([1, 2, 3, ...block.bytes]);
  expect(shown(rowsOf(decodeBlock({ ...block, sections, bytes }, allColumns)))).toEqual(shown(rows));
});

test('regular times, unique values and constant lengths take next to nothing', () => {
  const rows = Array.from({ length: 1000 }, (_, i) =>
    row(BigInt(i) * 250_000_000n, 'same line', { id: `${i}`, level: 'info' }),
  );
  const block = encodeBlock(batchOfRows(rows), codecNamed('zstd'));
  const stored = Object.fromEntries(block.sections.map((s) => [s.name || s.kind, s.storedBytes]));
  expect(stored[1]).toBeLessThan(12);
  expect(stored[3]).toBeLessThan(12);
  expect(stored['level']).toBeLessThan(24);
});
