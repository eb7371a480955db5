/** The hand-over from head to store, when its parts fail or are interrupted. */
import { describe, expect, test } from 'vitest';
import { openFilePackStore } from '../../src/chunks/file-pack-store.js';
import { memoryPackStore } from '../../src/chunks/memory-pack-store.js';
import type { PackStore } from '../../src/chunks/pack-store.js';
import type { LabelIndex } from '../../src/index/label-index.js';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import { FaultyFileSystem } from '../helpers/faulty-file-system.js';
import { at, openWorld, pushOf } from './fixture.js';

const app = (name: string) => ({ app: name });
const key = 'fake {app="a"}';
const rows = (...seconds: number[]) => seconds.map((s) => `${at(s)} line ${s}`);
const push = (...seconds: number[]) =>
  pushOf(
    app('a'),
    seconds.map((s) => [at(s), `line ${s}`] as const),
  );

/** An object with some of its methods replaced. */
function withMethods<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const replaced = methods[name as keyof T];
      if (replaced !== undefined) return replaced;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('at every tick an entry is in the head or in the store, never in both and never in neither', async () => {
  const { ingester, contents, index } = await openWorld(undefined, { blockBytes: 200 });
  for (let i = 0; i < 30; i++)
    await ingester.append(pushOf(app(`a${i % 3}`), [[at(i - 10), `line ${i} ${'x'.repeat(30)}`]]));
  const want = contents();
  let isDone = false;
  const flushed = ingester.flush().then(() => {
    isDone = true;
  });
  let ticks = 0;
  while (!isDone) {
    expect(contents()).toEqual(want);
    await Promise.resolve();
    ticks++;
  }
  await flushed;
  expect(ticks).toBeGreaterThan(10);
  expect(index.packs().length).toBe(2);
  expect(contents()).toEqual(want);
  await ingester.close();
});

test('what is pushed while a flush is under way stays in the head', async () => {
  const { ingester, contents } = await openWorld();
  await ingester.append(push(1));
  const flushed = ingester.flush();
  await Promise.resolve();
  const answers = [ingester.append(push(2))];
  await Promise.resolve();
  answers.push(ingester.append(push(3, 0)));
  await Promise.all([flushed, ...answers]);
  expect(contents()[key]).toEqual(rows(0, 1, 2, 3));
  await ingester.flush();
  expect(contents()[key]).toEqual(rows(0, 1, 2, 3));
  await ingester.close();
});

test('flushes that are asked for at once run one after another', async () => {
  const { ingester, contents, index } = await openWorld();
  await ingester.append(push(1));
  const first = ingester.flush();
  await ingester.append(push(2));
  await Promise.all([first, ingester.flush(), ingester.flush()]);
  expect(contents()[key]).toEqual(rows(1, 2));
  expect(index.packs().length).toBeLessThanOrEqual(2);
  await ingester.close();
});

describe('the store refuses a pack', () => {
  test('nothing changes, and the next flush takes everything', async () => {
    let isFull = true;
    const real = memoryPackStore();
    const store = withMethods<PackStore>(real, {
      put: (pack, parts) => (isFull ? Promise.reject(new Error('bucket is full')) : real.put(pack, parts)),
    });
    const { ingester, contents, index } = await openWorld(undefined, { store });
    await ingester.append(push(1, 2));
    await expect(ingester.flush()).rejects.toThrow('bucket is full');
    expect(contents()[key]).toEqual(rows(1, 2));
    await ingester.append(push(3));
    isFull = false;
    await ingester.flush();
    expect(contents()[key]).toEqual(rows(1, 2, 3));
    expect(index.packs()).toHaveLength(1);
    expect(ingester.stats()).toMatchObject({ flushFailures: 1, flushes: 1, flushedEntries: 3 });
    await ingester.close();
  });

  test('but it is there after all: it is removed before its entries go elsewhere', async () => {
    let fails = true;
    const real = memoryPackStore();
    const store = withMethods<PackStore>(real, {
      async put(pack, parts) {
        await real.put(pack, parts);
        if (fails) throw new Error('connection lost');
      },
    });
    const { ingester, contents, fs } = await openWorld(undefined, { store });
    await ingester.append(push(1));
    await expect(ingester.flush()).rejects.toThrow('connection lost');
    fails = false;
    await ingester.flush();
    expect(await store.list()).toHaveLength(1);
    expect(contents()[key]).toEqual(rows(1));
    fs.kill();
    const again = await openWorld(fs, { store });
    expect(again.contents()[key]).toEqual(rows(1));
    await again.ingester.close();
  });

  test('and it comes back by a loss of power, after its entries were written anew', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const fs = new FaultyFileSystem();
      const { ingester } = await openWorld(fs);
      await ingester.append(push(1));
      await ingester.flush();
      await ingester.append(push(2));
      // Renamed, and removed again, but neither is known to be on the disk.
      fs.fault = { at: 1, kind: 'EIO', call: 'syncDir', path: /chunks/ };
      await expect(ingester.flush()).rejects.toThrow('EIO');
      fs.fault = { at: 1, kind: 'EIO', call: 'sync' };
      await ingester.append(push(3));
      expect(ingester.stats().walRepairs).toBe(1);
      fs.crash(seed);
      const again = await openWorld(fs);
      expect(again.contents()[key], `seed ${seed}`).toEqual(rows(1, 2, 3));
      await again.ingester.close();
    }
  });
});

