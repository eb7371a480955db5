import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/errors.js';
import { Labels } from '../../src/model/labels.js';
import type { FaultyFileSystem } from '../helpers/faulty-file-system.js';
import { always, at, openWorld, pushOf, rowsOf, rowsOfBlocks, segmentsOf, streamOf } from './fixture.js';

const app = (name: string) => ({ app: name });
const texts = (...entries: [number, string][]) => entries.map(([s, line]) => `${at(s)} ${line}`);

test('what was pushed is in the head when append returns', async () => {
  const { ingester } = await openWorld();
  const answered = ingester.append(
    pushOf(app('a'), [
      [at(1), 'one'],
      [at(2), 'two', { trace_id: 'x' }],
    ]),
  );
  const [stream] = ingester.head.select('fake', () => true, always);
  expect(stream?.labels.text).toBe('{app="a"}');
  expect([stream?.fromNs, stream?.throughNs]).toEqual([at(1), at(2)]);
  expect(rowsOfBlocks(stream?.blocks() ?? [])).toEqual([`${at(1)} one`, `${at(2)} two {"trace_id":"x"}`]);
  await answered;
  await ingester.close();
});

test('several streams and tenants of several pushes are kept apart', async () => {
  const { ingester, contents } = await openWorld();
  await ingester.append({
    tenant: 't1',
    streams: [streamOf(app('a'), [[at(1), 'a']]), streamOf(app('b'), [[at(1), 'b']])],
  });
  await ingester.append(pushOf(app('a'), [[at(1), 'other']], 't2'));
  expect(contents()).toEqual({
    't1 {app="a"}': texts([1, 'a']),
    't1 {app="b"}': texts([1, 'b']),
    't2 {app="a"}': texts([1, 'other']),
  });
  expect(ingester.head.streamCount('t1')).toBe(2);
  expect(ingester.head.streamCount('t3')).toBe(0);
  expect(ingester.head.newestNs('t2', Labels.from(app('a')))).toBe(at(1));
  expect(ingester.head.newestNs('t2', Labels.from(app('b')))).toBeNull();
  await ingester.close();
});

test('entries out of order are shown in order, those of equal times as they came', async () => {
  const { ingester, contents } = await openWorld();
  await ingester.append(
    pushOf(app('a'), [
      [at(5), 'five'],
      [at(1), 'one'],
      [at(5), 'five again'],
    ]),
  );
  await ingester.append(
    pushOf(app('a'), [
      [at(3), 'three'],
      [at(1), 'one again'],
    ]),
  );
  const want = texts([1, 'one'], [1, 'one again'], [3, 'three'], [5, 'five'], [5, 'five again']);
  expect(contents()['fake {app="a"}']).toEqual(want);
  await ingester.flush();
  expect(contents()['fake {app="a"}']).toEqual(want);
  expect(ingester.head.select('fake', () => true, always)).toEqual([]);
  await ingester.close();
});

