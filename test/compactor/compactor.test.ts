/** The compactor against a model: what it merges, lets expire and deletes, and what it must leave alone. */
import { describe, expect, test } from 'vitest';
import { encodeBlock } from '../../src/chunks/block.js';
import { BlockCache } from '../../src/chunks/block-cache.js';
import { codecNamed } from '../../src/chunks/codec/codecs.js';
import { memoryPackStore } from '../../src/chunks/memory-pack-store.js';
import { chunkBlocks } from '../../src/chunks/pack-reader.js';
import { utcDay, writePack } from '../../src/chunks/pack-writer.js';
import { Compactor, recoverCompaction } from '../../src/compactor/compactor.js';
import { DeleteRequests } from '../../src/compactor/delete-requests.js';
import { CompactorJournal } from '../../src/compactor/journal.js';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import { defaultLimits, type Limits } from '../../src/limits/limits.js';
import { createLogger } from '../../src/log.js';
import { dictionaryOf } from '../../src/model/columns.js';
import type { EntryBatch } from '../../src/model/entry-batch.js';
import { Labels } from '../../src/model/labels.js';
import { MAX_NANOS, MIN_NANOS } from '../../src/model/time.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { prng } from '../helpers/prng.js';

const tenant = 'fake';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const codec = codecNamed('none');

interface Line {
  readonly app: string;
  readonly ms: number;
  readonly text: string;
}

function setUp(limits: Partial<Limits> = {}, more: { maxDiskBytes?: number; cancelPeriodMs?: number } = {}) {
  const clock = new FakeClock();
  const store = memoryPackStore();
  const index = openLabelIndex(':memory:');
  const requests = new DeleteRequests(null, '', clock);
  const journal = new CompactorJournal(null, '');
  const log = createLogger({ format: 'logfmt', level: 'error', write: () => undefined });
  const compactor = new Compactor({
    store,
    index,
    requests,
    journal,
    codec,
    clock,
    log,
    limitsFor: () => ({ ...defaultLimits(), ...limits }),
    changed: () => undefined,
    fallbackRetentionMs: 0,
    cancelPeriodMs: more.cancelPeriodMs ?? 0,
    deleteDelayMs: 0,
    maxDiskBytes: more.maxDiskBytes ?? 0,
  });
  const cache = new BlockCache(1 << 20);
  return {
    clock,
    store,
    index,
    requests,
    journal,
    compactor,
    /** One pack for each day, as a flush writes them. */
    async add(lines: readonly Line[]) {
      const days = new Map<string, Line[]>();
      for (const line of lines) {
        const day = utcDay(BigInt(line.ms) * 1_000_000n);
        days.set(day, [...(days.get(day) ?? []), line]);
      }
      for (const [day, ofDay] of days) {
        const apps = [...new Set(ofDay.map((l) => l.app))];
        const chunks = apps.map((app) => ({
          labels: Labels.from({ app }),
          blocks: [encodeBlock(batch(ofDay.filter((l) => l.app === app)), codec)],
        }));
        index.addChunks(await writePack(store, tenant, day, chunks));
      }
    },
    /** As the route asks: for the packs that are there now. */
    ask(query: string, from: number, through: number, id: string) {
      const [fromNs, throughNs] = [BigInt(from) * 1_000_000n, BigInt(through) * 1_000_000n];
      const packs = index.packs(tenant).map((row) => row.pack);
      return requests.add({ tenant, query, fromNs, throughNs, packs }, id);
    },
    /** What a query sees. */
    lines(): Line[] {
      const found: Line[] = [];
      for (const { labels, chunks } of index.select(tenant, [], { start: MIN_NANOS, end: MAX_NANOS })) {
        for (const ref of chunks) {
          for (const block of chunkBlocks(ref, store.open(ref.pack), cache)) {
            const shown = requests.visible(tenant, labels, block, ref.pack);
            if (shown === null) continue;
            const b = shown.read({ lines: 'bytes', metadata: 'all' });
            for (let i = 0; i < b.count; i++) {
              const text = Buffer.from(b.lines.subarray(b.lineEnd[i - 1] ?? 0, b.lineEnd[i])).toString();
              found.push({
                app: labels.get('app'),
                ms: Number((b.baseNs + BigInt(b.offsetNs[i] as number)) / 1_000_000n),
                text,
              });
            }
          }
        }
      }
      return sorted(found);
    },
  };
}

function batch(lines: readonly Line[]): EntryBatch {
  const ordered = [...lines].sort((a, b) => a.ms - b.ms);
  const bytes = ordered.map((l) => Buffer.from(l.text));
  let at = 0;
  return {
    count: ordered.length,
    baseNs: BigInt(ordered[0]?.ms ?? 0) * 1_000_000n,
    offsetNs: Float64Array.from(ordered, (l) => (l.ms - (ordered[0]?.ms ?? 0)) * 1e6),
    lines: Buffer.concat(bytes),
    lineEnd: Uint32Array.from(bytes, (b) => (at += b.length)),
    metadata: [{ name: 'trace', dictionary: dictionaryOf(['t1']), ids: Uint32Array.from(ordered, (_, i) => i % 2) }],
  };
}

