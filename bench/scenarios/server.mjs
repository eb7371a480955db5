// A server of a build, started on a free port and a scratch folder; its CPU time and memory from /proc.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** `dist`: the folder of a build. Resolves once /ready answers, with how long that took. */
export async function startBuild(dist, { folder = mkdtempSync(join(tmpdir(), 'skald-bench-')), args = [] } = {}) {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [
      join(dist, 'main.js'),
      `-server.http-listen-port=${port}`,
      '-server.http-listen-address=127.0.0.1',
      '-server.grpc-listen-port=-1',
      `-common.path-prefix=${folder}`,
      '-log.level=error',
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    if (
      await fetch(`${url}/ready`).then(
        (r) => r.ok,
        () => false,
      )
    )
      break;
    await new Promise((r) => setTimeout(r, 2));
  }
  const readyMs = performance.now() - began;
  const stat = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return {
    url,
    folder,
    readyMs,
    /** User and system time since the start, in seconds. */
    cpuSeconds: () => (Number(stat()[11]) + Number(stat()[12])) / 100,
    memoryMiB: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    async stop({ keep = false } = {}) {
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((r) => child.once('exit', r));
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}
