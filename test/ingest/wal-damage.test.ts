/** What a damaged WAL gives back: at most the record that was hit, and never anything else. */
import { describe, expect, test } from 'vitest';
import { openLabelIndex } from '../../src/index/open-label-index.js';
import { segmentHeaderBytes } from '../../src/ingest/wal/constants.js';
import { readSegment } from '../../src/ingest/wal/reader.js';
import { parseSegmentFile } from '../../src/ingest/wal/segment.js';
import { type FileSystem, readFile, writeFully } from '../../src/io/file-system.js';
import { FaultyFileSystem } from '../helpers/faulty-file-system.js';
import { prng } from '../helpers/prng.js';
import { at, openWorld, pushOf, segmentsOf, walFolder } from './fixture.js';

// Nothing is flushed here: all can share one.
const index = openLabelIndex(':memory:');

const labels = { app: 'a' };
const key = 'fake {app="a"}';
const row = (i: number, text = `line ${i}`) => `${at(i)} ${text}`;

function writeFile(fs: FileSystem, path: string, bytes: Uint8Array): void {
  const file = fs.openSync(path, 'replace');
  writeFully(file, bytes, 0);
  file.closeSync();
}

/** Segments of ten records each, as a process that was killed leaves them. */
async function filled(segments = 1): Promise<{ name: string; bytes: Uint8Array }[]> {
  const fs = new FaultyFileSystem();
  for (let s = 0; s < segments; s++) {
    const { ingester } = await openWorld(fs, { index, walSync: 'os' });
    for (let i = 0; i < 10; i++) await ingester.append(pushOf(labels, [[at(s * 10 + i), `line ${s * 10 + i}`]]));
    fs.kill();
  }
  return segmentsOf(fs).map((path) => ({ name: path, bytes: readFile(fs, path) }));
}

async function openWith(files: readonly { name: string; bytes: Uint8Array }[]) {
  const fs = new FaultyFileSystem();
  fs.mkdirSync(walFolder);
  for (const { name, bytes } of files) writeFile(fs, name, bytes);
  return { fs, world: await openWorld(fs, { index, walSync: 'os' }) };
}

const markOf = (name: string): number => parseSegmentFile(name.split('/').at(-1) as string)?.mark as number;
const framesOf = ({ name, bytes }: { name: string; bytes: Uint8Array }) => [
  ...readSegment(bytes, markOf(name), 0, () => undefined),
];

/** Then 50 more are pushed and the process dies a second time: all 50 must be back (real Loki gives back none). */
async function expectFiftyMore(fs: FaultyFileSystem, world: Awaited<ReturnType<typeof openWorld>>): Promise<void> {
  const before = world.contents()[key] ?? [];
  for (let i = 0; i < 50; i++) await world.ingester.append(pushOf(labels, [[at(1000 + i), `more ${i}`]]));
  fs.kill();
  const again = await openWorld(fs, { index, walSync: 'os' });
  const want = [...before, ...Array.from({ length: 50 }, (_, i) => row(1000 + i, `more ${i}`))];
  expect(again.contents()[key]).toEqual(want);
  await again.ingester.close();
}

test('a segment that is cut anywhere in its last three records gives back the whole ones, and 50 more after', async () => {
  const [file] = await filled();
  const { name, bytes } = file as { name: string; bytes: Uint8Array };
  const frames = framesOf({ name, bytes });
  expect(frames).toHaveLength(10);
  const firstCut = frames[7]?.offset as number;
  for (let length = firstCut; length < bytes.length; length++) {
    const whole = frames.filter((frame) => frame.offset + frame.frameBytes <= length).length;
    const { fs, world } = await openWith([{ name, bytes: bytes.subarray(0, length) }]);
    expect(world.contents()[key]).toEqual(Array.from({ length: whole }, (_, i) => row(i)));
    expect(world.damages, 'a torn tail is no damage').toEqual([]);
    // The file itself is cut, before anything else is written.
    expect(readFile(fs, name).length).toBe(frames[whole]?.offset);
    if (length % 5 === 0 || length === bytes.length - 1) await expectFiftyMore(fs, world);
    else await world.ingester.close();
  }
});

test('a file that ends in its header, or is empty, is a torn tail', async () => {
  const [file] = await filled();
  const { name, bytes } = file as { name: string; bytes: Uint8Array };
  for (let length = 0; length <= segmentHeaderBytes; length++) {
    const { fs, world } = await openWith([{ name, bytes: bytes.subarray(0, length) }]);
    expect(world.contents()).toEqual({});
    expect(world.damages).toEqual([]);
    await expectFiftyMore(fs, world);
  }
});

