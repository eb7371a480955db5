import { expect, test } from 'vitest';
import { BlockCache } from '../../src/chunks/block-cache.js';
import { codecNamed } from '../../src/chunks/codec/codecs.js';
import { memoryPackStore } from '../../src/chunks/memory-pack-store.js';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import { openIngester } from '../../src/ingest/open-ingester.js';
import { MemoryFileSystem } from '../../src/io/memory-file-system.js';
import { Labels } from '../../src/model/labels.js';
import { FakeClock } from '../helpers/fake-clock.js';

test('a head that takes too much is flushed, refuses pushes meanwhile with 429, and takes them again', async () => {
  const store = memoryPackStore();
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slowStore = {
    ...store,
    put: async (pack: string, parts: readonly Uint8Array[]) => held.then(() => store.put(pack, parts)),
  };
  const ingester = await openIngester({
    fs: new MemoryFileSystem(),
    clock: new FakeClock(),
    walFolder: '/wal',
    walSync: 'off',
    store: slowStore,
    index: openLabelIndex(':memory:'),
    codec: codecNamed('none'),
    cache: new BlockCache(0),
    log: () => undefined,
    headBytesMax: 8 << 20,
  });
  let ms = 1_767_225_600_000;
  const push = () => {
    const lines = new Uint8Array(1 << 20).fill(97);
    ms += 1000;
    const entries = {
      count: 1,
      baseNs: BigInt(ms) * 1_000_000n,
      offsetNs: new Float64Array(1),
      lines,
      lineEnd: Uint32Array.of(lines.length),
      metadata: [],
    };
    return ingester.append({ tenant: 'fake', streams: [{ labels: Labels.from({ app: 'x' }), entries }] });
  };
  let accepted = 0;
  await expect(
    (async () => {
      for (; accepted < 200; accepted++) await push();
    })(),
  ).rejects.toMatchObject({ status: 429 });
  expect(accepted).toBeGreaterThan(8);
  expect(accepted).toBeLessThan(40);
  letGo();
  for (let i = 0; i < 100 && ingester.stats().headEntries > 0; i++) await new Promise((r) => setImmediate(r));
  await push();
  expect(ingester.stats().entries).toBe(accepted + 1);
  await ingester.close();
});
