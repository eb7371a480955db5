/**
 * A disk that is really full (R1, R2 of docs/RELIABILITY.md): a file system of 64 MiB in memory, which only root may mount.
 * Where that is not possible the test says so; the same faults are made by hand in test/ingest/faults.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scratchFolder, startProcess, waitFor } from '../helpers/server-process.js';

const scratch = scratchFolder('disk');

function mounted(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'skald-disk-test', scratch.path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const canMount = mounted();
beforeAll(() => {
  if (!canMount) console.log('only root on Linux can mount a small disk: the tests of a full disk are left out');
});
afterAll(() => {
  if (canMount) execFileSync('umount', ['-l', scratch.path]);
  scratch.remove();
});

test.runIf(canMount)(
  'a full disk: pushes are refused with a reason, queries go on, nothing acknowledged is lost',
  { timeout: 120_000 },
  async () => {
    const folder = join(scratch.path, 'data');
    const filler = join(scratch.path, 'filler');
    const args = [`-common.path-prefix=${folder}`];
    let server = await startProcess(args);
    const acknowledged = new Set<string>();
    let next = 0;
    const base = BigInt(Date.now()) * 1_000_000n;

    /** Random text, so that packs do not become much smaller than the log. */
    const text = (): string => randomBytes(3000).toString('base64');
    const push = async (lines = 20): Promise<[number, string]> => {
      const texts = Array.from({ length: lines }, () => `${next++} ${text()}`);
      const values = texts.map((line, i) => [String(base + BigInt(next * 1000 + i)), line]);
      const answer = await fetch(`${server.url}/loki/api/v1/push`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ streams: [{ stream: { app: 'disk' }, values }] }),
      });
      if (answer.status === 204) for (const line of texts) acknowledged.add(line.split(' ', 1)[0] as string);
      return [answer.status, await answer.text()];
    };
    const ask = async (query: string): Promise<number> => {
      const params = new URLSearchParams({ query, limit: '10', start: String(base - 1n) });
      const answer = await fetch(`${server.url}/loki/api/v1/query_range?${params}`);
      await answer.text();
      return answer.status;
    };
    /** The number that each line begins with. */
    const everything = async (): Promise<string[]> => {
      const found: string[] = [];
      for (let start = base; ; ) {
        const params = {
          query: '{app="disk"} | pattern "<n> <_>" | line_format "{{.n}}"',
          limit: '1000',
          direction: 'forward',
          start: String(start),
          end: String(base + 10n ** 13n),
        };
        const answer = await fetch(`${server.url}/loki/api/v1/query_range?${new URLSearchParams(params)}`);
        // biome-ignore lint/suspicious/noExplicitAny: read here
        const { data } = (await answer.json()) as any;
        const values = data.result.flatMap((s: { values: [string, string][] }) => s.values) as [string, string][];
        values.sort((a, b) => (BigInt(a[0]) < BigInt(b[0]) ? -1 : 1));
        found.push(...values.map(([, line]) => line));
        if (values.length < 1000) return found;
        start = BigInt((values.at(-1) as [string, string])[0]) + 1n;
      }
    };
    const check = async (): Promise<void> => {
      const found = await everything();
      expect(found.length).toBe(new Set(found).size);
      const there = new Set(found);
      expect([...acknowledged].filter((line) => !there.has(line))).toEqual([]);
    };

    // 1. Pushed full: what is kept free is kept free.
    let refused: [number, string] | undefined;
    for (let i = 0; i < 2000 && refused === undefined; i++) {
      const answer = await push();
      if (answer[0] !== 204) refused = answer;
    }
    expect(refused).toEqual([
      503,
      expect.stringMatching(/^the disk is full: \d+\.\d MiB are free below .*, \d+\.\d MiB are kept free\n$/),
    ]);
    expect(acknowledged.size).toBeGreaterThan(1000);
    expect(await ask('{app="disk"} |= "1"')).toBe(200);
    expect(await ask('sum(count_over_time({app="disk"}[1m]))')).toBe(200);
    await check();

    // 2. Somebody else takes the rest, to the last byte.
    for (let size = 1 << 20, written = 0; size >= 4096; ) {
      try {
        writeFileSync(`${filler}-${written}`, Buffer.alloc(size));
        written++;
      } catch {
        rmSync(`${filler}-${written}`, { force: true });
        size >>= 1;
      }
    }
    const { bavail, bsize } = statfsSync(scratch.path);
    expect(bavail * bsize).toBeLessThan(64 * 1024);
    for (let i = 0; i < 20; i++) {
      expect((await push())[0]).toBeOneOf([500, 503]);
      expect(await ask('{app="disk"}')).toBe(200);
    }
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    expect(await ask('sum by (app) (rate({app="disk"} |= "a" [1m]))')).toBe(200);
    await check();

    // 3. Killed and started again on the full disk.
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    server = await startProcess(args);
    await check();
    expect((await push())[0]).toBeOneOf([500, 503]);

    // 4. Ended in order on the full disk.
    expect(await server.end()).toBe(0);
    expect(server.log()).not.toContain('cannot stop in order');
    server = await startProcess(args);
    await check();

    // 5. Room again: it goes on by itself.
    execFileSync('sh', ['-c', `rm -f ${filler}-*`]);
    await waitFor(async () => (await push(1))[0] !== 500);
    const before = acknowledged.size;
    execFileSync('mount', ['-o', 'remount,size=128m', scratch.path]);
    await waitFor(async () => (await push(1))[0] === 204);
    expect(acknowledged.size).toBeGreaterThan(before);
    await check();
    expect(await server.end()).toBe(0);
  },
);
