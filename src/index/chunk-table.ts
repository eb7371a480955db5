/** Packs and the chunks in them. A pack is in the index with all its chunks or not at all. */
import type { ChunkRef } from '../model/chunk-ref.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos } from '../model/time.js';
import type { IndexedStream, PackRow } from './label-index.js';
import type { RangeBounds } from './range-bounds.js';
import type { Sqlite } from './sqlite.js';
import type { StreamRow } from './stream-table.js';

/** What a pack's row sums up. */
interface PackTotals {
  fromNs: Nanos;
  throughNs: Nanos;
  chunks: number;
  entries: number;
  storedBytes: number;
}

/** Names of packs kept in memory; when there are more, the cache begins anew. */
const cachedNamesMax = 65_536;

export class ChunkTable {
  readonly #packNames = new Map<number, string>();
  readonly #statements;

  constructor(db: Sqlite) {
    this.#statements = {
      insert: db.prepare('INSERT OR IGNORE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
      overlapping: db
        .prepare(
          `SELECT c.stream, c.pack, c.meta_offset, c.meta_bytes, c.from_ns, c.through_ns, c.entries, c.raw_bytes,
             c.stored_bytes
           FROM json_each(@streams) ids CROSS JOIN chunks c ON c.stream = ids.value
           WHERE c.from_ns <= @last AND c.from_ns >= @earliest AND c.through_ns >= @start`,
        )
        .safeIntegers()
        .raw(),
      hasOverlapping: db
        .prepare(
          `SELECT 1 FROM chunks WHERE stream = @stream
             AND from_ns <= @last AND from_ns >= @earliest AND through_ns >= @start LIMIT 1`,
        )
        .pluck(),
      packName: db.prepare('SELECT name FROM packs WHERE id = ?').pluck(),
      bounds: db.prepare('SELECT min(from_ns), max(through_ns) FROM chunks WHERE stream = ?').safeIntegers().raw(),
      findPack: db.prepare('SELECT id FROM packs WHERE name = ?').pluck(),
      insertPack: db.prepare('INSERT INTO packs VALUES (NULL, ?, ?, ?, ?, 0, 0, 0)'),
      addToPack: db.prepare(
        `UPDATE packs SET from_ns = min(from_ns, ?), through_ns = max(through_ns, ?), chunks = chunks + ?,
         entries = entries + ?, stored_bytes = stored_bytes + ? WHERE id = ?`,
      ),
      streamsOfPack: db.prepare('SELECT DISTINCT stream FROM chunks WHERE pack = ?').pluck(),
      removeChunks: db.prepare('DELETE FROM chunks WHERE pack = ?'),
      removePack: db.prepare('DELETE FROM packs WHERE id = ?'),
      packs: db
        .prepare(
          `SELECT p.name, t.name, p.from_ns, p.through_ns, p.chunks, p.entries, p.stored_bytes
           FROM packs p JOIN tenants t ON t.id = p.tenant WHERE @tenant IS NULL OR t.name = @tenant
           ORDER BY p.tenant, p.from_ns, p.name`,
        )
        .safeIntegers()
        .raw(),
      retire: db.prepare('INSERT OR IGNORE INTO retired VALUES (?)'),
      unretire: db.prepare('DELETE FROM retired WHERE name = ?'),
      retired: db.prepare('SELECT name FROM retired ORDER BY name').pluck(),
    };
  }

  /** The pack's id; made, without chunks, when new. */
  addPack(tenant: number, ref: ChunkRef): number {
    const known = this.#statements.findPack.get(ref.pack) as number | undefined;
    if (known !== undefined) return known;
    return Number(this.#statements.insertPack.run(tenant, ref.pack, ref.fromNs, ref.throughNs).lastInsertRowid);
  }

  /** False when it was there already. `totals` collects for `addTotals`. */
  add(pack: number, stream: number, ref: ChunkRef, totals: Map<number, PackTotals>): boolean {
    const { fromNs, throughNs, entries, rawBytes, storedBytes, metaOffset, metaBytes } = ref;
    const { changes } = this.#statements.insert.run(
      ...[pack, metaOffset, metaBytes, stream, fromNs, throughNs, entries, rawBytes, storedBytes],
    );
    if (changes === 0) return false;
    const sum = totals.get(pack);
    if (sum === undefined) totals.set(pack, { fromNs, throughNs, chunks: 1, entries, storedBytes });
    else {
      if (fromNs < sum.fromNs) sum.fromNs = fromNs;
      if (throughNs > sum.throughNs) sum.throughNs = throughNs;
      sum.chunks++;
      sum.entries += entries;
      sum.storedBytes += storedBytes;
    }
    return true;
  }

