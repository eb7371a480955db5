// npm run bench                      the headline figures of this build, with the machine's name
// npm run bench -- start             one scenario (start, suite)
// npm run bench -- --against REV     this working tree against a revision: both built, rounds in turn, medians and ratios
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './scenarios/server.mjs';
import { start } from './scenarios/start.mjs';
import { suite } from './scenarios/suite.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const scenarios = { start, suite };
const rounds = Number(option('--rounds', 3));
const against = option('--against');
const wanted = Object.entries(scenarios).filter(([name]) => !args.some((a) => a in scenarios) || args.includes(name));

const build = (folder) =>
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
if (!existsSync(join(root, 'dist/main.js'))) build(root);
console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
);

if (against === undefined) {
  console.log('| what | figure |\n|---|---|');
  for (const [, scenario] of wanted) {
    for (const [what, value] of Object.entries(await scenario(join(root, 'dist'))))
      console.log(`| ${what} | ${value.toFixed(1)} |`);
  }
} else {
  const other = mkdtempSync(join(tmpdir(), 'skald-revision-'));
  execFileSync('git', ['clone', '-q', root, other]);
  execFileSync('git', ['checkout', '-q', against], { cwd: other });
  symlinkSync(join(root, 'node_modules'), join(other, 'node_modules'));
  build(other);
  build(root);
  const ours = {};
  const theirs = {};
  for (let round = 0; round < rounds; round++) {
    // In turn, and each first as often as the other: the machine's speed drifts.
    const order =
      round % 2 === 0
        ? [
            [root, ours],
            [other, theirs],
          ]
        : [
            [other, theirs],
            [root, ours],
          ];
    for (const [folder, figures] of order) {
      for (const [, scenario] of wanted) {
        for (const [what, value] of Object.entries(await scenario(join(folder, 'dist'))))
          figures[what] = [...(figures[what] ?? []), value];
      }
    }
  }
  rmSync(other, { recursive: true, force: true });
  console.log(`| what | ${against} | now | now / ${against} |\n|---|---|---|---|`);
  for (const what of Object.keys(ours)) {
    const [before, now] = [median(theirs[what] ?? [Number.NaN]), median(ours[what])];
    console.log(`| ${what} | ${before.toFixed(1)} | ${now.toFixed(1)} | ${(now / before).toFixed(2)} |`);
  }
}
