/** ExportLogsServiceRequest in JSON. Names in camelCase or snake_case; 64-bit numbers as strings or numbers. */
import type { LogRecord, ResourceLogs, ScopeLogs } from './otlp-model.js';
import { type AnyValue, type KeyValue, NESTING_MAX } from './otlp-value.js';
import { badPush } from './push-error.js';

export function decodeOtlpJson(body: Buffer): ResourceLogs[] {
  let root: unknown;
  try {
    root = JSON.parse(quoteLongIntegers(body.toString('utf8')));
  } catch (e) {
    throw bad((e as Error).message);
  }
  return list(fields(root, 'request').get('resourcelogs'), 'resourceLogs').map(resourceLogs);
}

function resourceLogs(value: unknown): ResourceLogs {
  const all = fields(value, 'resourceLogs');
  return {
    attributes: attributes(fields(all.get('resource'), 'resource').get('attributes')),
    scopes: list(all.get('scopelogs'), 'scopeLogs').map(scopeLogs),
  };
}

function scopeLogs(value: unknown): ScopeLogs {
  const all = fields(value, 'scopeLogs');
  const scope = fields(all.get('scope'), 'scope');
  return {
    name: text(scope.get('name'), 'name'),
    version: text(scope.get('version'), 'version'),
    attributes: attributes(scope.get('attributes')),
    droppedAttributes: uint32(scope.get('droppedattributescount'), 'droppedAttributesCount'),
    records: list(all.get('logrecords'), 'logRecords').map(logRecord),
  };
}

function logRecord(value: unknown): LogRecord {
  const record = fields(value, 'logRecord');
  return {
    timeNs: BigInt.asUintN(64, integer(record.get('timeunixnano'), 'timeUnixNano')),
    observedNs: BigInt.asUintN(64, integer(record.get('observedtimeunixnano'), 'observedTimeUnixNano')),
    severityNumber: severity(record.get('severitynumber')),
    severityText: text(record.get('severitytext'), 'severityText'),
    body: anyValue(record.get('body'), 0),
    attributes: attributes(record.get('attributes')),
    droppedAttributes: uint32(record.get('droppedattributescount'), 'droppedAttributesCount'),
    flags: uint32(record.get('flags'), 'flags'),
    traceId: id(record.get('traceid'), 'traceId', 32),
    spanId: id(record.get('spanid'), 'spanId', 16),
  };
}

const attributes = (value: unknown, depth = 0): KeyValue[] =>
  list(value, 'attributes').map((item) => {
    const pair = fields(item, 'attribute');
    return [text(pair.get('key'), 'key'), anyValue(pair.get('value'), depth)];
  });

function anyValue(value: unknown, depth: number): AnyValue {
  if (depth > NESTING_MAX) throw bad('value is nested too deeply');
  let result: AnyValue;
  for (const [name, v] of fields(value, 'value')) {
    if (name === 'stringvalue') result = text(v, 'stringValue');
    else if (name === 'boolvalue') {
      if (typeof v !== 'boolean') throw bad('boolValue is not a boolean');
      result = v;
    } else if (name === 'intvalue') result = BigInt.asIntN(64, integer(v, 'intValue'));
    else if (name === 'doublevalue') result = double(v);
    else if (name === 'bytesvalue') result = base64(text(v, 'bytesValue'));
    else if (name === 'arrayvalue') {
      result = {
        items: list(fields(v, 'arrayValue').get('values'), 'values').map((item) => anyValue(item, depth + 1)),
      };
    } else if (name === 'kvlistvalue')
      result = { pairs: attributes(fields(v, 'kvlistValue').get('values'), depth + 1) };
  }
  return result;
}

/** By name without underscores and in lower case, so that both spellings meet. */
function fields(value: unknown, what: string): Map<string, unknown> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) throw bad(`${what} is not an object`);
  return new Map(Object.entries(value).map(([name, v]) => [name.replaceAll('_', '').toLowerCase(), v]));
}

function list(value: unknown, what: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw bad(`${what} is not an array`);
  return value;
}

function text(value: unknown, what: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') throw bad(`${what} is not a string`);
  return value;
}

/** Numbers may be left out, but not null. */
function integer(value: unknown, what: string): bigint {
  if (value === undefined) return 0n;
  const isInteger =
    typeof value === 'number'
      ? Number.isSafeInteger(value)
      : typeof value === 'string' && /^[+-]?[0-9]{1,20}$/.test(value);
  if (!isInteger) throw bad(`${what} is not an integer`);
  return BigInt(value as string | number);
}

const uint32 = (value: unknown, what: string): number => Number(BigInt.asUintN(32, integer(value, what)));

function double(value: unknown): number {
  if (typeof value === 'string') {
    const number = doubleNames.get(value.toLowerCase());
    if (number !== undefined) return number;
    if (decimal.test(value)) return Number(value);
  } else if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw bad('doubleValue is not a number');
}
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const doubleNames = new Map([
  ['nan', Number.NaN],
  ...['inf', 'infinity', '+inf', '+infinity'].map((name) => [name, Number.POSITIVE_INFINITY] as const),
  ...['-inf', '-infinity'].map((name) => [name, Number.NEGATIVE_INFINITY] as const),
]);

/** Strictly: padded, and nothing but its alphabet. */
function base64(value: string): Buffer {
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value.replace(/[\r\n]/g, '')))
    throw bad('bytesValue is not base64');
  return Buffer.from(value, 'base64');
}

const severityNames = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** A number, or its name in the protocol: `SEVERITY_NUMBER_WARN2`. */
function severity(value: unknown): number {
  if (typeof value !== 'string') return Number(BigInt.asIntN(32, integer(value, 'severityNumber')));
  const name = /^SEVERITY_NUMBER_([A-Z]+?)([2-4]?)$/.exec(value);
  const place = name === null ? -1 : severityNames.indexOf(name[1] as string);
  if (value === 'SEVERITY_NUMBER_UNSPECIFIED') return 0;
  if (name === null || place < 0) throw bad('severityNumber is unknown');
  return place * 4 + Number(name[2] || 1);
}

function id(value: unknown, what: string, digits: number): string {
  const hex = text(value, what).toLowerCase();
  if (hex === '' || /^0+$/.test(hex)) return '';
  if (hex.length !== digits || !/^[0-9a-f]+$/.test(hex)) throw bad(`${what} is not ${digits} hexadecimal digits`);
  return hex;
}

const longInteger = /[:[,]\s*-?[0-9]{16}/;
const stringOrLongInteger = /"(?:[^"\\]|\\.)*"|(?<![0-9.])-?[0-9]{16,}(?=\s*[,}\]])/gs;

/** JSON.parse rounds integers above 2^53, and times are above it: they become strings, which are taken as well. */
const quoteLongIntegers = (json: string): string =>
  longInteger.test(json) ? json.replace(stringOrLongInteger, (part) => (part[0] === '"' ? part : `"${part}"`)) : json;

const bad = (what: string) => badPush(`error decoding otlp logs: ${what}`);
