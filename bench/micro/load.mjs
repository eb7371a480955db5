// Loads modules of src/ into a benchmark, without a build: bundled by esbuild, packages left outside.
import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One bundle, so that the modules share what they import. Returns the exports of all of them. */
export async function load(...paths) {
  const folder = `${root}node_modules/.cache/skald-bench`;
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}/${process.pid}.mjs`;
  await build({
    stdin: { contents: paths.map((path) => `export * from './${path}';`).join('\n'), resolveDir: root },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  return await import(pathToFileURL(outfile).href);
}

/** Best of some rounds, in milliseconds for one call of `fn`. */
export function bestMs(fn, totalMs = 500) {
  let best = Infinity;
  for (const start = performance.now(); performance.now() - start < totalMs; ) {
    const begin = performance.now();
    fn();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}
