import { describe, expect, test } from 'vitest';
import { type FileSystem, readFile } from '../../src/io/file-system.js';
import { CrashedError, FaultyFileSystem } from '../helpers/faulty-file-system.js';

const seeds = Array.from({ length: 40 }, (_, seed) => seed);
const contents = (fs: FileSystem, path: string): string | null =>
  fs.statSync(path) === null ? null : Buffer.from(readFile(fs, path)).toString('latin1');
const text = (t: string) => new Uint8Array(Buffer.from(t));

describe('a loss of power', () => {
  test('leaves what was synced, whatever the seed', () => {
    for (const seed of seeds) {
      const fs = new FaultyFileSystem();
      fs.mkdirSync('/d');
      fs.syncDirSync('/');
      const file = fs.openSync('/d/a', 'create');
      fs.syncDirSync('/d');
      file.writeSync(text('kept'), 0);
      file.datasyncSync();
      fs.crash(seed);
      expect(contents(fs, '/d/a')).toBe('kept');
    }
  });

  test('may keep, drop, cut or garble what was not synced', () => {
    const outcomes = new Set<string | null>();
    for (const seed of seeds) {
      const fs = new FaultyFileSystem();
      const file = fs.openSync('/a', 'create');
      fs.syncDirSync('/');
      file.writeSync(text('kept'), 0);
      file.syncSync();
      file.writeSync(text('lost'), 4);
      fs.crash(seed);
      outcomes.add(contents(fs, '/a'));
    }
    expect(outcomes).toContain('kept');
    expect(outcomes).toContain('keptlost');
    expect(outcomes).toContain('kept\0\0\0\0');
    expect(outcomes.size).toBeGreaterThan(5);
    for (const outcome of outcomes) expect(outcome).toMatch(/^kept/);
  });

  test('may take a name whose folder was not synced, also of a synced file', () => {
    const outcomes = new Set(
      seeds.map((seed) => {
        const fs = new FaultyFileSystem();
        const file = fs.openSync('/a', 'create');
        file.writeSync(text('x'), 0);
        file.syncSync();
        fs.crash(seed);
        return contents(fs, '/a');
      }),
    );
    expect(outcomes).toEqual(new Set([null, 'x']));
  });

  test('leaves the old name or the new one of a rename, never none', () => {
    const outcomes = new Set(
      seeds.map((seed) => {
        const fs = new FaultyFileSystem();
        const file = fs.openSync('/a.tmp', 'create');
        file.writeSync(text('x'), 0);
        file.syncSync();
        fs.syncDirSync('/');
        fs.renameSync('/a.tmp', '/a');
        fs.crash(seed);
        return fs
          .listSync('/')
          .map(({ name }) => name)
          .join();
      }),
    );
    expect(outcomes).toEqual(new Set(['a', 'a.tmp']));
  });

  test('loses what a failed sync covered, even when a later one succeeds', () => {
    for (const seed of seeds) {
      const fs = new FaultyFileSystem();
      const file = fs.openSync('/a', 'create');
      fs.syncDirSync('/');
      file.writeSync(text('one'), 0);
      fs.fault = { at: 1, kind: 'EIO', call: 'sync' };
      expect(() => file.datasyncSync()).toThrow('EIO');
      file.datasyncSync();
      expect(contents(fs, '/a')).toBe('one');
      fs.crash(seed);
      expect(contents(fs, '/a')).toBe('');
    }
  });

  test('is the same for the same seed', () => {
    const run = (seed: number): string | null => {
      const fs = new FaultyFileSystem();
      const file = fs.openSync('/a', 'create');
      fs.syncDirSync('/');
      for (let i = 0; i < 20; i++) file.writeSync(text(`record ${i}`), i * 10);
      fs.crash(seed);
      return contents(fs, '/a');
    };
    for (const seed of seeds) expect(run(seed)).toBe(run(seed));
  });

  test('and another one after more writes', () => {
    const fs = new FaultyFileSystem();
    fs.openSync('/a', 'create').writeSync(text('a'), 0);
    fs.syncDirSync('/');
    fs.crash(1);
    const before = contents(fs, '/a');
    fs.crash(2);
    expect(contents(fs, '/a')).toBe(before);
  });
});

test('the end of a process loses nothing, but its files are closed', () => {
  const fs = new FaultyFileSystem();
  const file = fs.openSync('/a', 'create');
  file.writeSync(text('x'), 0);
  fs.kill();
  expect(contents(fs, '/a')).toBe('x');
  expect(() => file.writeSync(text('y'), 0)).toThrow(CrashedError);
});

describe('a fault', () => {
  test('hits the call that was chosen, once or for ever', () => {
    const fs = new FaultyFileSystem();
    const file = fs.openSync('/wal', 'create');
    const other = fs.openSync('/other', 'create');
    fs.fault = { at: 2, kind: 'ENOSPC', call: 'write', path: /wal/ };
    const write = (f = file) => f.writeSync(text('ab'), 0);
    expect(write(other)).toBe(2);
    expect(write()).toBe(2);
    expect(() => write()).toThrow('ENOSPC');
    expect(write()).toBe(2);
    fs.fault = { at: 1, kind: 'short', call: 'write' };
    expect([write(), write()]).toEqual([1, 2]);
    fs.fault = { at: 2, kind: 'EIO', forEver: true };
    expect(write()).toBe(2);
    for (let i = 0; i < 3; i++) expect(() => write()).toThrow('EIO');
    fs.fault = null;
    expect(write()).toBe(2);
    expect(fs.calls.at(-1)).toBe('write /wal');
  });

  test('of kind crash stops everything until the crash', () => {
    const fs = new FaultyFileSystem();
    fs.fault = { at: 2, kind: 'crash' };
    const file = fs.openSync('/a', 'create');
    expect(() => file.writeSync(text('x'), 0)).toThrow(CrashedError);
    expect(() => fs.listSync('/')).toThrow(CrashedError);
    fs.crash(1);
    expect(fs.listSync('/').length).toBeLessThan(2);
  });
});
