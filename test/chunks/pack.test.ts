import { describe, expect, test } from 'vitest';
import { BlockCache } from '../../src/chunks/block-cache.js';
import { codecNames, codecsReady } from '../../src/chunks/codec/codecs.js';
import { crc32 } from '../../src/chunks/crc32.js';
import { bytesSource, memoryPackStore } from '../../src/chunks/memory-pack-store.js';
import { PackVersionError } from '../../src/chunks/pack-format.js';
import { chunkBlocks, encodedBlocks, readFooter } from '../../src/chunks/pack-reader.js';
import type { ByteSource } from '../../src/chunks/pack-store.js';
import { type SealedChunk, utcDay, writePack } from '../../src/chunks/pack-writer.js';
import { DamageError } from '../../src/model/block-source.js';
import type { ChunkRef } from '../../src/model/chunk-ref.js';
import { allColumns } from '../../src/model/column-needs.js';
import { type Row, randomRows, rowsOf, shown } from '../helpers/batches.js';
import { sealedChunk } from '../helpers/encoded.js';
import { prng } from '../helpers/prng.js';

await codecsReady();

const row = (ns: bigint, line: string, metadata: Record<string, string> = {}): Row => ({
  ns,
  line: new Uint8Array(Buffer.from(line)),
  metadata,
});

const noon = 1_767_268_800_000_000_000n;

async function packed(
  chunks: readonly SealedChunk[],
  id?: string,
): Promise<{ refs: ChunkRef[]; bytes: Uint8Array; pack: string }> {
  const store = memoryPackStore();
  const refs = await writePack(store, 'Team-1', '2026-01-01', chunks, id);
  const { pack } = refs[0]!;
  const source = store.open(pack);
  return { refs, pack, bytes: source.slice(0, source.byteLength).slice() };
}

/** Every entry of the chunks, through the reader. */
function entriesOf(refs: readonly ChunkRef[], source: ByteSource): string[] {
  const cache = new BlockCache();
  return refs.flatMap((ref) => [
    ref.labels.text,
    ...chunkBlocks(ref, source, cache).flatMap((block) => shown(rowsOf(block.read(allColumns)))),
  ]);
}

const small = [
  sealedChunk({ app: 'b' }, [[row(noon + 5n, 'later'), row(noon + 6n, '', { level: 'info' })]], 'zstd'),
  sealedChunk({ app: 'a', quote: '"\n' }, [
    [row(noon, 'one', { trace: 'x1' })],
    [row(noon + 1n, 'two'), row(noon + 1n, 'three')],
  ]),
];

