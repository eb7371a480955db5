import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/errors.js';
import type { Admission } from '../../src/ingest/admit.js';
import { decodeJson } from '../../src/ingest/push/json.js';
import { decodeProto } from '../../src/ingest/push/proto.js';
import type { PushRequest } from '../../src/ingest/push/push-request.js';
import type { Limits } from '../../src/limits/limits.js';
import { RateLimiter } from '../../src/limits/rate-limiter.js';
import { admittedOf, admitWith, entry, jsonPush, line, noon, pair, stream, timestamp } from '../helpers/push.js';

const SECOND = 1_000_000_000n;
const ns = (seconds: number): string => String(noon + BigInt(seconds) * SECOND);
const push = (labels: Record<string, string>, ...values: unknown[]): PushRequest =>
  decodeJson(jsonPush(labels, ...values));
const several = (...parts: PushRequest[]): PushRequest => ({ streams: parts.flatMap((p) => p.streams), bodyBytes: 0 });
const plain: Partial<Limits> = { discover_service_name: [], discover_log_levels: false };
const lines = (admission: Admission) =>
  Object.fromEntries(Object.entries(admittedOf(admission)).map(([k, v]) => [k, v.map((e) => e.line)]));
const failure = ({ error }: Admission) => (error === null ? null : [error.status, error.message]);
const thrown = (fn: () => unknown): [number, string] => {
  try {
    fn();
  } catch (e) {
    if (e instanceof ApiError) return [e.status, e.message];
    throw e;
  }
  throw new Error('was not refused');
};

describe('labels', () => {
  test('no streams at all are refused', () => {
    expect(thrown(() => admitWith({ streams: [], bodyBytes: 0 }))).toEqual([
      422,
      'error at least one valid stream is required for ingestion',
    ]);
  });

  test('labels that do not parse refuse the whole push', () => {
    expect(thrown(() => admitWith(several(push({ a: 'b' }, [ns(0), 'x']), push({ 'a-b': 'c' }))))).toEqual([
      400,
      "couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'",
    ]);
  });

  test('labels above 16 MiB are not parsed', () => {
    expect(
      thrown(() =>
        admitWith({ streams: [{ ...push({}).streams[0]!, labels: ' '.repeat(2 ** 24 + 1) }], bodyBytes: 0 }),
      ),
    ).toEqual([413, 'request body too large: stream labels size 17 MB exceeds limit of 17 MB']);
  });

  const refusals: readonly (readonly [
    name: string,
    labels: string,
    limits: Partial<Limits>,
    reason: string,
    message: string,
  ])[] = [
    ['no labels', '{}', {}, 'missing_labels', 'error at least one label pair is required per stream'],
    [
      'too many',
      '{a="1", b="2", c="3"}',
      { max_label_names_per_series: 2 },
      'max_label_names_per_series',
      `entry for stream '{a="1", b="2", c="3"}' has 3 label names; limit 2`,
    ],
    [
      'a long name',
      '{abcdef="1"}',
      { max_label_name_length: 5 },
      'label_name_too_long',
      `stream '{abcdef="1"}' has label name too long: 'abcdef'`,
    ],
    [
      'a long value',
      '{a="ééé"}',
      { max_label_value_length: 5 },
      'label_value_too_long',
      `stream '{a="ééé"}' has label value too long: 'ééé'`,
    ],
    [
      'a name twice',
      '{job="x", job="y"}',
      {},
      'duplicate_label_names',
      `stream '{job="x", job="y"}' has duplicate label name: 'job'`,
    ],
    [
      'a label that is not there',
      '{a="1"}',
      { enforced_labels: ['a', 'b', 'c'] },
      'missing_enforced_labels',
      `missing required labels 'b,c' for user 'fake' for stream '{a="1"}' (policy: '')`,
    ],
  ];
  test.each(refusals)('%s', (_, labels, limits, reason, message) => {
    const request = decodeProto(
      stream(labels, entry(timestamp(5), line('xyz'), pair('k', 'vw')), entry(timestamp(6), line('x'))),
    );
    const admission = admitWith(request, { ...plain, ...limits });
    expect(failure(admission)).toEqual([400, message]);
    expect(admission.admitted.streams).toEqual([]);
    expect(admission.discards).toEqual([{ reason, entries: 2, bytes: 7 }]);
  });

  test.each([
    ['{a="1", b="2"}', { max_label_names_per_series: 2 }],
    ['{a="1", b="2", service_name="s"}', { max_label_names_per_series: 2 }],
    ['{abcde="1"}', { max_label_name_length: 5 }],
    ['{a="12345"}', { max_label_value_length: 5 }],
    ['{a="1", b="2"}', { enforced_labels: ['a'] }],
    ['{__pattern__="x", b="2", c="3"}', { max_label_names_per_series: 2, enforced_labels: ['z'] }],
  ])('%s is within %j', (labels, limits) => {
    expect(
      failure(admitWith(decodeProto(stream(labels, entry(timestamp(5), line('x')))), { ...plain, ...limits })),
    ).toBe(null);
  });

  test('a refused stream leaves the others in', () => {
    const request = decodeProto(
      Buffer.concat([
        stream('{a="long value"}', entry(timestamp(1), line('x'))),
        stream('{a="b"}', entry(timestamp(1), line('y'))),
      ]),
    );
    const admission = admitWith(request, { ...plain, max_label_value_length: 5 });
    expect(failure(admission)?.[0]).toBe(400);
    expect(lines(admission)).toEqual({ '{a="b"}': ['y'] });
  });

  test('streams without entries are passed over, be their labels allowed or not', () => {
    expect(failure(admitWith(push({}), plain))).toBe(null);
  });

  test('names are sorted and empty values left out', () => {
    expect(Object.keys(admittedOf(admitWith(push({ c: '1', a: '', b: '2' }, [ns(0), 'x']), plain)))).toEqual([
      '{b="2", c="1"}',
    ]);
  });
});

