import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/errors.js';
import { decodeJson } from '../../../src/ingest/push/json.js';
import { decodeLegacyJson } from '../../../src/ingest/push/json-legacy.js';
import { prng } from '../../helpers/prng.js';
import { jsonPush, type PlainEntry, streamsOf } from '../../helpers/push.js';

const decode = (body: string | Buffer) => streamsOf(decodeJson(Buffer.from(body)));
const one = (entry: string): PlainEntry | undefined =>
  decode(`{"streams":[{"stream":{"a":"b"},"values":[${entry}]}]}`)['{a="b"}']?.[0];

describe('a push in JSON', () => {
  test('becomes streams of entries in the order in which they were sent', () => {
    expect(decode(jsonPush({ b: '2', a: '1' }, ['9', 'later'], ['8', 'earlier', { t: 'x' }]))).toEqual({
      '{a="1", b="2"}': [
        { ns: 9n, line: 'later', metadata: {} },
        { ns: 8n, line: 'earlier', metadata: { t: 'x' } },
      ],
    });
  });

  test.each([
    ['{}', {}],
    ['null', {}],
    ['{"streams":[]}', {}],
    ['{"streams":null}', {}],
    ['{"streams":[]} trailing', {}],
    [' \n\t{ "streams" : [ { "stream" : { } , "values" : [ ] } ] } ', { '{}': [] }],
    ['{"streams":[{}]}', { '': [] }],
    ['{"streams":[{"stream":{"a":"b"},"values":null}]}', { '{a="b"}': [] }],
    ['{"streams":[{"stream":{"a":"b"}}]}', { '{a="b"}': [] }],
    ['{"streams":[{"stream":{"a":"b"},"values":[null]}]}', { '{a="b"}': [] }],
    ['{"Streams":[{"stream":{"a":"b"}}]}', { '{a="b"}': [] }],
    ['{"streams":[{"Stream":{"a":"b"}}]}', { '': [] }],
    ['{"streams":[{"labels":"{a=\\"b\\"}","entries":[{"ts":"x","line":"y"}]}]}', { '': [] }],
    [
      '{"more":{"deep":[[{"x":"]"}]]},"streams":[{"extra":1,"stream":{"a":"b"},"more":"}"}],"n":-1.5e+3}',
      { '{a="b"}': [] },
    ],
  ])('%s', (body, streams) => {
    expect(decode(body)).toEqual(streams);
  });

  test('the last of names that come twice counts', () => {
    expect(
      decode(
        '{"streams":[{"stream":{"no":"no"}}],"streams":[{"stream":{"no":"no"},"values":[["1","no"],["2","no"]],"values":[["3","yes"]],"stream":{"a":"no","a":"b"}}]}',
      ),
    ).toEqual({ '{a="b"}': [{ ns: 3n, line: 'yes', metadata: {} }] });
  });

  test('values may come before the stream', () => {
    expect(decode('{"streams":[{"values":[["1","x"]],"stream":{"a":"b"}}]}')).toEqual({
      '{a="b"}': [{ ns: 1n, line: 'x', metadata: {} }],
    });
  });

  test('names of properties are names like others', () => {
    expect(
      decode(
        '{"streams":[{"stream":{"__proto__":"x","constructor":"y"},"values":[["1","x",{"__proto__":"z","toString":"w"}]]}]}',
      ),
    ).toEqual({
      '{__proto__="x", constructor="y"}': [
        { ns: 1n, line: 'x', metadata: JSON.parse('{"__proto__":"z","toString":"w"}') },
      ],
    });
  });
});

