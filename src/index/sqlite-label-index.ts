import type { ChunkRef } from '../model/chunk-ref.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, TimeRange } from '../model/time.js';
import { ChunkTable } from './chunk-table.js';
import type { IndexedStream, LabelIndex, PackRow } from './label-index.js';
import { rangeBounds } from './range-bounds.js';
import { matchStreams } from './select.js';
import type { Sqlite } from './sqlite.js';
import { type StreamRow, StreamTable } from './stream-table.js';

interface TenantRow {
  readonly id: number;
  /** No chunk of the tenant is longer. */
  spanNs: Nanos;
}

export class SqliteLabelIndex implements LabelIndex {
  readonly #db: Sqlite;
  readonly #onClosed: () => void;
  readonly #streams: StreamTable;
  readonly #chunks: ChunkTable;
  readonly #tenants = new Map<TenantId, TenantRow>();
  readonly #statements;

  /** Owns `db`. `onClosed` is called when its file is complete and closed. */
  constructor(db: Sqlite, onClosed: () => void) {
    this.#db = db;
    this.#onClosed = onClosed;
    this.#streams = new StreamTable(db);
    this.#chunks = new ChunkTable(db);
    this.#statements = {
      tenant: db.prepare('SELECT id, span_ns FROM tenants WHERE name = ?').safeIntegers().raw(),
      insertTenant: db.prepare('INSERT INTO tenants VALUES (NULL, ?, 0)'),
      setSpan: db.prepare('UPDATE tenants SET span_ns = ? WHERE id = ?'),
      tenants: db
        .prepare('SELECT name FROM tenants t WHERE EXISTS (SELECT 1 FROM packs WHERE tenant = t.id) ORDER BY name')
        .pluck(),
    };
  }

  addChunks(refs: readonly ChunkRef[]): void {
    if (refs.length > 0) this.#transaction(() => this.#add(refs));
  }

  replacePacks(packs: readonly string[], add: readonly ChunkRef[]): void {
    this.#transaction(() => {
      this.#add(add);
      const touched = new Set<number>();
      for (const pack of packs) {
        for (const stream of this.#chunks.removePack(pack)) touched.add(stream);
        this.#chunks.retire(pack);
      }
      for (const stream of touched) {
        const bounds = this.#chunks.bounds(stream);
        if (bounds === null) this.#streams.remove(stream);
        else this.#streams.setBounds(stream, ...bounds);
      }
    });
  }

  select(tenant: TenantId, matchers: readonly Matcher[], range: TimeRange): readonly IndexedStream[] {
    const row = this.#tenant(tenant);
    if (row === null) return [];
    const bounds = rangeBounds(range, row.spanNs);
    const streams = this.#streams
      .getAll(matchStreams(this.#streams, row.id, matchers))
      .filter(({ fromNs, throughNs }) => fromNs <= bounds.last && throughNs >= bounds.start);
    return streams.length === 0 ? [] : this.#chunks.overlapping(tenant, streams, bounds);
  }

  series(tenant: TenantId, matchers: readonly Matcher[], range: TimeRange): readonly Labels[] {
    const row = this.#tenant(tenant);
    return row === null ? [] : this.#matching(row, matchers, range).map((stream) => stream.labels);
  }

  labelNames(tenant: TenantId, matchers: readonly Matcher[], range: TimeRange): readonly string[] {
    const row = this.#tenant(tenant);
    if (row === null) return [];
    if (matchers.length === 0) {
      const bounds = rangeBounds(range, row.spanNs);
      return this.#streams.names(row.id).filter((name) => this.#streams.nameIsIn(row.id, name, bounds));
    }
    const names = new Set<string>();
    for (const { labels } of this.#matching(row, matchers, range)) for (const [name] of labels.pairs) names.add(name);
    return [...names].sort();
  }

  labelValues(tenant: TenantId, name: string, matchers: readonly Matcher[], range: TimeRange): readonly string[] {
    const row = this.#tenant(tenant);
    if (row === null) return [];
    if (matchers.length === 0) return this.#streams.valuesIn(row.id, name, rangeBounds(range, row.spanNs));
    const values = new Set<string>();
    for (const { labels } of this.#matching(row, matchers, range)) {
      const value = labels.get(name);
      if (value !== '') values.add(value);
    }
    return [...values].sort(byCodePoint);
  }

  packs(tenant?: TenantId): readonly PackRow[] {
    return this.#chunks.packs(tenant);
  }

  retired(): readonly string[] {
    return this.#chunks.retired();
  }

  forgetRetired(packs: readonly string[]): void {
    this.#transaction(() => {
      for (const pack of packs) this.#chunks.unretire(pack);
    });
  }

  tenants(): readonly TenantId[] {
    return this.#statements.tenants.all() as TenantId[];
  }

  close(): void {
    if (!this.#db.open) return;
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.close();
    this.#onClosed();
  }

  #transaction(work: () => void): void {
    try {
      this.#db.transaction(work)();
    } catch (error) {
      this.#streams.forget();
      this.#chunks.forget();
      this.#tenants.clear();
      throw error;
    }
  }

  #add(refs: readonly ChunkRef[]): void {
    const totals = new Map();
    for (const ref of refs) {
      const tenant = this.#tenant(ref.tenant) ?? this.#addTenant(ref.tenant);
      const pack = this.#chunks.addPack(tenant.id, ref);
      const stream = this.#streams.add(tenant.id, ref.labels, ref.fromNs, ref.throughNs);
      this.#chunks.add(pack, stream, ref, totals);
      const spanNs = ref.throughNs - ref.fromNs;
      if (spanNs > tenant.spanNs) {
        this.#statements.setSpan.run(spanNs, tenant.id);
        tenant.spanNs = spanNs;
      }
    }
    this.#chunks.addTotals(totals);
  }

  #tenant(name: TenantId): TenantRow | null {
    const known = this.#tenants.get(name);
    if (known !== undefined) return known;
    const row = this.#statements.tenant.get(name) as [bigint, Nanos] | undefined;
    if (row === undefined) return null;
    const tenant = { id: Number(row[0]), spanNs: row[1] };
    this.#tenants.set(name, tenant);
    return tenant;
  }

  #addTenant(name: TenantId): TenantRow {
    this.#statements.insertTenant.run(name);
    return this.#tenant(name) as TenantRow;
  }

  #matching(tenant: TenantRow, matchers: readonly Matcher[], range: TimeRange): StreamRow[] {
    const bounds = rangeBounds(range, tenant.spanNs);
    return this.#streams.getAll(matchStreams(this.#streams, tenant.id, matchers)).filter((stream) => {
      if (stream.fromNs > bounds.last || stream.throughNs < bounds.start) return false;
      // One of the stream's ends lies in the range, and there is a chunk at each end.
      if (stream.fromNs >= bounds.start || stream.throughNs <= bounds.last) return true;
      return this.#chunks.hasOverlapping(stream.id, bounds);
    });
  }
}

/** As Go sorts strings. Code units order alike except above U+D7FF. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}
const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
