import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/errors.js';
import { defaultBodyLimits } from '../../../src/ingest/push/body.js';
import { decodePush } from '../../../src/ingest/push/decoders.js';
import type { PushBody } from '../../../src/ingest/push/push-body.js';
import { embeddedLimits, type Limits, otlpIndexLabels } from '../../../src/limits/limits.js';
import { prng } from '../../helpers/prng.js';
import { bytesField, noon, streamsOf, varint, varintField } from '../../helpers/push.js';

const decode = (
  body: Buffer,
  push: Partial<PushBody> = {},
  limits: Partial<Limits> = {},
  indexLabels = otlpIndexLabels,
) =>
  streamsOf(
    decodePush(
      { protocol: 'otlp', contentType: 'application/json', contentEncoding: '', body, ...push },
      {
        bodyLimits: defaultBodyLimits,
        otlpIndexLabels: indexLabels,
        limits: { ...embeddedLimits(), ...limits },
        nowNs: noon,
      },
    ),
  );
const attributes = (record: Record<string, unknown>) => Object.entries(record).map(([key, value]) => ({ key, value }));
const json = (
  record: unknown,
  resource: Record<string, unknown> = { 'service.name': { stringValue: 's' } },
  scope: unknown = {},
) =>
  Buffer.from(
    JSON.stringify({
      resourceLogs: [{ resource: { attributes: attributes(resource) }, scopeLogs: [{ scope, logRecords: [record] }] }],
    }),
  );
const one = (record: unknown, limits: Partial<Limits> = {}) =>
  decode(json(record), {}, limits)['{service_name="s"}']?.[0];

describe('a record', () => {
  test('keeps its fields as structured metadata', () => {
    expect(
      one({
        timeUnixNano: '1767268800123456789',
        observedTimeUnixNano: '1767268800000000001',
        severityNumber: 17,
        severityText: 'Error',
        body: { stringValue: 'hello' },
        attributes: attributes({ 'http.method': { stringValue: 'GET' }, n: { intValue: '200' } }),
        droppedAttributesCount: 3,
        flags: 1,
        traceId: '0AF7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
      }),
    ).toEqual({
      ns: 1767268800_123_456_789n,
      line: 'hello',
      metadata: {
        http_method: 'GET',
        n: '200',
        observed_timestamp: '1767268800000000001',
        severity_number: '17',
        severity_text: 'Error',
        dropped_attributes_count: '3',
        flags: '1',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        span_id: 'b7ad6b7169203331',
      },
    });
  });

  test('has its own time, else that of its observation, else now', () => {
    expect(one({ timeUnixNano: '5', observedTimeUnixNano: '6' })?.ns).toBe(5n);
    expect(one({ observedTimeUnixNano: '6' })).toEqual({ ns: 6n, line: '', metadata: {} });
    expect(one({})?.ns).toBe(noon);
  });

  test('keeps times exact that come as numbers', () => {
    const body = Buffer.from(
      '{"resourceLogs":[{"resource":{},"scopeLogs":[{"logRecords":[{"timeUnixNano":1767268800123456789,"body":{"stringValue":"x: 1767268800123456789, \\"y"}}]}]}]}',
    );
    expect(Object.values(decode(body))[0]).toEqual([
      { ns: 1767268800_123_456_789n, line: 'x: 1767268800123456789, "y', metadata: {} },
    ]);
  });

  test.each([
    [undefined, ''],
    [{}, ''],
    [{ stringValue: 'x' }, 'x'],
    [{ boolValue: false }, 'false'],
    [{ intValue: '42' }, '42'],
    [{ intValue: -42 }, '-42'],
    [{ intValue: '9223372036854775807' }, '9223372036854775807'],
    [{ doubleValue: 2.5 }, '2.5'],
    [{ doubleValue: 1e21 }, '1e+21'],
    [{ doubleValue: 1e-7 }, '1e-7'],
    [{ doubleValue: 'NaN' }, 'NaN'],
    [{ doubleValue: 'Inf' }, 'Infinity'],
    [{ doubleValue: '-Infinity' }, '-Infinity'],
    [{ doubleValue: '1e5' }, '100000'],
    [{ intValue: '+5' }, '5'],
    [{ bytesValue: 'AQI=' }, 'AQI='],
    [
      { arrayValue: { values: [{ stringValue: 'x' }, { intValue: '1' }, {}, { boolValue: true }] } },
      '["x",1,null,true]',
    ],
    [{ arrayValue: {} }, '[]'],
    [
      { kvlistValue: { values: attributes({ b: { stringValue: '<é>' }, a: { kvlistValue: {} } }) } },
      '{"a":{},"b":"<é>"}',
    ],
    [{ arrayValue: { values: [{ doubleValue: 'Infinity' }] } }, ''],
  ])('with the body %j has the line %j', (body, line) => {
    expect(one({ timeUnixNano: '1', body })?.line).toBe(line);
  });

  test('has maps among its attributes taken apart', () => {
    const deep = {
      kvlistValue: {
        values: attributes({
          'a.b': { stringValue: 'x' },
          c: { kvlistValue: { values: attributes({ d: { intValue: 3 } }) } },
        }),
      },
    };
    expect(
      one({
        timeUnixNano: '1',
        attributes: attributes({ deep, list: { arrayValue: { values: [{ stringValue: 'x' }] } } }),
      })?.metadata,
    ).toEqual({
      deep_a_b: 'x',
      deep_c_d: '3',
      list: '["x"]',
    });
  });

  test.each([
    [{ severityNumber: 'SEVERITY_NUMBER_WARN2' }, '14'],
    [{ severity_number: 5 }, '5'],
  ])('%j', (record, number) => {
    expect(one({ timeUnixNano: '1', ...record })?.metadata).toEqual({ severity_number: number });
  });
});

