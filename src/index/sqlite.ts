/** The only file that loads better-sqlite3: another version, or node:sqlite, would come in here. */
import Database from 'better-sqlite3';

export type Sqlite = Database.Database;
export type Statement = Database.Statement<unknown[], unknown>;

/**
 * Databases and statements that are never given to the garbage collector: on Node 24 the destructors of better-sqlite3
 * 12 can abort the process (nodejs/node#65446). A closed database costs some hundred bytes here.
 */
const kept: unknown[] = [];

/** Keeps `objects` reachable until the process ends. */
export const keepForever = (...objects: unknown[]): void => void kept.push(...objects);

/** Opens or creates; `:memory:` for one that lives as long as it is open. */
export function openSqlite(path: string, options: { readonly busyTimeoutMs: number }): Sqlite {
  const db = new Database(path, { timeout: options.busyTimeoutMs });
  keepForever(db);
  return db;
}

/** Its bytes are not those of a database, or of another one than it claims: rebuild it. Not: locked, full disk. */
export function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB');
}

export const isBusy = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
};
