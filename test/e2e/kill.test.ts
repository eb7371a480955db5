/**
 * kill -9 in the middle of a push storm, again and again on one folder: nothing acknowledged is missing, nothing is there
 * twice. KILLS=20 runs it as often as the release check does.
 */
import { afterAll, expect, test } from 'vitest';
import { prng } from '../helpers/prng.js';
import { scratchFolder, startProcess } from '../helpers/server-process.js';

const kills = Number(process.env['KILLS'] ?? 4);
const writers = 4;
const folder = scratchFolder('kill');
afterAll(() => folder.remove());

test(`after ${kills} kills every acknowledged line is there once`, { timeout: 300_000 }, async () => {
  const random = prng();
  console.log(`seed ${random.seed}`);
  const acknowledged = new Set<string>();
  const sent = new Set<string>();
  let next = 0;
  const base = BigInt(Date.now()) * 1_000_000n;

  for (let round = 0; round < kills; round++) {
    const server = await startProcess([`-common.path-prefix=${folder.path}`]);
    let killed = false;
    const write = async (writer: number): Promise<void> => {
      while (!killed) {
        const lines = Array.from(
          { length: 1 + random.int(30) },
          () => `line ${next++} of writer ${writer} ${'x'.repeat(random.int(300))}`,
        );
        const values = lines.map((line, i) => [String(base + BigInt(next * 1000 + i)), line]);
        for (const line of lines) sent.add(line);
        const body = JSON.stringify({ streams: [{ stream: { app: 'storm', writer: String(writer) }, values }] });
        try {
          const answer = await fetch(`${server.url}/loki/api/v1/push`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          });
          if (answer.status === 204) for (const line of lines) acknowledged.add(line);
        } catch (e) {
          if (!killed) throw e; // a broken connection is what a kill looks like
        }
        if (random.int(60) === 0 && !killed)
          await fetch(`${server.url}/flush`, { method: 'POST' }).catch(() => undefined);
      }
    };
    const storm = Array.from({ length: writers }, (_, writer) => write(writer));
    await new Promise((r) => setTimeout(r, 100 + random.int(700)));
    killed = true;
    await server.end('SIGKILL');
    await Promise.all(storm);
  }

  const server = await startProcess([`-common.path-prefix=${folder.path}`]);
  const found = await readAll(server.url, base);
  expect(await server.end()).toBe(0);
  expect(acknowledged.size).toBeGreaterThan(50 * kills);
  expect([...acknowledged].filter((line) => !found.includes(line))).toEqual([]);
  expect(found.length).toBe(new Set(found).size);
  expect(found.filter((line) => !sent.has(line))).toEqual([]);
});

/** Everything, in pages that begin where the last one ended. */
async function readAll(url: string, base: bigint): Promise<string[]> {
  const found: string[] = [];
  for (const writer of Array.from({ length: writers }, (_, i) => i)) {
    let start = base - 1n;
    for (;;) {
      const params = new URLSearchParams({
        query: `{app="storm", writer="${writer}"}`,
        start: String(start),
        end: String(base + 10n ** 15n),
        limit: '5000',
        direction: 'forward',
      });
      const answer = await fetch(`${url}/loki/api/v1/query_range?${params}`);
      const { data } = (await answer.json()) as { data: { result: { values: [string, string][] }[] } };
      const values = data.result.flatMap((s) => s.values).sort((a, b) => (BigInt(a[0]) < BigInt(b[0]) ? -1 : 1));
      found.push(...values.map(([, line]) => line));
      if (values.length < 5000) break;
      start = BigInt((values.at(-1) as [string, string])[0]) + 1n;
    }
  }
  return found;
}
