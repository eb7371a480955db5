import { describe, expect, test } from 'vitest';
import { decodeBlock, type EncodedBlock, encodeBlock, hasFieldColumns, withFields } from '../../src/chunks/block.js';
import { BlockCache, blockSourceOf } from '../../src/chunks/block-cache.js';
import { ByteReader, FormatError } from '../../src/chunks/bytes.js';
import { codecNamed, codecNames, codecsReady } from '../../src/chunks/codec/codecs.js';
import { readField, readSummary } from '../../src/chunks/field-sections.js';
import { DamageError } from '../../src/model/block-source.js';
import type { FieldNeeds } from '../../src/model/column-needs.js';
import { allColumns, type ColumnNeeds } from '../../src/model/column-needs.js';
import { dictionaryOf } from '../../src/model/columns.js';
import type { EntryBatch } from '../../src/model/entry-batch.js';
import type { ExtractedField, ExtractedFields } from '../../src/model/extracted-fields.js';
import { damagedRow, decimalText, type FieldColumns, foreignRow, oddRow } from '../../src/model/field-columns.js';
import { batchOf } from '../helpers/batch.js';
import { prng } from '../helpers/prng.js';

await codecsReady();

const count = 200;
const batch: EntryBatch = batchOf(
  Array.from({ length: count }, (_, i) => `line ${i}`),
  { metadata: Array.from({ length: count }, (_, i) => ({ pod: `p${i % 3}` })) },
);

function texts(name: string, values: readonly (string | null)[]): ExtractedField {
  const distinct = [...new Set(values.filter((value) => value !== null))];
  const ids = Uint32Array.from(values, (value) => (value === null ? 0 : distinct.indexOf(value) + 1));
  return { kind: 'texts', name, dictionary: dictionaryOf(distinct), ids };
}

function decimals(name: string, values: readonly (number | null)[], scale = 0): ExtractedField {
  const present = Uint8Array.from(values, (value) => (value === null ? 0 : 1));
  return {
    ...{ kind: 'decimals', name, areNumbers: true, scale },
    mantissas: Float64Array.from(values, (value) => value ?? 0),
    present: present.includes(0) ? present : null,
  };
}

const rowsOfCount = <T>(value: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => value(i));
const fieldsOf = (...columns: ExtractedField[]): ExtractedFields => ({
  ...{ format: 'json', states: null, columns },
  names: [...columns.map(({ name }) => name), 'left_out'],
});

/** Reads all columns named, and no lines. */
function fieldsIn(block: EncodedBlock, names: readonly string[]): FieldColumns | undefined {
  const rest = () => ({ lines: 'none', metadata: [] }) as const;
  return decodeBlock(block, { ...allColumns, fields: { format: 'json', names, rest } }).fields;
}

const valuesOf = (fields: FieldColumns | undefined, name: string): (string | null)[] | undefined => {
  const column = fields?.column(name);
  return column && Array.from(column.ids, (id) => (id === 0 ? null : column.dictionary.get(id - 1)));
};

describe('a field column gives back its values', () => {
  const f = (what: string, field: ExtractedField, want: readonly (string | null)[]) =>
    test.each(codecNames)(`${what}, by %s`, (codec) => {
      const fields = fieldsIn(encodeBlock(batch, codecNamed(codec), fieldsOf(field)), ['a']);
      expect(valuesOf(fields, 'a')).toEqual(want);
    });

  const levels = rowsOfCount((i) => ['error', 'warn', 'info', ''][i % 4] as string);
  f('texts', texts('a', levels), levels);
  const sparse = rowsOfCount((i) => (i % 7 === 0 ? `é ${i % 3}` : null));
  f('texts on some rows', texts('a', sparse), sparse);
  const constant = rowsOfCount(() => 'x');
  f('one text', texts('a', constant), constant);
  const long = rowsOfCount((i) => `a text of some length, number ${i % 40}`);
  f('long texts', texts('a', long), long);
  const whole = rowsOfCount((i) => (i * 7919) % 1000);
  f('whole numbers', decimals('a', whole), whole.map(String));
  const negative = rowsOfCount((i) => -5 + (i % 11));
  f('negative ones', decimals('a', negative), negative.map(String));
  const rising = rowsOfCount((i) => 1_700_000_000_000 + i * 1000 + (i % 3));
  f('rising ones', decimals('a', rising), rising.map(String));
  const gaps = rowsOfCount((i) => (i % 5 === 2 ? null : i % 90));
  f(
    'numbers on some rows',
    decimals('a', gaps),
    gaps.map((value) => (value === null ? null : String(value))),
  );
  const wide = rowsOfCount((i) => (i % 2 === 0 ? 1 : 999_999_999_999_999 - i));
  f('numbers far apart', decimals('a', wide), wide.map(String));
  f(
    'with digits behind the point',
    decimals(
      'a',
      rowsOfCount((i) => i * 25),
      3,
    ),
    rowsOfCount((i) => String((i * 25) / 1000)),
  );
});

