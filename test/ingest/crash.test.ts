/**
 * Seeded lives of a write path: pushes, flushes, checkpoints, and a crash at any file call. Whatever happens, each
 * acknowledged entry is there once, and nothing is there that was not sent. SEED=<n> runs one seed alone.
 */
import { describe, expect, test } from 'vitest';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import { FaultyFileSystem } from '../helpers/faulty-file-system.js';
import { type Prng, prng } from '../helpers/prng.js';
import { at, type Contents, type Entry, openWorld, streamOf, type World } from './fixture.js';

const small = { segmentBytes: 3000, blockBytes: 600, chunkTargetBytes: 1500, flushCheckMs: 1e9, chunkIdleMs: 60_000 };

/** What was sent: by stream, row → was it acknowledged? */
class Model {
  readonly rows = new Map<string, Map<string, boolean>>();
  #count = 0;

  randomPush(random: Prng) {
    const sent: { key: string; row: string }[] = [];
    const tenant = random.pick(['fake', 'fake', 'other']);
    const streams = Array.from({ length: 1 + random.int(3) }, () => {
      const labels = { app: `a${random.int(4)}` };
      const entries = Array.from({ length: 1 + random.int(6) }, (): Entry => {
        const line = `line ${this.#count++} ${'x'.repeat(random.int(120))}`;
        // Around midnight, with equal times, and now and then far away.
        const ns = at(random.int(20) === 0 ? random.int(4e6) - 2e6 : random.int(20) - 10);
        const metadata = random.int(3) === 0 ? { trace: `t${random.int(5)}` } : {};
        const suffix = 'trace' in metadata ? ` ${JSON.stringify(metadata)}` : '';
        sent.push({ key: `${tenant} {app="${labels.app}"}`, row: `${ns} ${line}${suffix}` });
        return [ns, line, metadata];
      });
      return streamOf(labels, entries);
    });
    this.#set(sent, false);
    return { push: { tenant, streams }, acknowledge: () => this.#set(sent, true) };
  }

  #set(sent: readonly { key: string; row: string }[], isAcknowledged: boolean): void {
    for (const { key, row } of sent) {
      const rows = this.rows.get(key) ?? new Map<string, boolean>();
      this.rows.set(key, rows.set(row, isAcknowledged));
    }
  }

  check(contents: Contents, hint: string): void {
    for (const [key, rows] of Object.entries(contents)) {
      const known = this.rows.get(key);
      expect(new Set(rows).size, `${hint}: twice in ${key}`).toBe(rows.length);
      expect(
        rows.filter((row) => known?.get(row) === undefined),
        `${hint}: never sent to ${key}`,
      ).toEqual([]);
    }
    for (const [key, rows] of this.rows) {
      const there = new Set(contents[key]);
      const lost = [...rows].filter(([row, isAcknowledged]) => isAcknowledged && !there.has(row));
      expect(
        lost.map(([row]) => row),
        `${hint}: lost from ${key}`,
      ).toEqual([]);
    }
  }
}

/** Until an operation fails, or there were enough. Everything has settled when it returns. */
async function live(world: World, model: Model, random: Prng, loss: Loss): Promise<void> {
  const { ingester, clock, fs } = world;
  const pending: Promise<unknown>[] = [];
  // Between two syncs of mode 'interval' the answer promises less than a loss of power asks for.
  let answered: (() => void)[] = [];
  const sync = async () => {
    const { walSyncs } = ingester.stats();
    const before = answered;
    answered = [];
    await clock.advanceAsync(100);
    fs.statSync('/');
    if (ingester.stats().walSyncs > walSyncs) for (const acknowledge of before) acknowledge();
  };
  for (let op = 0; op < 25; op++) {
    const choice = random.int(20);
    if (choice < 14) {
      const { push, acknowledge } = model.randomPush(random);
      const onAnswer = loss === 'power, interval' ? () => answered.push(acknowledge) : acknowledge;
      pending.push(ingester.append(push).then(onAnswer, () => undefined));
      if (random.int(3) > 0) await pending.at(-1);
    } else if (choice < 16) pending.push(ingester.flush().catch(() => undefined));
    else if (choice < 18) pending.push(ingester.flushDue().catch(() => undefined));
    else if (choice < 19) {
      clock.advance(random.int(90_000));
      pending.push(ingester.flushDue().catch(() => undefined));
    } else await Promise.all(pending);
    if (loss === 'power, interval' && random.int(4) === 0) await sync().catch(() => undefined);
  }
  await Promise.all(pending);
}

type Loss = 'process' | 'power, always' | 'power, interval';

async function run(seed: number, loss: Loss): Promise<void> {
  const random = prng(seed);
  const fs = new FaultyFileSystem();
  const model = new Model();
  // The one that was not used in the last life is out of date, as after a loss of power; a third has been lost.
  const indexes = [openLabelIndex(':memory:'), openLabelIndex(':memory:')];
  const syncs = {
    process: random.pick(['always', 'interval', 'os'] as const),
    'power, always': 'always',
    'power, interval': 'interval',
  } as const;
  const walSync = syncs[loss];
  const replayHeadBytesMax = random.pick([1 << 28, 1 << 28, 700]); // At 700 it flushes while it replays.
  for (let life = 0; life < 5; life++) {
    const hint = `seed ${seed}, life ${life}, ${walSync}`;
    if (random.int(5) === 0) indexes[0] = openLabelIndex(':memory:');
    // The crash may come while the WAL is replayed, too.
    fs.fault = { at: 1 + random.int(life === 0 ? 150 : 250), kind: 'crash' };
    try {
      const world = await openWorld(fs, { ...small, walSync, replayHeadBytesMax, index: random.pick(indexes) });
      fs.statSync('/'); // Some failures of a start are reported and passed over: not this one.
      fs.fault = random.int(4) === 0 ? null : { at: 1 + random.int(150), kind: 'crash' };
      model.check(world.contents(), hint);
      await live(world, model, random, loss);
      fs.fault = null;
    } catch (error) {
      if ((error as Error).name !== 'CrashedError') throw error;
    }
    if (loss === 'process') fs.kill();
    else fs.crash(random.int(2 ** 31));
    // Without a fault, everything is there, and a second start changes nothing.
    const world = await openWorld(fs, { ...small, walSync, replayHeadBytesMax, index: random.pick(indexes) });
    const contents = world.contents();
    model.check(contents, hint);
    await world.ingester.close();
    fs.kill();
    const again = await openWorld(fs, { ...small, walSync, replayHeadBytesMax, index: random.pick(indexes) });
    expect(again.contents(), `${hint}: second start`).toEqual(contents);
    await again.ingester.flush();
    model.check(again.contents(), `${hint}: flushed`);
    await again.ingester.close();
    fs.kill();
  }
}

const seeds =
  process.env['SEED'] === undefined
    ? Array.from({ length: Number(process.env['SEEDS'] ?? 25) }, (_, i) => i + 1)
    : [Number(process.env['SEED'])];

describe('every acknowledged entry is there once', () => {
  test('when the process is killed at any file call', async () => {
    for (const seed of seeds) await run(seed, 'process');
  });

  test('when the power fails at any file call, and each push waits for the disk', async () => {
    for (const seed of seeds) await run(seed, 'power, always');
  });

  test('when the power fails at any file call: what is older than the last sync', async () => {
    for (const seed of seeds) await run(seed, 'power, interval');
  });
});
