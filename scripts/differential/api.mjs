#!/usr/bin/env node
// Asks two Loki-compatible servers the same questions over their whole HTTP interface and shows where they differ.
//
//   node scripts/differential/api.mjs THERE HERE [--seed N] [--count N] [--kinds read,push,path,otlp,tenant] [--show N]
//        [--only I] [--match WORD] [--parallel N] [--no-push] [--run WORD]
//
// THERE is the server whose answers are right (a real Loki), HERE the one under test, both with the same configuration.
// A question is known by the seed, the run and its number. The exit status is 1 when there is a difference that
// api/known.mjs does not explain.
import { ask, difference } from './api/ask.mjs';
import { dataPushes } from './api/data.mjs';
import { known } from './api/known.mjs';
import { questions } from './api/questions.mjs';

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const [there, here] = args.slice(0, 2).map((url) => url?.replace(/\/$/, ''));
if (!there || !here || there.startsWith('--') || here.startsWith('--')) {
  console.error('usage: api.mjs THERE HERE [options]');
  process.exit(2);
}
const seed = Number(option('--seed', Date.now() % 2 ** 31));
const count = Number(option('--count', 1000));
const kinds = option('--kinds', 'read,push,otlp,path').split(',');
const show = Number(option('--show', 40));
const only = option('--only', null);
const match = option('--match', null);
const fresh = `a${seed}x${Math.floor(Date.now() / 1000).toString(36)}`;
const run = option('--run', fresh);
/** The data begins half an hour before the run; its second is in the run's name. */
const base = (BigInt(Number.parseInt(run.split('x')[1], 36)) - 1800n) * 1_000_000_000n;
const at = (second) => String(base + BigInt(second) * 1_000_000_000n);

console.log(`seed ${seed}, run ${run}`);
let asked = 0;
const tally = new Map();
const tick = (key) => tally.set(key, (tally.get(key) ?? 0) + 1);
let shown = 0;
let failed = 0;

async function one(question, i) {
  for (const [k, step] of question.steps.entries()) {
    const [want, got] = await Promise.all([ask(there, step), ask(here, step)]);
    asked++;
    let found = difference(want, got, step);
    if (found === null) continue;
    const meant = known.find(({ applies }) => applies(step, want, got));
    if (meant !== undefined) {
      tick(`~${meant.name}`);
      if (want.status !== got.status) return; // what is stored differs, too
      continue;
    }
    // What Loki itself answers differently the next time is left to chance there.
    if (step.method === undefined || step.method === 'GET') {
      const again = await ask(there, step);
      if (difference(want, again, step) !== null) {
        if (difference(again, await ask(here, step), step) === null) continue;
        found = { ...found, class: `~varies: ${found.class}` };
      }
    }
    tick(`${question.kind} ${step.path.split('?')[0].slice(0, 60)}: ${found.class}`);
    if (!found.class.startsWith('~')) failed++;
    if (++shown > show) continue;
    const body = step.body === undefined || step.body === null ? '' : `\n  body ${printable(step.body)}`;
    const about = question.what ? ` (${question.what})` : '';
    console.log(
      `\n#${i}.${k} ${question.kind}${about}: ${found.class}\n  ${step.method ?? 'GET'} ${readable(step.path)} ${JSON.stringify(step.headers ?? {})}${body}\n  want ${found.want}\n   got ${found.got}`,
    );
    if (k === 0 && question.steps.length > 1) return;
  }
}

function readable(path) {
  try {
    return decodeURIComponent(path.slice(0, 900));
  } catch {
    return path.slice(0, 900);
  }
}
function printable(body) {
  const text = Buffer.from(body).toString('utf8');
  return text.includes('\ufffd') || text.includes('\0')
    ? Buffer.from(body).toString('hex').slice(0, 400)
    : text.slice(0, 400);
}

if (!args.includes('--no-push') && !args.includes('--run')) {
  for (const [i, step] of dataPushes(run, at).entries()) await one({ kind: 'data', steps: [step] }, i);
}
const all = questions({ seed, run, base, at, kinds, count });
const chosen = all
  .map((question, i) => [question, i])
  .filter(
    ([question, i]) =>
      (only === null || i === Number(only)) && (match === null || JSON.stringify(question).includes(match)),
  );
let next = 0;
const worker = async () => {
  while (next < chosen.length) await one(...chosen[next++]);
};
await Promise.all(Array.from({ length: Number(option('--parallel', 4)) }, worker));
console.log(`\n${asked} requests compared in ${chosen.length} questions (seed ${seed}, run ${run})`);
for (const [key, n] of [...tally].sort((a, b) => b[1] - a[1])) console.log(`  ${n} ${key}`);
process.exit(failed > 0 ? 1 : 0);
