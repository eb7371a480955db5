// Spawn to /ready, resident memory when idle, fixture start to the first line read back. Medians over runs.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

export async function start({ runs = 9 } = {}) {
  const ready = [];
  const idleMiB = [];
  for (let i = 0; i < runs; i++) {
    const folder = mkdtempSync(join(tmpdir(), 'skald-bench-'));
    const port = 20000 + Math.floor(Math.random() * 20000);
    const began = performance.now();
    const child = spawn(
      process.execPath,
      [
        main,
        `-server.http-listen-port=${port}`,
        '-server.http-listen-address=127.0.0.1',
        '-server.grpc-listen-port=0',
        `-common.path-prefix=${folder}`,
        '-log.level=error',
      ],
      { stdio: 'ignore' },
    );
    for (;;) {
      try {
        if ((await fetch(`http://127.0.0.1:${port}/ready`)).ok) break;
      } catch {
        await new Promise((r) => setTimeout(r, 2)); // not listening yet
      }
    }
    ready.push(performance.now() - began);
    await new Promise((r) => setTimeout(r, 1000));
    idleMiB.push(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024);
    child.kill('SIGTERM');
    await new Promise((r) => child.once('exit', r));
    rmSync(folder, { recursive: true, force: true });
  }

  const { startServer } = await import('../../dist/testing/fixture.js');
  const firstLine = [];
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    const skald = await startServer();
    await skald.push({ app: 'bench' }, ['hello']);
    const lines = await skald.lines('{app="bench"}');
    firstLine.push(performance.now() - began);
    if (lines[0] !== 'hello') throw new Error('the line was not read back');
    await skald.stop();
  }
  return [
    ['spawn to /ready, ms', median(ready)],
    ['resident memory when idle, MiB', median(idleMiB)],
    ['fixture start to the first line read back, ms', median(firstLine.slice(1))],
    ['the same, first in its process, ms', firstLine[0]],
  ];
}
