import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/errors.js';
import { decodeProto } from '../../../src/ingest/push/proto.js';
import { prng } from '../../helpers/prng.js';
import {
  bytesField,
  entry,
  line,
  type PlainEntry,
  pair,
  stream,
  streamsOf,
  timestamp,
  varint,
  varintField,
} from '../../helpers/push.js';

const decode = (...streams: Uint8Array[]) => streamsOf(decodeProto(Buffer.concat(streams)));
const at = (seconds: bigint | number, nanos = 0): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

describe('a PushRequest', () => {
  test('becomes streams of entries in the order in which they were sent', () => {
    expect(
      decode(
        stream('{a="1"}', entry(timestamp(10, 5), line('one')), entry(timestamp(9, 999_999_999), line('two'))),
        stream('{a="2"}', entry(timestamp(1), line(''))),
      ),
    ).toEqual({
      '{a="1"}': [
        { ns: at(10, 5), line: 'one', metadata: {} },
        { ns: at(9, 999_999_999), line: 'two', metadata: {} },
      ],
      '{a="2"}': [{ ns: at(1), line: '', metadata: {} }],
    });
  });

  test('keeps structured metadata, in any order of fields', () => {
    expect(
      decode(
        stream(
          '{}',
          entry(pair('t', 'x'), line('one'), pair('u', 'é'), timestamp(1)),
          entry(line('two'), timestamp(2)),
          entry(pair('u', ''), timestamp(3), line('three')),
        ),
      )['{}'],
    ).toEqual([
      { ns: at(1), line: 'one', metadata: { t: 'x', u: 'é' } },
      { ns: at(2), line: 'two', metadata: {} },
      { ns: at(3), line: 'three', metadata: { u: '' } },
    ]);
  });

  test('keeps names and values when lines are moved over the place where they were', () => {
    const entries = Array.from({ length: 200 }, (_, i) =>
      entry(timestamp(i), pair('name-that-is-long', `value ${i % 3}`), pair('trace', `${i}`), line('x'.repeat(i))),
    );
    const got = decode(stream('{}', ...entries))['{}'] as PlainEntry[];
    expect(got.map((e) => e.metadata)).toEqual(
      entries.map((_, i) => ({ 'name-that-is-long': `value ${i % 3}`, trace: `${i}` })),
    );
    expect(got.map((e) => e.line.length)).toEqual(entries.map((_, i) => i));
  });

  test('takes the last of scalars that come twice', () => {
    expect(
      decode(
        bytesField(
          1,
          Buffer.concat([
            bytesField(1, '{no="no"}'),
            entry(timestamp(1), line('no'), line('yes'), timestamp(2)),
            bytesField(1, '{a="b"}'),
          ]),
        ),
      ),
    ).toEqual({ '{a="b"}': [{ ns: at(2), line: 'yes', metadata: {} }] });
  });

  test('passes over what it does not know', () => {
    const unknown = [
      varintField(99, 7),
      bytesField(50, 'xx'),
      Buffer.concat([varint(51 * 8 + 1), Buffer.alloc(8)]),
      Buffer.concat([varint(52 * 8 + 5), Buffer.alloc(4)]),
    ];
    const group = Buffer.concat([
      varint(60 * 8 + 3),
      varintField(1, 1),
      varint(61 * 8 + 3),
      varint(61 * 8 + 4),
      varint(60 * 8 + 4),
    ]);
    expect(
      decode(
        ...unknown,
        group,
        bytesField(
          1,
          Buffer.concat([
            bytesField(1, '{a="b"}'),
            ...unknown,
            varintField(3, 2n ** 64n - 1n),
            entry(...unknown, group, timestamp(1), line('x'), bytesField(4, pair('p', 'q'))),
          ]),
        ),
      ),
    ).toEqual({ '{a="b"}': [{ ns: at(1), line: 'x', metadata: {} }] });
  });

  test('keeps bytes that are no UTF-8 as they are', () => {
    const request = decodeProto(stream('{}', entry(timestamp(1), line(Uint8Array.of(0x61, 0xff, 0x62)))));
    expect([...(request.streams[0]?.entries.lines ?? [])]).toEqual([0x61, 0xff, 0x62]);
  });

  test('starts another part when times are further apart than offsets reach', () => {
    const far = 4_503_600; // seconds, just above 2^52 ns
    const { streams } = decodeProto(
      stream(
        '{}',
        entry(timestamp(0), line('a'), pair('k', '1')),
        entry(timestamp(far), line('b'), pair('k', '2')),
        entry(timestamp(far, 1), line('c')),
      ),
    );
    expect(streams.map((s) => [s.entries.count, s.entries.baseNs])).toEqual([
      [1, 0n],
      [2, at(far)],
    ]);
    expect(streamsOf({ streams, bodyBytes: 0 })['{}']).toEqual([
      { ns: 0n, line: 'a', metadata: { k: '1' } },
      { ns: at(far), line: 'b', metadata: { k: '2' } },
      { ns: at(far, 1), line: 'c', metadata: {} },
    ]);
  });

  test('may have streams without entries, and a million of them', () => {
    expect(decode(stream('{a="b"}'))).toEqual({ '{a="b"}': [] });
    const { streams } = decodeProto(Buffer.alloc(2_000_000, Buffer.from([0x0a, 0x00])));
    expect(streams.length).toBe(1_000_000);
  });

  test('may be empty', () => {
    expect(decodeProto(Buffer.alloc(0))).toEqual({ streams: [], bodyBytes: 0 });
  });
});

