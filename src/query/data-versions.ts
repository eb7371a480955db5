/**
 * When data of a time was last changed: by minute of the entries' time, for each tenant. A cached result is good as
 * long as nothing that its windows cover has changed since it was computed: late arrivals and deletions are seen.
 */
import type { EntryBatch } from '../model/entry-batch.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos } from '../model/time.js';

const bucketNs = 60_000_000_000n;
/** Beyond so many minutes the oldest are forgotten and count as changed just then. */
const bucketsMax = 50_000;

interface TenantVersions {
  readonly changedAt: Map<number, number>;
  /** Everything that is not in the map was last changed at this version, or before. */
  floor: number;
}

export class DataVersions {
  #version = 1;
  readonly #tenants = new Map<TenantId, TenantVersions>();

  /** The version of now: whatever is appended later gets a higher one. */
  get version(): number {
    return this.#version;
  }

  appended(tenant: TenantId, { baseNs, offsetNs, count }: EntryBatch): void {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const offset = offsetNs[i] as number;
      if (offset < low) low = offset;
      if (offset > high) high = offset;
    }
    if (count > 0) this.changed(tenant, baseNs + BigInt(low), baseNs + BigInt(high));
  }

  /** Entries with from <= t <= through came or went. */
  changed(tenant: TenantId, from: Nanos, through: Nanos): void {
    let versions = this.#tenants.get(tenant);
    if (versions === undefined) {
      versions = { changedAt: new Map(), floor: 0 };
      this.#tenants.set(tenant, versions);
    }
    const version = ++this.#version;
    const first = bucketOf(from);
    const last = bucketOf(through);
    if (last - first >= bucketsMax) {
      versions.changedAt.clear();
      versions.floor = version;
      return;
    }
    for (let bucket = first; bucket <= last; bucket++) versions.changedAt.set(bucket, version);
    if (versions.changedAt.size > bucketsMax) {
      versions.floor = version;
      for (const bucket of [...versions.changedAt.keys()].sort((a, b) => a - b).slice(0, bucketsMax / 2))
        versions.changedAt.delete(bucket);
    }
  }

  /** The highest version of what lies in from <= t <= through. */
  lastChange(tenant: TenantId, from: Nanos, through: Nanos): number {
    const versions = this.#tenants.get(tenant);
    if (versions === undefined) return 0;
    let latest = versions.floor;
    const first = bucketOf(from);
    const last = bucketOf(through);
    if (last - first > versions.changedAt.size) {
      for (const [bucket, version] of versions.changedAt)
        if (bucket >= first && bucket <= last && version > latest) latest = version;
      return latest;
    }
    for (let bucket = first; bucket <= last; bucket++) {
      const version = versions.changedAt.get(bucket);
      if (version !== undefined && version > latest) latest = version;
    }
    return latest;
  }
}

const bucketOf = (ns: Nanos): number => Number(ns >= 0n ? ns / bucketNs : (ns - bucketNs + 1n) / bucketNs);