describe('duplicates', () => {
  // As Loki: case api/push-json/3, and entries of one time keep the order in which they came.
  const cases: [string, [number, string, Record<string, string>?][][], string[]][] = [
    [
      'within a push',
      [
        [
          [9, 'same'],
          [9, 'same'],
          [9, 'other'],
        ],
      ],
      texts([9, 'same'], [9, 'other']),
    ],
    ['the last entry again', [[[9, 'same']], [[9, 'same']]], texts([9, 'same'])],
    [
      'an older entry again',
      [
        [
          [8, 'a'],
          [9, 'b'],
        ],
        [
          [8, 'a'],
          [8, 'c'],
        ],
      ],
      texts([8, 'a'], [8, 'c'], [9, 'b']),
    ],
    ['another line', [[[9, 'same']], [[9, 'sam']], [[9, 'samf']]], texts([9, 'same'], [9, 'sam'], [9, 'samf'])],
    ['another time', [[[9, 'same']], [[8, 'same']]], texts([8, 'same'], [9, 'same'])],
    [
      'out of order within a push',
      [
        [
          [9, 'x'],
          [8, 'y'],
          [9, 'x'],
          [8, 'y'],
        ],
      ],
      texts([8, 'y'], [9, 'x']),
    ],
    [
      'other metadata is another entry',
      [
        [
          [9, 'x', { a: '1' }],
          [9, 'x', { a: '2' }],
          [9, 'x'],
        ],
        [
          [9, 'x', { b: '1' }],
          [9, 'x', { a: '1' }],
        ],
      ],
      [`${at(9)} x {"a":"1"}`, `${at(9)} x {"a":"2"}`, `${at(9)} x`, `${at(9)} x {"b":"1"}`],
    ],
    [
      'empty lines',
      [
        [
          [9, ''],
          [9, ''],
        ],
      ],
      texts([9, '']),
    ],
  ];
  test.each(cases)('%s', async (_, pushes, want) => {
    const { ingester, contents } = await openWorld();
    for (const push of pushes)
      await ingester.append(
        pushOf(
          app('a'),
          push.map(([s, line, metadata]) => [at(s), line, metadata ?? {}]),
        ),
      );
    expect(contents()['fake {app="a"}']).toEqual(want);
    await ingester.close();
  });

  test('the last entry is remembered when its block is gone', async () => {
    const { ingester, contents } = await openWorld();
    await ingester.append(
      pushOf(app('a'), [
        [at(1), 'one'],
        [at(2), 'two'],
      ]),
    );
    await ingester.flush();
    await ingester.append(
      pushOf(app('a'), [
        [at(2), 'two'],
        [at(3), 'three'],
      ]),
    );
    expect(contents()['fake {app="a"}']).toEqual(texts([1, 'one'], [2, 'two'], [3, 'three']));
    await ingester.close();
  });

  test('a stream that a push names twice', async () => {
    const { ingester, contents } = await openWorld();
    const twice = [
      streamOf(app('a'), [
        [at(1), 'one', { k: 'v' }],
        [at(2), 'two'],
      ]),
      streamOf(app('b'), [[at(1), 'one']]),
      streamOf(app('a'), [
        [at(1), 'one', { k: 'v' }],
        [at(1), 'one', { k: 'w', z: 'z' }],
      ]),
    ];
    await ingester.append({ tenant: 'fake', streams: twice });
    expect(contents()['fake {app="a"}']).toEqual([
      `${at(1)} one {"k":"v"}`,
      `${at(1)} one {"k":"w","z":"z"}`,
      `${at(2)} two`,
    ]);
    await ingester.close();
  });

  test('many entries of one time are compared in reasonable time', async () => {
    const { ingester, contents } = await openWorld();
    const lines = Array.from({ length: 20_000 }, (_, i) => [at(1), `line ${i % 15_000}`] as const);
    await ingester.append(pushOf(app('a'), lines.slice(0, 10_000)));
    await ingester.append(pushOf(app('a'), lines));
    // A block is full long before: only what is in the open one is compared. None of a push is there twice.
    const rows = contents()['fake {app="a"}'] as string[];
    expect(new Set(rows).size).toBe(15_000);
    await ingester.close();
  });

  test('are not told to listeners, nor written to the WAL', async () => {
    const { ingester, fs } = await openWorld();
    const told: string[][] = [];
    const stop = ingester.onAppend((tenant, labels, entries) => told.push([tenant, labels.text, ...rowsOf(entries)]));
    await ingester.append(
      pushOf(app('a'), [
        [at(1), 'one'],
        [at(1), 'one'],
      ]),
    );
    const bytes = ingester.stats().walBytes;
    await ingester.append(pushOf(app('a'), [[at(1), 'one']]));
    expect(ingester.stats()).toMatchObject({ walBytes: bytes, duplicateEntries: 2, appends: 1, entries: 1 });
    expect(told).toEqual([['fake', '{app="a"}', ...texts([1, 'one'])]]);
    stop();
    await ingester.append(pushOf(app('a'), [[at(2), 'two']]));
    expect(told).toHaveLength(1);
    await ingester.close();
    fs.kill();
    const again = await openWorld(fs);
    expect(again.contents()['fake {app="a"}']).toEqual(texts([1, 'one'], [2, 'two']));
    await again.ingester.close();
  });
});

