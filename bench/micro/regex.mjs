#!/usr/bin/env node
// Searches and captures of regular expressions over JSON lines of about 300 bytes, one call for each line.
//   node bench/micro/regex.mjs [lines = 20000]
// MB/s of CPU time: ours, RegExp on Latin-1 (no bound on its time, and not RE2's meaning), re2js.
import { RE2JS } from 're2js';
import { jsonLines } from './corpus.mjs';
import { load } from './load.mjs';

const lineCount = Number(process.argv[2] ?? 20_000);
const { compileRegex } = await load('src/model/regex.ts');

const texts = Array.from(jsonLines(lineCount), ({ line }) => line);
const bytes = Buffer.from(texts.join(''));
const ends = [];
for (const text of texts) ends.push((ends.at(-1) ?? 0) + Buffer.byteLength(text));

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The best of five rounds over all lines. */
function speed(ofLine) {
  let best = Infinity;
  let hits = 0;
  for (let round = 0; round < 5; round++) {
    hits = 0;
    const start = cpuMs();
    for (let i = 0; i < ends.length; i++) if (ofLine(i)) hits++;
    best = Math.min(best, cpuMs() - start);
  }
  return { mbs: bytes.length / 1e6 / (best / 1000), hits };
}

function row(name, ...columns) {
  const cells = columns.map((c) => (c === null ? '' : `${c.mbs.toFixed(0)}`).padStart(8));
  console.log(`| ${name.padEnd(52)} |${cells.join(' |')} | ${String(columns[0].hits).padStart(6)} |`);
}

const startOf = (i) => ends[i - 1] ?? 0;
console.log(`${lineCount} lines, ${(bytes.length / 1e6).toFixed(1)} MB; MB/s of CPU time`);
console.log(`| ${'testBytes'.padEnd(52)} |    ours |  RegExp |   re2js |   hits |`);
for (const [source, native = source, flags = ''] of [
  ['error'],
  ['error|warning'],
  ['(?i)ERROR', 'error', 'i'],
  ['(?i)rejected.*AFTER', 'rejected.*after', 'i'],
  ['"status":5\\d\\d'],
  ['"user_id":"[0-9]{2}"'],
  ['swap-(complete|failed).*"outcome":"failed"'],
  ['\\b(resolved|finished)\\b.*[5-9] attempts'],
  ['[a-z]+zzq'],
  ['(cache|queue)"[^}]*"status":404'],
  ['"msg":".*é'],
]) {
  const ours = compileRegex(source, { anchored: false });
  const regex = new RegExp(native, flags);
  const re2 = RE2JS.compile(source);
  row(
    source,
    speed((i) => ours.testBytes(bytes, startOf(i), ends[i])),
    speed((i) => regex.test(bytes.latin1Slice(startOf(i), ends[i]))),
    speed((i) => re2.test(bytes.latin1Slice(startOf(i), ends[i]))),
  );
}

console.log(`\n| ${'exec'.padEnd(52)} |    ours |  RegExp |   re2js |   hits |`);
for (const source of [
  '"level":"(?P<level>\\w+)","event":"(?P<event>[^"]+)"',
  '^\\{"timestamp":"(?P<ts>[^"]*)","level":"(?P<level>\\w+)"',
  '(?P<n>\\d+) attempts',
  '"logger":"(?P<logger>.*?)","domain":"(?P<domain>.*?)"',
  '(?P<before>.*)"status":(?P<status>\\d+),(?P<after>.*)',
]) {
  const ours = compileRegex(source, { anchored: false });
  const regex = new RegExp(source.replaceAll('(?P<', '(?<'));
  const re2 = RE2JS.compile(source);
  const groups = (matcher) =>
    matcher.find() && Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i));
  row(
    source,
    speed((i) => ours.exec(texts[i]) !== null),
    speed((i) => regex.exec(texts[i]) !== null),
    speed((i) => groups(re2.matcher(texts[i]))),
  );
}