describe('service_name', () => {
  const from: Partial<Limits> = { discover_log_levels: false, discover_service_name: ['service', 'app', 'job'] };
  test.each([
    [{ job: 'j', app: 'a' }, '{app="a", job="j", service_name="a"}'],
    [{ zone: 'z' }, '{service_name="unknown_service", zone="z"}'],
    [{}, '{service_name="unknown_service"}'],
    [{ job: 'j', service_name: 'mine' }, '{job="j", service_name="mine"}'],
    [{ __pattern__: 'p', app: 'a' }, '{__pattern__="p", app="a"}'],
  ])('%j', (labels, want) => {
    expect(Object.keys(admittedOf(admitWith(push(labels as Record<string, string>, [ns(0), 'x']), from)))).toEqual([
      want,
    ]);
  });

  test('is not added when the list is empty, nor when the decoder has done so', () => {
    expect(
      Object.keys(admittedOf(admitWith(push({ app: 'a' }, [ns(0), 'x']), { ...from, discover_service_name: [] }))),
    ).toEqual(['{app="a"}']);
    expect(
      Object.keys(admittedOf(admitWith({ ...push({ app: 'a' }, [ns(0), 'x']), isDiscovered: true }, from))),
    ).toEqual(['{app="a"}']);
  });
});

describe('entries', () => {
  const old = `entry for stream '{a="b"}' has timestamp too old: 2025-12-31T12:00:00Z, oldest acceptable timestamp is: 2026-01-01T11:00:00Z`;
  const hour = { reject_old_samples: true, reject_old_samples_max_age: 3_600_000, creation_grace_period: 600_000 };
  const cases: readonly (readonly [
    name: string,
    limits: Partial<Limits>,
    bad: unknown[],
    reason: string,
    bytes: number,
    message: string,
  ])[] = [
    ['too old', hour, [ns(-86_400), 'old'], 'greater_than_max_sample_age', 3, old],
    [
      'too new',
      hour,
      [ns(601), 'new'],
      'too_far_in_future',
      3,
      `entry for stream '{a="b"}' has timestamp too new: 2026-01-01T12:10:01Z`,
    ],
    [
      'a long line',
      { max_line_size: 5 },
      [ns(0), '123456'],
      'line_too_long',
      6,
      `max entry size '5' bytes exceeded for stream '{a="b"}' while adding an entry with length '6' bytes`,
    ],
    [
      'metadata that is not allowed',
      { allow_structured_metadata: false },
      [ns(0), 'x', { k: 'v' }],
      'disallowed_structured_metadata',
      3,
      `stream '{a="b"}' includes structured metadata, but this feature is disallowed. Please see \`limits_config.allow_structured_metadata\` or contact your Loki administrator to enable it`,
    ],
    [
      'large metadata',
      { max_structured_metadata_size: 5 },
      [ns(0), 'x', { abc: 'def' }],
      'structured_metadata_too_large',
      7,
      `stream '{a="b"}' has structured metadata too large: '6' bytes, limit: '5' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it`,
    ],
    [
      'much metadata',
      { max_structured_metadata_entries_count: 2 },
      [ns(0), 'x', { a: '1', b: '2', c: '3' }],
      'structured_metadata_too_many',
      7,
      `stream '{a="b"}' has too many structured metadata labels: '3', limit: '2'. Please see \`limits_config.max_structured_metadata_entries_count\` or contact your Loki administrator to increase it`,
    ],
  ];
  test.each(cases)('%s: the others are kept', (_, limits, bad, reason, bytes, message) => {
    const admission = admitWith(push({ a: 'b' }, [ns(-1), 'one'], bad, [ns(1), 'two']), { ...plain, ...limits });
    expect(failure(admission)).toEqual([400, message]);
    expect(lines(admission)).toEqual({ '{a="b"}': ['one', 'two'] });
    expect(admission.discards).toEqual([{ reason, entries: 1, bytes }]);
  });

  test.each([
    ['old', hour, [ns(-3600), 'x']],
    ['new', hour, [ns(600), 'x']],
    ['long', { max_line_size: 5 }, [ns(0), '12345']],
    ['long without limit', { max_line_size: 0 }, [ns(0), '12345'.repeat(100_000)]],
    [
      'metadata',
      { max_structured_metadata_size: 6, max_structured_metadata_entries_count: 1 },
      [ns(0), 'x', { abc: 'def' }],
    ],
    [
      'metadata without limit',
      { max_structured_metadata_size: 0, max_structured_metadata_entries_count: 0 },
      [ns(0), 'x', { a: 'x'.repeat(100_000), b: '', c: '3' }],
    ],
  ])('%s: at its limit an entry passes', (_, limits, good) => {
    expect(failure(admitWith(push({ a: 'b' }, good), { ...plain, ...limits }))).toBe(null);
  });

  test('alike refusals are counted, different ones listed', () => {
    const admission = admitWith(push({ a: 'b' }, [ns(0), '1234567'], [ns(0), '1234567'], [ns(0), '123456']), {
      ...plain,
      max_line_size: 5,
    });
    const text = (n: number) =>
      `max entry size '5' bytes exceeded for stream '{a="b"}' while adding an entry with length '${n}' bytes`;
    expect(failure(admission)).toEqual([400, `2 errors like: ${text(7)}; 1 errors like: ${text(6)}`]);
    expect(admission.admitted.streams).toEqual([]);
  });

  test('times that an int64 does not hold are refused whatever the limits allow', () => {
    const request = decodeProto(
      stream(
        '{a="b"}',
        entry(line('no time')),
        entry(timestamp(253402300799n), line('far')),
        entry(timestamp(5), line('x')),
      ),
    );
    const admission = admitWith(request, plain);
    expect(lines(admission)).toEqual({ '{a="b"}': ['x'] });
    expect(admission.discards.map((d) => d.reason)).toEqual(['greater_than_max_sample_age', 'too_far_in_future']);
    expect(admission.error?.message).toContain('too old: 0001-01-01T00:00:00Z');
  });

  test('long lines are cut when the tenant wants that', () => {
    const cut = (mark: string, max = 5) =>
      lines(
        admitWith(push({ a: 'b' }, [ns(0), '12345'], [ns(1), '1234567'], [ns(2), '']), {
          ...plain,
          max_line_size: max,
          max_line_size_truncate: true,
          max_line_size_truncate_identifier: mark,
        }),
      )['{a="b"}'];
    expect(cut('')).toEqual(['12345', '12345', '']);
    expect(cut('[]')).toEqual(['12345', '123[]', '']);
    expect(cut('too long a mark')).toEqual(['12345', '']);
  });

  test('what was cut is counted', () => {
    const { truncated } = admitWith(push({ a: 'b' }, [ns(1), '1234567'], [ns(1), '123456']), {
      ...plain,
      max_line_size: 5,
      max_line_size_truncate: true,
    });
    expect(truncated).toEqual({ lines: 2, bytes: 3 });
  });

  test('equal times are spread when the tenant wants that', () => {
    const values = [
      ['10', 'a'],
      ['10', 'b'],
      ['10', 'b'],
      ['10', 'c'],
      ['11', 'd'],
      ['20', 'e'],
    ];
    const got = admittedOf(admitWith(push({ a: 'b' }, ...values), { ...plain, increment_duplicate_timestamp: true }))[
      '{a="b"}'
    ];
    expect(got?.map((e) => [e.ns, e.line])).toEqual([
      [10n, 'a'],
      [11n, 'b'],
      [10n, 'b'],
      [11n, 'c'],
      [12n, 'd'],
      [20n, 'e'],
    ]);
  });
});

