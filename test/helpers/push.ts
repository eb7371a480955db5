/** Push bodies built by hand, and admitted columns read back as plain objects. */
import { type Admission, type AdmitContext, admit } from '../../src/ingest/admit.js';
import type { PushRequest } from '../../src/ingest/push/push-request.js';
import { StreamLabelsCache } from '../../src/ingest/stream-labels.js';
import { embeddedLimits, type Limits } from '../../src/limits/limits.js';
import { RateLimiter } from '../../src/limits/rate-limiter.js';
import type { EntryBatch } from '../../src/model/entry-batch.js';

export interface PlainEntry {
  ns: bigint;
  line: string;
  metadata: Record<string, string>;
}

export function entriesOf(batch: EntryBatch): PlainEntry[] {
  return Array.from({ length: batch.count }, (_, row) => {
    const pairs: [string, string][] = [];
    for (const { name, dictionary, ids } of batch.metadata) {
      const id = ids[row] as number;
      if (id > 0) pairs.push([name, dictionary.get(id - 1)]);
    }
    const start = batch.lineEnd[row - 1] ?? 0;
    return {
      ns: batch.baseNs + BigInt(batch.offsetNs[row] as number),
      line: Buffer.from(batch.lines.subarray(start, batch.lineEnd[row])).toString('utf8'),
      metadata: Object.fromEntries(pairs),
    };
  });
}

/** Labels' text → entries, parts of one stream together. */
export function streamsOf(request: PushRequest): Record<string, PlainEntry[]> {
  const streams: Record<string, PlainEntry[]> = {};
  for (const { labels, entries } of request.streams) {
    streams[labels] ??= [];
    streams[labels]?.push(...entriesOf(entries));
  }
  return streams;
}

export const varint = (value: bigint | number): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
export const bytesField = (number: number, bytes: Uint8Array | string): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(Buffer.byteLength(bytes)), Buffer.from(bytes as Uint8Array)]);
export const varintField = (number: number, value: bigint | number): Buffer =>
  Buffer.concat([varint(number * 8), varint(value)]);

export const timestamp = (seconds: bigint | number, nanos: bigint | number = 0): Buffer =>
  bytesField(1, Buffer.concat([varintField(1, seconds), varintField(2, nanos)]));
export const pair = (name: string, value: string | Uint8Array): Buffer =>
  bytesField(3, Buffer.concat([bytesField(1, name), bytesField(2, value)]));
export const entry = (...fields: Uint8Array[]): Buffer => bytesField(2, Buffer.concat(fields));
export const line = (text: string | Uint8Array): Buffer => bytesField(2, text);
export const stream = (labels: string, ...entries: Uint8Array[]): Buffer =>
  bytesField(1, Buffer.concat([bytesField(1, labels), ...entries]));

/** A request with one entry a line, in JSON's order of things. */
export const jsonPush = (labels: Record<string, string>, ...values: unknown[]): Buffer =>
  Buffer.from(JSON.stringify({ streams: [{ stream: labels, values }] }));

export const noon = 1767268800_000_000_000n;

/** Admission at noon on 2026-01-01 with an empty head, unless told otherwise. */
export function admitWith(
  request: PushRequest,
  limits: Partial<Limits> = {},
  context: Partial<AdmitContext> = {},
): Admission {
  const clock = { monotonicMs: () => 0 };
  return admit(request, {
    tenant: 'fake',
    limits: { ...embeddedLimits(), ...limits },
    nowNs: noon,
    head: { newestNs: () => null, streamCount: () => 0 },
    outOfOrderWindowNs: null,
    tenantRates: new RateLimiter(clock),
    streamRates: new RateLimiter(clock),
    labels: new StreamLabelsCache(),
    ignoredErrorsMax: 10,
    ...context,
  });
}

/** Admitted streams by the text of their labels. */
export function admittedOf({ admitted }: Admission): Record<string, PlainEntry[]> {
  const streams: Record<string, PlainEntry[]> = {};
  for (const { labels, entries } of admitted.streams) {
    streams[labels.text] ??= [];
    streams[labels.text]?.push(...entriesOf(entries));
  }
  return streams;
}
