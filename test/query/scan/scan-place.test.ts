import { afterEach, describe, expect, test } from 'vitest';
import type { Direction } from '../../../src/logql/engine/querier.js';
import type { LogExpr, RangeAggregationExpr } from '../../../src/logql/syntax/ast.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import { StoreQuerier } from '../../../src/query/querier.js';
import { inlinePlace } from '../../../src/query/scan/scan-place.js';
import { ScanPool } from '../../../src/query/scan/scan-pool.js';
import { QueryStats } from '../../../src/query/stats.js';
import type { Store } from '../../../src/query/stream-source.js';
import { LocalThread } from './local-thread.js';
import { startNs } from './random-streams.js';
import { type StreamRows, scanStore } from './scan-store.js';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

/** Ten blocks of 100 lines of 100 bytes. */
const stream: StreamRows = {
  labels: { app: 'a' },
  runs: Array.from({ length: 10 }, (_, b) => ({
    where: 'packed',
    rows: Array.from({ length: 100 }, (_, i) => ({
      ns: startNs + BigInt(b * 100 + i),
      line: Buffer.from(`${b * 100 + i} `.padEnd(100, 'x')),
      metadata: {},
    })),
  })),
};

async function opened(thresholdBytes: number) {
  const store = await scanStore([stream]);
  const pool = new ScanPool({ start: () => new LocalThread(), threadsMax: 1 });
  undo.push(
    () => pool.close(),
    () => store.close(),
  );
  return { store, pool, place: { ...inlinePlace, pool, thresholdBytes, taskBytes: 8 * 1024 } };
}

const never = new AbortController().signal;
const fail = (error: Error): never => {
  throw error;
};
const querier = (store: Store, place = inlinePlace) => new StoreQuerier(store, ['fake'], new QueryStats(), fail, place);
const range = { start: startNs, end: startNs + 1000n };
const select = (query: string, limit: number, direction: Direction = 'backward') => ({
  ...{ expr: parseExpr(query) as LogExpr, range, limit, direction, intervalNs: 0 },
});
const count = (query: string) => ({
  ...{
    expr: parseExpr(query) as RangeAggregationExpr,
    grid: { startNs: startNs + 1000n, stepNs: 0, count: 1 },
    grouping: null,
  },
});

describe('with a pool', () => {
  test('small aggregations stay here, large ones go there', async () => {
    const { store, pool, place } = await opened(100_000);
    await querier(store, place).selectRange(count('count_over_time({app="a"}[1m])'), never);
    expect(pool.threadCount).toBe(0);
    await querier(store, place).selectRange(count('count_over_time({app="a"} |= "x" [1m])'), never);
    expect(pool.threadCount).toBe(1);
  });

  test('what is decoded here is not worth other threads as soon', async () => {
    const { store, pool, place } = await opened(100_000);
    await querier(store).selectRange(count('count_over_time({app="a"} |= "x" [1m])'), never);
    await querier(store, place).selectRange(count('count_over_time({app="a"} |= "x" [1m])'), never);
    expect(pool.threadCount).toBe(0);
  });

  test('a log query that finds its entries at once needs no thread, however much there is', async () => {
    const { store, pool, place } = await opened(20_000);
    const found = await querier(store, place).selectLogs(select('{app="a"} |= "9"', 5), never);
    expect(found.map(({ ns }) => Number(ns - startNs))).toEqual([999, 998, 997, 996, 995]);
    expect(pool.threadCount).toBe(0);
  });

  test.each(['forward', 'backward'] as const)('a log query that does not is finished there (%s)', async (direction) => {
    const { store, pool, place } = await opened(20_000);
    const asked = select('{app="a"} |~ "^(5|55|155|455|555|955) "', 4, direction);
    const found = await querier(store, place).selectLogs(asked, never);
    expect(found).toEqual(
      (await querier(store).selectLogs(asked, never)).map((entry) => expect.objectContaining({ ns: entry.ns })),
    );
    expect(pool.threadCount).toBe(1);
  });

  test('the little that is left after the first blocks is not worth threads', async () => {
    const { store, pool, place } = await opened(100_000);
    const found = await querier(store, place).selectLogs(select('{app="a"} |= "none"', 4), never);
    expect(found).toEqual([]);
    expect(pool.threadCount).toBe(0);
  });

  test('a range of no time has no series', async () => {
    const { store, place } = await opened(0);
    const { expr, ...rest } = count('count_over_time({app="a"}[1m])');
    expect(await querier(store, place).selectRange({ expr: { ...expr, rangeNs: 0 }, ...rest }, never)).toEqual([]);
  });

  test('a query that was cancelled before is not begun', async () => {
    const { store, place } = await opened(0);
    const cancelled = AbortSignal.abort(new Error('gone'));
    await expect(querier(store, place).selectLogs(select('{app="a"}', 4), cancelled)).rejects.toThrow('gone');
    await expect(querier(store).selectLogs(select('{app="a"}', 4), cancelled)).rejects.toThrow('gone');
  });
});
