// Writes docs/BENCHMARKS.md from the JSON files of a comparison (compare.mjs --json), each with a title:
//   node bench/report.mjs "200,000 lines, in memory=/tmp/a.json" "2,000,000 lines, flushed and restarted=/tmp/b.json"
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const number = (x, digits = 1) => (x === undefined || x === null || Number.isNaN(x) ? '-' : x.toFixed(digits));

function section(title, report) {
  const names = Object.keys(report.targets);
  const [ours, other] = names.map((name) => report.targets[name]);
  const rows = [
    `## ${title}`,
    '',
    `${report.lines.toLocaleString('en')} lines in ${report.streams} streams.`,
    '',
    `| what | ${names.join(' | ')} | ${names.at(-1)} / ${names[0]} |`,
    `|---|${names.map(() => '---').join('|')}|---|`,
  ];
  const row = (what, get, digits, higherIsBetter = false) => {
    const [a, b] = [get(ours), get(other)];
    if (a === undefined) return;
    rows.push(
      `| ${what} | ${number(a, digits)} | ${number(b, digits)} | ${number(higherIsBetter ? a / b : b / a, 2)} |`,
    );
  };
  row('idle memory, MiB', (t) => t.idleMiB, 0);
  row('ingest, lines/s', (t) => t.ingest?.linesPerSecond, 0, true);
  row('ingest, MB per CPU second', (t) => t.ingest?.mbPerCpuSecond, 1, true);
  row('push p50, ms', (t) => t.ingest?.pushP50Ms);
  row('push p99, ms', (t) => t.ingest?.pushP99Ms);
  row('memory after ingest, MiB', (t) => t.ingest?.afterMiB, 0);
  row('read after write, ms', (t) => t.readAfterWriteMs);
  row('push p99 under a heavy query, ms', (t) => t.pushUnderQueryMs?.p99);
  const ratios = [];
  for (const [name, mine] of Object.entries(ours.queries)) {
    const theirs = other.queries[name];
    if (mine.error || theirs?.error) {
      rows.push(`| ${name} | ${mine.error ?? 'ok'} | ${theirs?.error ?? 'ok'} | |`);
      continue;
    }
    row(`${name}, ms`, (t) => t.queries[name].medianMs);
    row(`${name}, CPU ms`, (t) => t.queries[name].cpuMs, 0);
    ratios.push(theirs.medianMs / mine.medianMs);
  }
  const mean = Math.exp(ratios.reduce((s, x) => s + Math.log(x), 0) / ratios.length);
  const behind = Object.entries(ours.queries)
    .filter(([name, q]) => q.medianMs > other.queries[name]?.medianMs)
    .map(([name]) => name);
  rows.push(
    '',
    `Geometric mean of the ${ratios.length} latency ratios: **${number(mean, 2)}**; the smallest is ${number(Math.min(...ratios), 2)}.`,
  );
  rows.push('', behind.length > 0 ? `Behind: ${behind.join(', ')}.` : 'Ahead in every query.');
  const different = Object.entries(other.queries).filter(([, q]) => q.wrong);
  if (different.length > 0)
    rows.push(
      '',
      'Answers that differ:',
      '',
      ...different.map(([name, q]) => `- ${name}: \`${q.wrong.slice(0, 120)}\``),
    );
  return rows.join('\n');
}

const sections = process.argv.slice(2).map((arg) => {
  const cut = arg.lastIndexOf('=');
  return section(arg.slice(0, cut), JSON.parse(readFileSync(arg.slice(cut + 1), 'utf8')));
});
writeFileSync(
  join(root, 'docs/BENCHMARKS.md'),
  `# Benchmarks

skald beside a real Loki 3.7.6, both on one machine in one run, the same data and queries; every answer is compared before it
counts. Medians after the first run; ratios above 1 mean that skald is better. Written by \`node bench/report.mjs\`.

Machine: ${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.

${sections.join('\n\n')}

${readFileSync(join(root, 'bench/notes.md'), 'utf8')}`,
);
