/** The Nth file call fails, for every N: nothing is acknowledged that is lost, and it works again when the fault ends. */
import { describe, expect, test } from 'vitest';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import { type Fault, FaultyFileSystem } from '../helpers/faulty-file-system.js';
import { at, type Contents, openWorld, pushOf, streamOf, type World } from './fixture.js';

const options = { walSync: 'always', segmentBytes: 1500, blockBytes: 400, flushCheckMs: 1e9 } as const;

/** Pushes, flushes and a checkpoint. Returns the rows that were acknowledged, and those that were refused. */
async function scenario({ ingester }: World): Promise<{ yes: string[]; no: string[] }> {
  const yes: string[] = [];
  const no: string[] = [];
  for (let i = 0; i < 24; i++) {
    const app = `a${i % 3}`;
    const line = `line ${i} ${'x'.repeat(60)}`;
    const entries = [[at(i % 5 === 0 ? -i : i), line]] as const;
    const row = `fake {app="${app}"} ${entries[0][0]} ${line}`;
    await ingester.append(pushOf({ app }, entries)).then(
      () => yes.push(row),
      (error: Error) => {
        expect(error.name).toBe('ApiError');
        no.push(row);
      },
    );
    if (i % 8 === 7) await ingester.flush('fake').catch(() => undefined);
    if (i % 8 === 3) await ingester.flushDue().catch(() => undefined);
  }
  return { yes, no };
}

const flat = (contents: Contents): string[] =>
  Object.entries(contents).flatMap(([key, rows]) => rows.map((row) => `${key} ${row}`));

function check(contents: Contents, { yes, no }: { yes: string[]; no: string[] }, hint: string): void {
  const rows = flat(contents);
  expect(new Set(rows).size, `${hint}: something is there twice`).toBe(rows.length);
  const there = new Set(rows);
  expect(
    yes.filter((row) => !there.has(row)),
    `${hint}: lost`,
  ).toEqual([]);
  const sent = new Set([...yes, ...no]);
  expect(
    rows.filter((row) => !sent.has(row)),
    `${hint}: never sent`,
  ).toEqual([]);
}

async function callsOfScenario(): Promise<number> {
  const fs = new FaultyFileSystem();
  const world = await openWorld(fs, options);
  const before = fs.calls.length;
  await scenario(world);
  const calls = fs.calls.length - before;
  await world.ingester.close();
  return calls;
}

const kinds: [Fault['kind'], boolean][] = [
  ['EIO', false],
  ['EIO', true],
  ['ENOSPC', false],
  ['ENOSPC', true],
  ['short', false],
  ['short', true],
];

describe.each(kinds)('%s, for ever: %s', (kind, forEver) => {
  test('the Nth call of a running server fails', async () => {
    const calls = await callsOfScenario();
    expect(calls).toBeGreaterThan(100);
    // Every call once over all kinds; each kind alone takes every third, so that the run stays short.
    for (let n = 1 + (kinds.findIndex(([k, e]) => k === kind && e === forEver) % 2); n <= calls; n += 2) {
      const hint = `call ${n} of ${calls}`;
      const fs = new FaultyFileSystem();
      const index = openLabelIndex(':memory:');
      const world = await openWorld(fs, { ...options, index });
      fs.fault = { at: n, kind, forEver };
      const answers = await scenario(world);
      fs.fault = null;
      check(world.contents(), answers, hint);
      // The fault is over: the next push is taken, and a flush succeeds.
      await world.ingester.append({ tenant: 'fake', streams: [streamOf({ app: 'a1' }, [[at(100), 'after']])] });
      answers.yes.push(`fake {app="a1"} ${at(100)} after`);
      await world.ingester.flush();
      check(world.contents(), answers, `${hint}, after it`);
      expect(
        world.ingester.head.select('fake', () => true, { start: at(-1e6), end: at(1e6) }),
        hint,
      ).toEqual([]);
      // And all of it survives a loss of power, with the index and without.
      fs.crash(n);
      const again = await openWorld(fs, { ...options, ...(n % 4 < 2 ? { index } : {}) });
      check(again.contents(), answers, `${hint}, after a loss of power`);
      await again.ingester.close();
    }
  });

  test('the Nth call of a start fails', async () => {
    for (let n = 1; ; n++) {
      const fs = new FaultyFileSystem();
      const world = await openWorld(fs, options);
      const answers = await scenario(world);
      fs.crash(n);
      const startCalls = fs.calls.length;
      fs.fault = { at: n, kind, forEver };
      const started = await openWorld(fs, options).catch((error: Error) => error);
      const isOver = fs.calls.length - startCalls < n;
      fs.fault = null;
      if (!(started instanceof Error)) {
        // What could not be read at the start may be missing, but not for good.
        await started.ingester.close();
      }
      fs.kill();
      const again = await openWorld(fs, options);
      check(again.contents(), answers, `call ${n}`);
      await again.ingester.close();
      if (isOver) break;
    }
  });
});