describe('structured metadata', () => {
  const clean = (metadata: Record<string, string>) =>
    admittedOf(admitWith(push({ a: 'b' }, [ns(0), 'x', metadata]), plain))['{a="b"}']?.[0]?.metadata;
  test.each([
    [{ 'span-id': 'x.y' }, { span_id: 'x.y' }],
    [
      { '1x': 'a', 'a..b': 'c', ünï: 'd' },
      { key_1x: 'a', a_b: 'c', _n_: 'd' },
    ],
    [
      { __reserved__: 'a', a__b: 'c', _x: 'd' },
      { __reserved__: 'a', a_b: 'c', _x: 'd' },
    ],
    [{ 'bad-name': 'a', 'bad.name': 'b' }, { bad_name: 'b' }],
    [{ bad_name: 'a', 'bad.name': 'b' }, { bad_name: 'b' }],
    [{ empty: '' }, {}],
    [{ v: 'x\ufffdy' }, { v: 'x y' }],
  ])('%j', (sent, kept) => {
    expect(clean(sent)).toEqual(kept);
  });

  test('each byte that is no UTF-8 becomes a blank', () => {
    const request = decodeProto(
      stream('{a="b"}', entry(timestamp(1), line('x'), pair('k', Uint8Array.of(0x61, 0xff, 0xfe, 0x62)))),
    );
    expect(admittedOf(admitWith(request, plain))['{a="b"}']?.[0]?.metadata).toEqual({ k: 'a  b' });
  });

  test('a name of which nothing is left refuses the push', () => {
    expect(thrown(() => clean({ '': 'x' }))).toEqual([500, 'label name is empty']);
    expect(thrown(() => clean({ '--': 'x' }))).toEqual([
      500,
      'normalization for label name "--" resulted in invalid name "_"',
    ]);
  });

  test('columns are sorted by name, and those without a value left out', () => {
    const request = push(
      { a: 'b' },
      [ns(0), '123456', { z: '1' }],
      [ns(0), 'x', { c: '2', a: '3' }],
      [ns(0), 'y', { e: '' }],
    );
    const [admitted] = admitWith(request, { ...plain, max_line_size: 5 }).admitted.streams;
    expect(admitted?.entries.metadata.map((c) => c.name)).toEqual(['a', 'c']);
  });
});

