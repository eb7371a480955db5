// Structured JSON lines of about 300 bytes with a fixed seed, and the bodies that push them.
import { createRequire } from 'node:module';

const snappy = createRequire(import.meta.url)('snappyjs');

export function generator(seed = 20261) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const pick = (list) => list[Math.floor(random() * list.length)];
  const hex = () =>
    Array.from({ length: 4 }, () =>
      Math.floor(random() * 65536)
        .toString(16)
        .padStart(4, '0'),
    ).join('');
  return (ms) =>
    JSON.stringify({
      timestamp: new Date(ms).toISOString(),
      level: pick(['debug', 'info', 'info', 'info', 'warning', 'error']),
      event: pick(['order-paid', 'order-failed', 'cart-opened', 'stock-low', 'mail-sent', 'login', 'logout', 'search']),
      logger: `shop.${pick(['orders', 'carts', 'stock', 'mail'])}`,
      region: pick(['eu', 'us', 'ap']),
      status: pick([200, 200, 200, 201, 404, 500, 503]),
      duration_ms: Math.floor(random() * random() * 40000),
      request_id: hex(),
      user_id: String(Math.floor(random() * 5000)),
      msg: `${pick(['finished', 'rejected', 'retried'])} ${pick(['request', 'job', 'order'])} after ${Math.floor(random() * 9)} attempts`,
    });
}

const varint = (n) => (n > 127 ? [(n % 128) | 128, ...varint(Math.floor(n / 128))] : [n]);
const field = (no, data) => Buffer.concat([Buffer.from([no * 8 + 2, ...varint(data.length)]), data]);

/** Snappy-compressed protobuf bodies of 1,000 lines over the streams, in order of time. */
export function* bodies({ lines, streams, startMs, endMs }) {
  const line = generator();
  let rawBytes = 0;
  for (let i = 0; i < lines; i += 1000) {
    const perStream = new Map();
    for (let k = i; k < Math.min(i + 1000, lines); k++) {
      const ms = Math.floor(startMs + ((endMs - startMs) * k) / lines);
      const text = Buffer.from(line(ms));
      rawBytes += text.length;
      const time = field(1, Buffer.from([8, ...varint(Math.floor(ms / 1000)), 16, ...varint((ms % 1000) * 1e6)]));
      const entries = perStream.get(k % streams) ?? [];
      entries.push(field(2, Buffer.concat([time, field(2, text)])));
      perStream.set(k % streams, entries);
    }
    const parts = [...perStream].map(([s, entries]) =>
      field(
        1,
        Buffer.concat([
          field(1, Buffer.from(`{app="bench", host="h${s}", env="${s % 2 ? 'prod' : 'dev'}"}`)),
          ...entries,
        ]),
      ),
    );
    yield { body: Buffer.from(snappy.compress(Buffer.concat(parts))), rawBytes };
  }
}
