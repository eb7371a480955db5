// Spawn to /ready, resident memory when idle, fixture start to the first line read back.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, startBuild } from './server.mjs';

export async function start(dist, { runs = 7 } = {}) {
  const ready = [];
  const idle = [];
  for (let i = 0; i < runs; i++) {
    const server = await startBuild(dist);
    ready.push(server.readyMs);
    await new Promise((r) => setTimeout(r, 1000));
    idle.push(server.memoryMiB());
    await server.stop();
  }
  const { startServer } = await import(pathToFileURL(join(dist, 'testing/fixture.js')).href);
  const firstLine = [];
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    const skald = await startServer();
    await skald.push({ app: 'bench' }, ['hello']);
    const [line] = await skald.lines('{app="bench"}');
    firstLine.push(performance.now() - began);
    if (line !== 'hello') throw new Error('the line was not read back');
    await skald.stop();
  }
  return {
    'spawn to /ready, ms': median(ready),
    'resident memory when idle, MiB': median(idle),
    'fixture: start to first line read back, ms': median(firstLine.slice(1)),
    'fixture: the same, first in its process, ms': firstLine[0],
  };
}