describe('times', () => {
  test.each([
    ['negative', timestamp(-1n, 999_999_999), at(-1, 999_999_999)],
    ['the first of protobuf', timestamp(-62135596800n), at(-62135596800)],
    ['the last of protobuf', timestamp(253402300799n, 999_999_999), at(253402300799, 999_999_999)],
    ['an empty Timestamp', bytesField(1, ''), 0n],
    ['none', Buffer.alloc(0), at(-62135596800)],
  ])('%s', (_, field, ns) => {
    expect(decode(stream('{}', entry(field, line('x'))))['{}']?.[0]?.ns).toBe(ns);
  });

  test.each([
    ['before year 1', timestamp(-62135596801n), /before 0001-01-01$/],
    ['after year 9999', timestamp(253402300800n), /after 10000-01-01$/],
    ['the largest int64', timestamp(2n ** 63n - 1n), /after 10000-01-01$/],
    ['the smallest int64', timestamp(-(2n ** 63n)), /before 0001-01-01$/],
    ['a second of nanoseconds', timestamp(1, 1_000_000_000), /nanos not in range/],
    ['negative nanoseconds', timestamp(1, -1n), /nanos not in range/],
  ])('%s is refused', (_, field, message) => {
    expect(() => decode(stream('{}', entry(field)))).toThrow(message);
  });
});

describe('damage', () => {
  test.each([
    ['a length beyond the message', Buffer.from([0x0a, 5, 1])],
    ['a length of 2^63', Buffer.concat([Buffer.from([0x0a]), varint(2n ** 63n)])],
    ['a varint of eleven bytes', Buffer.concat([Buffer.from([0x08]), Buffer.alloc(11, 0x80)])],
    ['a varint that does not end', Buffer.from([0x08, 0x80])],
    ['field 0', Buffer.from([0x00, 0x00])],
    ['a group that ends without a start', Buffer.from([0x0c])],
    ['a group that does not end', Buffer.from([0x63, 0x08, 0x01])],
    ['wire type 6', Buffer.from([0x66])],
    ['streams that are a number', varintField(1, 5)],
    ['labels that are a number', bytesField(1, varintField(1, 5))],
    ['a line that is a number', bytesField(1, bytesField(2, varintField(2, 5)))],
    ['seconds that are bytes', bytesField(1, bytesField(2, bytesField(1, bytesField(1, 'x'))))],
    ['a fixed64 that is cut', Buffer.from([0x61, 1, 2])],
    ['a fixed32 that is cut', Buffer.from([0x65, 1, 2])],
    ['an inner length beyond its own message', bytesField(1, Buffer.from([0x12, 2, 0x12]))],
  ])('%s is refused', (_, message) => {
    expect(() => decodeProto(message)).toThrow(ApiError);
  });

  test('every truncation is refused or reads as fewer streams', () => {
    const whole = stream('{a="b"}', entry(timestamp(1, 2), line('one'), pair('k', 'v')));
    for (let length = 1; length < whole.length; length++) {
      expect(() => decodeProto(Buffer.from(whole.subarray(0, length))), `${length} bytes`).toThrow(ApiError);
    }
  });
});

