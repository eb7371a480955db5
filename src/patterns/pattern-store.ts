/** Patterns of the lines that came in lately, by tenant, stream and level: fed live, kept in memory. */
import type { EntryBatch } from '../model/entry-batch.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import { Drain, type DrainLimits } from './drain.js';
import { narrowToMessage, type Span } from './message.js';
import { ShapeMemo } from './shape-memo.js';

export interface PatternSeries {
  readonly pattern: string;
  readonly level: string;
  readonly samples: readonly (readonly [seconds: number, count: number])[];
}

const bucketSeconds = 10;
export interface PatternLimits extends DrainLimits {
  /** How long patterns are kept. */
  readonly keptMs: number;
}

interface StreamPatterns {
  readonly labels: Labels;
  readonly byLevel: Map<string, Drain>;
}

export class PatternStore {
  readonly #limits: PatternLimits;
  readonly #tenants = new Map<TenantId, Map<string, StreamPatterns>>();
  readonly #memo = new ShapeMemo();

  constructor(limits: PatternLimits) {
    this.#limits = limits;
  }

  append(tenant: TenantId, labels: Labels, batch: EntryBatch): void {
    let streams = this.#tenants.get(tenant);
    if (streams === undefined) {
      streams = new Map();
      this.#tenants.set(tenant, streams);
    }
    let stream = streams.get(labels.text);
    if (stream === undefined) {
      stream = { labels, byLevel: new Map() };
      streams.set(labels.text, stream);
    }
    const levels = batch.metadata.find((c) => c.name === 'detected_level');
    const drains: Drain[] = [];
    const bufferOfLines = Buffer.from(batch.lines.buffer, batch.lines.byteOffset, batch.lines.byteLength);
    const { count, offsetNs, lineEnd, lines } = batch;
    const baseSeconds = Number(batch.baseNs / 1_000_000_000n);
    const baseRest = Number(batch.baseNs % 1_000_000_000n);
    const span: Span = { start: 0, end: 0 };
    let start = 0;
    for (let i = 0; i < count; i++) {
      const id = levels?.ids[i] ?? 0;
      drains[id] ??= drainOf(stream, id === 0 ? '' : (levels?.dictionary.get(id - 1) ?? ''), this.#limits);
      const drain = drains[id] as Drain;
      span.start = start;
      span.end = lineEnd[i] as number;
      start = span.end;
      narrowToMessage(lines, span);
      const seconds = baseSeconds + Math.floor((baseRest + (offsetNs[i] as number)) / 1e9);
      const bucket = seconds - (seconds % bucketSeconds);
      const known = this.#memo.find(drain, lines, span.start, span.end);
      if (known !== undefined) known.counts.add(bucket);
      else {
        const cluster = drain.train(bufferOfLines.toString('utf8', span.start, span.end), bucket);
        if (cluster !== null) this.#memo.remember(drain, cluster);
      }
    }
  }

  /** Counts per step of every pattern of the streams that match; the most frequent first. */
  query(
    tenant: TenantId,
    test: (labels: Labels) => boolean,
    fromSeconds: number,
    throughSeconds: number,
    stepSeconds: number,
  ): PatternSeries[] {
    const merged = new Map<string, { pattern: string; level: string; counts: Map<number, number>; total: number }>();
    for (const { labels, byLevel } of this.#tenants.get(tenant)?.values() ?? []) {
      if (!test(labels)) continue;
      for (const [level, drain] of byLevel) {
        for (const { pattern, counts } of drain.clusters()) {
          for (const [bucket, count] of counts) {
            if (bucket < fromSeconds - bucketSeconds || bucket > throughSeconds) continue;
            const key = `${level}\n${pattern}`;
            let series = merged.get(key);
            if (series === undefined) {
              series = { pattern, level, counts: new Map(), total: 0 };
              merged.set(key, series);
            }
            const at = bucket - (bucket % stepSeconds);
            series.counts.set(at, (series.counts.get(at) ?? 0) + count);
            series.total += count;
          }
        }
      }
    }
    return [...merged.values()]
      .sort((a, b) => b.total - a.total)
      .map(({ pattern, level, counts }) => ({ pattern, level, samples: [...counts].sort((a, b) => a[0] - b[0]) }));
  }

  /** To be called now and then: drops what is too old, and streams of which nothing is left. */
  forget(nowMs: number): void {
    const before = Math.floor((nowMs - this.#limits.keptMs) / 1000);
    for (const [tenant, streams] of this.#tenants) {
      for (const [text, { byLevel }] of streams) {
        for (const [level, drain] of byLevel) if (drain.forget(before) === 0) byLevel.delete(level);
        if (byLevel.size === 0) streams.delete(text);
      }
      if (streams.size === 0) this.#tenants.delete(tenant);
    }
  }

  clear(): void {
    this.#tenants.clear();
    this.#memo.clear();
  }
}

function drainOf({ byLevel }: StreamPatterns, level: string, limits: DrainLimits): Drain {
  let drain = byLevel.get(level);
  if (drain === undefined) {
    drain = new Drain(limits);
    byLevel.set(level, drain);
  }
  return drain;
}