describe('resources and scopes', () => {
  const resource = {
    'service.name': { stringValue: 'svc' },
    'service.namespace': { stringValue: 'ns' },
    'k8s.pod.name': { stringValue: 'pod-1' },
    'host.name': { stringValue: 'h1' },
    'process.pid': { intValue: '7' },
  };
  const scope = {
    name: 'lib',
    version: '1.2',
    attributes: attributes({ sa: { stringValue: 'sv' } }),
    droppedAttributesCount: 2,
  };
  const record = { timeUnixNano: '1', body: { stringValue: 'x' } };

  test('become labels by the default list, else structured metadata', () => {
    expect(decode(json(record, resource, scope))).toEqual({
      '{k8s_pod_name="pod-1", service_name="svc", service_namespace="ns"}': [
        {
          ns: 1n,
          line: 'x',
          metadata: {
            host_name: 'h1',
            process_pid: '7',
            sa: 'sv',
            scope_name: 'lib',
            scope_version: '1.2',
            scope_dropped_attributes_count: '2',
          },
        },
      ],
    });
  });

  test('go where otlp_config sends them', () => {
    const otlp_config: Limits['otlp_config'] = {
      resource_attributes: {
        ignore_defaults: true,
        attributes_config: [
          { action: 'index_label', attributes: ['host.name'], regex: '' },
          { action: 'drop', attributes: [], regex: 'service\\..*' },
        ],
      },
      scope_attributes: [{ action: 'drop', attributes: ['sa'], regex: '' }],
      log_attributes: [
        { action: 'index_label', attributes: ['zone'], regex: '' },
        { action: 'drop', attributes: [], regex: 'x.*' },
      ],
      severity_text_as_label: true,
    };
    const own = {
      ...record,
      severityText: 'Warn',
      attributes: attributes({ zone: { stringValue: 'z' }, xyz: { stringValue: 'gone' }, y: { stringValue: 'kept' } }),
    };
    expect(decode(json(own, resource, scope), {}, { otlp_config, discover_service_name: [] })).toEqual({
      '{host_name="h1", severity_text="Warn", zone="z"}': [
        {
          ns: 1n,
          line: 'x',
          metadata: {
            y: 'kept',
            severity_text: 'Warn',
            k8s_pod_name: 'pod-1',
            process_pid: '7',
            scope_name: 'lib',
            scope_version: '1.2',
            scope_dropped_attributes_count: '2',
          },
        },
      ],
    });
  });

  test.each([
    [{}, '{service_name="unknown_service"}'],
    [{ 'service.name': { stringValue: '' } }, '{service_name="unknown_service"}'],
    [{ 'k8s.container.name': { stringValue: 'c' } }, '{k8s_container_name="c", service_name="c"}'],
    [{ 'host.name': { stringValue: 'h' } }, '{service_name="unknown_service"}'],
  ])('%j gives the service name', (attrs, labels) => {
    expect(Object.keys(decode(json(record, attrs)))).toEqual([labels]);
  });

  test('records of one stream come together in their order', () => {
    const body = JSON.parse(json(record).toString());
    body.resourceLogs.push(JSON.parse(json({ ...record, body: { stringValue: 'y' } }).toString()).resourceLogs[0]);
    expect(decode(Buffer.from(JSON.stringify(body)))['{service_name="s"}']?.map((e) => e.line)).toEqual(['x', 'y']);
  });

  test('without records there are no streams', () => {
    for (const body of [
      '{}',
      '{"resourceLogs":[]}',
      '{"resourceLogs":null}',
      '{"resource_logs":[{"scope_logs":[{"log_records":[]}]}]}',
    ])
      expect(decode(Buffer.from(body))).toEqual({});
  });
});

const fixed64 = (field: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
};
const value = (field: number, bytes: Uint8Array | string) => bytesField(field, bytes);
const attribute = (field: number, key: string, any: Buffer) =>
  bytesField(field, Buffer.concat([bytesField(1, key), bytesField(2, any)]));
