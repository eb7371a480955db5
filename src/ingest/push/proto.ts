/**
 * logproto.PushRequest, decoded into columns without an object for each entry.
 *
 *   PushRequest { repeated Stream streams = 1 }
 *   Stream      { string labels = 1; repeated Entry entries = 2; uint64 hash = 3 }
 *   Entry       { Timestamp timestamp = 1; string line = 2; repeated LabelPair structuredMetadata = 3; … parsed = 4 }
 *   Timestamp   { int64 seconds = 1; int32 nanos = 2 }
 *   LabelPair   { string name = 1; string value = 2 }
 */
import { EntryColumns, ZERO_TIME_SECONDS } from './entry-columns.js';
import { plainBytes } from './plain-bytes.js';
import { ProtoReader, VARINT } from './proto-reader.js';
import { badPush } from './push-error.js';
import type { PushRequest, PushStream } from './push-request.js';

/** 0001-01-01 and 10000-01-01: what protobuf's Timestamp may hold. */
const SECONDS_MIN = -62135596800;
const SECONDS_END = 253402300800;

/** `message` is given away: lines are moved together inside it and the result refers to it. Throws ApiError. */
export function decodeProto(message: Uint8Array): PushRequest {
  const streams: PushStream[] = [];
  const reader = new ProtoReader(plainBytes(message));
  while (reader.tag()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const outer = reader.end;
    reader.end = reader.span('Streams');
    decodeStream(reader, streams);
    reader.end = outer;
  }
  return { streams, bodyBytes: message.length };
}

function decodeStream(reader: ProtoReader, into: PushStream[]): void {
  let labels = '';
  const columns = new EntryColumns(reader.bytes, reader.pos);
  const { end } = reader;
  while (reader.tag()) {
    switch (reader.field) {
      case 1:
        labels = reader.string('Labels');
        break;
      case 2:
        reader.end = reader.span('Entries');
        decodeEntry(reader, columns);
        reader.end = end;
        break;
      case 3:
        reader.expect(VARINT, 'Hash');
        reader.skip();
        break;
      default:
        reader.skip();
    }
  }
  columns.finish(labels, into);
}

function decodeEntry(reader: ProtoReader, columns: EntryColumns): void {
  let seconds = ZERO_TIME_SECONDS;
  let nanos = 0;
  let lineStart = 0;
  let lineEnd = 0;
  const { end } = reader;
  while (reader.tag()) {
    switch (reader.field) {
      case 1: {
        // A later Timestamp replaces an earlier one; fields that it lacks are 0.
        seconds = 0;
        nanos = 0;
        reader.end = reader.span('Timestamp');
        while (reader.tag()) {
          if (reader.field === 1) {
            reader.expect(VARINT, 'Seconds');
            seconds = reader.int64();
          } else if (reader.field === 2) {
            reader.expect(VARINT, 'Nanos');
            nanos = reader.int32();
          } else reader.skip();
        }
        reader.end = end;
        checkTimestamp(seconds, nanos);
        break;
      }
      case 2:
        lineEnd = reader.span('Line');
        lineStart = reader.pos;
        reader.pos = lineEnd;
        break;
      case 3:
        reader.end = reader.span('StructuredMetadata');
        decodePair(reader, columns);
        reader.end = end;
        break;
      case 4:
        reader.pos = reader.span('Parsed');
        break;
      default:
        reader.skip();
    }
  }
  columns.addEntry(seconds, nanos, lineStart, lineEnd);
}

function decodePair(reader: ProtoReader, columns: EntryColumns): void {
  let nameStart = reader.pos;
  let nameEnd = nameStart;
  let valueStart = nameStart;
  let valueEnd = nameStart;
  while (reader.tag()) {
    if (reader.field === 1) {
      nameEnd = reader.span('Name');
      nameStart = reader.pos;
      reader.pos = nameEnd;
    } else if (reader.field === 2) {
      valueEnd = reader.span('Value');
      valueStart = reader.pos;
      reader.pos = valueEnd;
    } else reader.skip();
  }
  columns.addMetadata(nameStart, nameEnd, valueStart, valueEnd);
}

function checkTimestamp(seconds: number, nanos: number): void {
  const shown = () => `&types.Timestamp{Seconds: ${seconds},\nNanos: ${nanos},\n}`;
  if (seconds < SECONDS_MIN) throw badPush(`timestamp: ${shown()} before 0001-01-01`);
  if (seconds >= SECONDS_END) throw badPush(`timestamp: ${shown()} after 10000-01-01`);
  if (nanos < 0 || nanos >= 1e9) throw badPush(`timestamp: ${shown()}: nanos not in range [0, 1e9)`);
}
