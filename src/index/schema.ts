/** Tables of index.db, as numbered migrations. What each serves: README.md. */
import type { Sqlite } from './sqlite.js';

/** migrations[n] leads from version n to n + 1. A released one is never edited. */
const migrations: readonly string[] = [
  `
  CREATE TABLE tenants (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    span_ns INTEGER NOT NULL              -- no chunk of the tenant is longer than this
  );
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    labels TEXT NOT NULL,                 -- JSON: [name, value, name, value, …], sorted by name
    from_ns INTEGER NOT NULL,             -- bounds of its chunks
    through_ns INTEGER NOT NULL,
    UNIQUE (tenant, labels)
  );
  CREATE TABLE labels (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (tenant, name, value)
  );
  CREATE TABLE postings (
    label INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    PRIMARY KEY (label, stream)
  ) WITHOUT ROWID;
  CREATE TABLE packs (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    from_ns INTEGER NOT NULL,
    through_ns INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL
  );
  CREATE INDEX packs_by_tenant ON packs (tenant, from_ns);
  CREATE TABLE chunks (
    pack INTEGER NOT NULL,
    meta_offset INTEGER NOT NULL,
    meta_bytes INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    from_ns INTEGER NOT NULL,
    through_ns INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    PRIMARY KEY (pack, meta_offset)
  ) WITHOUT ROWID;
  CREATE INDEX chunks_by_stream ON chunks (stream, from_ns, through_ns);
  -- Packs that were replaced and may still lie in the store: not to be indexed again.
  CREATE TABLE retired (name TEXT PRIMARY KEY) WITHOUT ROWID;
  `,
];

export const schemaVersion = migrations.length;

/** Brings the database to the present version. False when it was made by a newer program. */
export function migrate(db: Sqlite): boolean {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > schemaVersion) return false;
  for (let v = version; v < schemaVersion; v++) {
    db.transaction(() => {
      db.exec(migrations[v] as string);
      db.pragma(`user_version = ${v + 1}`);
    })();
  }
  return true;
}
