// Writes V8's code cache of the bundle: the server is started once on a free port in a scratch folder, some lines are pushed
// and asked for, and what V8 compiled on the way is kept. A cache that does not fit a later Node is ignored by it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import snappy from 'snappyjs';

const file = join(process.cwd(), 'dist/bundle/skald.cjs');
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8').replace(/^#!.*/, '')}\n})`;
const script = new Script(source, { filename: file });
const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
const folder = mkdtempSync(join(tmpdir(), 'skald-cache-'));
const argv = [
  `-server.http-listen-port=${port}`,
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

const api = `http://127.0.0.1:${port}/loki/api/v1`;
for (;;) {
  const isReady = await fetch(`http://127.0.0.1:${port}/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (isReady) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
/** The first push and the first query of each kind shall find their code compiled. */
const lines = Array.from({ length: 40 }, (_, i) => `{"level":"info","n":${i},"msg":"request ${i} is done"}`);
const nowMs = Date.now();
const text = JSON.stringify({
  streams: [{ stream: { app: 'cache' }, values: lines.map((line, i) => [`${nowMs - 1000 + i}000000`, line]) }],
});
const checked = async (answer) => {
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.text();
};
const push = async (type, body) =>
  checked(await fetch(`${api}/push`, { method: 'POST', headers: { 'content-type': type }, body }));
const ask = async (path, params) => checked(await fetch(`${api}/${path}?${new URLSearchParams(params)}`));
await push('application/json', text);
await push('application/x-protobuf', pushRequest(lines.map((line, i) => [nowMs - 500 + i, line])));
for (const query of [
  '{app="cache"}',
  '{app="cache"} |= "done" |~ "request [0-9]+"',
  '{app="cache"} | json | n > 3 | line_format "{{.msg}}"',
  'sum by (level) (count_over_time({app="cache"} | json [1m]))',
  'quantile_over_time(0.9, {app="cache"} | json | unwrap n [1m]) by (app)',
])
  await ask('query_range', { query, step: '15' });
await ask('labels', {});
await ask('label/app/values', {});
await ask('series', { 'match[]': '{app="cache"}' });
process.kill(process.pid, 'SIGTERM');

/** A PushRequest in snappy's block format, as clients send it. */
function pushRequest(entries) {
  const varint = (n) => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
  const field = (number, bytes) => [number * 8 + 2, ...varint(bytes.length), ...bytes];
  const entry = ([ms, line]) => [
    ...field(1, [8, ...varint(Math.floor(ms / 1000)), 16, ...varint((ms % 1000) * 1e6)]),
    ...field(2, [...Buffer.from(line)]),
  ];
  const stream = [...field(1, [...Buffer.from('{app="cache"}')]), ...entries.flatMap((e) => field(2, entry(e)))];
  return Buffer.from(snappy.compress(Buffer.from(field(1, stream))));
}