const flags = Buffer.from([8 * 8 + 5, 1, 0, 0, 0]);
const protoRecord = Buffer.concat([
  fixed64(1, 1767268800_123_456_789n),
  varintField(2, 17),
  bytesField(3, 'Error'),
  bytesField(5, value(1, 'hello')),
  attribute(6, 'http.method', value(1, 'GET')),
  attribute(6, 'int', varintField(3, -5n)),
  attribute(6, 'bool', varintField(2, 1)),
  attribute(6, 'list', value(5, bytesField(1, value(1, 'x')))),
  attribute(6, 'map', value(6, Buffer.concat([attribute(1, 'k', value(1, 'v'))]))),
  attribute(6, 'bytes', value(7, Uint8Array.of(1, 2))),
  varintField(7, 3),
  flags,
  bytesField(9, Buffer.alloc(16, 0xab)),
  bytesField(10, Buffer.alloc(8)),
  fixed64(11, 5n),
  bytesField(12, 'an event name'),
]);
const protoBody = bytesField(
  1,
  Buffer.concat([
    bytesField(1, attribute(1, 'service.name', value(1, 's'))),
    bytesField(
      2,
      Buffer.concat([
        bytesField(
          1,
          Buffer.concat([
            bytesField(1, 'lib'),
            bytesField(2, '1.2'),
            attribute(3, 'sa', value(1, 'sv')),
            varintField(4, 2),
          ]),
        ),
        bytesField(2, protoRecord),
        bytesField(3, 'url'),
      ]),
    ),
    bytesField(3, 'url'),
  ]),
);

describe('in protobuf', () => {
  const proto = { contentType: 'application/x-protobuf' };
  const want = {
    '{service_name="s"}': [
      {
        ns: 1767268800_123_456_789n,
        line: 'hello',
        metadata: {
          http_method: 'GET',
          int: '-5',
          bool: 'true',
          list: '["x"]',
          map_k: 'v',
          bytes: 'AQI=',
          observed_timestamp: '5',
          severity_number: '17',
          severity_text: 'Error',
          dropped_attributes_count: '3',
          flags: '1',
          trace_id: 'ab'.repeat(16),
          sa: 'sv',
          scope_name: 'lib',
          scope_version: '1.2',
          scope_dropped_attributes_count: '2',
        },
      },
    ],
  };
  test('a record has all that it has in JSON', () => {
    expect(decode(Buffer.from(protoBody), proto)).toEqual(want);
    expect(decode(gzipSync(protoBody), { ...proto, contentEncoding: 'gzip' })).toEqual(want);
  });

  test('values are nested only so deep', () => {
    let deep = value(1, 'x');
    for (let i = 0; i < 5000; i++) deep = value(5, bytesField(1, deep));
    const body = bytesField(1, bytesField(2, bytesField(2, bytesField(5, deep))));
    expect(() => decode(Buffer.from(body), proto)).toThrow(/nested too deeply/);
  });

  test('damaged requests are refused or decoded, and never anything else', () => {
    const { seed, int } = prng();
    for (let run = 0; run < 2_000; run++) {
      const body = Buffer.from(protoBody);
      for (let flips = 1 + int(3); flips > 0; flips--) body[int(body.length)] = int(256);
      try {
        decode(body, proto);
      } catch (e) {
        if (!(e instanceof ApiError)) throw new Error(`seed ${seed}, run ${run}`, { cause: e });
      }
    }
  });
});

describe('what is refused', () => {
  test.each([
    ['', {}],
    ['{', {}],
    ['x', {}],
    ['5', {}],
    ['{"resourceLogs":5}', {}],
    ['{"resourceLogs":[5]}', {}],
    [json({ timeUnixNano: 'x' }).toString(), {}],
    [json({ timeUnixNano: 1.5 }).toString(), {}],
    [json({ traceId: 'abc' }).toString(), {}],
    [json({ body: 5 }).toString(), {}],
    [json({ body: { intValue: 'x' } }).toString(), {}],
    [json({ body: { boolValue: 'true' } }).toString(), {}],
    [json({ body: { doubleValue: 'x' } }).toString(), {}],
    [json({ attributes: {} }).toString(), {}],
    [json({ attributes: [{ key: '', value: {} }] }).toString(), {}],
    ['{}', { contentType: 'text/plain' }],
    ['{}', { contentType: '' }],
    ['{}', { contentEncoding: 'br' }],
    ['{}', { contentEncoding: 'gzip' }],
    ['{}', { contentEncoding: 'zstd' }],
  ])('%s %j', (body, push) => {
    expect(() => decode(Buffer.from(body), push)).toThrow(ApiError);
  });

  test('names of properties are no way out', () => {
    const body = Buffer.from(
      '{"resourceLogs":[{"__proto__":{"scopeLogs":[]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","attributes":[{"key":"__proto__","value":{"stringValue":"x"}}]}]}]}]}',
    );
    expect(() => decode(body)).not.toThrow();
    expect(({} as Record<string, unknown>)['scopeLogs']).toBe(undefined);
  });
});

test('the list of resource attributes that become labels is an option', () => {
  const body = json(
    { body: { stringValue: 'x' } },
    { 'service.name': { stringValue: 's' }, team: { stringValue: 'a' } },
  );
  expect(Object.keys(decode(body, {}, {}, ['team']))).toEqual(['{team="a"}']);
});
