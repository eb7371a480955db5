#!/usr/bin/env node
// Searching blocks of JSON logs for a text in any case: MB of lines a second, by the text.
//   node bench/micro/any-case.mjs [text …]
import { jsonBatches } from './corpus.mjs';
import { bestMs, load } from './load.mjs';

const texts = process.argv.length > 2 ? process.argv.slice(2) : ['error', 'warn', 'exception', 'timeout', 'zzq'];
const { blockSearcher } = await load('src/logql/pipeline/block-search.ts');
const batches = jsonBatches(40, 256 * 1024).map(({ count, lines, lineEnd }) => ({
  count,
  lineEnd,
  lines: Buffer.from(lines.buffer, lines.byteOffset, lines.length),
}));
const bytes = batches.reduce((sum, { lines }) => sum + lines.length, 0);
console.log(
  `${(bytes / 1e6).toFixed(1)} MB of lines, Node ${process.version}\n\n| text | lines found | MB/s |\n|---|---|---|`,
);
for (const text of texts) {
  const search = blockSearcher({ bytes: Buffer.from(text), caseInsensitive: true });
  let found = 0;
  const ms = bestMs(() => {
    found = 0;
    for (const { count, lines, lineEnd } of batches) {
      const marks = new Uint8Array(count);
      search(lines, lineEnd, 0, count, marks);
      for (const mark of marks) found += mark;
    }
  });
  console.log(`| ${text} | ${found} | ${(bytes / 1e3 / ms).toFixed(0)} |`);
}
