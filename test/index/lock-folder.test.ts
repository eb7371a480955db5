import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLockDatabase } from '../../src/index/lock-database.js';
import { FolderLockedError, lockFolder } from '../../src/io/lock-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skald-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lock = (holder: string) => lockFolder(folder, holder, openLockDatabase);

test('a second holder is refused at once, and told who has the folder', () => {
  const first = lock('process 11 on port 3100');
  expect(() => lock('process 12')).toThrow(FolderLockedError);
  expect(() => lock('process 12')).toThrow(
    `data folder ${folder} is in use by process 11 on port 3100: only one process can have it`,
  );
  first.release();
  first.release();
  lock('process 12').release();
});

test('the lock of a process that was killed is free', async () => {
  // Another process, and SQLite in it without our sources: as a holder of any age leaves it.
  const sqlite = Number(process.versions.node.split('.')[0]) < 22 ? 'better-sqlite3' : 'better-sqlite3-13';
  const script = `
    const db = new (require('${sqlite}'))(process.argv[1]);
    db.pragma('journal_mode = MEMORY');
    db.exec("CREATE TABLE holder (name TEXT NOT NULL); INSERT INTO holder VALUES ('process x')");
    db.exec('BEGIN IMMEDIATE');
    console.log('held');
    setInterval(() => db.open, 1000);`;
  const child = spawn(process.execPath, ['-e', script, join(folder, 'LOCK')], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  expect(() => lock('process 12')).toThrow(/is in use by process x:/);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  lock('process 12').release();
});

test('a file that is no lock file is left alone', () => {
  writeFileSync(join(folder, 'LOCK'), 'something else entirely, and long enough to be looked at. '.repeat(20));
  expect(() => lock('process 12')).toThrow(/is not a lock file/);
});
