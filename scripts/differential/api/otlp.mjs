// OTLP in both forms: bodies of every kind, what is missing, what is of the wrong type.

import { stored } from './pushes.mjs';
import { bytes, double, fixed64, message, whole } from './wire.mjs';

const path = '/otlp/v1/logs';

const bodies = [
  '{}',
  '',
  'null',
  '[]',
  '1',
  '{"resourceLogs":null}',
  '{"resourceLogs":{}}',
  '{"resourceLogs":[null]}',
  '{"resourceLogs":[{}]}',
  '{"resource_logs":[{}]}',
  '{"resourceLogs":[{"scopeLogs":[{}]}]}',
  '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}',
  '{"resourceLogs":[{"scopeLogs":null}]}',
  '{"resourceLogs":[1]}',
  '{"resourceLogs":',
  '{"unknown":1}',
  'x',
];
const values = [
  '{"stringValue":"text"}',
  '{"stringValue":""}',
  '{"stringValue":1}',
  '{"intValue":5}',
  '{"intValue":"5"}',
  '{"intValue":"x"}',
  '{"intValue":9007199254740993}',
  '{"intValue":"9223372036854775807"}',
  '{"intValue":1.5}',
  '{"doubleValue":1.5}',
  '{"doubleValue":"1.5"}',
  '{"doubleValue":1e21}',
  '{"doubleValue":1e-7}',
  '{"doubleValue":100000}',
  '{"doubleValue":"NaN"}',
  '{"doubleValue":"x"}',
  '{"boolValue":true}',
  '{"boolValue":"true"}',
  '{"boolValue":1}',
  '{"bytesValue":"aGk="}',
  '{"bytesValue":"%%"}',
  '{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"2"},{"boolValue":false}]}}',
  '{"arrayValue":{}}',
  '{"arrayValue":[]}',
  '{"kvlistValue":{"values":[{"key":"a","value":{"stringValue":"b"}},{"key":"n","value":{"kvlistValue":{"values":[{"key":"x","value":{"doubleValue":0.1}}]}}}]}}',
  '{"kvlistValue":{}}',
  '{}',
  'null',
  '"text"',
  '1',
  '[]',
  '{"stringValue":"a","intValue":"1"}',
  '{"other":1}',
  '{"stringValue":null}',
  '{"stringValue":"<a&b>\\u2028"}',
  '{"kvlistValue":{"values":[{"key":"h","value":{"stringValue":"<&>"}}]}}',
  '{"string_value":"snake"}',
];
const records = [
  '{"timeUnixNano":"#","body":{"stringValue":"x"}}',
  '{"timeUnixNano":#,"body":{"stringValue":"x"}}',
  '{"timeUnixNano":"x","body":{"stringValue":"x"}}',
  '{"timeUnixNano":null,"body":{"stringValue":"x"}}',
  '{"timeUnixNano":-1,"body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","observedTimeUnixNano":"5","body":{"stringValue":"x"}}',
  '{"observedTimeUnixNano":"#","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"0","observedTimeUnixNano":"#","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","severityText":"Warn","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","severityNumber":9,"body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","severityNumber":"9","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","severityNumber":"SEVERITY_NUMBER_ERROR","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","severityNumber":99,"body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","flags":1,"body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","traceId":"zz","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","traceId":"","spanId":"","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","traceId":"5b8e","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","droppedAttributesCount":3,"flags":257,"body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#","eventName":"ev","body":{"stringValue":"x"}}',
  '{"timeUnixNano":"#"}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":null}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[null]}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":{"a":1}}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[{"key":"","value":{"stringValue":"v"}}]}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[{"key":"k"}]}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[{"value":{"stringValue":"v"}}]}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[{"key":"a.b","value":{"stringValue":"1"}},{"key":"a-b","value":{"stringValue":"2"}},{"key":"1x","value":{"stringValue":"3"}},{"key":"ü","value":{"stringValue":"4"}},{"key":"a..b","value":{"stringValue":"5"}},{"key":"_x","value":{"stringValue":"6"}},{"key":"__y__","value":{"stringValue":"7"}}]}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[{"key":"d","value":{"stringValue":"1"}},{"key":"d","value":{"stringValue":"2"}}]}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[{"key":"level","value":{"stringValue":"debug"}}]}',
  '{"timeUnixNano":"#","body":{"stringValue":"level=error x"}}',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[{"key":"c","value":{"stringValue":"other"}}]}',
  'null',
  '1',
  '{"timeUnixNano":"#","body":{"stringValue":"x"},"unknown":{"a":[1]}}',
  '{"time_unix_nano":"#","severity_text":"info","body":{"stringValue":"x"}}',
];

