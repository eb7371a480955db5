// Writes docs/CONFIGURATION.md and docs/COMPATIBILITY.md from the tables of the sources. With --check it only compares, and exits with 1 when they differ.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** A page's tables are TypeScript: bundled, and imported from a file beside node_modules. */
async function load(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    external: ['zod', 'yaml', 're2js'],
    logLevel: 'warning',
  });
  const module = join(root, `node_modules/.cache-skald-docs-${process.pid}.mjs`);
  writeFileSync(module, outputFiles[0].contents);
  try {
    return await import(`${pathToFileURL(module).href}?${entry}`);
  } finally {
    rmSync(module);
  }
}

const { configurationPage } = await load('src/config/reference.ts');
const { compatibilityPage } = await load('scripts/compatibility-page.ts');
const text = (path) => readFileSync(join(root, path), 'utf8');

const pages = {
  'docs/CONFIGURATION.md': configurationPage(),
  'docs/COMPATIBILITY.md': compatibilityPage(
    JSON.parse(text('test/conformance/score.json')),
    text('docs/differences.md'),
  ),
};
let differs = false;
for (const [path, text] of Object.entries(pages)) {
  const file = join(root, path);
  const before = (() => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      if (error.code === 'ENOENT') return '';
      throw error;
    }
  })();
  if (before === text) continue;
  differs = true;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  console.log(
    process.argv.includes('--check') ? `${path} is not what the tables say: npm run docs` : `${path} written`,
  );
}
process.exit(differs && process.argv.includes('--check') ? 1 : 0);
