/** ExportLogsServiceRequest in protobuf. Field numbers: opentelemetry/proto/{logs,common,resource}/v1. */
import type { LogRecord, ResourceLogs, ScopeLogs } from './otlp-model.js';
import { type AnyValue, type KeyValue, NESTING_MAX } from './otlp-value.js';
import { FIXED32, FIXED64, ProtoReader, VARINT } from './proto-reader.js';
import { badPush } from './push-error.js';

export function decodeOtlpProto(message: Uint8Array): ResourceLogs[] {
  const reader = new ProtoReader(message);
  const all: ResourceLogs[] = [];
  each(reader, {
    1: () => all.push(within(reader, 'ResourceLogs', resourceLogs)),
  });
  return all;
}

function resourceLogs(reader: ProtoReader): ResourceLogs {
  let attributes: KeyValue[] = [];
  const scopes: ScopeLogs[] = [];
  each(reader, {
    1: () => {
      attributes = within(reader, 'Resource', (r) => {
        const own: KeyValue[] = [];
        each(r, { 1: () => own.push(within(r, 'Attributes', keyValue)) });
        return own;
      });
    },
    2: () => scopes.push(within(reader, 'ScopeLogs', scopeLogs)),
  });
  return { attributes, scopes };
}

function scopeLogs(reader: ProtoReader): ScopeLogs {
  const scope = { name: '', version: '', attributes: [] as KeyValue[], droppedAttributes: 0 };
  const records: LogRecord[] = [];
  each(reader, {
    1: () =>
      within(reader, 'Scope', (r) =>
        each(r, {
          1: () => {
            scope.name = r.string('Name');
          },
          2: () => {
            scope.version = r.string('Version');
          },
          3: () => scope.attributes.push(within(r, 'Attributes', keyValue)),
          4: () => {
            scope.droppedAttributes = varint32(r, 'DroppedAttributesCount') >>> 0;
          },
        }),
      ),
    2: () => records.push(within(reader, 'LogRecords', logRecord)),
  });
  return { ...scope, records };
}

function logRecord(reader: ProtoReader): LogRecord {
  const record = {
    timeNs: 0n,
    observedNs: 0n,
    severityNumber: 0,
    severityText: '',
    body: undefined as AnyValue,
    attributes: [] as KeyValue[],
    droppedAttributes: 0,
    flags: 0,
    traceId: '',
    spanId: '',
  };
  // A switch, not a table: this is the part that runs once for each line.
  while (reader.tag()) {
    switch (reader.field) {
      case 1:
        reader.expect(FIXED64, 'TimeUnixNano');
        record.timeNs = reader.fixed64();
        break;
      case 2:
        record.severityNumber = varint32(reader, 'SeverityNumber');
        break;
      case 3:
        record.severityText = reader.string('SeverityText');
        break;
      case 5:
        record.body = within(reader, 'Body', anyValue);
        break;
      case 6:
        record.attributes.push(within(reader, 'Attributes', keyValue));
        break;
      case 7:
        record.droppedAttributes = varint32(reader, 'DroppedAttributesCount') >>> 0;
        break;
      case 8:
        reader.expect(FIXED32, 'Flags');
        record.flags = reader.fixed32();
        break;
      case 9:
        record.traceId = id(reader, 'TraceID', 16);
        break;
      case 10:
        record.spanId = id(reader, 'SpanID', 8);
        break;
      case 11:
        reader.expect(FIXED64, 'ObservedTimeUnixNano');
        record.observedNs = reader.fixed64();
        break;
      default:
        reader.skip();
    }
  }
  return record;
}

function keyValue(reader: ProtoReader, depth = 0): KeyValue {
  let key = '';
  let value: AnyValue;
  while (reader.tag()) {
    if (reader.field === 1) key = reader.string('Key');
    else if (reader.field === 2) value = within(reader, 'Value', (r) => anyValue(r, depth));
    else reader.skip();
  }
  return [key, value];
}

function anyValue(reader: ProtoReader, depth = 0): AnyValue {
  if (depth > NESTING_MAX) throw badPush('proto: value is nested too deeply');
  let value: AnyValue;
  while (reader.tag()) {
    switch (reader.field) {
      case 1:
        value = reader.string('StringValue');
        break;
      case 2:
        reader.expect(VARINT, 'BoolValue');
        value = reader.uint64() !== 0n;
        break;
      case 3:
        reader.expect(VARINT, 'IntValue');
        value = BigInt.asIntN(64, reader.uint64());
        break;
      case 4:
        reader.expect(FIXED64, 'DoubleValue');
        value = reader.double();
        break;
      case 5: {
        const items: AnyValue[] = [];
        within(reader, 'ArrayValue', (r) =>
          each(r, { 1: () => items.push(within(r, 'Values', (v) => anyValue(v, depth + 1))) }),
        );
        value = { items };
        break;
      }
      case 6: {
        const pairs: KeyValue[] = [];
        within(reader, 'KvlistValue', (r) =>
          each(r, { 1: () => pairs.push(within(r, 'Values', (v) => keyValue(v, depth + 1))) }),
        );
        value = { pairs };
        break;
      }
      case 7: {
        const end = reader.span('BytesValue');
        value = Uint8Array.from(reader.bytes.subarray(reader.pos, end));
        reader.pos = end;
        break;
      }
      default:
        reader.skip();
    }
  }
  return value;
}

/** Reads fields to the end of the message; those that the table does not name are passed over. */
function each(reader: ProtoReader, fields: Readonly<Record<number, () => unknown>>): void {
  while (reader.tag()) {
    const read = fields[reader.field];
    if (read) read();
    else reader.skip();
  }
}

function within<T>(reader: ProtoReader, name: string, read: (reader: ProtoReader) => T): T {
  const outer = reader.end;
  reader.end = reader.span(name);
  const value = read(reader);
  reader.end = outer;
  return value;
}

function varint32(reader: ProtoReader, name: string): number {
  reader.expect(VARINT, name);
  return reader.int32();
}

function id(reader: ProtoReader, name: string, size: number): string {
  const end = reader.span(name);
  const bytes = reader.bytes.subarray(reader.pos, end);
  reader.pos = end;
  if (bytes.length !== 0 && bytes.length !== size) throw badPush(`invalid length for ${name}`);
  return bytes.some((byte) => byte !== 0) ? Buffer.from(bytes).toString('hex') : '';
}