describe('a pack', () => {
  test('is named by tenant, day, times and an identifier, and lists chunks by labels and time', async () => {
    const chunks = [...small, sealedChunk({ app: 'a', quote: '"\n' }, [[row(noon - 7_000_000n, 'before')]])];
    const { refs, pack } = await packed(chunks, 'f00d');
    expect(pack).toBe('%54eam-1/2026-01-01/1767268799993-1767268800000-f00d.pack');
    expect(
      refs.map((ref) => [ref.tenant, ref.labels.text, ref.fromNs, ref.throughNs, ref.entries, ref.rawBytes]),
    ).toEqual([
      ['Team-1', '{app="a", quote="\\"\\n"}', noon - 7_000_000n, noon - 7_000_000n, 1, 6],
      ['Team-1', '{app="a", quote="\\"\\n"}', noon, noon + 1n, 3, 11],
      ['Team-1', '{app="b"}', noon + 5n, noon + 6n, 2, 5],
    ]);
    expect(new Set(refs.map((ref) => ref.metaOffset)).size).toBe(3);
  });

  test('gets another name each time', async () => {
    expect((await packed(small)).pack).not.toBe((await packed(small)).pack);
  });

  test('gives back its entries, and its footer what the writer returned', async () => {
    const { refs, bytes, pack } = await packed(small);
    const source = bytesSource(bytes);
    expect(entriesOf(refs, source)).toEqual([
      '{app="a", quote="\\"\\n"}',
      `${noon} one [["trace","x1"]]`,
      `${noon + 1n} two []`,
      `${noon + 1n} three []`,
      '{app="b"}',
      `${noon + 5n} later []`,
      `${noon + 6n}  [["level","info"]]`,
    ]);
    const footer = readFooter(pack, source);
    expect(footer.tenant).toBe('Team-1');
    // The text of labels is made when first asked for.
    const plain = (list: readonly ChunkRef[]) => list.map((ref) => ({ ...ref, labels: ref.labels.text }));
    expect(plain(footer.chunks)).toEqual(plain(refs));
  });

  test('tells bounds, counts and sizes of its blocks without reading them', async () => {
    const { refs, bytes } = await packed(small);
    const read: number[] = [];
    const source: ByteSource = {
      byteLength: bytes.length,
      slice(start, end) {
        read.push(end - start);
        return bytes.subarray(start, end);
      },
    };
    const blocks = chunkBlocks(refs[0]!, source, new BlockCache());
    expect(blocks.map((b) => [b.fromNs, b.throughNs, b.count, b.rawBytes])).toEqual([
      [noon, noon, 1, 3],
      [noon + 1n, noon + 1n, 2, 8],
    ]);
    expect(read).toEqual([refs[0]!.metaBytes]);
    expect(refs[0]!.storedBytes).toBe(encodedBlocks(refs[0]!, source).reduce((n, b) => n + b.bytes.length, 0));
  });

  test('can be put together anew from stored blocks', async () => {
    const first = await packed(small);
    const source = bytesSource(first.bytes);
    const chunks = first.refs.map((ref) => ({ labels: ref.labels, blocks: encodedBlocks(ref, source) }));
    const second = await packed(chunks.reverse());
    expect(entriesOf(second.refs, bytesSource(second.bytes))).toEqual(entriesOf(first.refs, source));
    expect(Buffer.compare(second.bytes, first.bytes)).toBe(0);
  });

  test.each(codecNames)('of random chunks comes back, by %s', async (name) => {
    const random = prng();
    const rows = Array.from({ length: 5 }, () => Array.from({ length: 1 + random.int(3) }, () => randomRows(random)));
    const chunks = rows.map((blocks, i) => sealedChunk({ app: `a${i}` }, blocks, name));
    const { refs, bytes } = await packed(chunks);
    expect(entriesOf(refs, bytesSource(bytes)), `seed ${random.seed}`).toEqual(
      rows.flatMap((blocks, i) => [`{app="a${i}"}`, ...shown(blocks.flat())]),
    );
    expect(refs.map((ref) => ref.entries)).toEqual(chunks.map(({ blocks }) => blocks.reduce((n, b) => n + b.count, 0)));
  });

  test('without chunks, and a chunk without blocks, are refused', async () => {
    await expect(packed([])).rejects.toThrow('invariant: a pack has at least one chunk');
    await expect(packed([sealedChunk({ app: 'a' }, [])])).rejects.toThrow('invariant: a chunk has at least one block');
  });
});

