import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openFilePackStore } from '../../src/chunks/file-pack-store.js';
import { memoryPackStore } from '../../src/chunks/memory-pack-store.js';
import type { PackStore } from '../../src/chunks/pack-store.js';
import { readFile } from '../../src/io/file-system.js';
import { MemoryFileSystem } from '../../src/io/memory-file-system.js';
import { nodeFileSystem } from '../../src/io/node-file-system.js';
import { CrashedError, FaultyFileSystem } from '../helpers/faulty-file-system.js';
import { prng } from '../helpers/prng.js';

const folder = mkdtempSync(join(tmpdir(), 'skald-packs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const parts = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3, 4, 5)];
const whole = Uint8Array.of(1, 2, 3, 4, 5);

const stores: Record<string, () => PackStore> = {
  memory: memoryPackStore,
  'files in memory': () => openFilePackStore(new MemoryFileSystem(), '/data/chunks', { shared: false }),
  'files on disk': () => openFilePackStore(nodeFileSystem(), join(mkdtempSync(join(folder, 'x')), 'a', 'b')),
};

describe.each(Object.entries(stores))('a pack store of %s', (_, open) => {
  test('gives back what was put', async () => {
    const store = open();
    await store.put('t/2026-01-01/a.pack', parts);
    const source = store.open('t/2026-01-01/a.pack');
    expect(source.byteLength).toBe(5);
    expect([...source.slice(0, 5)]).toEqual([...whole]);
    expect([...source.slice(1, 3)]).toEqual([2, 3]);
    expect(source.slice(5, 5).length).toBe(0);
    for (const [start, end] of [
      [0, 6],
      [-1, 2],
      [3, 2],
    ] as const) {
      expect(() => source.slice(start, end)).toThrow(RangeError);
    }
    await store.close();
  });

  test('lists packs by name', async () => {
    const store = open();
    expect(await store.list()).toEqual([]);
    for (const pack of ['t/2026-01-02/b.pack', 's/2026-01-09/c.pack', 't/2026-01-01/a.pack'])
      await store.put(pack, parts);
    expect(await store.list()).toEqual(
      ['s/2026-01-09/c.pack', 't/2026-01-01/a.pack', 't/2026-01-02/b.pack'].map((pack) => ({ pack, byteLength: 5 })),
    );
    await store.close();
  });

  test('takes a name once', async () => {
    const store = open();
    await store.put('t/d/a.pack', parts);
    await expect(store.put('t/d/a.pack', parts)).rejects.toThrow('invariant: pack t/d/a.pack is there already');
    await store.close();
  });

  test('deletes, also what is not there', async () => {
    const store = open();
    await store.put('t/d/a.pack', parts);
    await store.put('t/d/b.pack', parts);
    store.open('t/d/a.pack').slice(0, 1);
    await store.delete('t/d/a.pack');
    await store.delete('t/d/a.pack');
    await store.delete('t/other/a.pack');
    expect(() => store.open('t/d/a.pack')).toThrow('ENOENT');
    expect((await store.list()).map(({ pack }) => pack)).toEqual(['t/d/b.pack']);
    await store.delete('t/d/b.pack');
    expect(await store.list()).toEqual([]);
    await store.put('t/d/a.pack', parts);
    expect((await store.list()).length).toBe(1);
    await store.close();
  });
});

describe('a pack store of files', () => {
  test('keeps a bounded number of files open, and opens again what it closed', async () => {
    const fs = new FaultyFileSystem();
    const store = openFilePackStore(fs, '/chunks', { openFilesMax: 2 });
    for (let i = 0; i < 4; i++) await store.put(`t/d/${i}.pack`, [Uint8Array.of(i)]);
    const sources = [0, 1, 2, 3].map((i) => store.open(`t/d/${i}.pack`));
    fs.calls.length = 0;
    for (let round = 0; round < 2; round++)
      for (const [i, source] of sources.entries()) expect([...source.slice(0, 1)]).toEqual([i]);
    expect(fs.calls.filter((call) => call.startsWith('open')).length).toBe(8);
    expect(fs.calls.filter((call) => call.startsWith('close')).length).toBe(8);
    for (let i = 0; i < 5; i++) sources[3]!.slice(0, 1);
    expect(fs.calls.filter((call) => call.startsWith('open')).length).toBe(8);
    await store.close();
    expect(fs.calls.filter((call) => call.startsWith('close')).length).toBe(10);
  });

  test('removes what an interrupted put left, and nothing else', async () => {
    const fs = new MemoryFileSystem();
    fs.mkdirSync('/chunks/t/d');
    for (const name of ['a.pack.tmp', 'b.pack', 'note.txt']) fs.openSync(`/chunks/t/d/${name}`, 'create').closeSync();
    const store = openFilePackStore(fs, '/chunks');
    expect(fs.listSync('/chunks/t/d').map(({ name }) => name)).toEqual(['b.pack', 'note.txt']);
    expect((await store.list()).map(({ pack }) => pack)).toEqual(['t/d/b.pack']);
  });

  test('tells its paths where others can open them', () => {
    expect(openFilePackStore(new MemoryFileSystem(), '/c').localPath('t/d/a.pack')).toBe('/c/t/d/a.pack');
    expect(openFilePackStore(new MemoryFileSystem(), '/c', { shared: false }).localPath('t/d/a.pack')).toBeNull();
    expect(memoryPackStore().localPath('t/d/a.pack')).toBeNull();
  });

  test('a pack larger than one write comes back', async () => {
    const store = openFilePackStore(new MemoryFileSystem(), '/c');
    const large = Array.from({ length: 30 }, (_, i) => new Uint8Array(100_000).fill(i));
    await store.put('t/d/a.pack', large);
    const source = store.open('t/d/a.pack');
    expect(Buffer.compare(source.slice(0, source.byteLength), Buffer.concat(large))).toBe(0);
  });
});

describe('putting a pack on a disk that fails', () => {
  const put = (fs: FaultyFileSystem) => openFilePackStore(fs, '/chunks').put('t/2026-01-01/a.pack', parts);

  async function callsOfOnePut(): Promise<number> {
    const fs = new FaultyFileSystem();
    await put(fs);
    return fs.calls.length;
  }

  test('by each call in turn: it rejects and leaves nothing, and works again later', async () => {
    const calls = await callsOfOnePut();
    expect(calls).toBeGreaterThan(12);
    for (const kind of ['EIO', 'ENOSPC', 'short'] as const) {
      for (let at = 1; at <= calls; at++) {
        const fs = new FaultyFileSystem();
        fs.fault = { at, kind };
        let failed = false;
        try {
          await put(fs);
        } catch (error) {
          failed = true;
          expect((error as { code?: string }).code, `call ${at}: ${error}`).toBe(kind);
        }
        fs.fault = null;
        const store = openFilePackStore(fs, '/chunks');
        if (kind === 'short') expect(failed, `call ${at}`).toBe(false);
        const listed = (await store.list()).length;
        expect(listed, `${kind} at call ${at}: ${fs.calls[at - 1]}`).toBe(failed ? 0 : 1);
        await store.put('t/2026-01-01/b.pack', parts);
        expect([...store.open('t/2026-01-01/b.pack').slice(0, 5)]).toEqual([...whole]);
      }
    }
  });

  test('by a loss of power at each call: the pack is whole or not there; once acknowledged, it is there', async () => {
    const calls = await callsOfOnePut();
    for (let at = 1; at <= calls + 1; at++) {
      for (let seed = 0; seed < 20; seed++) {
        const fs = new FaultyFileSystem();
        fs.fault = { at, kind: 'crash' };
        let acknowledged = false;
        try {
          await put(fs);
          acknowledged = true;
        } catch (error) {
          // Where even the removal fails, both failures are told.
          expect(error instanceof AggregateError ? error.errors[0] : error).toBeInstanceOf(CrashedError);
        }
        fs.crash(seed);
        const store = openFilePackStore(fs, '/chunks');
        const packs = await store.list();
        if (acknowledged) expect(packs.length, `call ${at}, seed ${seed}`).toBe(1);
        for (const { pack } of packs) {
          expect([...readFile(fs, `/chunks/${pack}`)], `call ${at}, seed ${seed}`).toEqual([...whole]);
        }
      }
    }
  });

  test('by a full disk: nothing of the pack is left behind', async () => {
    const fs = new FaultyFileSystem({ capacityBytes: 4000 });
    const store = openFilePackStore(fs, '/chunks');
    await expect(store.put('t/d/a.pack', [prng(1).bytes(5000)])).rejects.toThrow('ENOSPC');
    expect(fs.freeBytes('/')).toBe(4000);
    await store.put('t/d/a.pack', [prng(1).bytes(3000)]);
    expect(await store.list()).toEqual([{ pack: 't/d/a.pack', byteLength: 3000 }]);
  });
});