const sorted = (lines: readonly Line[]): Line[] =>
  [...lines].sort((a, b) => a.ms - b.ms || (a.app + a.text < b.app + b.text ? -1 : 1));

describe('merging', () => {
  test('many small packs of a day become one, and every line stays', async () => {
    const s = setUp();
    const now = s.clock.nowMs();
    const all: Line[] = [];
    for (let i = 0; i < 10; i++) {
      const lines = Array.from({ length: 20 }, (_, k) => ({
        app: `a${k % 3}`,
        ms: now + i * 1000 + k,
        text: `line ${i} ${k}`,
      }));
      all.push(...lines);
      await s.add(lines);
    }
    const report = await s.compactor.runOnce();
    expect(report.merged).toBe(10);
    expect(s.index.packs()).toHaveLength(1);
    expect(s.lines()).toEqual(sorted(all));
  });

  test('packs of different days stay apart', async () => {
    const s = setUp();
    for (let i = 0; i < 6; i++)
      await s.add([{ app: 'a', ms: s.clock.nowMs() + (i % 2) * dayMs + i, text: `line ${i}` }]);
    await s.compactor.runOnce();
    expect(s.index.packs()).toHaveLength(6);
  });

  test('replaced packs stay readable for a while, then go', async () => {
    const s = setUp();
    for (let i = 0; i < 5; i++) await s.add([{ app: 'a', ms: s.clock.nowMs() + i, text: `line ${i}` }]);
    await s.compactor.runOnce();
    expect(await s.store.list()).toHaveLength(6);
    s.clock.advance(hourMs);
    await s.compactor.runOnce();
    expect(await s.store.list()).toHaveLength(1);
    expect(s.lines()).toHaveLength(5);
  });
});

describe('retention', () => {
  test('what is older than its period goes, what is younger stays', async () => {
    const s = setUp({ retention_period: dayMs });
    const now = s.clock.nowMs();
    await s.add([{ app: 'old', ms: now - dayMs - 1, text: 'gone' }]);
    await s.add([{ app: 'young', ms: now - dayMs + 1, text: 'kept' }]);
    await s.compactor.runOnce();
    expect(s.lines().map((l) => l.text)).toEqual(['kept']);
  });

  test('nothing goes without a period', async () => {
    const s = setUp();
    await s.add([{ app: 'old', ms: s.clock.nowMs() - 3000 * dayMs, text: 'kept' }]);
    await s.compactor.runOnce();
    expect(s.lines()).toHaveLength(1);
  });

  test('streams have periods of their own, the highest priority first', async () => {
    const s = setUp({
      retention_period: 10 * dayMs,
      retention_stream: [
        { selector: '{app=~"debug.*"}', priority: 1, period: dayMs },
        { selector: '{app="debug-audit"}', priority: 5, period: 100 * dayMs },
      ],
    });
    const ms = s.clock.nowMs() - 5 * dayMs;
    await s.add(['debug', 'debug-audit', 'other'].map((app) => ({ app, ms, text: app })));
    await s.compactor.runOnce();
    expect(s.lines().map((l) => l.text)).toEqual(['debug-audit', 'other']);
  });

  test('a bound on the disk takes the oldest packs first', async () => {
    const s = setUp({}, { maxDiskBytes: 1500 });
    for (let i = 0; i < 3; i++) await s.add([{ app: 'a', ms: s.clock.nowMs() + i * dayMs, text: `${i}`.repeat(600) }]);
    await s.compactor.runOnce();
    expect(s.lines().map((l) => l.text[0])).toEqual(['1', '2']);
  });
});

