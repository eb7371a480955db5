/** Patterns of the lines that came in lately, by tenant, stream and level: fed live, kept in memory. */
import type { EntryBatch } from '../model/entry-batch.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import { Drain, type DrainLimits } from './drain.js';

export interface PatternSeries {
  readonly pattern: string;
  readonly level: string;
  readonly samples: readonly (readonly [seconds: number, count: number])[];
}

const bucketSeconds = 10;
/** Fields whose text is the message of a JSON line. Source: Loki's default list. */
const messageField = /"(?:log|message|msg|msg_|_msg|content|event)"\s*:\s*"((?:[^"\\]|\\.)*)"/;

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
    const lines = Buffer.from(batch.lines.buffer, batch.lines.byteOffset, batch.lines.byteLength);
    const baseSeconds = Number(batch.baseNs / 1_000_000_000n);
    const baseRest = Number(batch.baseNs % 1_000_000_000n);
    for (let i = 0; i < batch.count; i++) {
      const id = levels?.ids[i] ?? 0;
      const level = id === 0 ? '' : (levels?.dictionary.get(id - 1) ?? '');
      let drain = stream.byLevel.get(level);
      if (drain === undefined) {
        drain = new Drain(this.#limits);
        stream.byLevel.set(level, drain);
      }
      const line = lines.toString('utf8', i === 0 ? 0 : batch.lineEnd[i - 1], batch.lineEnd[i]);
      const seconds = baseSeconds + Math.floor((baseRest + (batch.offsetNs[i] as number)) / 1e9);
      drain.train(messageOf(line), seconds - (seconds % bucketSeconds));
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
  }
}

/** Of a JSON line its message, as the rest says little; of any other line all of it. */
function messageOf(line: string): string {
  if (!line.startsWith('{')) return line;
  return messageField.exec(line)?.[1] ?? line;
}