test('decimals are printed as JSON prints them', () => {
  const f = (mantissa: number, scale: number, want: string) => expect(decimalText(mantissa, scale)).toBe(want);
  f(0, 0, '0');
  f(0, 2, '0');
  f(-5, 0, '-5');
  f(-5, 1, '-0.5');
  f(1250, 2, '12.5');
  f(1200, 2, '12');
  f(7, 3, '0.007');
  f(999_999_999_999_999, 9, '999999.999999999');
});

test('the number of a decimal is what its text parses to', () => {
  const random = prng();
  const mantissas = rowsOfCount(() => random.int(1e15) - 5e14);
  const scale = random.int(10);
  const block = encodeBlock(batch, codecNamed('none'), fieldsOf(decimals('a', mantissas, scale)));
  const { dictionary } = fieldsIn(block, ['a'])?.column('a') ?? {};
  for (let i = 0; i < count; i++)
    expect(dictionary?.number?.(i), `seed ${random.seed}`).toBe(Number(dictionary?.get(i)));
});

describe('a block', () => {
  const level = texts(
    'level',
    rowsOfCount((i) => (i % 2 ? 'a' : 'b')),
  );

  test('tells the names of all fields, also of those without a column, and the states of rows', () => {
    const states = Uint8Array.from(rowsOfCount((i) => [0, foreignRow, oddRow, damagedRow][i % 4] as number));
    const fields = fieldsIn(encodeBlock(batch, codecNamed('zstd'), { ...fieldsOf(level), states }), ['level']);
    expect([...(fields?.names ?? [])].sort()).toEqual(['left_out', 'level']);
    expect(fields?.states).toEqual(states);
    expect(fields?.count).toBe(count);
  });

  test('does not tell names when they were too many', () => {
    const fields = fieldsIn(encodeBlock(batch, codecNamed('zstd'), { ...fieldsOf(level), names: null }), ['level']);
    expect(fields?.names).toBe(null);
    expect(fields?.states).toBe(null);
  });

  test('has columns of the names asked for only', () => {
    const fields = fieldsIn(encodeBlock(batch, codecNamed('none'), fieldsOf(level)), ['other']);
    expect([fields?.column('level'), fields?.column('other')]).toEqual([undefined, undefined]);
  });

  test('is the same with fields that came later', () => {
    const without = encodeBlock(batch, codecNamed('zstd'));
    const later = withFields(without, fieldsOf(level), codecNamed('zstd'));
    expect(later).toEqual(encodeBlock(batch, codecNamed('zstd'), fieldsOf(level)));
    expect([hasFieldColumns(without), hasFieldColumns(later)]).toEqual([false, true]);
    expect(withFields(later, fieldsOf(level), codecNamed('zstd'))).toBe(later);
    const { fields: _, ...read } = decodeBlock(later, allColumns);
    expect(read).toEqual(decodeBlock(without, allColumns));
  });

  test('keeps the columns that cost least, numbers before texts, in 8 bytes a line', () => {
    const random = prng(1);
    const noise = (name: string, bits: number) =>
      decimals(
        name,
        rowsOfCount(() => random.int(2 ** bits)),
      );
    const hex = texts(
      'hex',
      rowsOfCount(() => random.int(2 ** 24).toString(16)),
    );
    const block = encodeBlock(
      batch,
      codecNamed('zstd'),
      fieldsOf(hex, noise('a', 20), noise('b', 20), noise('c', 20), noise('d', 20), level),
    );
    const own = block.sections.filter(({ kind }) => kind >= 16);
    expect(own.map(({ name }) => name)).toEqual(['json', 'a', 'b', 'level']);
    expect(own.reduce((sum, { storedBytes, name }) => sum + storedBytes + name.length + 12, 0)).toBeLessThan(8 * count);
  });

  test('has no field sections when none is worth its bytes', () => {
    const one = batchOf(['{"a":"b"}']);
    const fields: ExtractedFields = { format: 'json', states: null, names: ['a'], columns: [texts('a', ['b'])] };
    expect(encodeBlock(one, codecNamed('zstd'), fields)).toEqual(encodeBlock(one, codecNamed('zstd')));
  });
});