describe('deletion', () => {
  test('lines vanish from answers at once, and from the packs with the next pass', async () => {
    const s = setUp();
    const now = s.clock.nowMs();
    await s.add([
      { app: 'a', ms: now, text: 'secret 1' },
      { app: 'a', ms: now + 1, text: 'public' },
      { app: 'b', ms: now, text: 'secret 2' },
    ]);
    await s.ask('{app="a"} |= "secret"', now - 1, now + 10, 'r1');
    expect(s.lines().map((l) => l.text)).toEqual(['secret 2', 'public']);
    await s.compactor.runOnce();
    expect(s.requests.list(tenant)[0]?.status).toBe('processed');
    expect(s.lines().map((l) => l.text)).toEqual(['secret 2', 'public']);
  });

  test('a request can be taken back while its time runs', async () => {
    const s = setUp({}, { cancelPeriodMs: hourMs });
    const now = s.clock.nowMs();
    await s.add([{ app: 'a', ms: now, text: 'x' }]);
    await s.ask('{app="a"}', now - 1, now + 1, 'r1');
    await s.compactor.runOnce();
    expect(s.lines()).toEqual([]);
    expect(await s.requests.cancel(tenant, 'r1')).toBe(true);
    expect(s.lines()).toHaveLength(1);
  });

  test('a processed request cannot be taken back', async () => {
    const s = setUp();
    await s.ask('{app="a"}', 0, 1, 'r1');
    await s.compactor.runOnce();
    expect(await s.requests.cancel(tenant, 'r1')).toBe(false);
  });

  test('lines that are pushed after the request stay', async () => {
    const s = setUp({}, { cancelPeriodMs: hourMs });
    const now = s.clock.nowMs();
    await s.add([{ app: 'a', ms: now, text: 'before' }]);
    await s.ask('{app="a"}', now - 1, now + 1, 'r1');
    await s.add([{ app: 'a', ms: now, text: 'after' }]);
    expect(s.lines().map((l) => l.text)).toEqual(['after']);
    s.clock.advance(2 * hourMs);
    await s.compactor.runOnce();
    expect(s.lines().map((l) => l.text)).toEqual(['after']);
  });

  test('of two requests for one pack that are due at once both are carried out', async () => {
    const s = setUp();
    const now = s.clock.nowMs();
    const texts = ['red', 'blue', 'green'];
    await s.add(texts.map((text, i) => ({ app: 'a', ms: now + i, text })));
    await s.ask('{app="a"} |= "red"', now, now + 9, 'r1');
    await s.ask('{app="a"} |= "blue"', now, now + 9, 'r2');
    const { deleteRequests } = await s.compactor.runOnce();
    expect([deleteRequests, s.lines().map((l) => l.text)]).toEqual([2, ['green']]);
  });

  test('a metric query is no request', async () => {
    const s = setUp();
    await expect(s.ask('rate({app="a"}[1m])', 0, 1, 'r1')).rejects.toThrow();
  });
});

test('a replacement that the index did not take over is undone at the next start', async () => {
  const s = setUp();
  await s.add([{ app: 'a', ms: s.clock.nowMs(), text: 'kept' }]);
  const [old] = s.index.packs();
  await s.journal.begin({ id: 'abcdef', replaces: [old?.pack as string] });
  await writePack(
    s.store,
    tenant,
    '2026-01-01',
    [{ labels: Labels.from({ app: 'a' }), blocks: [encodeBlock(batch([{ app: 'a', ms: 1, text: 'copy' }]), codec)] }],
    'abcdef',
  );
  await recoverCompaction(s.journal, s.store, s.index, s.clock.nowMs());
  expect((await s.store.list()).map((i) => i.pack)).toEqual([old?.pack]);
  expect(s.journal.pending).toEqual([]);
  expect(s.lines().map((l) => l.text)).toEqual(['kept']);
});

test('nothing younger than its period goes, and nothing asked for stays, whatever happens in which order', {
  timeout: 60_000,
}, async () => {
  const random = prng();
  console.log(`seed ${random.seed}`);
  const period = 3 * dayMs;
  for (let round = 0; round < 12; round++) {
    const s = setUp({ retention_period: period });
    let model: Line[] = [];
    let id = 0;
    const must = () => model.filter((l) => l.ms >= s.clock.nowMs() - period);
    for (let step = 0; step < 25; step++) {
      const now = s.clock.nowMs();
      switch (random.int(5)) {
        case 0:
        case 1: {
          const lines = Array.from({ length: 1 + random.int(15) }, () => ({
            app: `a${random.int(3)}`,
            ms: now - random.int(5 * dayMs),
            text: `${random.pick(['red', 'blue'])} ${id++}`,
          }));
          await s.add(lines);
          model.push(...lines);
          break;
        }
        case 2: {
          const [app, colour] = [`a${random.int(3)}`, random.pick(['red', 'blue'])];
          const from = now - random.int(5 * dayMs);
          const through = from + random.int(dayMs);
          await s.ask(`{app="${app}"} |= "${colour}"`, from, through, `r${id++}`);
          model = model.filter((l) => !(l.app === app && l.text.startsWith(colour) && l.ms >= from && l.ms <= through));
          break;
        }
        case 3:
          s.clock.advance(random.int(dayMs));
          break;
        default:
          await s.compactor.runOnce();
      }
      const seen = s.lines();
      const texts = new Set(seen.map((l) => l.text));
      expect(must().filter((l) => !texts.has(l.text))).toEqual([]);
      const allowed = new Set(model.map((l) => l.text));
      expect(seen.filter((l) => !allowed.has(l.text))).toEqual([]);
      expect(texts.size).toBe(seen.length);
    }
    s.clock.advance(6 * dayMs);
    await s.compactor.runOnce();
    expect(s.lines()).toEqual([]);
  }
});