export function otlpQuestions(run, at) {
  const list = [];
  let n = 0;
  const add = (what, make, others = {}) => {
    const name = `${run}o${n++}`;
    const step = { method: 'POST', path, headers: { 'content-type': 'application/json' }, ...others, body: make(name) };
    const query = { ...stored(name, at), path: stored(name, at).path.replace('c%3D~', 'service_name%3D~') };
    list.push({ kind: 'otlp', what, steps: [step, query] });
  };
  const fill = (text, name) => Buffer.from(text.replaceAll('@', name).replaceAll('#', at(5)));
  const attributes = (more = '') => `[{"key":"service.name","value":{"stringValue":"@"}}${more}]`;
  const whole_ = (record, { resource = `{"attributes":${attributes()}}`, scope = '' } = {}) =>
    `{"resourceLogs":[{"resource":${resource},"scopeLogs":[{${scope}"logRecords":[${record}]}]}]}`;
  const plain = '{"timeUnixNano":"#","body":{"stringValue":"x"}}';
  for (const text of bodies) add('body', (name) => fill(text, name));
  for (const text of records) add('record', (name) => fill(whole_(text), name));
  for (const value of values) {
    add('body value', (name) => fill(whole_(`{"timeUnixNano":"#","body":${value}}`), name));
    add('attribute', (name) =>
      fill(whole_(`{"timeUnixNano":"#","body":{"stringValue":"x"},"attributes":[{"key":"k","value":${value}}]}`), name),
    );
    add('resource attribute', (name) =>
      fill(whole_(plain, { resource: `{"attributes":${attributes(`,{"key":"k","value":${value}}`)}}` }), name),
    );
    add('indexed attribute', (name) =>
      fill(
        whole_(plain, { resource: `{"attributes":${attributes(`,{"key":"k8s.pod.name","value":${value}}`)}}` }),
        name,
      ),
    );
  }
  for (const resource of [
    'null',
    '{}',
    '{"attributes":[]}',
    '{"attributes":[{"key":"host.name","value":{"stringValue":"@"}}]}',
    '{"attributes":[{"key":"k8s.job.name","value":{"stringValue":"@"}}]}',
    '1',
    '[]',
    '{"droppedAttributesCount":2,"attributes":[{"key":"service.name","value":{"stringValue":"@"}}]}',
    '{"attributes":[{"key":"service.name","value":{"stringValue":""}},{"key":"service.namespace","value":{"stringValue":"@"}}]}',
  ])
    add('resource', (name) => fill(whole_(plain, { resource }), name));
  for (const scope of [
    '"scope":null,',
    '"scope":{},',
    '"scope":{"name":"n","version":"v"},',
    '"scope":{"name":"n","attributes":[{"key":"a","value":{"intValue":"1"}}],"droppedAttributesCount":1},',
    '"scope":1,',
    '"schemaUrl":"u",',
  ])
    add('scope', (name) => fill(whole_(plain, { scope }), name));
  for (const type of [
    '',
    'application/json; charset=utf-8',
    'application/x-protobuf',
    'application/protobuf',
    'text/plain',
    'Application/Json',
    'application/json;',
    '/',
    'application/x-protobuf; x=y',
    'application/grpc',
  ])
    add(`type ${type}`, (name) => fill(whole_(plain), name), { headers: type === '' ? {} : { 'content-type': type } });
  const proto = { headers: { 'content-type': 'application/x-protobuf' } };
  const text = (value) => bytes(1, value);
  const attribute = (key, value) => message(bytes(1, key), bytes(2, value));
  const binary = (record) => (name) =>
    bytes(1, message(bytes(1, bytes(1, attribute('service.name', text(name)))), bytes(2, bytes(2, record))));
  const protoBodies = [
    ['string', text('x')],
    ['bool', whole(2, 1)],
    ['int', whole(3, -5)],
    ['double', double(4, 1.25)],
    ['array', bytes(5, message(bytes(1, text('a')), bytes(1, whole(3, 2))))],
    ['kvlist', bytes(6, bytes(1, attribute('a', text('b'))))],
    ['bytes', bytes(7, Buffer.from([1, 2, 255]))],
    ['empty', Buffer.alloc(0)],
    ['not UTF-8', bytes(1, Buffer.from([0xff]))],
    ['infinite', double(4, Infinity)],
    ['NaN', double(4, Number.NaN)],
    ['minus zero', double(4, -0)],
  ];
  for (const [what, value] of protoBodies) {
    add(`proto body ${what}`, binary(message(fixed64(1, at(5)), bytes(5, value))), proto);
    add(
      `proto attribute ${what}`,
      binary(message(fixed64(1, at(5)), bytes(5, text('x')), bytes(6, attribute('k', value)))),
      proto,
    );
  }
  for (const [what, record] of [
    [
      'trace',
      message(fixed64(1, at(5)), bytes(9, Buffer.alloc(16, 7)), bytes(10, Buffer.alloc(8, 9)), bytes(5, text('x'))),
    ],
    ['short trace', message(fixed64(1, at(5)), bytes(9, Buffer.alloc(3, 7)), bytes(5, text('x')))],
    ['time as varint', message(whole(1, at(5)), bytes(5, text('x')))],
    ['time too large', message(fixed64(1, 2n ** 63n), bytes(5, text('x')))],
    ['observed', message(fixed64(11, at(5)), bytes(5, text('x')))],
    ['nothing', Buffer.alloc(0)],
    ['garbage', Buffer.from([0xff, 0xff])],
    ['severity', message(fixed64(1, at(5)), whole(2, 13), bytes(5, text('x')))],
  ])
    add(`proto ${what}`, binary(record), proto);
  for (const body of [Buffer.alloc(0), Buffer.from('x'), Buffer.from([0x0a]), Buffer.from([0x08, 1])])
    add('proto garbage', () => body, proto);
  return list;
}
