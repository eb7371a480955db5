#!/usr/bin/env node
// What each stage of a pipeline does in a CPU second, on one thread, over blocks of 256 KiB: medians.
//   node bench/micro/stages.mjs [--write] [--only TEXT] [--rounds 11]
// With --write, docs/BENCHMARKS-STAGES.md is written. Blocks are decoded before, but for the rows that say cold.
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { jsonBatches } from './corpus.mjs';
import { load } from './load.mjs';
import { queries } from './stage-queries.mjs';

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const rounds = Number(option('--rounds', 11));
const only = option('--only', '');
/** A round takes at least this long, or the clock is too coarse. */
const roundMsMin = 40;

const m = await load(
  'src/logql/pipeline/field-extractor.ts',
  'src/logql/pipeline/pipeline.ts',
  'src/logql/syntax/parser.ts',
  'src/logql/range-aggregation/create-accumulator.ts',
  'src/logql/range-aggregation/windows.ts',
  'src/chunks/codec/codecs.ts',
  'src/chunks/block.ts',
  'src/chunks/block-cache.ts',
  'src/model/labels.ts',
);
await m.codecsReady();
const codec = m.codecNamed('zstd');
const stream = m.Labels.from({ app: 'bench', service_name: 'bench' });
const grid = { startNs: 1767225660000000000n, stepNs: 60e9, count: 120 };

const json = jsonBatches(32);
const corpora = {
  json,
  logfmt: json.map((batch) => rewritten(batch, toLogfmt)),
  packed: json.map((batch) => rewritten(batch, (line) => JSON.stringify({ pod: 'a-1', node: 'n7', _entry: line }))),
  coloured: json.map((batch) => rewritten(batch, (line) => `\x1b[32minfo\x1b[0m ${line} \x1b[1mend\x1b[0m`)),
};

function toLogfmt(line) {
  const pairs = Object.entries(JSON.parse(line));
  return pairs.map(([key, value]) => `${key}=${/ /.test(value) ? JSON.stringify(value) : value}`).join(' ');
}

function rewritten(batch, change) {
  const text = Buffer.from(batch.lines).toString('latin1');
  const lines = Array.from(batch.lineEnd, (end, i) => change(text.slice(i === 0 ? 0 : batch.lineEnd[i - 1], end)));
  const lineEnd = new Uint32Array(lines.length);
  lines.reduce((end, line, i) => {
    lineEnd[i] = end + line.length;
    return lineEnd[i];
  }, 0);
  return { ...batch, lines: new Uint8Array(Buffer.from(lines.join(''))), lineEnd };
}

/** Readers of the corpus's blocks: the batches themselves, or blocks encoded as they are stored. */
function sourcesOf(lines, from) {
  if (from === undefined) return lines.map((batch) => ({ count: batch.count, read: () => batch }));
  const extract = m.fieldExtractor();
  const withColumns = from.endsWith('columns');
  const blocks = lines.map((batch) => m.encodeBlock(batch, codec, withColumns ? extract(batch) : undefined));
  const cache = new m.BlockCache(from.startsWith('cold') ? 0 : 2 ** 30);
  return blocks.map((block) => m.blockSourceOf(block, cache));
}

