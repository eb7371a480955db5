/** Patterns of the lines that came in lately, by tenant, stream and level: fed live, kept in memory. */
import type { EntryBatch } from '../model/entry-batch.js';
import type { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import { Drain, type DrainLimits } from './drain.js';
import { MessageFields, type MessageHabit, type MessageLimits, messageFieldNames, type Span } from './message.js';
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
  /** Longer texts are left out: their pattern says little, and costs much. */
  readonly lineBytesMax: number;
  /** They say which fields of JSON lines hold a message. The same object, as long as they do not change. */
  readonly limitsFor: (tenant: TenantId) => MessageLimits;
}

/** By level: patterns of lines, and of the messages in JSON lines. */
interface StreamPatterns {
  readonly labels: Labels;
  readonly ofLines: Map<string, Drain>;
  readonly ofMessages: Map<string, Drain>;
  readonly habit: MessageHabit;
}

export class PatternStore {
  readonly #limits: PatternLimits;
  readonly #tenants = new Map<TenantId, Map<string, StreamPatterns>>();
  readonly #messageFields = new WeakMap<MessageLimits, MessageFields>();
  readonly #memo = new ShapeMemo();

  constructor(limits: PatternLimits) {
    this.#limits = limits;
  }

  /** JSON lines count by their message, and not at all when they have none. */
  append(tenant: TenantId, labels: Labels, batch: EntryBatch): void {
    const stream = this.#stream(tenant, labels);
    const fields = this.#fields(tenant);
    const levels = batch.metadata.find((c) => c.name === 'detected_level');
    const levelOf = (id: number): string => (id === 0 ? '' : (levels?.dictionary.get(id - 1) ?? ''));
    const ofLines: Drain[] = [];
    const ofMessages: Drain[] = [];
    const { count, offsetNs, lineEnd, lines } = batch;
    const baseSeconds = Number(batch.baseNs / 1_000_000_000n);
    const baseRest = Number(batch.baseNs % 1_000_000_000n);
    const span: Span = { start: 0, end: 0 };
    let start = 0;
    for (let i = 0; i < count; i++) {
      span.start = start;
      span.end = lineEnd[i] as number;
      start = span.end;
      const isJson = lines[span.start] === 0x7b && lines[span.end - 1] === 0x7d;
      if ((isJson && !fields.narrow(lines, span, stream.habit)) || span.end - span.start > this.#limits.lineBytesMax)
        continue;
      const id = levels?.ids[i] ?? 0;
      const drains = isJson ? ofMessages : ofLines;
      drains[id] ??= this.#drain(isJson ? stream.ofMessages : stream.ofLines, levelOf(id), isJson);
      const drain = drains[id] as Drain;
      const seconds = baseSeconds + Math.floor((baseRest + (offsetNs[i] as number)) / 1e9);
      const bucket = seconds - (seconds % bucketSeconds);
      const known = this.#memo.find(drain, lines, span.start, span.end);
      if (known === undefined) this.#memo.remember(drain, drain.train(textOf(lines, span), bucket));
      else known?.counts.add(bucket);
    }
  }

  #stream(tenant: TenantId, labels: Labels): StreamPatterns {
    let streams = this.#tenants.get(tenant);
    if (streams === undefined) {
      streams = new Map();
      this.#tenants.set(tenant, streams);
    }
    let stream = streams.get(labels.text);
    if (stream === undefined) {
      stream = { labels, ofLines: new Map(), ofMessages: new Map(), habit: { lastField: -1 } };
      streams.set(labels.text, stream);
    }
    return stream;
  }

  #drain(drains: Map<string, Drain>, level: string, isPart: boolean): Drain {
    let drain = drains.get(level);
    if (drain === undefined) {
      drain = new Drain(this.#limits, isPart);
      drains.set(level, drain);
    }
    return drain;
  }

  #fields(tenant: TenantId): MessageFields {
    const limits = this.#limits.limitsFor(tenant);
    let fields = this.#messageFields.get(limits);
    if (fields === undefined) {
      fields = new MessageFields(messageFieldNames(limits));
      this.#messageFields.set(limits, fields);
    }
    return fields;
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
    for (const { labels, ofLines, ofMessages } of this.#tenants.get(tenant)?.values() ?? []) {
      if (!test(labels)) continue;
      for (const [level, drain] of [...ofLines, ...ofMessages]) {
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
      for (const [text, { ofLines, ofMessages }] of streams) {
        for (const drains of [ofLines, ofMessages]) {
          for (const [level, drain] of drains) if (drain.forget(before) === 0) drains.delete(level);
        }
        if (ofLines.size + ofMessages.size === 0) streams.delete(text);
      }
      if (streams.size === 0) this.#tenants.delete(tenant);
    }
  }

  clear(): void {
    this.#tenants.clear();
    this.#memo.clear();
  }
}

const textOf = (lines: Uint8Array, { start, end }: Span): string =>
  Buffer.from(lines.buffer, lines.byteOffset + start, end - start).toString('utf8');