const oracle = protobuf
  .parse(`
  syntax = "proto3";
  message Time { int64 seconds = 1; int32 nanos = 2; }
  message Pair { bytes name = 1; bytes value = 2; }
  message Entry { Time timestamp = 1; bytes line = 2; repeated Pair metadata = 3; }
  message Stream { bytes labels = 1; repeated Entry entries = 2; uint64 hash = 3; }
  message Push { repeated Stream streams = 1; }
`)
  .root.lookupType('Push');

interface Pushed {
  streams: {
    labels: Buffer;
    entries: {
      timestamp: { seconds: bigint; nanos: number };
      line: Buffer;
      metadata: { name: Buffer; value: Buffer }[];
    }[];
  }[];
}

function byOracle(message: Uint8Array): Record<string, PlainEntry[]> {
  const push = oracle.toObject(oracle.decode(message), {
    longs: String,
    defaults: true,
    bytes: Buffer,
  }) as unknown as Pushed;
  const streams: Record<string, PlainEntry[]> = {};
  for (const { labels, entries } of push.streams) {
    streams[labels.toString()] ??= [];
    for (const e of entries) {
      const metadata: Record<string, string> = {};
      for (const { name, value } of e.metadata) metadata[name.toString()] = value.toString();
      streams[labels.toString()]?.push({
        ns: at(BigInt(e.timestamp.seconds), e.timestamp.nanos),
        line: e.line.toString(),
        metadata,
      });
    }
  }
  return streams;
}

test('random requests decode as protobufjs decodes them', () => {
  const { seed, int, pick, bytes } = prng();
  const names = ['trace_id', 'a', 'b', 'a-very-long-name-of-metadata'];
  for (let run = 0; run < 200; run++) {
    const message = oracle
      .encode({
        streams: Array.from({ length: int(4) }, (_, s) => ({
          labels: Buffer.from(`{s="${s}"}`),
          hash: int(1000),
          entries: Array.from({ length: int(30) }, () => ({
            timestamp: { seconds: pick([0, 1, 1767225600, 1767225600, -5, 4e9]) + int(100), nanos: int(1e9) },
            line: bytes(int(60)),
            metadata: Array.from({ length: int(4) }, () => ({ name: Buffer.from(pick(names)), value: bytes(int(12)) })),
          })),
        })),
      })
      .finish();
    expect(streamsOf(decodeProto(Buffer.from(message))), `seed ${seed}, run ${run}`).toEqual(byOracle(message));
  }
});

test('damaged requests are refused or decoded, and never anything else', () => {
  const { seed, int, bytes } = prng();
  const whole = Buffer.concat([
    stream('{a="b"}', entry(timestamp(1, 2), line('one'), pair('k', 'v')), entry(line('two'), timestamp(-3n, 4))),
    varintField(9, 1),
    stream('{c="d"}', entry(timestamp(5), pair('k', 'w'), line('three'))),
  ]);
  for (let run = 0; run < 10_000; run++) {
    const message = run % 4 === 0 ? Buffer.from(bytes(int(60))) : Buffer.from(whole);
    if (run % 4 !== 0) for (let flips = 1 + int(3); flips > 0; flips--) message[int(message.length)] = int(256);
    try {
      streamsOf(decodeProto(message));
    } catch (e) {
      if (!(e instanceof ApiError)) throw new Error(`seed ${seed}, run ${run}`, { cause: e });
    }
  }
});
