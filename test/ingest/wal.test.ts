import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/chunks/crc32.js';
import { recordType } from '../../src/ingest/wal/constants.js';
import { readSegment } from '../../src/ingest/wal/reader.js';
import { decodeEntries, decodeFlush, encodeEntries, encodeFlush } from '../../src/ingest/wal/record.js';
import { parseSegmentFile, segmentFile } from '../../src/ingest/wal/segment.js';
import { Wal } from '../../src/ingest/wal/wal.js';
import { FileError, type FileHandle, type FileSystem, type OpenMode, readFile } from '../../src/io/file-system.js';
import { Labels } from '../../src/model/labels.js';
import { FaultyFileSystem } from '../helpers/faulty-file-system.js';
import { prng } from '../helpers/prng.js';
import { at, batchOf, type Entry, openWorld, pushOf, rowsOf, segmentsOf, walFolder } from './fixture.js';

describe('records', () => {
  test('entries come back as they were, whatever they are', () => {
    const random = prng(Number(process.env['SEED'] ?? 5));
    for (let round = 0; round < 200; round++) {
      const entries = (): Entry[] =>
        Array.from({ length: random.int(30) }, () => [
          at(random.int(1e5) / 1e4),
          String.fromCharCode(...Array.from({ length: random.int(40) }, () => random.int(0xd800))),
          Object.fromEntries(
            Array.from({ length: random.int(3) }, () => [`n${random.int(3)}`, `v\u{1f600}${random.int(500)}`]),
          ),
        ]);
      const streams = Array.from({ length: random.int(4) }, () => ({
        labels: Labels.from({ a: `${random.int(9)}`, 'ü "x"\\': '\n\0\ufeff' }),
        entries: batchOf(entries()),
      }));
      const decoded = decodeEntries(encodeEntries({ tenant: 'tenant', streams }));
      expect(decoded.tenant).toBe('tenant');
      expect(decoded.streams.map((s) => [s.labels.pairs, rowsOf(s.entries)])).toEqual(
        streams.map((s) => [s.labels.pairs, rowsOf(s.entries)]),
      );
    }
  });

  test('only the values that occur are written', () => {
    const batch = batchOf(Array.from({ length: 3 }, (_, i): Entry => [at(i), 'x', { id: `value ${i}` }]));
    const column = batch.metadata[0];
    const dictionary = { length: 1e6, get: (id: number) => `v${id}`, bytes: (id: number) => Buffer.from(`v${id}`) };
    const shared = { ...batch, metadata: [{ name: 'id', dictionary, ids: Uint32Array.of(7, 0, 1e6) }] };
    const payload = encodeEntries({ tenant: 't', streams: [{ labels: Labels.empty, entries: shared }] });
    expect(payload.length).toBeLessThan(120);
    expect(rowsOf(decodeEntries(payload).streams[0]?.entries as never)).toEqual([
      `${at(0)} x {"id":"v6"}`,
      `${at(1)} x`,
      `${at(2)} x {"id":"v999999"}`,
    ]);
    expect(column?.name).toBe('id');
  });

  test.each([255, 256, 65_535, 65_536])('%i values of a metadata name', (count) => {
    const entries = Array.from({ length: count }, (_, i): Entry => [at(0), '', { id: `${i}` }]);
    const ids = Uint32Array.from(entries, (_, i) => i + 1);
    const dictionary = { length: count, get: (id: number) => `${id}`, bytes: (id: number) => Buffer.from(`${id}`) };
    const batch = { ...batchOf(entries.map(([ns, line]) => [ns, line])), metadata: [{ name: 'id', dictionary, ids }] };
    const decoded = decodeEntries(encodeEntries({ tenant: '', streams: [{ labels: Labels.empty, entries: batch }] }));
    const column = decoded.streams[0]?.entries.metadata[0];
    expect(column?.dictionary.get((column.ids[count - 1] as number) - 1)).toBe(`${count - 1}`);
    expect(column?.ids).toEqual(ids);
  });

  test('flushes come back as they were', () => {
    const record = {
      ...{ tenant: 'ü', pack: 'abc', day: -3 },
      streams: [{ labels: Labels.from({ a: 'b' }), through: { seq: 2 ** 52, row: 2 ** 31 } }],
    };
    expect(decodeFlush(encodeFlush(record))).toEqual(record);
  });

  test('a payload that is cut or flipped is refused or reads as something, but never beyond its end', () => {
    const payload = encodeEntries({
      tenant: 't',
      streams: [
        {
          labels: Labels.from({ a: 'b' }),
          entries: batchOf([
            [at(1), 'one', { k: 'v' }],
            [at(2), 'two'],
          ]),
        },
      ],
    });
    for (let length = 0; length < payload.length; length++)
      expect(() => decodeEntries(payload.subarray(0, length))).toThrow(/expected|left|varint|behind/);
    expect(() => decodeEntries(Buffer.concat([payload, Buffer.from([0])]))).toThrow('bytes behind the end');
    for (let i = 0; i < payload.length * 8; i++) {
      const flipped = payload.slice();
      flipped[i >> 3] = (flipped[i >> 3] as number) ^ (1 << (i & 7));
      try {
        decodeEntries(flipped);
      } catch (error) {
        expect((error as Error).name).toBe('FormatError');
      }
    }
  });
});