test('a snapshot does not show what comes later, wherever the block has gone', async () => {
  const { ingester } = await openWorld();
  const lines = (from: number, count: number) =>
    Array.from(
      { length: count },
      (_, i) => [at(1000 - ((from + i) % 7)), `line ${from + i}`, { n: `${i % 3}` }] as const,
    );
  const seen: { blocks: () => string[]; want: string[] }[] = [];
  for (let round = 0; round < 12; round++) {
    await ingester.append(pushOf(app('a'), lines(round * 500, 500)));
    const [stream] = ingester.head.select('fake', () => true, always);
    const blocks = stream?.blocks() ?? [];
    if (round % 2 === 0) seen.push({ blocks: () => rowsOfBlocks(blocks), want: [] });
    else seen.push({ blocks: () => rowsOfBlocks(blocks), want: rowsOfBlocks(blocks) });
    if (round % 4 === 3) await ingester.flush();
  }
  for (const { blocks, want } of seen) {
    const rows = blocks();
    expect(rows.length).toBeGreaterThan(0);
    if (want.length > 0) expect(rows).toEqual(want);
    expect(rows.length % 500).toBe(0);
  }
  await ingester.close();
});

test('times at the ends of 64 bits, and far from each other, are kept', async () => {
  const { ingester, contents, fs } = await openWorld();
  const far = [-(2n ** 63n), 0n, 2n ** 63n - 2n, at(0)];
  for (const ns of far) await ingester.append(pushOf(app('a'), [[ns, `at ${ns}`]]));
  const want = [...far].sort((a, b) => (a < b ? -1 : 1)).map((ns) => `${ns} at ${ns}`);
  expect(contents()['fake {app="a"}']).toEqual(want);
  fs.kill();
  const again = await openWorld(fs);
  expect(again.contents()['fake {app="a"}']).toEqual(want);
  await again.ingester.flush();
  expect(again.contents()['fake {app="a"}']).toEqual(want);
  await again.ingester.close();
});

test('one flush makes one pack of all streams of a tenant and day', async () => {
  const { ingester, index, contents } = await openWorld();
  for (let i = 0; i < 50; i++)
    await ingester.append(
      pushOf(app(`a${i}`), [
        [at(-1), 'old year'],
        [at(1), 'new year'],
      ]),
    );
  await ingester.append(pushOf(app('a'), [[at(1), 'x']], 'other'));
  const before = contents();
  await ingester.flush('fake');
  expect(index.packs().map(({ pack, chunks }) => [pack.replace(/[^/]*$/, ''), chunks])).toEqual([
    ['fake/2025-12-31/', 50],
    ['fake/2026-01-01/', 50],
  ]);
  expect(ingester.head.streamCount('other')).toBe(1);
  expect(contents()).toEqual(before);
  await ingester.flush();
  expect(index.packs()).toHaveLength(3);
  expect(contents()).toEqual(before);
  await ingester.close();
});

