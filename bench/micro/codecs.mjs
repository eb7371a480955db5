#!/usr/bin/env node
// Compressions on blocks of JSON logs: bytes on disk for each line, and MB of lines a second in and out.
//   node bench/micro/codecs.mjs [block KiB = 256]
import { jsonBatches } from './corpus.mjs';
import { bestMs, load } from './load.mjs';

const blockBytes = Number(process.argv[2] ?? 256) * 1024;
const { codecNames, codecNamed, codecsReady, encodeBlock, decodeBlock } = await load(
  'src/chunks/codec/codecs.ts',
  'src/chunks/block.ts',
);
await codecsReady();
const batches = jsonBatches(16, blockBytes);
const raw = batches.reduce((n, b) => n + b.lines.length, 0),
  rows = batches.reduce((n, b) => n + b.count, 0);
console.log(
  `${batches.length} blocks of ${(blockBytes / 1024).toFixed(0)} KiB, ${rows} lines of ${(raw / rows).toFixed(0)} B, Node ${process.version}\n`,
);
console.log(
  '| codec | B/line | ratio | encode MB/s | decode MB/s | times only, M rows/s | times+level, M rows/s |\n|---|---|---|---|---|---|---|',
);
const all = { lines: 'bytes', metadata: 'all' },
  times = { lines: 'none', metadata: [] },
  level = { lines: 'none', metadata: ['detected_level'] };
for (const name of codecNames.filter((n) => !n.startsWith('lz4-'))) {
  const codec = codecNamed(name);
  const blocks = batches.map((batch) => encodeBlock(batch, codec));
  const stored = blocks.reduce((n, b) => n + b.bytes.length, 0);
  const mbs = (fn) => (raw / 1e3 / bestMs(fn)).toFixed(0);
  const mrows = (needs) =>
    (
      rows /
      1e3 /
      bestMs(() => {
        for (const block of blocks) decodeBlock(block, needs);
      })
    ).toFixed(0);
  console.log(
    `| ${name} | ${(stored / rows).toFixed(1)} | ${(raw / stored).toFixed(2)} | ${mbs(() => {
      for (const batch of batches) encodeBlock(batch, codec);
    })} | ${mbs(() => {
      for (const block of blocks) decodeBlock(block, all);
    })} | ${mrows(times)} | ${mrows(level)} |`,
  );
  if (name === 'zstd')
    console.log(
      `\nzstd, sections of the first block: ${blocks[0].sections.map((s) => `${s.kind}${s.name && `:${s.name}`} ${s.decodedBytes}->${s.storedBytes}`).join(', ')}`,
    );
}
