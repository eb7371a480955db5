/** The only file that loads better-sqlite3: another version, or node:sqlite, would come in here. */
import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

export type Sqlite = BetterSqlite3.Database;
export type Statement = BetterSqlite3.Statement<unknown[], unknown>;

/**
 * Version 12 aborts on Node 24 when a statement is collected (nodejs/node#65446), 13 crashes on Node 20: docs/adr/0001.
 * Both have the interface that is used here.
 */
const isOld = Number(process.versions.node.split('.')[0]) < 22;
const load = createRequire(import.meta.url);
const Database = load(isOld ? 'better-sqlite3' : 'better-sqlite3-13') as typeof BetterSqlite3;

/** Opens or creates; `:memory:` for one that lives as long as it is open. */
export function openSqlite(path: string, options: { readonly busyTimeoutMs: number }): Sqlite {
  return new Database(path, { timeout: options.busyTimeoutMs });
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
