import { afterEach, describe, expect, test } from 'vitest';
import type { LogEntry, LogSelect, StepSeries } from '../../../src/logql/engine/querier.js';
import type { Grouping, LogExpr, RangeAggregationExpr } from '../../../src/logql/syntax/ast.js';
import { parseExpr } from '../../../src/logql/syntax/parser.js';
import { StoreQuerier } from '../../../src/query/querier.js';
import { inlinePlace, type ScanPlace } from '../../../src/query/scan/scan-place.js';
import { ScanPool } from '../../../src/query/scan/scan-pool.js';
import { QueryStats } from '../../../src/query/stats.js';
import type { Store } from '../../../src/query/stream-source.js';
import { prng } from '../../helpers/prng.js';
import { LocalThread } from './local-thread.js';
import { logQueries, orderedQueries, randomStreams, sampleQueries, spanNs, startNs } from './random-streams.js';
import { scanStore, type Where } from './scan-store.js';

const pools: ScanPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

function forced(taskBytes: number): ScanPlace {
  const pool = new ScanPool({ start: () => new LocalThread(), threadsMax: 3 });
  pools.push(pool);
  return { ...inlinePlace, pool, thresholdBytes: 0, taskBytes };
}

const never = new AbortController().signal;
const fail = (error: Error): never => {
  throw error;
};

async function logs(store: Store, place: ScanPlace, select: LogSelect) {
  const stats = new QueryStats();
  const entries = await new StoreQuerier(store, ['fake'], stats, fail, place).selectLogs(select, never);
  return { entries: entries.map(shownEntry), stats };
}

const shownEntry = ({ ns, line, labels }: LogEntry): string =>
  [
    ns,
    Buffer.from(line as string).toString(),
    labels.all.text,
    labels.stream.text,
    labels.metadata.text,
    labels.parsed.text,
  ].join(' ');

async function samples(store: Store, place: ScanPlace, query: string, grouping: Grouping | null, steps: number) {
  const stats = new QueryStats();
  const expr = parseExpr(query) as RangeAggregationExpr;
  const grid = { startNs: startNs + 1n, stepNs: Math.ceil(Number(spanNs) / steps), count: steps };
  const series = await new StoreQuerier(store, ['fake'], stats, fail, place).selectRange(
    { expr, grid, grouping },
    never,
  );
  return { series: series.map(shownSeries).sort(), stats };
}

/** Twelve digits: parts of a mean put together in another order may differ in the last ones. */
const shownSeries = ({ labels, values, present }: StepSeries): string =>
  `${labels.text} ${Array.from(values, (v, k) => (present[k] ? v.toPrecision(12) : '-')).join(' ')}`;

const layouts: readonly (readonly Where[])[] = [['open'], ['sealed', 'open'], ['packed'], ['packed', 'sealed', 'open']];
const random = prng();

describe(`with SEED=${random.seed}, the pool answers as a scan on the main thread`, () => {
  for (const where of layouts) {
    test(`to log queries over ${where.join(' and ')} blocks`, async () => {
      for (let round = 0; round < 6; round++) {
        const store = await scanStore(randomStreams(random, where, false));
        const place = forced(random.pick([1, 2000, 20_000]));
        for (const query of logQueries) {
          const select: LogSelect = {
            expr: parseExpr(query) as LogExpr,
            range: { start: startNs + BigInt(random.int(Number(spanNs / 4n))), end: startNs + spanNs },
            direction: random.pick(['forward', 'backward']),
            limit: random.pick([1, 7, 100, 5000]),
            intervalNs: random.pick([0, 0, 60_000_000_000]),
          };
          const inline = await logs(store, inlinePlace, select);
          const pooled = await logs(store, place, select);
          // Lines that are read again when they are looked at are the same, wherever they were found.
          const heldBytes = random.pick([0, 200, 2000]);
          const inlineLater = await logs(store, { ...inlinePlace, heldBytes }, select);
          const pooledLater = await logs(store, { ...place, heldBytes }, select);
          expect(inlineLater, query).toEqual(inline);
          expect(pooledLater.entries, query).toEqual(inline.entries);
          expect(pooled.entries, query).toEqual(inline.entries);
          // What is read ahead may turn out to be of no use.
          if (select.limit === 5000) expect(pooled.stats, query).toEqual(inline.stats);
        }
        await store.close();
      }
    });

    test(`to range aggregations over ${where.join(' and ')} blocks`, async () => {
      for (let round = 0; round < 4; round++) {
        const apart = round % 2 === 0;
        const store = await scanStore(randomStreams(random, where, apart));
        const place = forced(random.pick([1, 2000, 20_000]));
        for (const query of apart ? [...sampleQueries, ...orderedQueries] : sampleQueries) {
          const grouping = query.includes(' by ')
            ? null
            : random.pick([null, { without: false, labels: ['app', 'level'] }]);
          const steps = random.pick([1, 30, 60, 77]);
          const inline = await samples(store, inlinePlace, query, grouping, steps);
          const pooled = await samples(store, place, query, grouping, steps);
          expect(pooled, query).toEqual(inline);
        }
        await store.close();
      }
    });
  }

  test('when no block can be read by other threads', async () => {
    const store = await scanStore(randomStreams(random, ['packed'], false), { inMemory: true });
    const place = forced(1);
    const query = 'count_over_time({app=~".+"}[1m])';
    expect(await samples(store, place, query, null, 60)).toEqual(await samples(store, inlinePlace, query, null, 60));
    expect(place.pool?.threadCount).toBe(0);
    await store.close();
  });
});