describe('a stream is due', () => {
  const line = 'x'.repeat(1000);
  const options = {
    blockBytes: 10_000,
    chunkTargetBytes: 1000,
    chunkIdleMs: 60_000,
    maxChunkAgeMs: 600_000,
    flushCheckMs: 1000,
  };

  test('when its full blocks have the target size: the open one stays', async () => {
    const { ingester, index, clock } = await openWorld(undefined, options);
    await ingester.append(
      pushOf(
        app('a'),
        Array.from({ length: 25 }, (_, i) => [at(i), `${line}${i}`] as const),
      ),
    );
    await ingester.flushDue();
    expect(index.packs()).toMatchObject([{ entries: 20 }]);
    expect(ingester.stats()).toMatchObject({ headEntries: 5 });
    clock.advance(0);
    await ingester.close();
  });

  test('when it had no entry for the idle period', async () => {
    const { ingester, index, clock } = await openWorld(undefined, options);
    await ingester.append(pushOf(app('a'), [[at(1), 'one']]));
    await clock.advanceAsync(30_000);
    await ingester.append(pushOf(app('b'), [[at(1), 'one']]));
    clock.advance(29_000);
    await ingester.flushDue();
    expect(index.packs()).toEqual([]);
    clock.advance(1000);
    await ingester.flushDue();
    expect(index.series('fake', [], always).map(({ text }) => text)).toEqual(['{app="a"}']);
    await ingester.close();
  });

  test('when its oldest entry came long ago', async () => {
    const { ingester, index, clock } = await openWorld(undefined, { ...options, flushCheckMs: 10_000_000 });
    for (let i = 0; i < 19; i++) {
      await ingester.append(pushOf(app('a'), [[at(i), 'one']]));
      clock.advance(30_000);
      await ingester.flushDue();
    }
    expect(index.packs()).toEqual([]);
    clock.advance(30_000);
    await ingester.flushDue();
    expect(index.packs()).toMatchObject([{ entries: 19 }]);
    await ingester.close();
  });

  test('a stream without entries is forgotten after the idle period', async () => {
    const { ingester, clock } = await openWorld(undefined, { ...options, flushCheckMs: 10_000_000 });
    await ingester.append(pushOf(app('a'), [[at(1), 'one']]));
    await ingester.flush();
    await ingester.flushDue();
    expect(ingester.head.newestNs('fake', Labels.from(app('a')))).toBe(at(1));
    clock.advance(60_000);
    await ingester.flushDue();
    expect(ingester.head.streamCount('fake')).toBe(0);
    expect(ingester.head.tenants()).toEqual([]);
    await ingester.close();
  });

  test('on closing, when so configured; else it waits in the WAL', async () => {
    for (const flushOnClose of [true, false]) {
      const { ingester, fs, index } = await openWorld(undefined, { ...options, flushOnClose });
      await ingester.append(pushOf(app('a'), [[at(1), 'one']]));
      await ingester.close();
      expect(index.packs()).toHaveLength(flushOnClose ? 1 : 0);
      const again = await openWorld(fs, options);
      expect(again.contents()).toEqual({ 'fake {app="a"}': texts([1, 'one']) });
      expect(again.ingester.stats().headEntries).toBe(flushOnClose ? 0 : 1);
      await again.ingester.close();
    }
  });
});

describe('wal.sync', () => {
  const syncs = (fs: FaultyFileSystem) => fs.calls.filter((call) => call.startsWith('sync ')).length;

  test('always: one sync serves all pushes that wait for it', async () => {
    const { ingester, fs } = await openWorld(undefined, { walSync: 'always' });
    await ingester.append(pushOf(app('a'), [[at(0), 'zero']]));
    const before = syncs(fs);
    await Promise.all(Array.from({ length: 20 }, (_, i) => ingester.append(pushOf(app('a'), [[at(i + 1), `${i}`]]))));
    // The first push's own, and one that began after the others were written.
    expect(syncs(fs) - before).toBe(2);
    await ingester.close();
  });

  test('interval: the answer does not wait; the disk has it 100 ms later, once', async () => {
    const { ingester, fs, clock } = await openWorld(undefined, { walSync: 'interval' });
    await ingester.append(pushOf(app('a'), [[at(0), 'zero']]));
    await ingester.append(pushOf(app('a'), [[at(1), 'one']]));
    expect(syncs(fs)).toBe(0);
    await clock.advanceAsync(99);
    expect(syncs(fs)).toBe(0);
    await clock.advanceAsync(1);
    expect(syncs(fs)).toBe(1);
    await clock.advanceAsync(1000);
    expect(syncs(fs)).toBe(1);
    await ingester.close();
    expect(clock.pending).toBe(0);
  });

  test('os: nothing is synced', async () => {
    const { ingester, fs, clock } = await openWorld(undefined, { walSync: 'os' });
    await ingester.append(pushOf(app('a'), [[at(0), 'zero']]));
    await clock.advanceAsync(1000);
    expect(syncs(fs)).toBe(0);
    await ingester.close();
  });

  test('off: nothing is written', async () => {
    const { ingester, fs, contents } = await openWorld(undefined, { walSync: 'off' });
    await ingester.append(pushOf(app('a'), [[at(0), 'zero']]));
    expect(contents()).toEqual({ 'fake {app="a"}': texts([0, 'zero']) });
    expect(fs.statSync('/data/wal')).toBeNull();
    await ingester.flush();
    expect(contents()).toEqual({ 'fake {app="a"}': texts([0, 'zero']) });
    await ingester.close();
  });
});

