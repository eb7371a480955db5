// npm run bench: the headline figures as a table, with the machine's name. `node bench/run.mjs start` runs one scenario.
import { cpus, totalmem } from 'node:os';
import { start } from './scenarios/start.mjs';

const scenarios = { start };
const wanted = process.argv.slice(2).filter((a) => !a.startsWith('-'));
console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
);
console.log('| what | median |\n|---|---|');
for (const [name, scenario] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [what, value] of await scenario()) console.log(`| ${what} | ${value.toFixed(1)} |`);
}
