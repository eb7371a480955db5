/**
 * Results of metric range queries, step by step. A step is taken from the cache only when nothing that it was computed
 * from has changed since, so that a line acknowledged before the query began is never hidden.
 */
import type { StepSeries } from '../logql/engine/querier.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, StepGrid } from '../model/time.js';
import type { DataVersions } from './data-versions.js';

/** What a query's value at t was computed from: entries with t - backNs < e <= t + aheadNs. */
export interface Reach {
  readonly backNs: number;
  readonly aheadNs: number;
}

interface Entry {
  /** Version of the data when the steps were computed, by step index from `originNs`. */
  readonly versions: Map<number, number>;
  readonly series: Map<string, { readonly labels: Labels; readonly values: Map<number, number> }>;
  bytes: number;
}

/** A map's slot costs about so much; label texts are counted beside it. */
const slotBytes = 40;

export class ResultsCache {
  readonly #bytesMax: number;
  readonly #versions: DataVersions;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(bytesMax: number, versions: DataVersions) {
    this.#bytesMax = bytesMax;
    this.#versions = versions;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Everything that gives two queries the same value at the same time. */
  static key(tenants: readonly TenantId[], query: string, grid: StepGrid): string {
    const phase = grid.startNs % BigInt(grid.stepNs);
    return `${tenants.join('|')}\n${grid.stepNs}\n${phase}\n${query}`;
  }

  /** Runs [from, to) of steps that must be computed; null when all must. */
  missing(
    key: string,
    tenants: readonly TenantId[],
    grid: StepGrid,
    reach: Reach,
  ): readonly (readonly [from: number, to: number])[] | null {
    const entry = this.#touch(key);
    if (entry === undefined) return null;
    const first = stepIndex(grid);
    const runs: [number, number][] = [];
    for (let k = 0; k < grid.count; k++) {
      const at = entry.versions.get(first + k);
      if (at !== undefined && at >= this.#lastChange(tenants, grid, k, reach)) continue;
      const last = runs.at(-1);
      if (last !== undefined && last[1] === k) last[1] = k + 1;
      else runs.push([k, k + 1]);
    }
    return runs;
  }

  /** The series over the whole grid, of steps that were just stored or found good. */
  assemble(key: string, grid: StepGrid): StepSeries[] {
    const entry = this.#entries.get(key);
    const first = stepIndex(grid);
    const out: StepSeries[] = [];
    for (const { labels, values } of entry?.series.values() ?? []) {
      const series = { labels, values: new Float64Array(grid.count), present: new Uint8Array(grid.count) };
      let any = false;
      for (let k = 0; k < grid.count; k++) {
        const value = values.get(first + k);
        if (value === undefined) continue;
        series.values[k] = value;
        series.present[k] = 1;
        any = true;
      }
      if (any) out.push(series);
    }
    return out;
  }

  /** Keeps what was computed for the steps of `grid` when the data had `version`. */
  store(key: string, grid: StepGrid, series: readonly StepSeries[], version: number): void {
    const entry: Entry = this.#touch(key) ?? { versions: new Map(), series: new Map(), bytes: key.length * 2 };
    if (!this.#entries.has(key)) this.#bytes += entry.bytes;
    this.#entries.set(key, entry);
    const before = entry.bytes;
    const first = stepIndex(grid);
    for (let k = 0; k < grid.count; k++) {
      if (!entry.versions.has(first + k)) entry.bytes += slotBytes;
      entry.versions.set(first + k, version);
      for (const { values } of entry.series.values()) if (values.delete(first + k)) entry.bytes -= slotBytes;
    }
    for (const one of series) {
      let kept = entry.series.get(one.labels.text);
      if (kept === undefined) {
        kept = { labels: one.labels, values: new Map() };
        entry.series.set(one.labels.text, kept);
        entry.bytes += one.labels.text.length * 2 + slotBytes;
      }
      for (let k = 0; k < grid.count; k++) {
        if (!one.present[k]) continue;
        kept.values.set(first + k, one.values[k] as number);
        entry.bytes += slotBytes;
      }
    }
    this.#bytes += entry.bytes - before;
    this.#evict(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #lastChange(tenants: readonly TenantId[], grid: StepGrid, k: number, { backNs, aheadNs }: Reach): number {
    const at = grid.startNs + BigInt(k * grid.stepNs);
    const [from, through]: [Nanos, Nanos] = [at - BigInt(backNs), at + BigInt(aheadNs)];
    return Math.max(...tenants.map((tenant) => this.#versions.lastChange(tenant, from, through)));
  }

  #touch(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  /** The one that was just used stays, unless it alone is too large. */
  #evict(justUsed: string): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) return;
      if (key === justUsed && this.#entries.size > 1) continue;
      this.#entries.delete(key);
      this.#bytes -= entry.bytes;
    }
  }
}

const stepIndex = (grid: StepGrid): number => Number(grid.startNs / BigInt(grid.stepNs));
