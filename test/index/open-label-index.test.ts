import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LabelIndex } from '../../src/index/label-index.js';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import { type PackCatalog, reconcileIndex } from '../../src/index/reconcile.js';
import { openSqlite } from '../../src/index/sqlite.js';
import type { ChunkRef } from '../../src/model/chunk-ref.js';
import { prng } from '../helpers/prng.js';
import { range, ref } from './refs.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skald-index-'));
  path = join(folder, 'index.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const quiet = () => undefined;
const always = range(-10_000, 1_000_000);

/** A store of packs that is only its footers. */
function catalogOf(refs: readonly ChunkRef[], replaces: Readonly<Record<string, string[]>> = {}): PackCatalog {
  const packs = new Map<string, ChunkRef[]>();
  for (const one of refs) packs.set(one.pack, [...(packs.get(one.pack) ?? []), one]);
  return {
    list: async () => [...packs.keys()],
    footer: (pack) => ({ chunks: packs.get(pack) as ChunkRef[], ...(replaces[pack] && { replaces: replaces[pack] }) }),
  };
}

/** All that can be asked. */
const dump = (index: LabelIndex) => ({
  select: index
    .select('fake', [], always)
    .map(({ labels, chunks }) => [labels.text, chunks])
    .sort(),
  names: index.labelNames('fake', [], always),
  values: index.labelNames('fake', [], always).map((name) => index.labelValues('fake', name, [], always)),
  packs: index.packs(),
  tenants: index.tenants(),
});

const manyRefs = (streams: number, packs: number): ChunkRef[] =>
  Array.from({ length: packs }, (_, p) =>
    Array.from({ length: Math.ceil(streams / packs) }, (_, i) =>
      ref({ app: `app-${p % 7}`, pod: `pod-${p}-${i}`, env: 'prod' }, p, p + 10, {
        pack: `fake/1970-01-01/${String(p).padStart(4, '0')}.pack`,
        metaOffset: i * 100,
      }),
    ),
  ).flat();

test('what was added is there when it is opened again', () => {
  const refs = manyRefs(20, 4);
  const index = openLabelIndex(path);
  expect(index.setAside).toBeNull();
  index.addChunks(refs);
  const before = dump(index);
  index.close();
  const again = openLabelIndex(path);
  expect(again.setAside).toBeNull();
  expect(dump(again)).toEqual(before);
  again.close();
  again.close();
});

test('what was added is there when it was never closed', () => {
  const index = openLabelIndex(path);
  index.addChunks(manyRefs(20, 4));
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, join(folder, `copy.db${suffix}`));
  const copy = openLabelIndex(join(folder, 'copy.db'));
  expect(copy.setAside).toBeNull();
  expect(dump(copy)).toEqual(dump(index));
  copy.close();
  index.close();
});

describe('damage', () => {
  const refs = manyRefs(60, 6);
  let want: ReturnType<typeof dump>;

  beforeEach(() => {
    const index = openLabelIndex(path);
    index.addChunks(refs);
    want = dump(index);
    index.close();
  });

  async function expectRecovered(): Promise<string | null> {
    const index = openLabelIndex(path);
    await reconcileIndex(index, catalogOf(refs), quiet);
    expect(dump(index)).toEqual(want);
    index.close();
    return index.setAside;
  }

  test('a file that is gone is made anew', async () => {
    rmSync(path);
    expect(await expectRecovered()).toBeNull();
  });

  test('a file of length 0 is made anew', async () => {
    truncateSync(path, 0);
    await expectRecovered();
  });

  test('a file that is not a database is set aside', async () => {
    writeFileSync(path, 'This is not a database. '.repeat(400));
    expect(await expectRecovered()).not.toBeNull();
    expect(readFileSync(`${path}.damaged`, 'latin1')).toContain('not a database');
    expect(await expectRecovered()).toBeNull();
  });

  test('a file that was cut is set aside, wherever it was cut', async () => {
    const bytes = readFileSync(path);
    const random = prng(Number(process.env['SEED'] ?? 3));
    for (let i = 0; i < 12; i++) {
      writeFileSync(path, bytes.subarray(0, 1 + random.int(bytes.length - 1)));
      expect(await expectRecovered(), `seed ${random.seed}`).not.toBeNull();
    }
  });

  test('a flipped bit is found, wherever it is', async () => {
    const random = prng(Number(process.env['SEED'] ?? 4));
    for (let i = 0; i < 25; i++) {
      const bytes = readFileSync(path);
      const at = random.int(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << random.int(8));
      writeFileSync(path, bytes);
      expect(await expectRecovered(), `seed ${random.seed}, byte ${at}`).not.toBeNull();
    }
  });

  test('a journal without its database is not used', async () => {
    writeFileSync(`${path}-wal`, 'left over');
    rmSync(path);
    expect(await expectRecovered()).not.toBeNull();
  });

  test('an old copy is brought up to date', async () => {
    const old = join(folder, 'old.db');
    const index = openLabelIndex(old);
    index.addChunks(refs.slice(0, 10));
    index.addChunks([ref({ app: 'gone' }, 1, 2, { pack: 'fake/1970-01-01/gone.pack' })]);
    index.close();
    copyFileSync(old, path);
    rmSync(`${path}.sum`);
    expect(await expectRecovered()).toBeNull();
  });

  test('a file of a later version is set aside', async () => {
    const db = openSqlite(path, { busyTimeoutMs: 0 });
    db.pragma('user_version = 999');
    db.close();
    rmSync(`${path}.sum`);
    expect(await expectRecovered()).toBe('not a database of this program');
  });

  test('a file that another process holds is not taken for damaged', () => {
    const db = openSqlite(path, { busyTimeoutMs: 0 });
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
    rmSync(`${path}.sum`);
    expect(() => openLabelIndex(path)).toThrow(/locked/);
    db.exec('ROLLBACK');
    db.close();
    expect(existsSync(`${path}.damaged`)).toBe(false);
  });
});

