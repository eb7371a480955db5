#!/usr/bin/env node
// Columns of fields: what they take on disk and at ingest, and what queries gain by them. JSON logs of the comparison.
//   node bench/micro/fields.mjs [block KiB = 256] [codec = zstd]
import { jsonBatches } from './corpus.mjs';
import { bestMs, load } from './load.mjs';

const blockBytes = Number(process.argv[2] ?? 256) * 1024;
const codecName = process.argv[3] ?? 'zstd';
const m = await load(
  'src/logql/pipeline/field-extractor.ts',
  'src/logql/pipeline/pipeline.ts',
  'src/logql/syntax/parser.ts',
  'src/chunks/codec/codecs.ts',
  'src/chunks/block.ts',
  'src/chunks/block-cache.ts',
  'src/model/labels.ts',
);
await m.codecsReady();
const codec = m.codecNamed(codecName);
const batches = jsonBatches(32, blockBytes);
const rows = batches.reduce((n, b) => n + b.count, 0);
const raw = batches.reduce((n, b) => n + b.lines.length, 0);
const extract = m.fieldExtractor();
const plain = batches.map((batch) => m.encodeBlock(batch, codec));
const columned = batches.map((batch) => m.encodeBlock(batch, codec, extract(batch)));
const perLine = (blocks) =>
  blocks.reduce((n, b) => n + b.bytes.length + b.sections.reduce((t, s) => t + 12 + s.name.length, 0), 0) / rows;
/** Of one block, in turn with others: a short stretch is more likely to run undisturbed. */
function microseconds(...fns) {
  const best = fns.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 60; round++) {
    fns.forEach((fn, i) => {
      best[i] = Math.min(best[i], (bestMs(() => fn(batches[0]), 50) * 1000) / batches[0].count);
    });
  }
  return best;
}

console.log(`${batches.length} blocks of ${blockBytes / 1024} KiB, ${rows} lines of ${(raw / rows).toFixed(0)} B`);
console.log(
  `columns: ${columned[0].sections
    .filter((s) => s.kind > 16)
    .map((s) => `${s.name} ${s.storedBytes}`)
    .join(', ')}\n`,
);
console.log('| | without | with | |\n|---|---|---|---|');
const line = (what, a, b, digits = 2) =>
  console.log(`| ${what} | ${a.toFixed(digits)} | ${b.toFixed(digits)} | ${(b / a).toFixed(2)} |`);
line('on disk, B/line', perLine(plain), perLine(columned));
line(
  'seal, µs/line',
  ...microseconds(
    (batch) => m.encodeBlock(batch, codec),
    (batch) => m.encodeBlock(batch, codec, extract(batch)),
  ),
);

const stream = m.Labels.from({ app: 'bench', service_name: 'bench' });
const queries = [
  '{app="bench"} | json | level="error"',
  '{app="bench"} | json | status="503" | user_id="1234"',
  '{app="bench"} | json | event="swap-complete" | duration_ms > 35000',
  'sum by (status) (count_over_time({app="bench"} | json [1m]))',
  'sum(rate({app="bench"} | json | level="error" [1m]))',
  'topk(3, sum by (event) (count_over_time({app="bench"} | json | level="error" [1m])))',
  'avg_over_time({app="bench"} | json | event="swap-complete" | unwrap duration_ms [1m]) by (domain)',
  'quantile_over_time(0.99, {app="bench"} | json | unwrap duration_ms [1m]) by (host)',
  'sum by (level, detected_level) (count_over_time({app="bench"} | json | status >= 500 [1m]))',
];

function pipelineOf(text, fields) {
  let expr = m.parseExpr(text);
  if (expr.kind === 'log') return m.compilePipeline(expr, { fields });
  let grouping = null;
  while (expr.kind === 'vector-aggregation') {
    if (expr.op === 'sum') grouping = expr.grouping ?? { without: false, labels: [] };
    expr = expr.expr;
  }
  return m.compileSamplePipeline(expr, grouping, { fields });
}

/** Lines a second (millions), blocks decoded each time or out of the cache; log queries copy what they find. */
function linesPerSecond(text, blocks, fields, cacheBytes) {
  const cache = new m.BlockCache(cacheBytes);
  const sources = blocks.map((block) => m.blockSourceOf(block, cache));
  const chunk = 1024;
  let found = 0;
  const run = () => {
    found = 0;
    const own = pipelineOf(text, fields).forStream(stream);
    for (const source of sources) {
      const batch = source.read(own.needs);
      for (let from = 0; from < source.count; from += chunk) {
        const count = Math.min(chunk, source.count - from);
        own.run(
          batch,
          Uint32Array.from({ length: count }, (_, i) => from + i),
          count,
          () => {
            found++;
            return true;
          },
        );
      }
    }
  };
  const ms = bestMs(run, 1500);
  return { rate: rows / 1e3 / ms, found };
}

console.log(
  '\nmillions of lines a second\n\n| query | rows | decoding: without | with | | cached: without | with | |\n|---|---|---|---|---|---|---|---|',
);
for (const text of queries) {
  const cells = [];
  let rowsFound = 0;
  for (const cacheBytes of [0, 1 << 30]) {
    const off = linesPerSecond(text, plain, false, cacheBytes);
    const on = linesPerSecond(text, columned, true, cacheBytes);
    if (on.found !== off.found) throw new Error(`${text}: ${on.found} rows with columns, ${off.found} without`);
    rowsFound = on.found;
    cells.push(off.rate.toFixed(2), on.rate.toFixed(2), (on.rate / off.rate).toFixed(1));
  }
  console.log(`| ${text.replaceAll('|', '\\|')} | ${rowsFound} | ${cells.join(' | ')} |`);
}