describe('blocked ingestion', () => {
  const until = { block_ingestion_until: Number(noon / 1_000_000n) + 1000 };
  test('has the status that is configured', () => {
    const admission = admitWith(push({ a: 'b' }, [ns(0), 'x']), { ...plain, ...until });
    expect(failure(admission)).toEqual([
      260,
      "ingestion blocked for user 'fake' until '2026-01-01T12:00:01Z' with status code '260'",
    ]);
    expect(admission.discards).toEqual([{ reason: 'blocked_ingestion', entries: 1, bytes: 1 }]);
    expect(admission.admitted.streams).toEqual([]);
  });
  test('with 200 goes unnoticed', () => {
    const admission = admitWith(push({ a: 'b' }, [ns(0), 'x']), {
      ...plain,
      ...until,
      block_ingestion_status_code: 200,
    });
    expect(failure(admission)).toBe(null);
    expect(admission.admitted.streams).toEqual([]);
  });
  test('ends at its time', () => {
    expect(
      failure(
        admitWith(push({ a: 'b' }, [ns(0), 'x']), { ...plain, block_ingestion_until: Number(noon / 1_000_000n) }),
      ),
    ).toBe(null);
  });
  test('what is wrong with the push is said first', () => {
    const request = several(push({ a: 'b' }, [ns(0), 'x']), push({}, [ns(0), 'x']));
    expect(failure(admitWith(request, { ...plain, ...until }))?.[0]).toBe(400);
  });
});

