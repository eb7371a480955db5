#!/usr/bin/env node
// Pipelines over blocks of JSON logs in memory: MB of lines a second, and rows that came out.
//   node bench/micro/pipeline.mjs [block KiB = 256]
import { jsonBatches } from './corpus.mjs';
import { bestMs, load } from './load.mjs';

const blockBytes = Number(process.argv[2] ?? 256) * 1024;
const { compilePipeline, compileSamplePipeline, parseExpr, Labels } = await load(
  'src/logql/pipeline/pipeline.ts',
  'src/logql/syntax/parser.ts',
  'src/model/labels.ts',
);
const batches = jsonBatches(64, blockBytes);
const bytes = batches.reduce((n, b) => n + b.lines.length, 0);
const rows = batches.reduce((n, b) => n + b.count, 0);
const all = batches.map((batch) => Uint32Array.from({ length: batch.count }, (_, i) => i));
const stream = Labels.from({ app: 'bench', service_name: 'bench' });

const queries = [
  '{app="bench"}',
  '{app="bench"} |= "no such text"',
  '{app="bench"} |= "a3f9"',
  '{app="bench"} |= "swap-failed"',
  '{app="bench"} != "swap-failed"',
  '{app="bench"} |= "error" |= "redis"',
  '{app="bench"} |~ "(?i)SWAP-FAILED"',
  '{app="bench"} |~ "(?i)(timeout|refused)"',
  '{app="bench"} |~ "user_id\\":\\"4[0-9]{3}"',
  '{app="bench"} |> "<_>swap-failed<_>"',
  '{app="bench"} | json | user_id="4711"',
  '{app="bench"} | json | level="error"',
  '{app="bench"} | json | status >= 500',
  '{app="bench"} | json',
  '{app="bench"} | json level, status | status="503"',
  '{app="bench"} | line_format "{{.app}}: {{.detected_level}}"',
  'count_over_time({app="bench"}[1m])',
  'bytes_over_time({app="bench"}[1m])',
  'sum by (level, detected_level) (count_over_time({app="bench"} | drop __error__ [1m]))',
  'sum by (level) (count_over_time({app="bench"} | json [1m]))',
  'sum by (status) (count_over_time({app="bench"} | json [1m]))',
  'sum by (status) (count_over_time({app="bench"} | json | level="error" [1m]))',
  'sum(rate({app="bench"} | json | status=~"5.." | duration_ms > 500 [1m]))',
  'sum by (provider) (sum_over_time({app="bench"} | json | unwrap duration_ms [1m]))',
  'sum by (level) (count_over_time({app="bench"} | logfmt [1m]))',
  'sum by (a) (count_over_time({app="bench"} | pattern "<_>level\\":\\"<a>\\"<_>" [1m]))',
];

console.log(
  `${batches.length} blocks of ${blockBytes / 1024} KiB, ${rows} lines of ${(bytes / rows).toFixed(0)} B, Node ${process.version}\n`,
);
console.log('| query | MB/s | M rows/s | rows out |\n|---|---|---|---|');
for (const text of queries) {
  const expr = parseExpr(text);
  let out = 0;
  const run = expr.kind === 'log' ? logRun(expr) : sampleRun(expr);
  const ms = bestMs(() => {
    out = run();
  });
  console.log(`| ${text} | ${(bytes / 1e3 / ms).toFixed(0)} | ${(rows / 1e3 / ms).toFixed(2)} | ${out} |`);
}

function logRun(expr) {
  const pipeline = compilePipeline(expr).forStream(stream);
  return () => {
    let n = 0;
    for (const [i, batch] of batches.entries()) {
      pipeline.run(batch, all[i], batch.count, () => {
        n++;
        return true;
      });
    }
    return n;
  };
}

function sampleRun(expr) {
  const range = expr.kind === 'vector-aggregation' ? expr.expr : expr;
  const grouping = expr.kind === 'vector-aggregation' ? (expr.grouping ?? { without: false, labels: [] }) : null;
  const pipeline = compileSamplePipeline(range, grouping).forStream(stream);
  return () => {
    let n = 0;
    for (const [i, batch] of batches.entries()) {
      if (pipeline.uniform(batch) !== null) n += batch.count;
      else
        pipeline.run(batch, all[i], batch.count, () => {
          n++;
        });
    }
    return n;
  };
}
