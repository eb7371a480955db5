import { deflateRawSync, gzipSync } from 'node:zlib';
import snappy from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/errors.js';
import { defaultBodyLimits } from '../../../src/ingest/push/body.js';
import { decodePush, mediaType } from '../../../src/ingest/push/decoders.js';
import type { PushBody } from '../../../src/ingest/push/push-body.js';
import { embeddedLimits, otlpIndexLabels } from '../../../src/limits/limits.js';
import { entry, jsonPush, line, stream, streamsOf, timestamp } from '../../helpers/push.js';

const decode = (push: Partial<PushBody> & { body: Buffer }) =>
  streamsOf(
    decodePush(
      { protocol: 'loki', contentType: '', contentEncoding: '', ...push },
      { bodyLimits: defaultBodyLimits, otlpIndexLabels, limits: embeddedLimits(), nowNs: 0n },
    ),
  );
const want = { '{a="b"}': [{ ns: 1_000_000_000n, line: 'x', metadata: {} }] };
const json = () => jsonPush({ a: 'b' }, ['1000000000', 'x']);
const message = () => stream('{a="b"}', entry(timestamp(1), line('x')));
const snappied = () => Buffer.from(snappy.compress(message()));
const legacy = () =>
  Buffer.from('{"streams":[{"labels":"{a=\\"b\\"}","entries":[{"ts":"1970-01-01T00:00:01Z","line":"x"}]}]}');

describe('the content type says which decoder reads a push', () => {
  const cases: readonly (readonly [
    type: string,
    encoding: string,
    body: () => Buffer,
    protocol?: PushBody['protocol'],
  ])[] = [
    ['application/json', '', json],
    ['application/json; charset=utf-8', '', json],
    ['Application/JSON', '', json],
    ['application/json', 'gzip', () => gzipSync(json())],
    ['application/json', 'deflate', () => deflateRawSync(json())],
    ['application/json', 'snappy', json],
    ['application/x-protobuf', '', snappied],
    ['application/x-protobuf', 'snappy', snappied],
    ['application/x-protobuf', 'gzip', () => gzipSync(snappied())],
    ['application/octet-stream', '', snappied],
    ['garbage', '', snappied],
    ['application/json', '', legacy, 'loki-legacy'],
    ['application/x-protobuf', '', snappied, 'loki-legacy'],
    ['', '', message, 'grpc'],
  ];
  test.each(cases.map(([type, encoding, body, protocol]) => ({ type, encoding, body, protocol })))(
    '$type $encoding',
    (c) => {
      expect(
        decode({ protocol: c.protocol ?? 'loki', contentType: c.type, contentEncoding: c.encoding, body: c.body() }),
      ).toEqual(want);
    },
  );
});

describe('what does not fit is refused', () => {
  test.each([
    ['', '', snappied(), 'mime: no media type'],
    ['application/json/x', '', json(), 'mime: unexpected content after media subtype'],
    ['application/json; x', '', json(), 'mime: invalid media parameter'],
    ['text/plain', '', json(), 'snappy: corrupt input'],
    ['application/x-protobuf', '', message(), 'snappy: corrupt input'],
    ['application/x-protobuf', '', Buffer.alloc(0), 'snappy: corrupt input'],
    ['application/x-protobuf', 'gzip', gzipSync(message()), 'snappy: corrupt input'],
    ['application/json', 'br', json(), 'Content-Encoding "br" not supported'],
  ])('%j %j', (contentType, contentEncoding, body, text) => {
    expect(() => decode({ contentType, contentEncoding, body })).toThrow(new ApiError('bad-request', text));
  });
});

test('a media type is what stands before its parameters, in lower case', () => {
  expect(mediaType(' Text/Plain ; charset=x')).toBe('text/plain');
});
