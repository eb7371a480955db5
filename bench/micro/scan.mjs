#!/usr/bin/env node
// Scans of a whole query over packs, sealed and open blocks: on the main thread and by the pool.
//   node bench/micro/scan.mjs [lines = 200000] [rounds = 3]
// For each: milliseconds until the answer, CPU of all threads, the longest time for which the main thread did not look
// at its events. `here, first` has nothing decoded yet; `pool, started` starts the threads.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { jsonBatches } from './corpus.mjs';
import { load } from './load.mjs';

const lineCount = Number(process.argv[2] ?? 200_000);
const rounds = Number(process.argv[3] ?? 3);
const src = await load(
  ...['chunks/block.ts', 'chunks/block-cache.ts', 'chunks/codec/codecs.ts', 'chunks/file-pack-store.ts'].map(
    (path) => `src/${path}`,
  ),
  ...['chunks/pack-reader.ts', 'chunks/pack-writer.ts', 'ingest/head/open-block.ts', 'io/node-file-system.ts'].map(
    (path) => `src/${path}`,
  ),
  ...['logql/syntax/parser.ts', 'model/labels.ts', 'query/querier.ts', 'query/stats.ts'].map((path) => `src/${path}`),
  ...['query/scan/scan-pool.ts', 'query/scan/scan-place.ts', 'query/scan/scan-thread.ts'].map((path) => `src/${path}`),
);
const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = `${root}node_modules/.cache/skald-bench/scan-worker.cjs`;
await build({
  entryPoints: [`${root}src/query/scan/worker.ts`],
  outfile: entry,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  logLevel: 'error',
});

await src.codecsReady();
const codec = src.codecNamed('snappy');
const streamCount = 8;
const streams = Array.from({ length: streamCount }, (_, n) => src.Labels.from({ app: 'bench', instance: String(n) }));
const batches = jsonBatches(Math.ceil(lineCount / 850), 256 * 1024, 1);
const lines = batches.reduce((n, b) => n + b.count, 0);
const bytes = batches.reduce((n, b) => n + b.lines.length, 0);
const ofStream = (n) => batches.filter((_, i) => i % streamCount === n);
const folder = mkdtempSync(join(tmpdir(), 'skald-bench-'));

const noHead = { select: () => [] };
const noIndex = { select: () => [] };

/** Each gives a function that makes the store with empty caches, as after a start. */
const layouts = {
  async packs() {
    const packs = src.openFilePackStore(src.nodeFileSystem(), `${folder}/packs`);
    const chunks = streams.map((labels, n) => ({ labels, blocks: ofStream(n).map((b) => src.encodeBlock(b, codec)) }));
    const refs = await src.writePack(packs, 'fake', '2026-01-01', chunks);
    const select = () => refs.map((ref) => ({ labels: ref.labels, chunks: [ref] }));
    return () => {
      const cache = new src.BlockCache();
      const blocksOf = (ref) => src.chunkBlocks(ref, packs.open(ref.pack), cache);
      return { head: noHead, index: { select }, blocksOf, visible: (_ref, block) => block };
    };
  },
  async sealed() {
    const encoded = streams.map((_, n) => ofStream(n).map((b) => src.encodeBlock(b, codec)));
    return () => {
      const cache = new src.BlockCache();
      const head = streams.map((labels, n) => {
        const own = encoded[n].map((block) => src.blockSourceOf(block, cache));
        return { labels, blocks: () => own };
      });
      return { head: { select: () => head }, index: noIndex };
    };
  },
  async open() {
    const head = streams.map((labels, n) => {
      const own = ofStream(n).map((b) => {
        const block = new src.OpenBlock(b.baseNs, 0, 0);
        block.append(b, 0, 2 ** 30, { seq: 0, row: 0 });
        return block;
      });
      return { labels, blocks: () => own.map((block) => block.snapshot()) };
    });
    return () => ({ head: { select: () => head }, index: noIndex });
  },
};

const startNs = 1767225600000000000n;
const range = { start: startNs, end: startNs + 7200000000000n };
const grid = { startNs: startNs + 60000000000n, stepNs: 60e9, count: 120 };
const queries = [
  ['absent needle', '{app="bench"} |= "no such text"'],
  ['count', 'count_over_time({app="bench"}[1m])'],
  ['count of a needle', 'count_over_time({app="bench"} |= "swap-failed" [1m])'],
  ['json filter', '{app="bench"} | json | status=503 | duration_ms > 39990'],
  ['sum by, json', 'sum by (level)(count_over_time({app="bench"} | json [1m]))'],
];

async function ask(store, place, text) {
  const querier = new src.StoreQuerier(store, ['fake'], new src.QueryStats(), fail, place);
  const signal = new AbortController().signal;
  const expr = src.parseExpr(text);
  if (expr.kind === 'log') {
    return querier.selectLogs({ expr, range, direction: 'backward', limit: 1000, intervalNs: 0 }, signal);
  }
  const [inner, grouping] = expr.kind === 'vector-aggregation' ? [expr.expr, expr.grouping] : [expr, null];
  return querier.selectRange({ expr: inner, grid, grouping }, signal);
}

function fail(error) {
  throw error;
}

async function measure(run) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const began = performance.now();
  const { length } = await run();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return { ms, cpuMs: (user + system) / 1000, longestMs: delay.max / 1e6, length };
}

/** The least of each number: what other processes did meanwhile does not count. */
const best = (all) => {
  const least = (of) => Math.min(...all.map(of));
  return [least(({ ms }) => ms), least(({ cpuMs }) => cpuMs), least(({ longestMs }) => longestMs)]
    .map((n) => n.toFixed(0))
    .join(' / ');
};

console.log(
  `${lines} lines, ${(bytes / 2 ** 20).toFixed(0)} MiB, ${streamCount} streams, Node ${process.version}, ${availableParallelism()} cores; ms / CPU ms / longest ms on the main thread\n`,
);
console.log('| blocks | query | here, first | here | pool, started | pool | results |');
console.log('|---|---|---|---|---|---|---|');
for (const [name, make] of Object.entries(layouts)) {
  const fresh = await make();
  for (const [what, text] of queries) {
    const columns = { hereFirst: [], here: [], started: [], pool: [] };
    let store;
    let pool;
    const note = async (column, place) => columns[column].push(await measure(() => ask(store, place, text)));
    for (let i = 0; i < rounds; i++) {
      store = fresh();
      await note('hereFirst', src.inlinePlace);
      await note('here', src.inlinePlace);
      const start = () => src.startScanThread(entry, 256);
      pool = new src.ScanPool({ start, threadsMax: Math.min(availableParallelism(), 4) });
      const place = { ...src.inlinePlace, pool, thresholdBytes: 0 };
      store = fresh();
      await note('started', place);
      await note('pool', place);
      await note('pool', place);
      await pool.close();
    }
    const results = [columns.here[0].length, columns.started[0].length].join(' = ');
    console.log(`| ${name} | ${what} | ${Object.values(columns).map(best).join(' | ')} | ${results} |`);
  }
}
rmSync(folder, { recursive: true });
