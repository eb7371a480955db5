// Builds dist/: modules and types by tsc for those who import skald, and one bundled file for those who run it, because
// a server that loads one file (with V8's code cache beside it) is ready in half the time. See docs/adr/0003.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { stdio: 'inherit' });

/** Native, or with files of their own beside them: they stay packages. */
const external = ['better-sqlite3', 'better-sqlite3-13', '@foxglove/wasm-zstd', '@grpc/grpc-js'];
const entries = { skald: 'src/main.ts', 'scan-worker': 'src/query/scan/worker.ts' };
await build({
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(path))),
  outdir: 'dist/bundle',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  supported: { 'dynamic-import': false },
  banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  define: { 'import.meta.url': 'importMetaUrl' },
});
writeFileSync('dist/bundle/package.json', '{ "type": "commonjs" }\n');

// The launcher: compiles the bundle from its code cache when there is one that fits, else from source.
writeFileSync(
  'dist/main.js',
  `#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const file = join(dirname(fileURLToPath(import.meta.url)), 'bundle', 'skald.cjs');
const require = createRequire(file);
const source = \`(function (exports, require, module, __filename, __dirname) {\${readFileSync(file, 'utf8').replace(/^#!.*/, '')}\\n})\`;
let cachedData;
try {
  cachedData = readFileSync(\`\${file}.cache-\${process.version}-\${process.arch}\`);
} catch {
  cachedData = undefined; // no cache for this Node: it is compiled from source
}
const script = new Script(source, { filename: file, cachedData, importModuleDynamically: undefined });
const module = { exports: {} };
script.runInThisContext()(module.exports, require, module, file, dirname(file));
`,
);
chmodSync('dist/main.js', 0o755);

// A cache made after a run holds the functions that the start needed, not only the outer ones.
if (existsSync('dist/bundle/skald.cjs')) {
  execFileSync(process.execPath, ['scripts/make-code-cache.mjs'], { stdio: 'inherit' });
}
