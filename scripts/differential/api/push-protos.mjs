// Pushes in protobuf, well formed or not.
import { bytes, entry, fixed64, label, message, snappy, stream, time, varint, whole } from './wire.mjs';

/** Pairs of what it is and how to make its body. */
export function protos(at) {
  const named = (name) => `{c="${name}"}`;
  const whole_ = (name) => stream(named(name), entry(at(5), 'x', [['k', 'v']]));
  const one =
    (...fields) =>
    (name) =>
      snappy(bytes(1, message(bytes(1, named(name)), bytes(2, message(...fields)))));
  const list = [
    ['empty', () => Buffer.alloc(0)],
    ['empty message', () => snappy(Buffer.alloc(0))],
    ['not snappy', (name) => whole_(name)],
    ['text', () => Buffer.from('hello')],
    ['zeros', () => Buffer.alloc(20)],
    ['ones', () => Buffer.alloc(20, 255)],
    ['bad snappy length', (name) => Buffer.concat([varint(5), snappy(whole_(name)).subarray(1)])],
    ['huge snappy length', () => Buffer.concat([varint(2n ** 31n), Buffer.from([0])])],
    ['json in snappy', () => snappy(Buffer.from('{"streams":[]}'))],
    ['unknown field', (name) => snappy(message(whole_(name), bytes(9, 'x'), whole(10, 5)))],
    ['wrong wire type of streams', () => snappy(whole(1, 5))],
    ['wrong wire type of labels', () => snappy(bytes(1, whole(1, 5)))],
    ['wrong wire type of entries', (name) => snappy(bytes(1, message(bytes(1, named(name)), whole(2, 5))))],
    ['wrong wire type of line', one(bytes(1, time(at(5))), whole(2, 5))],
    ['wrong wire type of time', one(whole(1, 5), bytes(2, 'x'))],
    ['no time', one(bytes(2, 'x'))],
    ['no line', one(bytes(1, time(at(5))))],
    ['empty time', one(bytes(1, Buffer.alloc(0)), bytes(2, 'x'))],
    ['nanos too many', one(bytes(1, message(whole(1, 5), whole(2, 2_000_000_000))), bytes(2, 'x'))],
    ['nanos negative', one(bytes(1, message(whole(1, 5), whole(2, -1))), bytes(2, 'x'))],
    ['seconds huge', one(bytes(1, message(whole(1, 2n ** 62n))), bytes(2, 'x'))],
    ['seconds of year 10000', one(bytes(1, message(whole(1, 253_402_300_800n))), bytes(2, 'x'))],
    ['seconds negative', one(bytes(1, message(whole(1, -1))), bytes(2, 'x'))],
    ['time fixed', one(fixed64(1, 5), bytes(2, 'x'))],
    ['metadata of wrong type', one(bytes(1, time(at(5))), bytes(2, 'x'), whole(3, 1))],
    [
      'metadata name twice',
      one(bytes(1, time(at(5))), bytes(2, 'x'), bytes(3, label('a', '1')), bytes(3, label('a', '2'))),
    ],
    ['metadata without value', one(bytes(1, time(at(5))), bytes(2, 'x'), bytes(3, bytes(1, 'a')))],
    ['metadata without name', one(bytes(1, time(at(5))), bytes(2, 'x'), bytes(3, bytes(2, 'a')))],
    ['metadata parsed', one(bytes(1, time(at(5))), bytes(2, 'x'), bytes(4, label('a', '1')))],
    ['line twice', one(bytes(1, time(at(5))), bytes(2, 'x'), bytes(2, 'y'))],
    [
      'labels not UTF-8',
      () => snappy(stream(Buffer.from([0x7b, 0x63, 0x3d, 0x22, 0xff, 0x22, 0x7d]), entry(at(5), 'x'))),
    ],
    ['line not UTF-8', (name) => snappy(stream(named(name), entry(at(5), Buffer.from([0xff, 0xfe]))))],
    [
      'metadata not UTF-8',
      (name) => snappy(stream(named(name), entry(at(5), 'x', [[Buffer.from([0xff]), Buffer.from([0xff])]]))),
    ],
    ['hash', (name) => snappy(bytes(1, message(bytes(1, named(name)), bytes(2, entry(at(5), 'x')), whole(3, 77))))],
    ['no entries', (name) => snappy(bytes(1, bytes(1, named(name))))],
    ['group', () => snappy(Buffer.from([0x0b, 0x0c]))],
    ['group end', () => snappy(Buffer.from([0x0c]))],
    ['field 0', () => snappy(Buffer.from([0x02, 0x00]))],
    ['varint too long', () => snappy(Buffer.alloc(12, 0xff))],
    ['length negative', () => snappy(Buffer.concat([Buffer.from([0x0a]), varint(-1)]))],
  ];
  for (const cut of [1, 2, 3, 5, 8, 13, 20, 30]) {
    list.push([`cut by ${cut}`, (name) => snappy(whole_(name).subarray(0, -cut))]);
    list.push([`snappy cut by ${cut}`, (name) => snappy(whole_(name)).subarray(0, -cut)]);
  }
  return list;
}
