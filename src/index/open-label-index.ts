/** LabelIndex on SQLite: opening, and setting a damaged file aside. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { LabelIndex } from './label-index.js';
import { migrate } from './schema.js';
import { isDamage, openSqlite, type Sqlite } from './sqlite.js';
import { SqliteLabelIndex } from './sqlite-label-index.js';

export interface OpenedLabelIndex extends LabelIndex {
  /** Why the file that was there had to be set aside (as `<path>.damaged`); null when it was good, or there was none. */
  readonly setAside: string | null;
}

/**
 * Opens or creates index.db; `:memory:` for one without a file. What is missing in it, all of it when the file was
 * missing or damaged, comes back by `reconcileIndex`. Throws when the file cannot be used for another reason: locked
 * by another process, no permission, a full disk.
 */
export function openLabelIndex(path: string): OpenedLabelIndex {
  if (path === ':memory:') return opened(openDatabase(path) as Sqlite, path, null);
  const reason = damageOf(path);
  if (reason === null) {
    try {
      const db = openDatabase(path);
      if (db !== null) return opened(db, path, null);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.damaged${suffix}`);
  }
  rmSync(sumPath(path), { force: true });
  return opened(openDatabase(path) as Sqlite, path, reason ?? 'not a database of this program');
}

function opened(db: Sqlite, path: string, setAside: string | null): OpenedLabelIndex {
  const index = new SqliteLabelIndex(db, () => {
    if (path !== ':memory:') writeSum(path);
  });
  return Object.assign(index, { setAside });
}

/** Null when the file must be set aside. */
function openDatabase(path: string): Sqlite | null {
  const db = openSqlite(path, { busyTimeoutMs: 2000 });
  try {
    db.pragma('journal_mode = WAL');
    // The last commits may vanish when the power fails: reconcileIndex finds them in the packs again.
    db.pragma('synchronous = NORMAL');
    db.pragma('temp_store = MEMORY');
    db.pragma('cache_size = -8192');
    if (migrate(db)) return db;
    db.close();
    return null;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * SQLite's pages carry no checksums. After a clean close `<path>.sum` has the file's digest; after a crash there is
 * none, and SQLite's own check of structure and indexes has to do. Null when nothing speaks against the file.
 */
function damageOf(path: string): string | null {
  if (!existsSync(path)) {
    // A journal without its database belongs to another one.
    return existsSync(`${path}-wal`) ? 'the database is missing, its journal is there' : null;
  }
  const size = statSync(path).size;
  if (size > checkedBytesMax) return null;
  const sum = readSum(path);
  rmSync(sumPath(path), { force: true });
  if (sum !== null && !existsSync(`${path}-wal`))
    return sum === digestOf(path) ? null : 'the file is not as it was left at the last close';
  return structureDamage(path);
}

function structureDamage(path: string): string | null {
  const db = openSqlite(path, { busyTimeoutMs: 2000 });
  try {
    const answer = db.pragma('integrity_check(1)', { simple: true });
    return answer === 'ok' ? null : String(answer);
  } catch (error) {
    if (isDamage(error)) return (error as Error).message;
    throw error;
  } finally {
    db.close();
  }
}

/** Larger files are not read through at each start: SQLite reports what it stumbles upon. */
const checkedBytesMax = 256 << 20;

const sumPath = (path: string): string => `${path}.sum`;

function readSum(path: string): string | null {
  return existsSync(sumPath(path)) ? readFileSync(sumPath(path), 'latin1').trim() : null;
}

function writeSum(path: string): void {
  if (statSync(path).size <= checkedBytesMax) writeFileSync(sumPath(path), `${digestOf(path)}\n`);
}

function digestOf(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const read = readSync(fd, buffer, 0, buffer.length, null);
      if (read === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}