describe('what is read beside the columns', () => {
  const level = texts(
    'level',
    rowsOfCount((i) => (i % 2 ? 'a' : 'b')),
  );
  const block = encodeBlock(batch, codecNamed('zstd'), fieldsOf(level));
  const asked: string[][] = [];
  const needs = (rest: ReturnType<FieldNeeds['rest']>, format: 'json' | 'logfmt' = 'json'): ColumnNeeds => ({
    ...{ lines: 'bytes', metadata: 'all' },
    fields: {
      ...{ format, names: ['level'] },
      rest(_fields, metadataNames) {
        asked.push([...metadataNames]);
        return rest;
      },
    },
  });
  const seen = ({ lines, lineEnd, metadata, fields }: EntryBatch) => [
    lines.length > 0,
    lineEnd.length,
    metadata.length,
    fields !== undefined,
  ];
  const f = (what: string, given: ColumnNeeds, want: unknown[]) =>
    test(what, () => {
      for (const cache of [new BlockCache(0), new BlockCache(1 << 20)]) {
        const source = blockSourceOf(block, cache);
        expect(seen(source.read(given))).toEqual(want);
        source.read(allColumns);
        expect(seen(source.read(given)), 'when all is decoded').toEqual(want);
      }
    });

  f('nothing', needs({ lines: 'none', metadata: [] }), [false, 0, 0, true]);
  f('lengths', needs({ lines: 'lengths', metadata: [] }), [false, count, 0, true]);
  f('lines and metadata', needs({ lines: 'bytes', metadata: ['pod'] }), [true, count, 1, true]);
  f('all, without fields, when they are of no use', needs(null), [true, count, 1, false]);
  f('all, without fields, when they are of another format', needs({ lines: 'none', metadata: [] }, 'logfmt'), [
    ...[true, count, 1, false],
  ]);

  test('depends on the names of its metadata', () => {
    expect(asked[0]).toEqual(['pod']);
  });

  test('is counted as a hit by the cache when nothing had to be decoded', () => {
    const cache = new BlockCache();
    const source = blockSourceOf(block, cache);
    const given = needs({ lines: 'none', metadata: [] });
    source.read(given);
    source.read(given);
    source.read(allColumns);
    source.read(given);
    const { hits, partialHits, misses } = cache.counters;
    expect({ hits, partialHits, misses }).toEqual({ hits: 2, partialHits: 1, misses: 1 });
  });
});

describe('damage', () => {
  const level = texts(
    'level',
    rowsOfCount((i) => (i % 2 ? 'a' : 'b')),
  );
  const number = decimals(
    'n',
    rowsOfCount((i) => (i % 5 ? i * 31 : null)),
    1,
  );
  const block = encodeBlock(batch, codecNamed('none'), fieldsOf(level, number));

  test('of any byte is told', () => {
    for (const { kind, offset, storedBytes } of block.sections.filter((section) => section.kind >= 16)) {
      for (let at = offset; at < offset + storedBytes; at += 7) {
        const bytes = block.bytes.slice();
        bytes[at] = (bytes[at] as number) ^ 0x20;
        expect(() => fieldsIn({ ...block, bytes }, ['level', 'n'])).toThrow(DamageError);
        expect(() => fieldsIn({ ...block, bytes }, ['level', 'n'])).toThrow(`section ${kind}`);
      }
    }
  });

  test('under a good checksum is refused, or read as some column', () => {
    const random = prng();
    for (const section of block.sections.filter(({ kind }) => kind >= 16)) {
      const stored = block.bytes.slice(section.offset, section.offset + section.storedBytes);
      for (let round = 0; round < 300; round++) {
        const bytes = stored.slice(0, random.int(3) === 0 ? random.int(stored.length) : stored.length);
        for (let i = 0; i <= random.int(4); i++) bytes[random.int(random.int(bytes.length) + 1)] = random.int(256);
        const from = new ByteReader(bytes);
        try {
          if (section.kind === 16) readSummary(from, 'json', count);
          else {
            const { ids, dictionary } = readField(from, section, count);
            for (const id of ids) if (id > 0) dictionary.get(id - 1);
          }
        } catch (error) {
          if (!(error instanceof FormatError)) throw new Error(`seed ${random.seed}`, { cause: error });
        }
      }
    }
  });
});
