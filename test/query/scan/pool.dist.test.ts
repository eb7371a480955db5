/** The pool with real threads, which can be made of built files only: `npm test` builds them first. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LogSelect } from '../../../src/logql/engine/querier.js';
import type { LogExpr, RangeAggregationExpr } from '../../../src/logql/syntax/ast.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import { DamageError } from '../../../src/model/block-source.js';
import { StoreQuerier } from '../../../src/query/querier.js';
import { inlinePlace, openScanPlace, type ScanPlace } from '../../../src/query/scan/scan-place.js';
import { type PoolOptions, ScanPool } from '../../../src/query/scan/scan-pool.js';
import { startScanThread, workerEntry } from '../../../src/query/scan/scan-thread.js';
import { QueryStats } from '../../../src/query/stats.js';
import type { Store } from '../../../src/query/stream-source.js';
import { prng } from '../../helpers/prng.js';
import { logQueries, orderedQueries, randomStreams, sampleQueries, spanNs, startNs } from './random-streams.js';
import { type ScanStore, type StreamRows, scanStore } from './scan-store.js';

const entries = [resolve('dist/bundle/scan-worker.cjs'), resolve('dist/query/scan/worker.js')] as const;

const undo: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function pooled(entry: string, options: Partial<PoolOptions> & { heapMiBMax?: number } = {}) {
  const { heapMiBMax = 256, ...rest } = options;
  const pool = new ScanPool({
    start: () => startScanThread(entry, { heapMiBMax, cacheBytes: 2 ** 20 }),
    threadsMax: 2,
    ...rest,
  });
  undo.push(() => pool.close());
  return { ...inlinePlace, pool, thresholdBytes: 0, taskBytes: 8 * 1024 };
}

async function stored(streams: readonly StreamRows[], codec?: string): Promise<ScanStore> {
  const store = await scanStore(streams, codec === undefined ? {} : { codec });
  undo.push(() => store.close());
  return store;
}

const never = new AbortController().signal;

interface Outcome {
  readonly answer: readonly string[];
  readonly stats: QueryStats;
  readonly damages: readonly DamageError[];
}

async function ask(store: Store, place: ScanPlace, query: string, signal = never): Promise<Outcome> {
  const stats = new QueryStats();
  const damages: DamageError[] = [];
  const querier = new StoreQuerier(store, ['fake'], stats, (error) => damages.push(error), place);
  const expr = parseExpr(query) as LogExpr | RangeAggregationExpr;
  let answer: string[];
  if (expr.kind === 'log') {
    const range = { start: startNs, end: startNs + spanNs };
    const select: LogSelect = { expr, range, direction: 'backward', limit: 5000, intervalNs: 0 };
    const found = await querier.selectLogs(select, signal);
    answer = found.map(({ ns, line, labels }) => `${ns} ${Buffer.from(line as string)} ${labels.all.text}`);
  } else {
    const grid = { startNs, stepNs: 60_000_000_000, count: 60 };
    const series = await querier.selectRange({ expr, grid, grouping: null }, signal);
    answer = series.map(({ labels, values, present }) => {
      const shown = Array.from(values, (value, k) => (present[k] ? value.toPrecision(12) : '-'));
      return `${labels.text} ${shown.join(' ')}`;
    });
    answer.sort();
  }
  return { answer, stats, damages };
}

/** A block for each call of `line`. */
const manyRows = (blocks: number, rows: number, line: (i: number) => string): StreamRows => ({
  labels: { app: 'a' },
  runs: Array.from({ length: blocks }, (_, b) => ({
    where: 'packed',
    rows: Array.from({ length: rows }, (_, i) => ({
      ns: startNs + BigInt(b * rows + i) * 1000n,
      line: Buffer.from(line(b * rows + i)),
      metadata: {},
    })),
  })),
});

/** Of all threads of this process. */
const niceValues = (): number[] =>
  readdirSync('/proc/self/task').map((id) =>
    Number(readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]),
  );

test.runIf(process.platform === 'linux' && getPriority() < 10)('scan threads go behind the others', async () => {
  const yielding = (): number => niceValues().filter((nice) => nice === 10).length;
  expect(yielding()).toBe(0);
  const store = await stored([manyRows(8, 100, (i) => `${i} `.repeat(50))]);
  await ask(store, pooled(entries[0]), '{app="a"}');
  expect(yielding()).toBeGreaterThan(0);
});

test('the worker is built', () => {
  expect(entries.filter((entry) => !existsSync(entry))).toEqual([]);
});

test('among sources there is no worker: all scans are done on the main thread', () => {
  expect(workerEntry()).toBeNull();
  expect(openScanPlace().pool).toBeNull();
});

describe.each(entries)('threads of %s', (entry) => {
  const random = prng();
  test(`answer as the main thread (SEED=${random.seed})`, async () => {
    for (const codec of ['snappy', 'zstd']) {
      const place = pooled(entry);
      const store = await stored(randomStreams(random, ['packed', 'sealed', 'open'], true), codec);
      for (const query of [...logQueries, ...sampleQueries, ...orderedQueries]) {
        const inline = await ask(store, inlinePlace, query);
        expect(await ask(store, { ...place, taskBytes: 1 }, query), query).toEqual(inline);
      }
      expect(place.pool.threadCount).toBeGreaterThan(0);
    }
  });
});

