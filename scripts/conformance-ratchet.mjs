// Starts the built server with each of the three configurations, asks it every recorded case, and fails when fewer pass
// than test/conformance/score.json says. Uses ../shared/conformance when it is there, else the copy under test/.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const shared = join(root, '../shared/conformance');
// By its real path: behind a link, run.mjs would take itself for imported and do nothing.
const folder = realpathSync(existsSync(join(shared, 'run.mjs')) ? shared : join(root, 'test/conformance'));
const score = JSON.parse(readFileSync(join(root, 'test/conformance/score.json'), 'utf8'));
const extra = process.argv.slice(2);

const suites = [
  { name: 'cases', config: 'server.yml', args: [] },
  { name: 'auth', config: 'server-auth.yml', args: ['--no-push', '--cases', join(folder, 'configured/auth')] },
  { name: 'limits', config: 'server-limits.yml', args: ['--no-push', '--cases', join(folder, 'configured/limits')] },
];

let passedAll = 0;
let failedAll = 0;
let fell = false;
for (const suite of suites) {
  const { url, stop } = await start(join(folder, suite.config));
  const output = await run(process.execPath, [join(folder, 'run.mjs'), url, '--groups', ...suite.args, ...extra]);
  await stop();
  process.stdout.write(output);
  const [, passed, failed] = /(\d+) passed, (\d+) failed/.exec(output) ?? [null, '0', '0'];
  passedAll += Number(passed);
  failedAll += Number(failed);
  if (extra.length === 0 && Number(passed) < score[suite.name]) {
    console.error(`${suite.name}: ${passed} pass, ${score[suite.name]} did before`);
    fell = true;
  }
}
console.log(`${passedAll} passed, ${failedAll} failed`);
process.exit(fell ? 1 : 0);

async function start(config) {
  const [http, grpc] = [await freePort(), await freePort()];
  const data = mkdtempSync(join(tmpdir(), 'skald-conformance-'));
  const env = { ...process.env, HTTP_PORT: String(http), GRPC_PORT: String(grpc), DATA_DIR: data };
  const child = spawn(
    process.execPath,
    [join(root, 'dist/main.js'), `-config.file=${config}`, '-config.expand-env=true'],
    { env, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const url = `http://127.0.0.1:${http}`;
  for (let i = 0; ; i++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    if (
      await fetch(`${url}/ready`).then(
        (r) => r.ok,
        () => false,
      )
    )
      break;
    if (i > 200) throw new Error('the server did not become ready');
    await new Promise((r) => setTimeout(r, 50));
  }
  const stop = async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await new Promise((r) => child.once('exit', r));
    rmSync(data, { recursive: true, force: true });
  };
  return { url, stop };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function run(command, args) {
  return new Promise((resolve) => {
    execFile(command, args, { maxBuffer: 1 << 26 }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}