describe('rates', () => {
  const rate = (mb: number, burst: number) => ({ ...plain, ingestion_rate_mb: mb, ingestion_burst_size_mb: burst });
  const big = (n: number) => 'x'.repeat(n);

  test('above the burst of a tenant nothing is kept', () => {
    const request = push({ a: 'b' }, [ns(0), big(524_288)], [ns(1), big(524_289)]);
    const admission = admitWith(request, rate(1, 1));
    expect(failure(admission)).toEqual([
      429,
      "ingestion rate limit exceeded for user fake (limit: 1048576 bytes/sec) while attempting to ingest '2' lines totaling '1048577' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased",
    ]);
    expect(admission.admitted.streams).toEqual([]);
    expect(admission.discards).toEqual([{ reason: 'rate_limited', entries: 2, bytes: 1_048_577 }]);
  });

  test('at the burst of a tenant all is kept; what is refused before does not count', () => {
    const request = push({ a: 'b' }, [ns(0), big(1_048_576)], [ns(1), big(1_048_577)]);
    const admission = admitWith(request, { ...rate(1, 1), max_line_size: 1_048_576 });
    expect(failure(admission)?.[0]).toBe(400);
    expect(admission.admitted.streams.length).toBe(1);
  });

  test('metadata counts, but for detected_level', () => {
    const limits = { ...rate(1, 10 / 1_048_576) };
    expect(failure(admitWith(push({ a: 'b' }, [ns(0), '1234', { abc: 'def', detected_level: 'error' }]), limits))).toBe(
      null,
    );
    expect(failure(admitWith(push({ a: 'b' }, [ns(0), '12345', { abc: 'def' }]), limits))?.[0]).toBe(429);
  });

  test('above the burst of a stream the stream is not kept, others are', () => {
    const request = several(push({ a: 'b' }, [ns(0), '12345'], [ns(1), '123456']), push({ c: 'd' }, [ns(0), 'x']));
    const admission = admitWith(request, { ...plain, per_stream_rate_limit: 5, per_stream_rate_limit_burst: 10 });
    const reason = (n: number) =>
      `Per stream rate limit exceeded (limit: 5B/sec) while attempting to ingest for stream '{a="b"}' totaling ${n}B, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased`;
    expect(failure(admission)).toEqual([
      429,
      `entry with timestamp 2026-01-01 12:00:00 +0000 UTC ignored, reason: '${reason(5)}',\nentry with timestamp 2026-01-01 12:00:01 +0000 UTC ignored, reason: '${reason(6)}',\nuser 'fake', total ignored: 2 out of 2 for stream: {a="b"}`,
    ]);
    expect(lines(admission)).toEqual({ '{c="d"}': ['x'] });
    expect(admission.discards).toEqual([{ reason: 'per_stream_rate_limit', entries: 2, bytes: 11 }]);
  });

  test('at the burst of a stream it is kept, and the next push finds it used', () => {
    const limits = { ...plain, per_stream_rate_limit: 5, per_stream_rate_limit_burst: 10 };
    const streamRates = new RateLimiter({ monotonicMs: () => 0 });
    expect(failure(admitWith(push({ a: 'b' }, [ns(0), '1234567890']), limits, { streamRates }))).toBe(null);
    expect(failure(admitWith(push({ a: 'b' }, [ns(0), '1']), limits, { streamRates }))?.[0]).toBe(429);
    expect(failure(admitWith(push({ a: 'b' }, [ns(0), '1']), limits, { streamRates, tenant: 'other' }))).toBe(null);
  });
});

describe('streams', () => {
  const head = (count: number, known: string[] = []) => ({
    newestNs: (_: string, labels: { text: string }) => (known.includes(labels.text) ? noon : null),
    streamCount: () => count,
  });
  const request = () =>
    several(push({ s: '1' }, [ns(0), 'x']), push({ s: '2' }, [ns(0), 'y']), push({ s: '1' }, [ns(1), 'z']));

  test('above the limit of active streams new ones are refused', () => {
    const admission = admitWith(request(), { ...plain, max_global_streams_per_user: 5 }, { head: head(4) });
    expect(failure(admission)).toEqual([
      429,
      `maximum active stream limit exceeded when trying to create stream {s="2"}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: 'fake'`,
    ]);
    expect(lines(admission)).toEqual({ '{s="1"}': ['x', 'z'] });
    expect(admission.discards).toEqual([{ reason: 'stream_limit', entries: 1, bytes: 1 }]);
  });

  test.each([
    ['at the limit', { max_global_streams_per_user: 6 }, head(4)],
    ['streams that are there already', { max_global_streams_per_user: 4 }, head(4, ['{s="1"}', '{s="2"}'])],
    ['without limits', { max_global_streams_per_user: 0, max_streams_per_user: 0 }, head(1e9)],
  ])('%s all are kept', (_, limits, at) => {
    expect(failure(admitWith(request(), { ...plain, ...limits }, { head: at }))).toBe(null);
  });

  test('the smaller of the two limits counts', () => {
    expect(
      failure(
        admitWith(
          request(),
          { ...plain, max_global_streams_per_user: 100, max_streams_per_user: 1 },
          { head: head(0) },
        ),
      )?.[0],
    ).toBe(429);
    expect(
      failure(
        admitWith(request(), { ...plain, max_global_streams_per_user: 1, max_streams_per_user: 0 }, { head: head(0) }),
      )?.[0],
    ).toBe(429);
  });
});

