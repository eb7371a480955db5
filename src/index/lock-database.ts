/** The lock of a folder, on SQLite's own locks. They are the kernel's: kill -9 frees them. */
import type { LockDatabase } from '../io/lock-file.js';
import { isBusy, isDamage, openSqlite, type Sqlite } from './sqlite.js';

/** For `lockFolder`. The file is a small database with one row, which `sqlite3 LOCK 'select * from holder'` shows. */
export function openLockDatabase(path: string): LockDatabase {
  const db = openSqlite(path, { busyTimeoutMs: 0 });
  return {
    tryHold(holder) {
      try {
        // The journal in memory: no second file, and none to be rolled back after kill -9.
        db.pragma('journal_mode = MEMORY');
        db.exec('BEGIN IMMEDIATE');
        writeHolder(db, holder);
        db.exec('COMMIT');
        // A reserved lock, which others can read beside: they can say who has it.
        db.exec('BEGIN IMMEDIATE');
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        if (isDamage(error)) throw new Error(`${path} is not a lock file: remove it when no process uses the folder`);
        throw error;
      }
    },
    holder() {
      try {
        return (db.prepare('SELECT name FROM holder').pluck().get() as string | undefined) ?? null;
      } catch (error) {
        if (isBusy(error) || (error as Error).message.startsWith('no such table')) return null;
        throw error;
      }
    },
    close: () => void db.close(),
  };
}

function writeHolder(db: Sqlite, holder: string): void {
  db.exec('CREATE TABLE IF NOT EXISTS holder (name TEXT NOT NULL); DELETE FROM holder');
  db.prepare('INSERT INTO holder VALUES (?)').run(holder);
}
