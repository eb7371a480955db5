// The JSON log lines of bench/compare: about 300 bytes, 16 of them random hexadecimal digits, from a fixed seed.
export function* jsonLines(count, startMs = 1767225600000, spanMs = 7200000) {
  let state = 20261;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const pick = (list) => list[Math.floor(random() * list.length)];
  const hex4 = () =>
    Math.floor(random() * 65536)
      .toString(16)
      .padStart(4, '0');
  const levels = ['debug', 'info', 'info', 'info', 'info', 'info', 'warning', 'error'];
  const events = ['resolver-decision', 'swap-complete', 'swap-failed', 'remote-sync-complete', 'health-check-failed'];
  events.push('component-paused', 'cache-hit', 'cache-miss', 'request-done', 'request-retry');
  for (let i = 0; i < count; i++) {
    const timeMs = startMs + (spanMs * i) / count;
    const level = pick(levels);
    const line = JSON.stringify({
      timestamp: new Date(timeMs).toISOString(),
      level,
      event: pick(events),
      logger: `core.${pick(['resolver', 'lifecycle', 'remote', 'http'])}`,
      domain: pick(['adapter', 'service', 'task', 'event', 'workflow']),
      key: pick(['cache', 'queue', 'storage', 'auth', 'search']),
      provider: pick(['redis', 'memory', 's3', 'pg']),
      outcome: random() < 0.9 ? 'success' : 'failed',
      duration_ms: Math.floor(random() * random() * 40000),
      status: pick([200, 200, 200, 201, 404, 500, 503]),
      request_id: Array.from({ length: 4 }, hex4).join(''),
      user_id: `${Math.floor(random() * 5000)}`,
      msg: `${pick(['resolved', 'completed', 'finished', 'rejected'])} ${pick(['component', 'request', 'job'])} after ${Math.floor(random() * 9)} attempts`,
    });
    yield { timeMs, level, line };
  }
}

/** Batches (EntryBatch) of about `rawBytes` of lines, with detected_level as structured metadata. */
export function jsonBatches(batchCount, rawBytes = 256 * 1024, streams = 20) {
  const batches = [];
  let texts = [],
    times = [],
    levels = [],
    size = 0,
    i = 0;
  // One stream's share of the lines: every `streams`th.
  for (const { timeMs, level, line } of jsonLines(batchCount * 1000 * streams)) {
    if (i++ % streams !== 0) continue;
    texts.push(line);
    times.push(timeMs);
    levels.push(level);
    size += line.length;
    if (size < rawBytes) continue;
    batches.push(batchOfLines(texts, times, levels));
    if (batches.length === batchCount) break;
    texts = [];
    times = [];
    levels = [];
    size = 0;
  }
  return batches;
}

function batchOfLines(texts, times, levels) {
  const base = times[0];
  const names = [...new Set(levels)];
  const encoded = names.map((name) => Buffer.from(name));
  const ends = new Uint32Array(texts.length);
  texts.reduce((end, text, i) => (ends[i] = end + text.length), 0);
  return {
    count: texts.length,
    baseNs: BigInt(Math.floor(base)) * 1000000n,
    offsetNs: Float64Array.from(
      times,
      (ms) => Math.floor(ms / 1000) * 1e9 + Math.round((ms % 1000) * 1e6) - Math.floor(base) * 1e6,
    ),
    lines: new Uint8Array(Buffer.from(texts.join(''))),
    lineEnd: ends,
    metadata: [
      {
        name: 'detected_level',
        dictionary: { length: names.length, get: (id) => names[id], bytes: (id) => encoded[id] },
        ids: Uint32Array.from(levels, (level) => names.indexOf(level) + 1),
      },
    ],
  };
}
