/**
 * Packs as each released version wrote them, read for ever. A file here is never edited or written again; a new version
 * of the format gets a new folder. `GOLDEN=write npx vitest run test/chunks/golden.test.ts` adds those that are missing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BlockCache } from '../../src/chunks/block-cache.js';
import { codecsReady } from '../../src/chunks/codec/codec.js';
import { bytesSource, memoryPackStore } from '../../src/chunks/memory-pack-store.js';
import { chunkBlocks, readFooter } from '../../src/chunks/pack-reader.js';
import { writePack } from '../../src/chunks/pack-writer.js';
import { allColumns } from '../../src/model/entry-batch.js';
import { type Row, rowsOf, shown } from '../helpers/batches.js';
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

test('what is written today without compression is the golden file, byte for byte', async () => {
  const store = memoryPackStore();
  const [ref] = await writePack(store, 'fake', '2026-01-01', chunks('none'), 'golden');
  const source = store.open(ref!.pack);
  const written = source.slice(0, ref!.metaOffset);
  const golden = readFileSync(fileURLToPath(new URL('testdata/v1/none.pack', import.meta.url)));
  // The footer is deflated: its bytes may differ between versions of zlib.
  expect(Buffer.compare(golden.subarray(0, written.length), written)).toBe(0);
});