test('a byte flipped anywhere costs at most one record, is reported once, and costs nothing more at the next start', async () => {
  const files = await filled(2);
  const [{ name, bytes }, next] = files as [{ name: string; bytes: Uint8Array }, { name: string; bytes: Uint8Array }];
  const frames = framesOf({ name, bytes });
  for (let i = 0; i < bytes.length; i++) {
    const flipped = bytes.slice();
    flipped[i] = (bytes[i] as number) ^ (1 << (i % 8));
    const { fs, world } = await openWith([{ name, bytes: flipped }, next]);
    const hit = frames.findIndex((frame) => i >= frame.offset && i < frame.offset + frame.frameBytes);
    const want = Array.from({ length: 20 }, (_, k) => k).filter((k) => k !== hit);
    expect(world.contents()[key], `byte ${i}`).toEqual(want.map((k) => row(k)));
    expect(
      world.damages.map(({ file }) => file),
      `byte ${i}`,
    ).toEqual([name]);
    expect(world.ingester.stats().walDamages).toBe(1);
    expect(fs.listSync(`${walFolder}/damaged`).map((entry) => `${walFolder}/${entry.name}`)).toEqual([name]);
    if (i % 37 === 0) await expectFiftyMore(fs, world);
    else await world.ingester.close();
  }
});

test('a flipped byte in the last segment is damage, not a torn tail', async () => {
  const [file] = await filled();
  const { name, bytes } = file as { name: string; bytes: Uint8Array };
  const last = framesOf({ name, bytes }).at(-1)?.offset as number;
  for (let i = last; i < bytes.length; i++) {
    const flipped = bytes.slice();
    flipped[i] = (bytes[i] as number) ^ 0x10;
    const { fs, world } = await openWith([{ name, bytes: flipped }]);
    expect(world.contents()[key]).toHaveLength(9);
    expect(world.damages, `byte ${i}`).toHaveLength(1);
    if (i % 10 === 0) await expectFiftyMore(fs, world);
    else await world.ingester.close();
  }
});

