#!/usr/bin/env node
// From a push body to admitted columns: MB of lines a second, step by step, and JSON.parse beside it.
//   node bench/micro/push-decode.mjs [lines = 20000] [metadata pairs = 0]
import snappy from 'snappyjs';
import { jsonLines } from './corpus.mjs';
import { bestMs, load } from './load.mjs';

const count = Number(process.argv[2] ?? 20_000);
const pairs = Number(process.argv[3] ?? 0);
const m = await load(
  'src/ingest/push/snappy.ts',
  'src/ingest/push/proto.ts',
  'src/ingest/push/json.ts',
  'src/ingest/admit.ts',
  'src/ingest/stream-labels.ts',
  'src/limits/limits.ts',
  'src/limits/rate-limiter.ts',
);

const varint = (n) => {
  const out = [];
  for (; n > 127; n = Math.floor(n / 128)) out.push((n & 127) | 128);
  return Buffer.from([...out, n]);
};
const field = (number, bytes) => Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);

const entries = [...jsonLines(count)].map(({ timeMs, line }, i) => ({
  timeMs: Math.floor(timeMs),
  line,
  metadata: Array.from({ length: pairs }, (_, k) => [`name_${k}`, k === 0 ? `trace-${i}` : `value-${i % 7}`]),
}));
const streams = Array.from({ length: 20 }, (_, s) => ({
  labels: { app: `app-${s}`, env: 'prod' },
  entries: entries.filter((_, i) => i % 20 === s),
}));
const message = Buffer.concat(
  streams.map(({ labels, entries }) =>
    field(
      1,
      Buffer.concat([
        field(1, Buffer.from(`{app="${labels.app}", env="${labels.env}"}`)),
        ...entries.map(({ timeMs, line, metadata }) =>
          field(
            2,
            Buffer.concat([
              field(
                1,
                Buffer.concat([
                  Buffer.from([8]),
                  varint(Math.floor(timeMs / 1000)),
                  Buffer.from([16]),
                  varint((timeMs % 1000) * 1e6),
                ]),
              ),
              field(2, Buffer.from(line)),
              ...metadata.map(([n, v]) =>
                field(3, Buffer.concat([field(1, Buffer.from(n)), field(2, Buffer.from(v))])),
              ),
            ]),
          ),
        ),
      ]),
    ),
  ),
);
const json = Buffer.from(
  JSON.stringify({
    streams: streams.map(({ labels, entries }) => ({
      stream: labels,
      values: entries.map(({ timeMs, line, metadata }) => [
        `${timeMs}000000`,
        line,
        ...(pairs > 0 ? [Object.fromEntries(metadata)] : []),
      ]),
    })),
  }),
);
const lineBytes = entries.reduce((n, e) => n + Buffer.byteLength(e.line), 0);
const compressed = Buffer.from(snappy.compress(message));

// Decoders write into what they are given: each run gets a fresh copy, made before the clock starts.
const timed = (source, fn) => {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 9; i++) {
    const copy = Buffer.from(source);
    best = Math.min(
      best,
      bestMs(() => fn(copy), 1),
    );
  }
  return best;
};
const row = (name, ms) =>
  console.log(`| ${name} | ${(lineBytes / 1e3 / ms).toFixed(0)} | ${((ms * 1e6) / count).toFixed(0)} |`);

const limits = m.embeddedLimits();
const clock = { monotonicMs: () => performance.now() };
const context = {
  tenant: 'fake',
  limits,
  nowNs: BigInt(Date.now()) * 1_000_000n,
  head: { newestNs: () => null, streamCount: () => 0 },
  outOfOrderWindowNs: 3_600_000_000_000n,
  tenantRates: new m.RateLimiter(clock),
  streamRates: new m.RateLimiter(clock),
  labels: new m.StreamLabelsCache(),
  ignoredErrorsMax: 10,
};
const unlimited = { ...limits, ingestion_rate_mb: 1e9, ingestion_burst_size_mb: 1e9, per_stream_rate_limit: 0 };
console.log(`${count} lines, ${(lineBytes / 1e6).toFixed(1)} MB, ${pairs} metadata pairs, Node ${process.version}\n`);
console.log('| step | MB/s of lines | ns/line |\n|---|---|---|');
row(
  'snappyjs',
  bestMs(() => snappy.uncompress(compressed)),
);
row(
  'snappy',
  bestMs(() => m.decodeSnappy(compressed, 1 << 28)),
);
row(
  'protobuf to columns',
  timed(message, (body) => m.decodeProto(body)),
);
row(
  'JSON.parse',
  bestMs(() => JSON.parse(json.toString('utf8'))),
);
row(
  'JSON to columns',
  timed(json, (body) => m.decodeJson(body)),
);
const decoded = m.decodeProto(Buffer.from(message));
row(
  'admit',
  bestMs(() => m.admit(decoded, { ...context, limits: unlimited })),
);
const noLevels = { ...unlimited, discover_log_levels: false };
row(
  'admit without levels',
  bestMs(() => m.admit(decoded, { ...context, limits: noLevels })),
);
row(
  'all: snappy, protobuf, admit',
  bestMs(() => m.admit(m.decodeProto(m.decodeSnappy(compressed, 1 << 28)), { ...context, limits: unlimited })),
);
