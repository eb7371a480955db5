// Pushes that are wrong, or odd: fixed ones, and good ones with one part changed by chance. What is stored of each is asked
// for afterwards.
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { bodies, labels, streams } from './push-bodies.mjs';
import { protos } from './push-protos.mjs';
import { labelTexts, types, values } from './push-values.mjs';
import { entry, snappy, stream } from './wire.mjs';

const path = '/loki/api/v1/push';
const jsonType = { 'content-type': 'application/json' };
const protoType = { 'content-type': 'application/x-protobuf' };

export function pushQuestions(run, at) {
  const list = [];
  let n = 0;
  const add = (what, make, others = {}) => {
    const name = `${run}p${n++}`;
    const made = make(name);
    const step = { method: 'POST', path, headers: jsonType, ...others, ...made };
    list.push({ kind: 'push', what, steps: [step, stored(name, at)] });
  };
  const fill = (text, name) => Buffer.from(text.replaceAll('@', name).replaceAll('#', at(5)));
  const json = (what, text, others) => add(what, (name) => ({ body: fill(text, name) }), others);
  for (const text of bodies) json('body', text);
  for (const text of streams) json('stream', `{"streams":[${text}]}`);
  for (const text of labels) json('labels', `{"streams":[{"stream":${text},"values":[["#","x"]]}]}`);
  for (const text of values) json('values', `{"streams":[{"stream":{"c":"@"},"values":[${text}]}]}`);
  for (const text of labelTexts) {
    const legacy = (name) => ({
      body: Buffer.from(
        JSON.stringify({
          streams: [
            {
              labels: text.replaceAll('@', name),
              entries: [{ ts: new Date(Number(BigInt(at(5)) / 1_000_000n)).toISOString(), line: 'x' }],
            },
          ],
        }),
      ),
    });
    add('legacy labels', legacy, { path: '/api/prom/push' });
    add('proto labels', (name) => ({ body: snappy(stream(text.replaceAll('@', name), entry(at(5), 'x'))) }), {
      headers: protoType,
    });
  }
  const good = '{"streams":[{"stream":{"c":"@"},"values":[["#","x"]]}]}';
  for (const type of types) {
    json('type', good, { headers: type === '' ? {} : { 'content-type': type } });
    add('type of proto', (name) => ({ body: snappy(stream(`{c="${name}"}`, entry(at(5), 'x'))) }), {
      headers: type === '' ? {} : { 'content-type': type },
    });
  }
  const packers = [
    ['gzip', gzipSync],
    ['deflate', deflateRawSync],
    ['deflate', deflateSync],
    ['snappy', (b) => b],
    ['', (b) => b],
    ['identity', (b) => b],
    ['br', (b) => b],
    ['GZIP', gzipSync],
    ['gzip, gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['gzip', (b) => b],
    ['deflate', (b) => b],
    ['gzip', (b) => gzipSync(b).subarray(0, 30)],
    ['gzip', () => Buffer.alloc(0)],
    ['deflate', () => Buffer.alloc(0)],
    ['zstd', (b) => b],
    ['gzip', (b) => Buffer.concat([gzipSync(b), gzipSync(b)])],
    ['gzip', (b) => Buffer.concat([gzipSync(b), Buffer.from('rest')])],
    [' gzip', gzipSync],
  ];
  for (const [encoding, pack] of packers) {
    for (const protocol of ['/loki/api/v1/push', '/api/prom/push', '/otlp/v1/logs']) {
      add(`encoding ${encoding}`, (name) => ({
        path: protocol,
        headers: { ...jsonType, 'content-encoding': encoding },
        body: pack(fill(good, name)),
      }));
      add(`encoding ${encoding} of proto`, (name) => ({
        path: protocol,
        headers: { ...protoType, 'content-encoding': encoding },
        body: pack(snappy(stream(`{c="${name}"}`, entry(at(5), 'x')))),
      }));
    }
  }
  for (const [what, make] of protos(at)) add(`proto ${what}`, (name) => ({ headers: protoType, body: make(name) }));
  json('chunked', good, { chunked: true });
  json('chunked to an old path', good, { chunked: true, path: '/api/prom/push' });
  json('JSON to the old path', good, { path: '/api/prom/push' });
  for (const text of [
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":[{"timestamp":"2026-01-01T00:00:00Z","line":"x"}]}]}',
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":[{"ts":1,"line":"x"}]}]}',
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":[{"ts":"x","line":"x"}]}]}',
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":[{"ts":"","line":"x"}]}]}',
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":[{"line":"x"}]}]}',
    '{"streams":[{"labels":1}]}',
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":[1]}]}',
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":{}}]}',
    '{"streams":1}',
    '[]',
    'x',
    '',
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":[{"ts":"2026-01-01T00:00:00+02:00","line":1}]}]}',
    'null',
    '{"streams":[{"labels":"{c=\\"@\\"}","entries":[null]}]}',
  ])
    json('legacy body', text, { path: '/api/prom/push' });
  return list;
}

/** What there is of a case, with the categories of its labels. */
export const stored = (name, at) => ({
  path: `/loki/api/v1/query_range?query=${encodeURIComponent(`{c=~"${name}.*"}`)}&start=${at(-3600)}&end=${at(3600)}`,
  headers: { 'x-loki-response-encoding-flags': 'categorize-labels' },
});
