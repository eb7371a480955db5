/** Streams, their labels and postings (label → streams). A stream is there as long as it has a chunk. */
import { invariant } from '../errors.js';
import { type LabelPair, Labels } from '../model/labels.js';
import type { Nanos } from '../model/time.js';
import type { RangeBounds } from './range-bounds.js';
import type { Sqlite } from './sqlite.js';

export interface StreamRow {
  readonly id: number;
  readonly labels: Labels;
  /** Bounds of the stream's chunks, inclusive. */
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
}

/** Rows kept in memory; when there are more, the cache begins anew. */
const cachedRowsMax = 65_536;

/** Has a stream with label `l` a chunk in the range? There is a chunk at each end of a stream's bounds. */
const occurs = `EXISTS (
  SELECT 1 FROM postings p CROSS JOIN streams s ON s.id = p.stream
  WHERE p.label = l.id AND s.from_ns <= @last AND s.through_ns >= @start
    AND (s.from_ns >= @start OR s.through_ns <= @last OR EXISTS (
      SELECT 1 FROM chunks c
      WHERE c.stream = s.id AND c.from_ns <= @last AND c.from_ns >= @earliest AND c.through_ns >= @start)))`;

export class StreamTable {
  readonly #cache = new Map<number, StreamRow>();
  readonly #statements;