describe('other damage', () => {
  test('many bytes in a large WAL', async () => {
    const random = prng(Number(process.env['SEED'] ?? 11));
    const fs = new FaultyFileSystem();
    const source = await openWorld(fs, { index, walSync: 'os', segmentBytes: 20_000 });
    for (let i = 0; i < 300; i++)
      await source.ingester.append(pushOf(labels, [[at(i), `line ${i} ${'x'.repeat(random.int(400))}`]]));
    const all = source.contents()[key] as string[];
    fs.kill();
    const files = segmentsOf(fs).map((name) => ({ name, bytes: readFile(fs, name) }));
    for (let round = 0; round < 30; round++) {
      const flips = 1 + random.int(4);
      const damaged = files.map(({ name, bytes }) => ({ name, bytes: bytes.slice() }));
      for (let f = 0; f < flips; f++) {
        const { bytes } = random.pick(damaged);
        bytes[random.int(bytes.length)] = random.int(256);
      }
      const { world } = await openWith(damaged);
      const rows = world.contents()[key] as string[];
      expect(rows.length, `seed ${random.seed}`).toBeGreaterThanOrEqual(all.length - flips);
      const known = new Set(all);
      expect(rows.every((one) => known.has(one))).toBe(true);
      expect(new Set(rows).size).toBe(rows.length);
      await world.ingester.close();
    }
  });

  test('a page of zeros costs the records in it', async () => {
    const fs = new FaultyFileSystem();
    const source = await openWorld(fs, { index, walSync: 'os' });
    for (let i = 0; i < 100; i++) await source.ingester.append(pushOf(labels, [[at(i), 'x'.repeat(200)]]));
    fs.kill();
    const [name] = segmentsOf(fs) as [string];
    const bytes = readFile(fs, name);
    const frames = framesOf({ name, bytes });
    for (let page = 0; page < bytes.length; page += 4096) {
      const damaged = bytes.slice().fill(0, page, page + 4096);
      const spared = frames.filter((f) => f.offset + f.frameBytes <= page || f.offset >= page + 4096).length;
      const { world } = await openWith([{ name, bytes: damaged }]);
      expect(world.contents()[key]).toHaveLength(spared);
      await world.ingester.close();
    }
  });

  test('two pages that changed places never show a wrong line, nor one twice', async () => {
    const fs = new FaultyFileSystem();
    const source = await openWorld(fs, { index, walSync: 'os' });
    for (let i = 0; i < 200; i++)
      await source.ingester.append(pushOf(labels, [[at(i), `line ${i} ${'x'.repeat(150)}`]]));
    const all = new Set(source.contents()[key]);
    fs.kill();
    const [name] = segmentsOf(fs) as [string];
    const bytes = readFile(fs, name);
    const damaged = bytes.slice();
    damaged.set(bytes.subarray(8192, 12_288), 16_384);
    damaged.set(bytes.subarray(16_384, 20_480), 8192);
    const { world } = await openWith([{ name, bytes: damaged }]);
    const rows = world.contents()[key] as string[];
    expect(rows.every((one) => all.has(one))).toBe(true);
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(100);
    await world.ingester.close();
  });

  test('a record that is there twice counts once', async () => {
    const [file] = await filled();
    const { name, bytes } = file as { name: string; bytes: Uint8Array };
    const [third] = framesOf({ name, bytes }).slice(2);
    const { offset, frameBytes } = third as { offset: number; frameBytes: number };
    const twice = Buffer.concat([bytes, bytes.subarray(offset, offset + frameBytes)]);
    const { fs, world } = await openWith([{ name, bytes: twice }]);
    expect(world.contents()[key]).toEqual(Array.from({ length: 10 }, (_, i) => row(i)));
    expect(world.damages).toMatchObject([{ reason: 'sequence number 3 after 10' }]);
    await expectFiftyMore(fs, world);
  });

  test('a log line that spells a frame is not taken for one', async () => {
    const [file] = await filled();
    const { name, bytes } = file as { name: string; bytes: Uint8Array };
    const [foreign] = framesOf({ name, bytes }).slice(5);
    const { offset, frameBytes } = foreign as { offset: number; frameBytes: number };
    const evil = bytes.slice(offset, offset + frameBytes);
    const fs = new FaultyFileSystem();
    const source = await openWorld(fs, { index, walSync: 'os' });
    const batch = pushOf(labels, [
      [at(0), 'zero'],
      [at(1), 'x'.repeat(evil.length)],
    ]);
    const lines = batch.streams[0]?.entries.lines as Uint8Array;
    lines.set(evil, 4);
    await source.ingester.append(batch);
    await source.ingester.append(pushOf(labels, [[at(2), 'two']]));
    fs.kill();
    const [path] = segmentsOf(fs) as [string];
    const damaged = readFile(fs, path);
    damaged[segmentHeaderBytes + 9] = 77; // The frame's header: what lies behind has to be searched.
    const { world } = await openWith([{ name: path, bytes: damaged }]);
    expect(world.contents()[key]).toEqual([`${at(2)} two`]);
    await world.ingester.close();
  });

  test('a segment that is missing is reported, and the others are replayed', async () => {
    const files = await filled(3);
    const { world } = await openWith([files[0] as (typeof files)[0], files[2] as (typeof files)[0]]);
    expect(world.contents()[key]).toHaveLength(20);
    expect(world.damages).toMatchObject([{ reason: '10 records before 21 are missing' }]);
    await world.ingester.close();
  });

  test('a segment of a later version stops the start, with a clear text', async () => {
    const [file] = await filled();
    const { name, bytes } = file as { name: string; bytes: Uint8Array };
    const { encodeSegmentHeader } = await import('../../src/ingest/wal/segment.js');
    const { crc32 } = await import('../../src/chunks/crc32.js');
    const header = encodeSegmentHeader(markOf(name), 1);
    const view = new DataView(header.buffer);
    view.setUint32(8, 2, true);
    view.setUint32(28, crc32(header.subarray(0, 28)), true);
    const later = bytes.slice();
    later.set(header);
    await expect(openWith([{ name, bytes: later }])).rejects.toThrow('WAL version 2 is newer than this program');
  });

  test('other files in the folder are left alone', async () => {
    const files = await filled();
    const { fs, world } = await openWith([...files, { name: `${walFolder}/notes.txt`, bytes: new Uint8Array(3) }]);
    expect(world.contents()[key]).toHaveLength(10);
    expect(fs.statSync(`${walFolder}/notes.txt`)).not.toBeNull();
    await world.ingester.close();
  });
});