test('names of segments', () => {
  const name = { number: 7, mark: 0xab };
  expect(segmentFile(name)).toBe('00000007-000000ab.wal');
  expect(parseSegmentFile(segmentFile(name))).toEqual(name);
  for (const other of ['7-ab.wal', '00000007.wal', '00000007-000000ab.wal.tmp', 'damaged', '00000007-000000AB.wal'])
    expect(parseSegmentFile(other)).toBeNull();
});

describe('Wal', () => {
  let marks = 0;
  function open(fs = new FaultyFileSystem(), segmentBytes = 1000) {
    fs.mkdirSync(walFolder);
    const wal = new Wal({ fs, folder: walFolder, segmentBytes, nextSeq: 1, segments: [], newMark: () => ++marks });
    return { fs, wal };
  }
  const read = (fs: FaultyFileSystem) => {
    let last = 0;
    return segmentsOf(fs).flatMap((path) => {
      const mark = parseSegmentFile(path.split('/').at(-1) as string)?.mark as number;
      const frames = [...readSegment(readFile(fs, path), mark, last, () => undefined)];
      last = frames.at(-1)?.seq ?? last;
      return frames.map((frame) => [frame.seq, Buffer.from(frame.payload).toString()] as const);
    });
  };
  const text = (value: string) => Buffer.from(value);

  test('writes nothing before the first record', () => {
    const { fs } = open();
    expect(segmentsOf(fs)).toEqual([]);
  });

  test('numbers its records, begins new segments, and deletes old ones, oldest first', async () => {
    const { fs, wal } = open();
    for (let i = 1; i <= 9; i++) expect(wal.append(recordType.entries, text(`${i}`.repeat(300)))).toBe(i);
    expect(wal.segmentCount).toBe(3);
    expect(wal.bytes).toBe(segmentsOf(fs).reduce((sum, path) => sum + readFile(fs, path).length, 0));
    expect(read(fs).map(([seq]) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(wal.deleteBefore(3)).toBe(0);
    expect(wal.deleteBefore(5)).toBe(1);
    expect(wal.deleteBefore(1000)).toBe(1); // Not the one that is written to.
    expect(read(fs).map(([seq]) => seq)).toEqual([7, 8, 9]);
    await wal.close();
  });

  test('a failed write gives its number to the next record, and leaves nothing behind', () => {
    for (const call of ['write', 'open'] as const) {
      const { fs, wal } = open();
      fs.fault = { at: 1, kind: 'ENOSPC', call, forEver: true };
      expect(() => wal.append(recordType.entries, text('no'))).toThrow('ENOSPC');
      fs.fault = null;
      expect(wal.append(recordType.entries, text('yes'))).toBe(1);
      fs.fault = { at: 1, kind: 'EIO', call: 'write' };
      expect(() => wal.append(recordType.entries, text('no'.repeat(1000)))).toThrow('EIO');
      expect(wal.append(recordType.entries, text('again'))).toBe(2);
      expect(read(fs)).toEqual([
        [1, 'yes'],
        [2, 'again'],
      ]);
    }
  });

  test('half a record that can neither be finished nor cut off is written over', () => {
    const fs = new FaultyFileSystem();
    let isBroken = false;
    const halfWritten: FileSystem = Object.assign(Object.create(fs), {
      openSync(path: string, mode: OpenMode): FileHandle {
        const file = fs.openSync(path, mode);
        return Object.assign(Object.create(file), {
          path,
          writeSync(bytes: Uint8Array, position: number) {
            if (isBroken) throw new FileError('EIO', 'write', path);
            return file.writeSync(bytes, position);
          },
          writevSync(parts: readonly Uint8Array[], position: number) {
            const bytes = Buffer.concat(parts);
            return file.writeSync(isBroken ? bytes.subarray(0, 100) : bytes, position);
          },
          truncateSync(byteLength: number) {
            if (isBroken) throw new FileError('EIO', 'truncate', path);
            file.truncateSync(byteLength);
          },
        });
      },
    });
    fs.mkdirSync(walFolder);
    const options = { segmentBytes: 1000, nextSeq: 1, segments: [], newMark: () => ++marks };
    const wal = new Wal({ fs: halfWritten, folder: walFolder, ...options });
    wal.append(recordType.entries, text('one'));
    isBroken = true;
    expect(() => wal.append(recordType.entries, text('lost'.repeat(50)))).toThrow('EIO');
    isBroken = false;
    const [file] = segmentsOf(fs) as [string];
    expect(readFile(fs, file).length).toBe(wal.bytes + 100);
    expect(read(fs)).toEqual([[1, 'one']]);
    wal.append(recordType.entries, text('two'));
    expect(read(fs)).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    // Once it can be cut, it is.
    expect(readFile(fs, file).length).toBe(wal.bytes);
  });

  test('a record that is too large is refused before anything is written', () => {
    const { fs, wal } = open();
    expect(() => wal.append(recordType.entries, { length: 2 ** 28 + 1 } as Uint8Array)).toThrow(RangeError);
    expect(fs.calls.some((call) => call.startsWith('write'))).toBe(false);
  });

  test('syncs that are asked for while one runs share the next', async () => {
    const { fs, wal } = open();
    wal.append(recordType.entries, text('one'));
    const first = wal.sync();
    wal.append(recordType.entries, text('two'));
    const others = [wal.sync(), wal.sync(), wal.sync()];
    await Promise.all([first, ...others]);
    expect(fs.calls.filter((call) => call.startsWith('sync '))).toHaveLength(2);
    await wal.sync();
    expect(fs.calls.filter((call) => call.startsWith('sync '))).toHaveLength(2);
  });

  test('after a failed sync the segment is not written to again', async () => {
    const { fs, wal } = open();
    wal.append(recordType.entries, text('one'));
    fs.fault = { at: 1, kind: 'EIO', call: 'sync' };
    const first = wal.sync();
    wal.append(recordType.entries, text('two'));
    const second = wal.sync();
    await expect(first).rejects.toThrow('EIO');
    await second;
    expect(wal.untrustedFrom, 'who asked second hears of it, too').toBe(1);
    wal.append(recordType.entries, text('three'));
    expect(segmentsOf(fs)).toHaveLength(2);
    expect(wal.currentFirstSeq).toBe(3);
    await wal.sync();
    expect(wal.untrustedFrom).toBe(1);
    wal.trust();
    expect(wal.untrustedFrom).toBeNull();
    await wal.close();
  });

  test('files of deleted segments are closed, also while a sync runs', async () => {
    const { fs, wal } = open(undefined, 100);
    for (let i = 0; i < 5; i++) wal.append(recordType.entries, text('x'.repeat(100)));
    const sync = wal.sync();
    wal.append(recordType.entries, text('x'.repeat(100)));
    wal.deleteBefore(4);
    await sync;
    await wal.close();
    const count = (name: string) => fs.calls.filter((call) => call.startsWith(`${name} `)).length;
    expect(count('close')).toBe(count('open'));
  });
});

test('the checksum is that of zlib', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test('a stream that is written to rarely does not hold up segments for ever', async () => {
  const segmentBytes = 20_000;
  const options = { segmentBytes, blockBytes: 5000, chunkTargetBytes: 1, walSync: 'os' } as const;
  const { ingester, fs, contents, clock } = await openWorld(undefined, options);
  await ingester.append(pushOf({ app: 'slow' }, [[at(0), 'slow', { k: 'v' }]]));
  for (let i = 0; i < 400; i++) {
    await ingester.append(pushOf({ app: 'fast' }, [[at(i), `line ${i} ${'x'.repeat(1000)}`]]));
    if (i % 10 !== 9) continue;
    await ingester.flushDue();
    const { walBytes, headRawBytes } = ingester.stats();
    expect(walBytes).toBeLessThanOrEqual(2 * (headRawBytes + 1000) + segmentBytes);
  }
  const { flushedPacks, checkpoints, walSegments } = ingester.stats();
  expect(flushedPacks).toBeGreaterThan(10);
  expect(checkpoints).toBeGreaterThan(5);
  expect(walSegments).toBeLessThan(4);
  const want = contents();
  expect(want['fake {app="slow"}']).toEqual([`${at(0)} slow {"k":"v"}`]);
  expect(want['fake {app="fast"}']).toHaveLength(400);
  clock.advance(0);
  fs.kill();
  const again = await openWorld(fs);
  expect(again.contents()).toEqual(want);
  await again.ingester.close();
});