describe('threads of the bundle', () => {
  const [entry] = entries;

  test('report what is damaged and what is gone, and serve the rest', async () => {
    const store = await stored([
      manyRows(1, 100, (i) => `old ${i}`),
      { ...manyRows(1, 50, (i) => `new ${i}`), labels: { app: 'b' } },
    ]);
    const [stream] = store.index.select('fake', [{ name: 'app', op: '=', value: 'a' }], {
      start: 0n,
      end: startNs * 2n,
    });
    const place = pooled(entry);
    const refs = stream?.chunks.map(({ pack }) => pack) ?? [];
    // The main thread knows the block table; the file goes before a worker opens it.
    await ask(store, inlinePlace, '{app=~".+"}');
    const path = join(store.folder as string, refs[0] as string);
    const blocksOf = store.blocksOf.bind(store);
    const lateStore: Store = {
      ...store,
      blocksOf(ref) {
        const blocks = blocksOf(ref);
        if (ref.pack === refs[0]) rmSync(path, { force: true });
        return blocks;
      },
    };
    const { answer, damages, stats } = await ask(lateStore, { ...place, taskBytes: 1 }, '{app=~".+"}');
    expect(answer).toHaveLength(50);
    expect(stats.storedLines).toBe(50);
    expect(damages).toHaveLength(1);
    expect(damages[0]).toBeInstanceOf(DamageError);
    expect(damages[0]?.message).toContain('the pack is missing');
  });

  test('die of a query that needs too much memory: it fails, the next one is answered', async () => {
    const place = pooled(entry, { heapMiBMax: 16 });
    const store = await stored([
      manyRows(20, 2000, (i) => JSON.stringify({ id: `${i}-${'x'.repeat(60)}`, also: `y${i}` })),
    ]);
    const greedy = ask(store, { ...place, taskBytes: 2 ** 30 }, 'count_over_time({app="a"} | json [1m])');
    await expect(greedy).rejects.toMatchObject({
      status: 500,
      message: expect.stringMatching(/^a scan worker died: .*memory/),
    });
    const { answer } = await ask(store, place, 'count_over_time({app="a"} |= "y7" [1h])');
    expect(answer).toHaveLength(1);
  });

  test('see that a query was cancelled, and work on for the next', async () => {
    const place = pooled(entry, { threadsMax: 1, stuckMs: 20_000 });
    const store = await stored([manyRows(60, 2000, (i) => JSON.stringify({ id: i, text: 'z'.repeat(100) }))]);
    const count = 'sum_over_time({app="a"} | json | unwrap id [1h])';
    await ask(store, place, 'count_over_time({app="a"} |= "none" [1m])');
    const cancelling = new AbortController();
    const run = ask(store, { ...place, taskBytes: 2 ** 30 }, count, cancelling.signal);
    const failed = expect(run).rejects.toThrow('enough');
    setImmediate(() => cancelling.abort(new Error('enough')));
    await failed;
    expect((await ask(store, place, count)).answer).toEqual((await ask(store, inlinePlace, count)).answer);
    expect(place.pool.threadCount).toBe(1);
  });

  test('end when they are idle, and start again', async () => {
    const place = pooled(entry, { idleMs: 30 });
    const store = await stored([manyRows(4, 500, (i) => `line ${i}`)]);
    const query = 'count_over_time({app="a"} |= "line" [1h])';
    const first = await ask(store, place, query);
    await vi.waitFor(() => expect(place.pool.threadCount).toBe(0));
    expect(await ask(store, place, query)).toEqual(first);
  });

  test('hold no pack open between queries: its disk space is free when it is deleted', async () => {
    const store = await stored([manyRows(4, 500, (i) => `line ${i}`)]);
    const place = pooled(entry);
    await ask(store, place, 'count_over_time({app="a"} |= "line" [1h])');
    expect(place.pool.threadCount).toBeGreaterThan(0);
    const [stream] = store.index.select('fake', [], { start: 0n, end: startNs * 2n });
    const path = join(store.folder as string, stream?.chunks[0]?.pack as string);
    // The main thread has it open, too.
    await vi.waitFor(() => expect(openFilesOf(path)).toBeLessThanOrEqual(1));
  });
});

describe('a thread', () => {
  test('that hangs is stopped after its query was cancelled, and the next query gets a new one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skald-worker-'));
    undo.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'hangs.cjs');
    writeFileSync(
      file,
      `const { parentPort } = require('node:worker_threads');
       parentPort.on('message', ({ kind }) => { if (kind === 'task') { for (;;); } });`,
    );
    let entry: string = file;
    const pool = new ScanPool({
      start: () => startScanThread(entry, { heapMiBMax: 64, cacheBytes: 2 ** 20 }),
      threadsMax: 1,
      stuckMs: 20,
    });
    undo.push(() => pool.close());
    const place = { ...inlinePlace, pool, thresholdBytes: 0, taskBytes: 8192 };
    const store = await stored([manyRows(1, 500, (i) => `line ${i}`)]);
    const cancelling = new AbortController();
    const run = ask(store, place, '{app="a"} |= "line 7"', cancelling.signal);
    const failed = expect(run).rejects.toThrow('enough');
    cancelling.abort(new Error('enough'));
    await failed;
    entry = entries[0];
    expect((await ask(store, place, '{app="a"} |= "line 77"')).answer).toHaveLength(1);
  });

  test('that cannot be loaded fails the query with the reason', async () => {
    const place = pooled(resolve('dist/no-such-worker.cjs'));
    const store = await stored([manyRows(1, 500, (i) => `line ${i}`)]);
    await expect(ask(store, place, '{app="a"}')).rejects.toMatchObject({
      status: 500,
      message: expect.stringContaining('no-such-worker'),
    });
  });
});

/** How often this process has the file open; 0 where that cannot be told. */
function openFilesOf(path: string): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').filter((fd) => readLink(fd) === path).length : 0;
}

function readLink(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ''; // closed meanwhile
  }
}