  addTotals(totals: ReadonlyMap<number, PackTotals>): void {
    for (const [pack, t] of totals)
      this.#statements.addToPack.run(t.fromNs, t.throughNs, t.chunks, t.entries, t.storedBytes, pack);
  }

  /** Removes a pack and says which streams had chunks in it. */
  removePack(name: string): number[] {
    const id = this.#statements.findPack.get(name) as number | undefined;
    if (id === undefined) return [];
    const streams = this.#statements.streamsOfPack.all(id) as number[];
    this.#statements.removeChunks.run(id);
    this.#statements.removePack.run(id);
    this.#packNames.delete(id);
    return streams;
  }

  /** Null when the stream has no chunk. */
  bounds(stream: number): [from: Nanos, through: Nanos] | null {
    const [from, through] = this.#statements.bounds.get(BigInt(stream)) as [Nanos | null, Nanos | null];
    return from === null || through === null ? null : [from, through];
  }

  hasOverlapping(stream: number, bounds: RangeBounds): boolean {
    return this.#statements.hasOverlapping.get({ stream, ...bounds }) !== undefined;
  }

  /** For each of the streams, its chunks by time; streams without any are left out. */
  overlapping(tenant: TenantId, streams: readonly StreamRow[], bounds: RangeBounds): IndexedStream[] {
    const rows = this.#statements.overlapping.all({
      streams: JSON.stringify(streams.map(({ id }) => id)),
      ...bounds,
    }) as ChunkColumns[];
    const found: { labels: Labels; chunks: ChunkRef[] }[] = [];
    // Rows come stream after stream, in the order of `streams`.
    let at = -1;
    let open: { labels: Labels; chunks: ChunkRef[] } | null = null;
    for (const [stream, pack, metaOffset, metaBytes, fromNs, throughNs, entries, rawBytes, storedBytes] of rows) {
      const id = Number(stream);
      if (open === null || streams[at]?.id !== id) {
        do at++;
        while (streams[at]?.id !== id);
        open = { labels: (streams[at] as StreamRow).labels, chunks: [] };
        found.push(open);
      }
      open.chunks.push({
        ...{ tenant, labels: open.labels, pack: this.#packName(Number(pack)), fromNs, throughNs },
        ...{ metaOffset: Number(metaOffset), metaBytes: Number(metaBytes), entries: Number(entries) },
        ...{ rawBytes: Number(rawBytes), storedBytes: Number(storedBytes) },
      });
    }
    for (const { chunks } of found) if (chunks.length > 1) chunks.sort(byTime);
    return found;
  }

  #packName(id: number): string {
    let name = this.#packNames.get(id);
    if (name === undefined) {
      name = this.#statements.packName.get(id) as string;
      if (this.#packNames.size >= cachedNamesMax) this.#packNames.clear();
      this.#packNames.set(id, name);
    }
    return name;
  }

  /** A transaction was rolled back: what was remembered may never have been. */
  forget(): void {
    this.#packNames.clear();
  }

  packs(tenant: TenantId | undefined): PackRow[] {
    const rows = this.#statements.packs.all({ tenant: tenant ?? null }) as PackColumns[];
    return rows.map(([pack, owner, fromNs, throughNs, chunks, entries, storedBytes]) => ({
      ...{ pack, tenant: owner, fromNs, throughNs },
      ...{ chunks: Number(chunks), entries: Number(entries), storedBytes: Number(storedBytes) },
    }));
  }

  retire(name: string): void {
    this.#statements.retire.run(name);
  }

  unretire(name: string): void {
    this.#statements.unretire.run(name);
  }

  retired(): string[] {
    return this.#statements.retired.all() as string[];
  }
}

type ChunkColumns = [bigint, bigint, bigint, bigint, Nanos, Nanos, bigint, bigint, bigint];
type PackColumns = [string, TenantId, Nanos, Nanos, bigint, bigint, bigint];

/** Ties by name, so that a rebuilt index gives the same order. */
function byTime(a: ChunkRef, b: ChunkRef): number {
  if (a.fromNs !== b.fromNs) return a.fromNs < b.fromNs ? -1 : 1;
  if (a.throughNs !== b.throughNs) return a.throughNs < b.throughNs ? -1 : 1;
  if (a.pack !== b.pack) return a.pack < b.pack ? -1 : 1;
  return a.metaOffset - b.metaOffset;
}
