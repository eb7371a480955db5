// Writes V8's code cache of the bundle: the server is started once on a free port, in memory of a scratch folder, asked
// for /ready, and what V8 compiled on the way is kept. A cache that does not fit a later Node is ignored by it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

const file = join(process.cwd(), 'dist/bundle/skald.cjs');
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8').replace(/^#!.*/, '')}\n})`;
const script = new Script(source, { filename: file });
const folder = mkdtempSync(join(tmpdir(), 'skald-cache-'));
const argv = [
  '-server.http-listen-port=0',
  '-server.http-listen-address=127.0.0.1',
  '-server.grpc-listen-port=0',
  `-common.path-prefix=${folder}`,
  '-log.level=error',
];
process.argv = [process.execPath, file, ...argv];
const module = { exports: {} };
const finish = () => {
  writeFileSync(`${file}.cache-${process.version}-${process.arch}`, script.createCachedData());
  rmSync(folder, { recursive: true, force: true });
};
process.once('exit', finish);
script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
setTimeout(() => process.kill(process.pid, 'SIGTERM'), 700);
