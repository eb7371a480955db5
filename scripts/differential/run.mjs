#!/usr/bin/env node
// Asks two Loki-compatible servers the same random questions and shows where the answers differ.
//
//   node scripts/differential/run.mjs THERE HERE [--seed N] [--count N] [--entries N] [--kinds log,template,metric,malformed,format]
//        [--out FILE] [--show N] [--run WORD] [--only I] [--no-shrink] [--parallel N]
//
// THERE is the server whose answers are right (a real Loki), HERE the one under test. Both are pushed the same data
// first, under a label `run` that no one else has; --run WORD asks again over data that an earlier run pushed with the
// same seed. A question is known by the seed and its number: --only I asks one again. Differences go to --out as JSON
// lines, with the question made as small as it still differs. The exit status is 1 when there is a difference that is
// not one of those known to be undetermined in Loki (docs/COMPATIBILITY.md).
import { appendFileSync, writeFileSync } from 'node:fs';
import { ask, compare } from './compare.mjs';
import { makeData } from './data.mjs';
import { known } from './known.mjs';
import { push } from './push.mjs';
import { QueryMaker } from './queries.mjs';
import { Random } from './random.mjs';
import { print, shrink } from './tree.mjs';

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback);
const [there, here] = args.slice(0, 2).map((url) => url?.replace(/\/$/, ''));
if (!there || !here || there.startsWith('--') || here.startsWith('--')) {
  console.error('usage: run.mjs THERE HERE [options]');
  process.exit(2);
}
const seed = Number(option('--seed', Date.now() % 2 ** 31));
const total = Number(option('--count', 5000));
const kinds = option('--kinds', '').split(',').filter(Boolean);
const out = option('--out', null);
const show = Number(option('--show', 30));
const run = option('--run', `d${seed}x${Date.now().toString(36)}`);
const only = option('--only', null);
const shrinking = !args.includes('--no-shrink');
/** Of each class so many are made small: that takes many questions. */
const shrunkMax = 12;

console.log(`seed ${seed}, run ${run}`);
const data = makeData(new Random(seed), run, Number(option('--entries', 60)));
if (!args.includes('--run')) for (const base of [there, here]) await push(base, data);
if (out !== null) writeFileSync(out, '');

/** The question number `i`, alone: it depends on the seed and its number only. */
function question(i) {
  const random = new Random((seed * 1_000_003 + i * 7919) >>> 0);
  const maker = new QueryMaker(random, run);
  let query = maker.next();
  while (kinds.length > 0 && !kinds.includes(query.kind)) query = maker.next();
  const printed = print(query.tree);
  const text = query.edit === undefined ? printed : query.edit(printed);
  return { ...query, text, ordered: query.path === 'query' && /^(sort|sort_desc|topk|bottomk)\b/.test(printed) };
}

async function judge(query, text) {
  const [want, got] = await Promise.all([ask(there, query, text), ask(here, query, text)]);
  const difference = compare(query, want, got);
  if (difference === null || difference.class.startsWith('~')) return { difference, want };
  const meant = known.find(({ applies }) => applies(query, want, got, text));
  if (meant !== undefined && (meant.instead === undefined || (await isRightFor(meant.instead(query), text, got))))
    return { difference: { class: `~${meant.name}`, detail: difference.detail }, want };
  // Which of several failing series is named, Loki leaves to chance.
  const times = want.status === 400 && want.text.startsWith('pipeline error') ? 60 : 3;
  for (let i = 0; i < times; i++) {
    const again = await ask(there, query, text);
    if (compare(query, want, again) !== null) {
      const known = compare(query, again, got) === null ? '~one of several answers' : '~answers vary';
      return { difference: { class: known, detail: difference.detail }, want };
    }
  }
  return { difference, want };
}

/** Is our answer right for another way to ask? */
async function isRightFor(query, text, got) {
  const want = await ask(there, query, text);
  if (want.data?.resultType === 'matrix') {
    want.data.resultType = 'vector';
    want.data.result = want.data.result.map(({ metric, values }) => ({ metric, value: values[0] }));
  }
  return compare(query, want, got) === null;
}

const tally = new Map();
const statuses = new Map();
const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
let shown = 0;
let asked = 0;

async function one(i) {
  const query = question(i);
  const { difference, want } = await judge(query, query.text);
  asked++;
  count(
    statuses,
    `${query.kind} ${want.status}${want.status === 200 && (want.data?.result?.length ?? 1) === 0 ? ' empty' : ''}`,
  );
  if (difference === null) return;
  count(tally, `${query.kind}: ${difference.class}`);
  const isKnown = difference.class.startsWith('~');
  let { text } = query;
  let { detail } = difference;
  if (
    !isKnown &&
    shrinking &&
    query.edit === undefined &&
    (tally.get(`${query.kind}: ${difference.class}`) ?? 0) <= shrunkMax
  ) {
    const fails = async (tree) => {
      const found = (await judge(query, print(tree))).difference;
      return found !== null && found.class === difference.class;
    };
    text = print(await shrink(query.tree, fails));
    detail = (await judge(query, text)).difference?.detail ?? detail;
  }
  if (out !== null)
    appendFileSync(
      out,
      `${JSON.stringify({ i, kind: query.kind, class: difference.class, query: text, whole: query.text, path: query.path, params: query.params, categorize: query.categorize, detail })}\n`,
    );
  if ((!isKnown || only !== null) && shown++ < show)
    console.log(
      `\n#${i} ${query.kind}: ${difference.class}\n  ${text}\n  ${JSON.stringify(query.params)}${query.categorize ? ' categorize' : ''}\n${detail}`,
    );
}

if (only !== null) {
  console.log(question(Number(only)).text);
  await one(Number(only));
} else {
  let next = 0;
  const worker = async () => {
    while (next < total) {
      const i = next++;
      try {
        await one(i);
      } catch (error) {
        console.error(`#${i}: ${error.stack}`);
        count(tally, 'failed to ask');
      }
    }
  };
  await Promise.all(Array.from({ length: Number(option('--parallel', 4)) }, worker));
}
console.log(`\n${asked} asked (seed ${seed}, run ${run})`);
for (const [key, n] of [...statuses].sort()) console.log(`  ${key}: ${n}`);
console.log('differences:');
for (const [key, n] of [...tally].sort((a, b) => b[1] - a[1])) console.log(`  ${n} ${key}`);
process.exit([...tally.keys()].some((key) => !key.includes(': ~')) ? 1 : 0);