describe('labels', () => {
  test.each([
    ['{"a":5}', '{a="5"}'],
    ['{"a":null,"b":true}', '{a="null", b="true"}'],
    ['{"a":{"x": 1},"b":[1, 2]}', '{a="{\\"x\\": 1}", b="[1, 2]"}'],
    ['{"a":"q\\"uote\\\\ \\n \\u00e9 \\ud83d\\ude00"}', '{a="q\\"uote\\\\ \\n é 😀"}'],
    ['{"a\\u0062":"x"}', '{ab="x"}'],
    ['{"b":"1","a":"2","B":"3"}', '{B="3", a="2", b="1"}'],
  ])('%s', (labels, text) => {
    expect(Object.keys(decode(`{"streams":[{"stream":${labels}}]}`))).toEqual([text]);
  });

  test('bytes that are no UTF-8 are written as escapes', () => {
    const body = Buffer.concat([
      Buffer.from('{"streams":[{"stream":{"a":"x'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('é"}}]}'),
    ]);
    expect(Object.keys(decode(body))).toEqual(['{a="x\\xff\\xc3é"}']);
  });
});

describe('times', () => {
  test.each([
    ['0', 0n],
    ['-1', -1n],
    ['999999999', 999_999_999n],
    ['1767268800123456789', 1767268800_123_456_789n],
    ['-1767268800123456789', -1767268800_123_456_789n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['-1000000000', -1_000_000_000n],
  ])('%s', (text, ns) => {
    expect(one(`["${text}","x"]`)?.ns).toBe(ns);
  });

  test.each([
    '',
    'abc',
    '1.5',
    '1e9',
    '+1',
    ' 1',
    '00',
    '01',
    '9223372036854775808',
    '-9223372036854775809',
    '99999999999999999999',
    '1_0',
  ])('%j is refused', (text) => {
    expect(() => one(`["${text}","x"]`)).toThrow(ApiError);
  });

  test('an entry without a time has that of the year 1', () => {
    expect(one('[]')).toEqual({ ns: -62135596800_000_000_000n, line: '', metadata: {} });
  });
});

describe('lines and metadata', () => {
  test.each([
    ['"plain"', 'plain'],
    ['""', ''],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ['"\\u0000 nul"', '\0 nul'],
    ['"\\u00e9\\u20ac\\ud83d\\ude00"', 'é€😀'],
    ['"é漢😀"', 'é漢😀'],
    ['"\\u007f\\u0080\\u07ff\\u0800\\uffff"', '\u007f\u0080\u07ff\u0800\uffff'],
    ['"a\\nb\tc"', 'a\nb\tc'],
  ])('%s', (text, line) => {
    expect(one(`["1",${text}]`)?.line).toBe(line);
  });

  test.each([
    ['["1"]', { ns: 1n, line: '', metadata: {} }],
    ['["1","x",{}]', { ns: 1n, line: 'x', metadata: {} }],
    ['["1","x",{"a\\n":"\\t","b":""},"z",5,[[]]]', { ns: 1n, line: 'x', metadata: { 'a\n': '\t', b: '' } }],
  ])('%s', (entry, want) => {
    expect(one(entry)).toEqual(want);
  });

  test.each([
    '["1",5]',
    '["1",null]',
    '[1,"x"]',
    '["1","x","y"]',
    '["1","x",{"a":5}]',
    '["1","x",null]',
    '["1","x",{"a":"b",}]',
    '["1","x",]',
    '["1" "x"]',
    '{"0":"1"}',
    '"x"',
    '["1","raw\ttab"]',
    '["1","\\x"]',
    '["1","\\u12"]',
    '["1","\\u12g4"]',
    '["1","lone \\ud800 surrogate"]',
    '["1","lone \\udc00 surrogate"]',
    '["1","\\ud800\\u0041"]',
  ])('%s is refused', (entry) => {
    expect(() => one(entry)).toThrow(ApiError);
  });
});

describe('what is no push', () => {
  test.each([
    '',
    ' ',
    '[]',
    '5',
    'hello',
    '{',
    '{"streams":',
    '{"streams":{}}',
    '{"streams":"x"}',
    '{"streams":[5]}',
    '{"streams":[null]}',
    '{"streams":[{"stream":null}]}',
    '{"streams":[{"stream":"{a=\\"b\\"}"}]}',
    '{"streams":[{"values":{}}]}',
    '{"streams":[{"values":[["1","x"]]}',
    '{"streams":[{}],}',
    '{"streams":[{},]}',
    '{"a":tru}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":-}',
    '{"a":"\u0001"}',
    '{"a":"\\z"}',
    '{a:1}',
    '\ufeff{"streams":[]}',
  ])('%j is refused', (body) => {
    expect(() => decode(body)).toThrow(ApiError);
  });

  test('nesting is bounded', () => {
    const nested = (depth: number) => `{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(decode(nested(9_000))).toEqual({});
    expect(() => decode(nested(1_000_000))).toThrow(/nested too deeply/);
    expect(() => decode(`{"x":${'{"a":'.repeat(1_000_000)}`)).toThrow(/nested too deeply/);
  });

  test('every truncation is refused', () => {
    const whole = Buffer.from(
      '{"streams":[{"stream":{"a":"b\\n"},"values":[["1","x\\u00e9",{"k":"v"}],null]}],"n":-1.5e3}',
    );
    for (let length = 0; length < whole.length; length++)
      expect(() => decode(whole.subarray(0, length)), `${length} bytes`).toThrow(ApiError);
  });
});

test('random pushes decode as JSON.parse decodes them', () => {
  const { seed, int, pick } = prng();
  const chars = ['a', ' ', '"', '\\', '\n', '\t', '\0', 'é', '漢', '😀', '/', '{', ']', ',', '\u2028', '\x7f'];
  const text = () => Array.from({ length: int(30) }, () => pick(chars)).join('');
  for (let run = 0; run < 300; run++) {
    const streams = Array.from({ length: int(4) }, (_, s) => ({
      stream: { s: `${s}`, t: text() },
      values: Array.from({ length: int(20) }, () => {
        const time = String((BigInt(int(2 ** 31)) * 4_000_000_000n * BigInt(pick([1, -1, 0]))) / 4n + BigInt(int(1e9)));
        return int(3) === 0
          ? [time, text()]
          : [time, text(), Object.fromEntries(Array.from({ length: int(4) }, () => [text(), text()]))];
      }),
    }));
    let body = JSON.stringify({ streams }, null, pick([0, 0, 1]));
    if (int(2) === 0)
      body = body.replace(/[^\x20-\x7e]/g, (ch) =>
        ch === '\n' || ch === '\t' ? ch : `\\u${ch.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    const got = decodeJson(Buffer.from(body));
    const want = streams.map(({ values }) =>
      values.map(([time, line, metadata]) => ({ ns: BigInt(time as string), line, metadata: metadata ?? {} })),
    );
    expect(got.streams.length === 0 ? [] : Object.values(streamsOf(got)), `seed ${seed}, run ${run}`).toEqual(want);
  }
});

test('damaged pushes are refused or decoded, and never anything else', () => {
  const { seed, int, pick } = prng();
  const whole = Buffer.from(
    '{"streams":[{"stream":{"a":"b\\n","c":5},"values":[["1","x\\u00e9\\ud83d\\ude00",{"k":"v"}],["-2","y"]]},{"values":[]}],"n":[1,{"x":null}]}',
  );
  const bytes = [...'{}[]",:\\u0ntf-1.e \n'].map((ch) => ch.charCodeAt(0));
  for (let run = 0; run < 10_000; run++) {
    const body = Buffer.from(whole);
    for (let flips = 1 + int(4); flips > 0; flips--) body[int(body.length)] = int(3) === 0 ? int(256) : pick(bytes);
    try {
      streamsOf(decodeJson(body));
    } catch (e) {
      if (!(e instanceof ApiError)) throw new Error(`seed ${seed}, run ${run}`, { cause: e });
    }
  }
});

describe('the form of /api/prom/push', () => {
  const legacy = (value: unknown) => streamsOf(decodeLegacyJson(Buffer.from(JSON.stringify(value))));
  test('has labels as text and times in RFC 3339', () => {
    expect(
      legacy({
        streams: [
          {
            labels: '{a="b"}',
            entries: [
              { ts: '2026-01-01T12:00:00.123456789Z', line: 'one' },
              { ts: '2026-01-01T13:00:00+01:00', line: 'two', structuredMetadata: { k: 'v' } },
              { line: 'no time' },
            ],
          },
        ],
      }),
    ).toEqual({
      '{a="b"}': [
        { ns: 1767268800_123_456_789n, line: 'one', metadata: {} },
        { ns: 1767268800_000_000_000n, line: 'two', metadata: { k: 'v' } },
        { ns: -62135596800_000_000_000n, line: 'no time', metadata: {} },
      ],
    });
  });

  test.each([
    5,
    { streams: 5 },
    { streams: [5] },
    { streams: [{ labels: 5 }] },
    { streams: [{ labels: '{}', entries: [{ ts: 'yesterday', line: 'x' }] }] },
    { streams: [{ labels: '{}', entries: [{ ts: '2026-13-01T00:00:00Z', line: 'x' }] }] },
    { streams: [{ labels: '{}', entries: [{ ts: 5, line: 'x' }] }] },
    { streams: [{ labels: '{}', entries: [{ line: 5 }] }] },
  ])('%j is refused', (value) => {
    expect(() => legacy(value)).toThrow(ApiError);
  });
});
