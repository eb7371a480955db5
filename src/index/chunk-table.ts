/** Packs and the chunks in them. A pack is in the index with all its chunks or not at all. */
import type { ChunkRef } from '../model/chunk-ref.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, TimeRange } from '../model/time.js';
import type { PackRow } from './label-index.js';
import { keepForever, type Sqlite } from './sqlite.js';

/** What a pack's row sums up. */
interface PackTotals {
  fromNs: Nanos;
  throughNs: Nanos;
  chunks: number;
  entries: number;
  storedBytes: number;
}

export class ChunkTable {
  readonly #statements;

  constructor(db: Sqlite) {
    const overlaps = 'from_ns <= @last AND from_ns >= @earliest AND through_ns >= @start';
    this.#statements = {
      insert: db.prepare('INSERT OR IGNORE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
      // By name, not by id: a rebuilt index gives the same order.
      overlapping: db
        .prepare(
          `SELECT p.name, c.meta_offset, c.meta_bytes, c.from_ns, c.through_ns, c.entries, c.raw_bytes, c.stored_bytes
           FROM chunks c JOIN packs p ON p.id = c.pack
           WHERE c.stream = @stream AND c.from_ns <= @last AND c.from_ns >= @earliest AND c.through_ns >= @start
           ORDER BY c.from_ns, c.through_ns, p.name, c.meta_offset`,
        )
        .safeIntegers()
        .raw(),
      hasOverlapping: db.prepare(`SELECT 1 FROM chunks WHERE stream = @stream AND ${overlaps} LIMIT 1`).pluck(),
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
    keepForever(...Object.values(this.#statements));
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
    return streams;
  }

  /** Null when the stream has no chunk. */
  bounds(stream: number): [from: Nanos, through: Nanos] | null {
    const [from, through] = this.#statements.bounds.get(BigInt(stream)) as [Nanos | null, Nanos | null];
    return from === null || through === null ? null : [from, through];
  }

  hasOverlapping(stream: number, range: TimeRange, spanNs: Nanos): boolean {
    return this.#statements.hasOverlapping.get(bind(stream, range, spanNs)) !== undefined;
  }

  /** By time. `spanNs`: no chunk is longer. */
  overlapping(tenant: TenantId, stream: number, labels: Labels, range: TimeRange, spanNs: Nanos): ChunkRef[] {
    const rows = this.#statements.overlapping.all(bind(stream, range, spanNs)) as ChunkColumns[];
    return rows.map(([pack, metaOffset, metaBytes, fromNs, throughNs, entries, rawBytes, storedBytes]) => ({
      ...{ tenant, labels, pack, fromNs, throughNs },
      ...{ metaOffset: Number(metaOffset), metaBytes: Number(metaBytes), entries: Number(entries) },
      ...{ rawBytes: Number(rawBytes), storedBytes: Number(storedBytes) },
    }));
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

type ChunkColumns = [string, bigint, bigint, Nanos, Nanos, bigint, bigint, bigint];
type PackColumns = [string, TenantId, Nanos, Nanos, bigint, bigint, bigint];

const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;
const clamp = (ns: Nanos): Nanos => (ns < least ? least : ns > greatest ? greatest : ns);

/** A chunk that overlaps begins at `earliest` or later: what lets the search by `from_ns` begin there. */
const bind = (stream: number, range: TimeRange, spanNs: Nanos) => ({
  stream,
  start: clamp(range.start),
  last: clamp(range.end - 1n),
  earliest: clamp(range.start - spanNs),
});