test('the index refuses a pack: it is handed over later, and not written twice', async () => {
  let isLocked = true;
  const real = openLabelIndex(':memory:');
  const index = withMethods<LabelIndex>(real, {
    addChunks(refs) {
      if (isLocked && refs.length > 0) throw new Error('database is locked');
      real.addChunks(refs);
    },
  });
  const { ingester, contents, store, fs } = await openWorld(undefined, { index });
  await ingester.append(push(1, 2));
  await expect(ingester.flush()).rejects.toThrow('database is locked');
  expect(contents()[key]).toEqual(rows(1, 2));
  await expect(ingester.flush()).rejects.toThrow('database is locked');
  await ingester.append(push(3));
  isLocked = false;
  await ingester.flush();
  expect(contents()[key]).toEqual(rows(1, 2, 3));
  expect(await store.list()).toHaveLength(2);
  fs.kill();
  const again = await openWorld(fs);
  expect(again.contents()[key]).toEqual(rows(1, 2, 3));
  await again.ingester.close();
});

test('a crash between pack and index: the pack is found at the next start', async () => {
  const index = withMethods<LabelIndex>(openLabelIndex(':memory:'), {
    addChunks(refs) {
      if (refs.length > 0) throw new Error('gone');
    },
  });
  const { ingester, fs } = await openWorld(undefined, { index });
  await ingester.append(push(1, 2));
  await expect(ingester.flush()).rejects.toThrow('gone');
  fs.kill();
  const again = await openWorld(fs);
  expect(again.contents()[key]).toEqual(rows(1, 2));
  expect(again.ingester.stats().headEntries).toBe(0);
  expect(again.index.packs()).toHaveLength(1);
  await again.ingester.close();
});

test('entries of a pack that the compactor has replaced do not come back from the WAL', async () => {
  const { ingester, fs, index, store } = await openWorld(undefined, { walSync: 'os' });
  await ingester.append(push(1));
  await ingester.flush();
  // It deletes them all, as retention may: what is left of the WAL says that they are not its concern.
  for (const { pack } of await store.list()) {
    index.replacePacks([pack], []);
    await store.delete(pack);
  }
  fs.kill();
  const again = await openWorld(fs, { index });
  expect(again.contents()).toEqual({});
  await again.ingester.close();
});

test('a damaged pack of an interrupted flush is not relied upon: the WAL has its entries', async () => {
  const index = withMethods<LabelIndex>(openLabelIndex(':memory:'), {
    addChunks(refs) {
      if (refs.length > 0) throw new Error('gone');
    },
  });
  const { ingester, fs, store } = await openWorld(undefined, { index });
  await ingester.append(push(1, 2));
  await expect(ingester.flush()).rejects.toThrow('gone');
  const pack = (await store.list())[0]?.pack as string;
  const file = fs.openSync(`/data/chunks/${pack}`, 'update');
  file.truncateSync(file.byteLength() - 3);
  file.closeSync();
  fs.kill();
  const again = await openWorld(fs, { store: openFilePackStore(fs, '/data/chunks', { shared: false }) });
  expect(again.contents()[key]).toEqual(rows(1, 2));
  expect(again.logged.join('\n')).toContain('pack of an interrupted flush is damaged');
  await again.ingester.close();
});

test('thousands of streams are a few packs', async () => {
  const { ingester, index } = await openWorld(undefined, { walSync: 'off', store: memoryPackStore() });
  for (let i = 0; i < 2500; i++) await ingester.append(pushOf(app(`a${i}`), [[at(1), 'one']]));
  await ingester.flush();
  expect(index.packs().map(({ chunks }) => chunks)).toEqual([1000, 1000, 500]);
  await ingester.close();
});