describe('reconcileIndex', () => {
  test('rebuilds 10,000 streams in 1,000 packs', async () => {
    const refs = manyRefs(10_000, 1000);
    const index = openLabelIndex(path);
    const startedMs = performance.now();
    const { added } = await reconcileIndex(index, catalogOf(refs), quiet);
    console.log(`rebuilt 10,000 streams in ${Math.round(performance.now() - startedMs)} ms`);
    expect(added).toBe(1000);
    expect(index.select('fake', [], always)).toHaveLength(10_000);
    index.close();
  });

  test('leaves alone a pack that cannot be read, and says so', async () => {
    const catalog = catalogOf(manyRefs(4, 2));
    const bad = 'fake/1970-01-01/0000.pack';
    const index = openLabelIndex(':memory:');
    const footer = (pack: string) => {
      if (pack === bad) throw new Error('damaged');
      return catalog.footer(pack);
    };
    expect(await reconcileIndex(index, { ...catalog, footer }, quiet)).toEqual({
      added: 1,
      removed: 0,
      unreadable: [bad],
    });
    expect(index.packs()).toHaveLength(1);
  });

  test('does not index again what was replaced and is not deleted yet', async () => {
    const refs = manyRefs(4, 2);
    const index = openLabelIndex(':memory:');
    index.addChunks(refs);
    const merged = refs.map((one) => ({ ...one, pack: 'fake/1970-01-01/merged.pack' }));
    index.replacePacks([...new Set(refs.map(({ pack }) => pack))], merged);
    const want = dump(index);
    expect(await reconcileIndex(index, catalogOf([...refs, ...merged]), quiet)).toMatchObject({ added: 0, removed: 0 });
    expect(dump(index)).toEqual(want);
    // Once they are deleted, their names are forgotten.
    await reconcileIndex(index, catalogOf(merged), quiet);
    expect(index.retired()).toEqual([]);
    expect(dump(index)).toEqual(want);
  });

  test.each([['the index has them'], ['the index is lost']])(
    'takes a merged pack instead of its sources: %s',
    async (which) => {
      const refs = manyRefs(4, 2);
      const sources = [...new Set(refs.map(({ pack }) => pack))];
      const merged = refs.map((one, i) => ({ ...one, pack: 'fake/1970-01-01/merged.pack', metaOffset: i }));
      const again = merged.map((one) => ({ ...one, pack: 'fake/1970-01-01/merged-again.pack' }));
      const replaces = {
        'fake/1970-01-01/merged.pack': sources,
        'fake/1970-01-01/merged-again.pack': ['fake/1970-01-01/merged.pack'],
      };
      const index = openLabelIndex(':memory:');
      if (which === 'the index has them') index.addChunks(refs);
      await reconcileIndex(index, catalogOf([...refs, ...merged, ...again], replaces), quiet);
      expect(index.packs().map(({ pack }) => pack)).toEqual(['fake/1970-01-01/merged-again.pack']);
      await reconcileIndex(index, catalogOf([...refs, ...merged, ...again], replaces), quiet);
      expect(index.packs().map(({ pack }) => pack)).toEqual(['fake/1970-01-01/merged-again.pack']);
      expect(index.select('fake', [], always)).toHaveLength(4);
    },
  );
});