test('a full disk refuses the push, the head shows nothing of it, and the next one is taken when there is room', async () => {
  const { ingester, fs, contents } = await openWorld();
  await ingester.append(pushOf(app('a'), [[at(1), 'one']]));
  for (const at_ of [1, 2]) {
    fs.fault = { at: at_, kind: 'ENOSPC', call: 'write', forEver: true };
    const answer = ingester.append(pushOf(app('a'), [[at(2), `two ${at_}`]]));
    if (at_ === 1) {
      await expect(answer).rejects.toThrow(ApiError);
      await expect(answer).rejects.toMatchObject({
        code: 'internal',
        message: expect.stringContaining('cannot write to the WAL: ENOSPC'),
      });
    } else await answer;
    fs.fault = null;
  }
  await ingester.append(pushOf(app('a'), [[at(3), 'three']]));
  const want = { 'fake {app="a"}': texts([1, 'one'], [2, 'two 2'], [3, 'three']) };
  expect(contents()).toEqual(want);
  fs.kill();
  const again = await openWorld(fs);
  expect(again.contents()).toEqual(want);
  expect(again.damages).toEqual([]);
  await again.ingester.close();
});

test('a short write is continued', async () => {
  const { ingester, fs } = await openWorld();
  fs.fault = { at: 1, kind: 'short', call: 'write', forEver: true };
  await ingester.append(pushOf(app('a'), [[at(1), 'one'.repeat(1000)]]));
  fs.kill();
  const again = await openWorld(fs);
  expect(again.contents()).toEqual({ 'fake {app="a"}': texts([1, 'one'.repeat(1000)]) });
  await again.ingester.close();
});

test('a sync that fails once is made good on another segment before the answer', async () => {
  const { ingester, fs } = await openWorld();
  await ingester.append(pushOf(app('a'), [[at(1), 'one']]));
  fs.fault = { at: 1, kind: 'EIO', call: 'sync' };
  await ingester.append(pushOf(app('a'), [[at(2), 'two']]));
  expect(ingester.stats()).toMatchObject({ walSyncFailures: 1, walRepairs: 1 });
  expect(segmentsOf(fs)).toHaveLength(2);
  // What the failed sync covered is lost with the power; it was written anew.
  fs.crash(1);
  const again = await openWorld(fs);
  expect(again.contents()).toEqual({ 'fake {app="a"}': texts([1, 'one'], [2, 'two']) });
  await again.ingester.close();
});

test('while no sync succeeds nothing is answered with yes, and the WAL does not grow', async () => {
  const { ingester, fs, contents } = await openWorld();
  await ingester.append(pushOf(app('a'), [[at(1), 'one'.repeat(10_000)]]));
  fs.fault = { at: 1, kind: 'EIO', call: 'sync', forEver: true };
  for (let i = 2; i < 12; i++)
    await expect(ingester.append(pushOf(app('a'), [[at(i), 'no']]))).rejects.toThrow('cannot sync the WAL: EIO');
  expect(ingester.stats().walBytes).toBeLessThan(40_000);
  fs.fault = null;
  await ingester.append(pushOf(app('a'), [[at(20), 'yes']]));
  const rows = contents()['fake {app="a"}'] as string[];
  expect(rows).toContain(`${at(20)} yes`);
  fs.crash(2);
  const again = await openWorld(fs);
  expect(again.contents()['fake {app="a"}']).toEqual(rows);
  await again.ingester.close();
});

test('after close nothing is taken', async () => {
  const { ingester, clock } = await openWorld();
  await ingester.close();
  await ingester.close();
  await expect(ingester.append(pushOf(app('a'), [[at(1), 'one']]))).rejects.toMatchObject({ code: 'unavailable' });
  expect(clock.pending).toBe(0);
});
