// Writes docs/CONFIGURATION.md from the table of options. With --check it only compares, and exits with 1 when they differ.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { outputFiles } = await build({
  entryPoints: [join(root, 'src/config/reference.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  external: ['zod', 'yaml'],
  logLevel: 'warning',
});
const module = join(root, 'node_modules/.cache-skald-docs.mjs');
writeFileSync(module, outputFiles[0].contents);
const { configurationPage } = await import(pathToFileURL(module).href);
rmSync(module);

const pages = { 'docs/CONFIGURATION.md': configurationPage() };
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
