/**
 * Packs as each released version wrote them, read for ever. A file here is never edited or written again; a new version
 * of the format gets a new folder. `GOLDEN=write npx vitest run test/chunks/golden.test.ts` adds those that are missing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { decodeBlock, encodeBlock } from '../../src/chunks/block.js';
import { BlockCache } from '../../src/chunks/block-cache.js';
import { codecNamed, codecsReady } from '../../src/chunks/codec/codecs.js';
import { bytesSource, memoryPackStore } from '../../src/chunks/memory-pack-store.js';
import { chunkBlocks, encodedBlocks, readFooter } from '../../src/chunks/pack-reader.js';
import { writePack } from '../../src/chunks/pack-writer.js';
import { allColumns } from '../../src/model/column-needs.js';
import { dictionaryOf } from '../../src/model/columns.js';
import type { ExtractedFields } from '../../src/model/extracted-fields.js';
import { oddRow, plainRow } from '../../src/model/field-columns.js';
import { Labels } from '../../src/model/labels.js';
import { batchOfRows, type Row, rowsOf, shown } from '../helpers/batches.js';
import { sealedChunk } from '../helpers/encoded.js';

await codecsReady();

const noon = 1_767_268_800_000_000_000n;
const line = (text: string) => new Uint8Array(Buffer.from(text));

/** Regular and irregular times, equal ones, empty, binary and repeated lines, columns of few and of many values. */
const web: Row[] = Array.from({ length: 60 }, (_, i) => ({
  ns: noon + BigInt(i) * 250_000_000n,
  line: line(`{"level":"${i % 7 ? 'info' : 'error'}","status":${i % 9 ? 200 : 503},"msg":"request done","n":${i}}`),
  metadata: { detected_level: i % 7 ? 'info' : 'error', trace_id: `t${i * 7919}` },
}));
const odd: Row[] = [
  { ns: noon - 1n, line: line(''), metadata: {} },
  { ns: noon - 1n, line: Uint8Array.of(0, 255, 10, 13, 128), metadata: { note: '' } },
  { ns: noon + 2n ** 45n, line: line('längre än så\n'), metadata: { note: 'é', other: 'x' } },
];
const chunks = (codec: string) => [
  sealedChunk({ app: 'web', env: 'prod' }, [web.slice(0, 40), web.slice(40)], codec),
  sealedChunk({ app: 'odd', text: 'a "quoted"\\ value' }, [odd], codec),
];
const want = [
  ['{app="odd", text="a \\"quoted\\"\\\\ value"}', ...shown(odd)],
  ['{app="web", env="prod"}', ...shown(web)],
];

test.each(['none', 'gzip', 'lz4', 'snappy', 'flate', 'zstd'])('version 1, %s', async (codec) => {
  const file = fileURLToPath(new URL(`testdata/v1/${codec}.pack`, import.meta.url));
  if (!existsSync(file) && process.env['GOLDEN'] === 'write') {
    const store = memoryPackStore();
    const [ref] = await writePack(store, 'fake', '2026-01-01', chunks(codec), 'golden');
    const source = store.open(ref!.pack);
    writeFileSync(file, source.slice(0, source.byteLength));
  }
  const source = bytesSource(new Uint8Array(readFileSync(file)));
  const { tenant, chunks: refs } = readFooter('golden.pack', source);
  expect(tenant).toBe('fake');
  const cache = new BlockCache();
  const got = refs.map((ref) => [
    ref.labels.text,
    ...chunkBlocks(ref, source, cache).flatMap((block) => shown(rowsOf(block.read(allColumns)))),
  ]);
  expect(got).toEqual(want);
});

/** Columns of all kinds, for the lines of `web`. */
const fields: ExtractedFields = {
  format: 'json',
  states: Uint8Array.from(web, (_, i) => (i % 20 === 19 ? oddRow : plainRow)),
  names: ['level', 'status', 'msg', 'n', 'ms'],
  columns: [
    {
      ...{ kind: 'texts', name: 'level', dictionary: dictionaryOf(['error', 'info']) },
      ids: Uint32Array.from(web, (_, i) => (i % 5 === 4 ? 0 : i % 7 ? 2 : 1)),
    },
    {
      ...{ kind: 'decimals', name: 'ms', areNumbers: true, scale: 2 },
      mantissas: Float64Array.from(web, (_, i) => ((i * 7919) % 5000) - 300),
      present: Uint8Array.from(web, (_, i) => (i % 6 === 5 ? 0 : 1)),
    },
    {
      ...{ kind: 'decimals', name: 'n', areNumbers: true, scale: 0, present: null },
      mantissas: Float64Array.from(web, (_, i) => 1e12 + i * 1000),
    },
  ],
};
const fieldRows = web.map((_, i) => [
  i % 5 === 4 ? null : i % 7 ? 'info' : 'error',
  i % 6 === 5 ? null : String((((i * 7919) % 5000) - 300) / 100),
  String(1e12 + i * 1000),
]);

test.each(['none', 'zstd'])('version 1 with columns of fields, %s', async (codec) => {
  const file = fileURLToPath(new URL(`testdata/v1/fields-${codec}.pack`, import.meta.url));
  const block = encodeBlock(batchOfRows(web), codecNamed(codec), fields);
  if (!existsSync(file) && process.env['GOLDEN'] === 'write') {
    const store = memoryPackStore();
    const chunk = { labels: Labels.from({ app: 'web' }), blocks: [block] };
    const [ref] = await writePack(store, 'fake', '2026-01-01', [chunk], 'golden');
    const source = store.open(ref!.pack);
    writeFileSync(file, source.slice(0, source.byteLength));
  }
  const source = bytesSource(new Uint8Array(readFileSync(file)));
  const [ref] = readFooter('golden.pack', source).chunks;
  const [golden] = encodedBlocks(ref!, source);
  if (codec === 'none') expect(golden).toEqual(block);
  const rest = () => allColumns;
  const needs = { format: 'json', names: ['level', 'ms', 'n'], rest } as const;
  const batch = decodeBlock(golden!, { ...allColumns, fields: needs });
  expect(shown(rowsOf(batch))).toEqual(shown(web));
  expect(batch.fields?.states).toEqual(fields.states);
  expect(batch.fields?.names).toEqual(new Set(fields.names));
  const columns = needs.names.map((name) => batch.fields?.column(name));
  const got = web.map((_, i) => columns.map((c) => (c!.ids[i] === 0 ? null : c!.dictionary.get(c!.ids[i]! - 1))));
  expect(got).toEqual(fieldRows);
});

test('what is written today without compression is the golden file, byte for byte', async () => {
  const store = memoryPackStore();
  const [ref] = await writePack(store, 'fake', '2026-01-01', chunks('none'), 'golden');
  const source = store.open(ref!.pack);
  const written = source.slice(0, ref!.metaOffset);
  const golden = readFileSync(fileURLToPath(new URL('testdata/v1/none.pack', import.meta.url)));
  // The footer is deflated: its bytes may differ between versions of zlib.
  expect(Buffer.compare(golden.subarray(0, written.length), written)).toBe(0);
});
