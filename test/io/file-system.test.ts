import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type FileSystem,
  isFileError,
  parentOf,
  readFile,
  readFully,
  replaceFile,
  writeFully,
  writeFullyAsync,
} from '../../src/io/file-system.js';
import { cleanPath, MemoryFileSystem } from '../../src/io/memory-file-system.js';
import { nodeFileSystem } from '../../src/io/node-file-system.js';
import { FaultyFileSystem } from '../helpers/faulty-file-system.js';

const temporary = mkdtempSync(join(tmpdir(), 'skald-io-'));
afterAll(() => rmSync(temporary, { recursive: true }));

const bytes = (...list: number[]) => Uint8Array.from(list);
const codeOf = (fn: () => unknown): unknown => {
  try {
    fn();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'no error';
};

const systems: Record<string, () => [FileSystem, string]> = {
  'of Node': () => [nodeFileSystem(), mkdtempSync(join(temporary, 'x'))],
  'in memory': () => {
    const fs = new MemoryFileSystem();
    fs.mkdirSync('/work');
    return [fs, '/work'];
  },
  'that can fail': () => {
    const fs = new FaultyFileSystem();
    fs.mkdirSync('/work');
    return [fs, '/work'];
  },
};

describe.each(Object.entries(systems))('a file system %s', (_, make) => {
  test('writes and reads at positions', async () => {
    const [fs, dir] = make();
    const file = fs.openSync(`${dir}/a`, 'create');
    expect(file.writeSync(bytes(1, 2, 3), 0)).toBe(3);
    expect(file.writevSync([bytes(9), bytes(), bytes(8, 7)], 5)).toBe(3);
    expect(await file.write(bytes(4), 3)).toBe(1);
    const into = new Uint8Array(10);
    expect(file.readSync(into, 0)).toBe(8);
    expect([...into]).toEqual([1, 2, 3, 4, 0, 9, 8, 7, 0, 0]);
    expect(await file.read(into.subarray(0, 2), 6)).toBe(2);
    expect([...into.subarray(0, 2)]).toEqual([8, 7]);
    expect(file.readSync(into, 8)).toBe(0);
    expect(file.readSync(into, 100)).toBe(0);
    expect(file.byteLength()).toBe(8);
    await file.datasync();
    await file.sync();
    file.datasyncSync();
    file.syncSync();
    file.closeSync();
    expect([...readFile(fs, `${dir}/a`)]).toEqual([1, 2, 3, 4, 0, 9, 8, 7]);
  });

  test('opens as it is told', () => {
    const [fs, dir] = make();
    expect(codeOf(() => fs.openSync(`${dir}/a`, 'read'))).toBe('ENOENT');
    expect(codeOf(() => fs.openSync(`${dir}/a`, 'update'))).toBe('ENOENT');
    expect(codeOf(() => fs.openSync(`${dir}/none/a`, 'create'))).toBe('ENOENT');
    const created = fs.openSync(`${dir}/a`, 'create');
    created.writeSync(bytes(1, 2, 3), 0);
    created.closeSync();
    expect(codeOf(() => fs.openSync(`${dir}/a`, 'create'))).toBe('EEXIST');
    const updated = fs.openSync(`${dir}/a`, 'update');
    updated.writeSync(bytes(9), 1);
    updated.closeSync();
    expect([...readFile(fs, `${dir}/a`)]).toEqual([1, 9, 3]);
    const reading = fs.openSync(`${dir}/a`, 'read');
    expect(codeOf(() => reading.writeSync(bytes(1), 0))).toBe('EBADF');
    reading.closeSync();
    const replaced = fs.openSync(`${dir}/a`, 'replace');
    expect(replaced.byteLength()).toBe(0);
    replaced.closeSync();
  });

  test('truncates; what grows again reads as zeros', () => {
    const [fs, dir] = make();
    const file = fs.openSync(`${dir}/a`, 'create');
    file.writeSync(bytes(1, 2, 3, 4), 0);
    file.truncateSync(1);
    file.truncateSync(3);
    file.writeSync(bytes(7), 4);
    file.closeSync();
    expect([...readFile(fs, `${dir}/a`)]).toEqual([1, 0, 0, 0, 7]);
  });

  test('makes, lists, renames and removes', async () => {
    const [fs, dir] = make();
    fs.mkdirSync(`${dir}/x/y`);
    fs.mkdirSync(`${dir}/x/y`);
    for (const name of ['b', 'a', 'c']) fs.openSync(`${dir}/x/${name}`, 'create').closeSync();
    expect(fs.listSync(`${dir}/x`)).toEqual([
      { name: 'a', kind: 'file' },
      { name: 'b', kind: 'file' },
      { name: 'c', kind: 'file' },
      { name: 'y', kind: 'directory' },
    ]);
    writeFully(fs.openSync(`${dir}/x/a`, 'update'), bytes(1), 0);
    fs.renameSync(`${dir}/x/a`, `${dir}/x/b`);
    expect([...readFile(fs, `${dir}/x/b`)]).toEqual([1]);
    expect(codeOf(() => fs.renameSync(`${dir}/x/a`, `${dir}/x/z`))).toBe('ENOENT');
    fs.unlinkSync(`${dir}/x/c`);
    await fs.unlink(`${dir}/x/b`);
    expect(codeOf(() => fs.unlinkSync(`${dir}/x/b`))).toBe('ENOENT');
    await expect(fs.unlink(`${dir}/x/b`)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(codeOf(() => fs.rmdirSync(`${dir}/x`))).toBe('ENOTEMPTY');
    await fs.syncDir(`${dir}/x`);
    fs.syncDirSync(dir);
    fs.rmdirSync(`${dir}/x/y`);
    fs.rmdirSync(`${dir}/x`);
    expect(codeOf(() => fs.listSync(`${dir}/x`))).toBe('ENOENT');
  });

  test('tells what is there', () => {
    const [fs, dir] = make();
    expect(fs.statSync(`${dir}/a`)).toBeNull();
    expect(fs.statSync(dir)?.kind).toBe('directory');
    const file = fs.openSync(`${dir}/a`, 'create');
    file.writeSync(bytes(1, 2), 0);
    file.closeSync();
    expect(fs.statSync(`${dir}/a`)).toMatchObject({ kind: 'file', byteLength: 2 });
    expect(fs.freeBytes(dir)).toBeGreaterThan(0);
  });

  test('an open file outlives its name', () => {
    const [fs, dir] = make();
    const file = fs.openSync(`${dir}/a`, 'create');
    file.writeSync(bytes(5), 0);
    fs.unlinkSync(`${dir}/a`);
    const into = new Uint8Array(1);
    expect([file.readSync(into, 0), into[0]]).toEqual([1, 5]);
    file.closeSync();
  });

  test('replaces a file as a whole', async () => {
    const [fs, dir] = make();
    await replaceFile(fs, `${dir}/a`, bytes(1, 2));
    await replaceFile(fs, `${dir}/a`, bytes(3));
    expect([...readFile(fs, `${dir}/a`)]).toEqual([3]);
    expect(fs.listSync(dir).length).toBe(1);
  });

  test('writes more buffers at once than the system takes in one call', () => {
    const [fs, dir] = make();
    const file = fs.openSync(`${dir}/a`, 'create');
    writeFully(
      file,
      Array.from({ length: 3000 }, (_, i) => bytes(i & 255)),
      2,
    );
    file.closeSync();
    const read = readFile(fs, `${dir}/a`);
    expect([read.length, read[2 + 2999], read[2 + 1024]]).toEqual([3002, 2999 & 255, 0]);
  });
});

describe('writeFully and readFully', () => {
  test('go on after short writes and reads', async () => {
    const fs = new FaultyFileSystem();
    const file = fs.openSync('/a', 'create');
    fs.fault = { at: 1, kind: 'short', forEver: true, call: 'write' };
    writeFully(file, [bytes(1, 2, 3), bytes(), bytes(4), bytes(5, 6, 7, 8)], 0);
    writeFully(file, bytes(9, 10, 11), 8);
    await writeFullyAsync(file, bytes(12, 13, 14, 15), 11);
    fs.fault = { at: 1, kind: 'short', forEver: true, call: 'read' };
    const into = new Uint8Array(20);
    expect(readFully(file, into, 0)).toBe(15);
    expect([...into.subarray(0, 15)]).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  });

  test('pass on what fails in the middle', () => {
    const fs = new MemoryFileSystem({ capacityBytes: 10 });
    const file = fs.openSync('/a', 'create');
    expect(codeOf(() => writeFully(file, [new Uint8Array(6), new Uint8Array(6)], 0))).toBe('ENOSPC');
    expect(file.byteLength()).toBe(10);
    expect(fs.freeBytes('/')).toBe(0);
    file.truncateSync(0);
    writeFully(file, new Uint8Array(10), 0);
  });

  test('do not turn in circles when nothing is written', () => {
    const file = { ...new MemoryFileSystem().openSync('/a', 'create'), path: '/a', writeSync: () => 0 };
    expect(() => writeFully(file as never, bytes(1), 0)).toThrow('EIO: write made no progress');
  });
});

test('replaceFile keeps the old file when it fails, and leaves nothing else', async () => {
  for (let at = 1; at <= 5; at++) {
    const fs = new FaultyFileSystem();
    await replaceFile(fs, '/a', bytes(1));
    fs.fault = { at, kind: 'EIO' };
    const failed = await replaceFile(fs, '/a', bytes(2)).then(
      () => false,
      (error) => isFileError(error, 'EIO'),
    );
    expect(failed, `call ${at}`).toBe(true);
    expect([...readFile(fs, '/a')], `call ${at}`).toEqual([1]);
    expect(fs.listSync('/').map(({ name }) => name)).toEqual(['a']);
  }
});

test('paths', () => {
  expect(['/a/b', '/a', 'a', 'a/b', 'c:\\x\\y'].map(parentOf)).toEqual(['/a', '/', '.', 'a', 'c:\\x']);
  expect(['/a//b/', './a/../b', '/'].map(cleanPath)).toEqual(['/a/b', '/b', '/']);
});