/** One pass over all blocks; returns how many rows, or samples, came out. */
function passOf({ query, from }, sources) {
  const options = { fields: from?.endsWith('columns') === true };
  const rows = sources.map(({ count }) => Uint32Array.from({ length: count }, (_, i) => i));
  const expr = m.parseExpr(query);
  if (expr.kind === 'log') {
    return () => {
      const pipeline = m.compilePipeline(expr, options).forStream(stream);
      let found = 0;
      const sink = () => {
        found++;
        return true;
      };
      for (const [i, source] of sources.entries())
        pipeline.run(source.read(pipeline.needs), rows[i], source.count, sink);
      return found;
    };
  }
  const range = expr.kind === 'vector-aggregation' ? expr.expr : expr;
  const grouping = expr.kind === 'vector-aggregation' ? expr.grouping : null;
  return () => {
    const pipeline = m.compileSamplePipeline(range, grouping, options).forStream(stream);
    const plan = m.planWindows(grid, range.rangeNs, 0);
    const series = new Map();
    const seriesOf = (labels) => {
      let into = series.get(labels);
      if (into === undefined) {
        into = m.createAccumulator(range.op, plan, range.param);
        series.set(labels, into);
      }
      return into;
    };
    let found = 0;
    for (const [i, source] of sources.entries()) {
      const batch = source.read(pipeline.needs);
      const { baseNs, offsetNs, lineEnd } = batch;
      const uniform = pipeline.uniform(batch);
      if (uniform !== null) {
        found += source.count;
        if (range.op.startsWith('bytes'))
          m.addLengths(seriesOf(uniform), plan, baseNs, offsetNs, lineEnd, 0, source.count);
        else m.addCounts(seriesOf(uniform), plan, baseNs, offsetNs, 0, source.count);
        continue;
      }
      const base = plan.rebase(baseNs);
      let bucket = -1;
      let last = Number.NEGATIVE_INFINITY;
      pipeline.run(batch, rows[i], source.count, (row, value, labels) => {
        found++;
        const tNs = base + offsetNs[row];
        if (tNs > last) {
          bucket = plan.bucketOf(tNs);
          last = bucket < 0 ? plan.gapEndOf(tNs) : plan.lastOf(bucket);
        }
        if (bucket >= 0) seriesOf(labels).add(bucket, tNs, value);
      });
    }
    for (const into of series.values()) into.finish();
    return found;
  };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** CPU milliseconds of one pass: of this process, and so with the collection of garbage. */
function cpuMsOf(pass) {
  let found = 0;
  let passes = 1;
  const round = () => {
    const begin = process.cpuUsage();
    for (let i = 0; i < passes; i++) found = pass();
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
  };
  for (let warm = 0; warm < 3; warm++) round();
  while (round() < roundMsMin) passes *= 2;
  return { ms: median(Array.from({ length: rounds }, round)) / passes, found };
}

const cell = (x, digits = 0) => (x === undefined ? '' : x.toLocaleString('en', { maximumFractionDigits: digits }));
const out = [
  '# Stages',
  '',
  `What each stage does in a CPU second, on one thread, over blocks of 256 KiB: medians of ${rounds} rounds. Blocks are decoded,`,
  'but for the rows that say cold: those are decompressed each time (zstd). Lines are parsed, but under the last heading, where',
  'the blocks have columns of fields. Aims, and what Loki 3.7.6 was measured to do, stand where there are some: in MB/s, or in',
  'lines. Loki was asked over HTTP on another machine (an Intel Xeon of 2 cores), so that its figures tell the magnitude only; both',
  'on one machine are in BENCHMARKS.md. Written by `node bench/micro/stages.mjs --write`.',
  '',
  `Machine: ${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.`,
];
const behind = [];
for (const row of queries) {
  if (Array.isArray(row)) {
    out.push(
      '',
      `## ${row[0]}`,
      '',
      '| what | query | MB/s | million lines/s | aim | Loki |',
      '|---|---|---|---|---|---|',
    );
    continue;
  }
  if (!row.what.includes(only)) continue;
  const lines = corpora[row.lines ?? 'json'];
  const bytes = lines.reduce((n, batch) => n + batch.lines.length, 0);
  const count = lines.reduce((n, batch) => n + batch.count, 0);
  const { ms, found } = cpuMsOf(passOf(row, sourcesOf(lines, row.from)));
  const mb = bytes / 1e3 / ms;
  const millions = count / 1e3 / ms;
  const aim = row.aim === undefined ? row.aimLines && `${row.aimLines} M lines` : cell(row.aim);
  const loki = row.loki === undefined ? row.lokiLines && `${row.lokiLines} M lines` : cell(row.loki);
  if (mb < (row.aim ?? 0) || millions < (row.aimLines ?? 0)) behind.push(row.what);
  out.push(
    `| ${row.what} | \`${row.query.replaceAll('|', '\\|')}\` | ${cell(mb)} | ${cell(millions, 2)} | ${aim ?? ''} | ${loki ?? ''} |`,
  );
  console.error(
    `${row.what.padEnd(44)} ${cell(mb).padStart(8)} MB/s ${cell(millions, 2).padStart(8)} M lines/s, ${found} out`,
  );
}
const perLine = json.reduce((n, b) => n + b.lines.length, 0) / json.reduce((n, b) => n + b.count, 0);
out.push('', `Lines of JSON are ${perLine.toFixed(0)} bytes on average.`);
out.push('', behind.length === 0 ? 'Every aim is reached.' : `Behind their aims: ${behind.join('; ')}.`, '');
if (args.includes('--write'))
  writeFileSync(new URL('../../docs/BENCHMARKS-STAGES.md', import.meta.url), out.join('\n'));
else console.log(out.join('\n'));