describe('entries out of order', () => {
  const hour = { outOfOrderWindowNs: 3600n * SECOND };
  const withNewest = (newest: bigint | null) => ({ ...hour, head: { newestNs: () => newest, streamCount: () => 0 } });

  test('too far behind the newest of the head are refused', () => {
    const admission = admitWith(
      push({ a: 'b' }, [ns(-3600), 'ok'], [ns(-3601), 'late'], [ns(0), 'ok too']),
      plain,
      withNewest(noon),
    );
    expect(failure(admission)).toEqual([
      400,
      `entry with timestamp 2026-01-01 10:59:59 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-01-01T10:59:59Z, oldest acceptable timestamp is: 2026-01-01T11:00:00Z',\nuser 'fake', total ignored: 1 out of 3 for stream: {a="b"}`,
    ]);
    expect(lines(admission)).toEqual({ '{a="b"}': ['ok', 'ok too'] });
    expect(admission.discards).toEqual([{ reason: 'too_far_behind', entries: 1, bytes: 4 }]);
  });

  test('the newest of the push so far counts as well, over its parts', () => {
    const within = push({ a: 'b' }, [ns(-3600), 'first'], [ns(1), 'newer'], [ns(-3600), 'late']);
    expect(lines(admitWith(within, plain, withNewest(null)))).toEqual({ '{a="b"}': ['first', 'newer'] });
    const parts = several(push({ a: 'b' }, [ns(1), 'newer']), push({ a: 'b' }, [ns(-3600), 'late'], [ns(-3599), 'ok']));
    expect(lines(admitWith(parts, plain, withNewest(null)))).toEqual({ '{a="b"}': ['newer', 'ok'] });
  });

  test('the rule can be off', () => {
    const request = push({ a: 'b' }, [ns(0), 'x'], [ns(-1_000_000), 'y']);
    expect(failure(admitWith(request, plain, { ...withNewest(noon), outOfOrderWindowNs: null }))).toBe(null);
  });

  test('only the first ones are listed', () => {
    const request = push({ a: 'b' }, ...Array.from({ length: 15 }, () => [ns(-9999), 'late']));
    const count = (ignoredErrorsMax: number) =>
      failure(admitWith(request, plain, { ...withNewest(noon), ignoredErrorsMax }))?.[1]
        ?.toString()
        .split('\n').length;
    expect([count(10), count(0), count(20)]).toEqual([11, 16, 16]);
  });

  test('without unordered writes nothing may be older than the newest', () => {
    const admission = admitWith(
      push({ a: 'b' }, [ns(0), 'same'], [ns(-1), 'older'], [ns(1), 'newer']),
      { ...plain, unordered_writes: false },
      withNewest(noon),
    );
    expect(lines(admission)).toEqual({ '{a="b"}': ['same', 'newer'] });
    expect(admission.error?.message).toContain("reason: 'entry out of order'");
    expect(admission.discards).toEqual([{ reason: 'out_of_order', entries: 1, bytes: 5 }]);
  });

  test('this is what the client is told, before what validation found', () => {
    const request = several(push({ a: 'b' }, [ns(-9999), 'late']), push({}, [ns(0), 'x']));
    expect(failure(admitWith(request, plain, withNewest(noon)))?.[1]).toMatch(/^entry with timestamp/);
  });
});

test('what was received is counted before anything is refused', () => {
  const request = several(push({ a: 'b' }, [ns(0), '123456', { k: 'v' }], [ns(0), 'x']), push({}, [ns(0), 'yz']));
  expect(admitWith(request, { ...plain, max_line_size: 5 }).received).toEqual({
    lines: 3,
    lineBytes: 9,
    metadataBytes: 2,
  });
});