  constructor(db: Sqlite) {
    this.#statements = {
      find: db.prepare('SELECT id FROM streams WHERE tenant = ? AND labels = ?').pluck(),
      insert: db.prepare('INSERT INTO streams (tenant, labels, from_ns, through_ns) VALUES (?, ?, ?, ?)'),
      widen: db.prepare('UPDATE streams SET from_ns = min(from_ns, ?), through_ns = max(through_ns, ?) WHERE id = ?'),
      setBounds: db.prepare('UPDATE streams SET from_ns = ?, through_ns = ? WHERE id = ?'),
      get: db
        .prepare(
          `SELECT s.id, s.labels, s.from_ns, s.through_ns FROM json_each(?) ids CROSS JOIN streams s ON s.id = ids.value`,
        )
        .safeIntegers()
        .raw(),
      all: db.prepare('SELECT id FROM streams WHERE tenant = ? ORDER BY id').pluck(),
      remove: db.prepare('DELETE FROM streams WHERE id = ?'),
      tenantOf: db.prepare('SELECT tenant FROM streams WHERE id = ?').pluck(),
      findLabel: db.prepare('SELECT id FROM labels WHERE tenant = ? AND name = ? AND value = ?').pluck(),
      insertLabel: db.prepare('INSERT INTO labels (tenant, name, value) VALUES (?, ?, ?)'),
      removeLabel: db.prepare(
        'DELETE FROM labels WHERE id = ? AND NOT EXISTS (SELECT 1 FROM postings WHERE label = ?)',
      ),
      values: db.prepare('SELECT id, value FROM labels WHERE tenant = ? AND name = ?').raw(),
      nextName: db.prepare('SELECT name FROM labels WHERE tenant = ? AND name > ? ORDER BY name LIMIT 1').pluck(),
      post: db.prepare('INSERT INTO postings (label, stream) VALUES (?, ?)'),
      unpost: db.prepare('DELETE FROM postings WHERE label = ? AND stream = ?'),
      posted: db.prepare('SELECT stream FROM postings WHERE label = ? ORDER BY stream').pluck(),
      valuesIn: db
        .prepare(`SELECT value FROM labels l WHERE tenant = @tenant AND name = @name AND ${occurs} ORDER BY value`)
        .pluck(),
      nameIsIn: db
        .prepare(`SELECT 1 FROM labels l WHERE tenant = @tenant AND name = @name AND ${occurs} LIMIT 1`)
        .pluck(),
    };
  }

  /** The id of the stream, made when new. Its bounds then cover the times given. */
  add(tenant: number, labels: Labels, fromNs: Nanos, throughNs: Nanos): number {
    const s = this.#statements;
    const text = textOf(labels);
    const known = s.find.get(tenant, text) as number | undefined;
    if (known !== undefined) {
      s.widen.run(fromNs, throughNs, known);
      this.#cache.delete(known);
      return known;
    }
    const id = Number(s.insert.run(tenant, text, fromNs, throughNs).lastInsertRowid);
    for (const [name, value] of labels.pairs) {
      const label =
        (s.findLabel.get(tenant, name, value) as number | undefined) ??
        Number(s.insertLabel.run(tenant, name, value).lastInsertRowid);
      s.post.run(label, id);
    }
    return id;
  }

  setBounds(id: number, fromNs: Nanos, throughNs: Nanos): void {
    this.#statements.setBounds.run(fromNs, throughNs, id);
    this.#cache.delete(id);
  }

  /** With the labels that no other stream has. */
  remove(id: number): void {
    const s = this.#statements;
    const tenant = s.tenantOf.get(id) as number;
    for (const [name, value] of this.get(id).labels.pairs) {
      const label = s.findLabel.get(tenant, name, value) as number;
      s.unpost.run(label, id);
      s.removeLabel.run(label, label);
    }
    s.remove.run(id);
    this.#cache.delete(id);
  }

  /** A transaction was rolled back: what was remembered may never have been. */
  forget(): void {
    this.#cache.clear();
  }

  get(id: number): StreamRow {
    return this.getAll([id])[0] as StreamRow;
  }

  /** In the order of the ids. */
  getAll(ids: readonly number[]): StreamRow[] {
    const missing = ids.filter((id) => !this.#cache.has(id));
    if (missing.length > 0) {
      if (this.#cache.size + missing.length > cachedRowsMax) {
        this.#cache.clear();
        return this.#read(ids);
      }
      this.#read(missing);
    }
    return ids.map((id) => this.#cache.get(id) as StreamRow);
  }

  #read(ids: readonly number[]): StreamRow[] {
    const rows = this.#statements.get.all(JSON.stringify(ids)) as [bigint, string, Nanos, Nanos][];
    invariant(rows.length === ids.length, `index: ${ids.length - rows.length} streams are missing`);
    return rows.map(([id, labels, fromNs, throughNs]) => {
      const stream = { id: Number(id), labels: labelsOf(labels), fromNs, throughNs };
      if (this.#cache.size < cachedRowsMax) this.#cache.set(stream.id, stream);
      return stream;
    });
  }

  /** Ascending, as all lists of ids. */
  all(tenant: number): number[] {
    return this.#statements.all.all(tenant) as number[];
  }

  labelId(tenant: number, name: string, value: string): number | undefined {
    return this.#statements.findLabel.get(tenant, name, value) as number | undefined;
  }

  /** The values that a name has, with the ids of the labels. */
  values(tenant: number, name: string): [label: number, value: string][] {
    return this.#statements.values.all(tenant, name) as [number, string][];
  }

  names(tenant: number): string[] {
    const names: string[] = [];
    let name = this.#statements.nextName.get(tenant, '') as string | undefined;
    while (name !== undefined) {
      names.push(name);
      name = this.#statements.nextName.get(tenant, name) as string | undefined;
    }
    return names;
  }

  /** Values that a stream with a chunk in the range has, in the order of their UTF-8 bytes. */
  valuesIn(tenant: number, name: string, bounds: RangeBounds): string[] {
    return this.#statements.valuesIn.all({ tenant, name, ...bounds }) as string[];
  }

  nameIsIn(tenant: number, name: string, bounds: RangeBounds): boolean {
    return this.#statements.nameIsIn.get({ tenant, name, ...bounds }) !== undefined;
  }

  withLabel(label: number): number[] {
    return this.#statements.posted.all(label) as number[];
  }
}

const textOf = (labels: Labels): string => JSON.stringify(labels.pairs.flat());

function labelsOf(text: string): Labels {
  const flat = JSON.parse(text) as string[];
  const pairs: LabelPair[] = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i] as string, flat[i + 1] as string]);
  return new Labels(pairs);
}