describe('damage', () => {
  /** The answers to all questions; a part that is damaged answers with the place. */
  const answers = (pack: string, refs: readonly ChunkRef[], bytes: Uint8Array): string[] => {
    const source = bytesSource(bytes);
    const ask = (question: () => string[]): string[] => {
      try {
        return question();
      } catch (error) {
        if (!(error instanceof DamageError)) throw error;
        expect(error.message).toMatch(/^%54eam-1\/.*\.pack: damage at offset \d+: /);
        expect(error.offset).toBeLessThan(Math.max(bytes.length, 1) + refs[0]!.metaOffset + 1000);
        return ['damaged'];
      }
    };
    return [
      ...ask(() => readFooter(pack, source).chunks.map((ref) => `${ref.labels.text} ${ref.metaOffset} ${ref.entries}`)),
      ...refs.flatMap((ref) => ask(() => entriesOf([ref], source))),
    ];
  };

  test('of any byte is told, or changes nothing', async () => {
    const { refs, bytes, pack } = await packed(small, 'id');
    const whole = answers(pack, refs, bytes);
    let told = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const broken = bytes.slice();
        broken[at]! ^= flip;
        const got = answers(pack, refs, broken);
        if (got.includes('damaged')) told++;
        for (const answer of got) if (answer !== 'damaged') expect(whole, `byte ${at} ^ ${flip}`).toContain(answer);
      }
    }
    // Only the four bytes of version and reserve in the header say nothing.
    expect(told).toBeGreaterThanOrEqual((bytes.length - 4) * 3);
  });

  test('by cutting off is told, at every length', async () => {
    const { refs, bytes, pack } = await packed(small, 'id');
    const whole = answers(pack, refs, bytes);
    for (let length = 0; length < bytes.length; length++) {
      const got = answers(pack, refs, bytes.subarray(0, length));
      expect(got[0], `length ${length}`).toBe('damaged');
      for (const answer of got) if (answer !== 'damaged') expect(whole, `length ${length}`).toContain(answer);
    }
  });

  test('of one chunk leaves the others', async () => {
    const { refs, bytes } = await packed(small, 'id');
    const broken = bytes.slice();
    broken[refs[0]!.metaOffset]! ^= 1;
    expect(() => entriesOf([refs[0]!], bytesSource(broken))).toThrow('checksum of the block table does not fit');
    expect(entriesOf([refs[1]!], bytesSource(broken))).toEqual(entriesOf([refs[1]!], bytesSource(bytes)));
    expect(() => encodedBlocks(refs[0]!, bytesSource(broken))).toThrow(DamageError);
  });

  test('of a block is found when blocks are copied', async () => {
    const { refs, bytes } = await packed(small, 'id');
    const broken = bytes.slice();
    broken[8]! ^= 1;
    expect(() => encodedBlocks(refs[0]!, bytesSource(broken))).toThrow(/damage at offset 8: section 1: checksum/);
  });

  test('by a wrong entry of the index is told', async () => {
    const { refs, bytes } = await packed(small, 'id');
    const wrong = (change: Partial<ChunkRef>) => () =>
      chunkBlocks({ ...refs[0]!, ...change }, bytesSource(bytes), new BlockCache());
    expect(wrong({ metaOffset: 9 })).toThrow(DamageError);
    expect(wrong({ metaOffset: 2 ** 40 })).toThrow(DamageError);
    expect(wrong({ metaBytes: 3 })).toThrow(DamageError);
    expect(wrong({ metaBytes: 2 ** 40 })).toThrow(DamageError);
  });

  test('of a disk that fails is passed on as it is', async () => {
    const { refs, bytes } = await packed(small, 'id');
    const failing: ByteSource = {
      byteLength: bytes.length,
      slice() {
        throw new Error('EIO: read');
      },
    };
    expect(() => chunkBlocks(refs[0]!, failing, new BlockCache())).toThrow(/^EIO: read$/);
  });
});

test('a pack of a later version is refused by name, not called damaged', async () => {
  const { bytes, pack } = await packed(small, 'id');
  const later = bytes.slice();
  const view = new DataView(later.buffer);
  view.setUint16(4, 2, true);
  view.setUint16(later.length - 10, 2, true);
  view.setUint32(later.length - 8, crc32(later.subarray(-32, -8)), true);
  const read = () => readFooter(pack, bytesSource(later));
  expect(read).toThrow(PackVersionError);
  expect(read).toThrow(`${pack}: pack has format version 2, this program reads up to 1`);
});

test('the day of a time is that of UTC', () => {
  expect(utcDay(noon)).toBe('2026-01-01');
  expect(utcDay(-1n)).toBe('1969-12-31');
  expect(utcDay(0n)).toBe('1970-01-01');
  expect(utcDay(2n ** 63n - 1n)).toBe('2262-04-11');
});
