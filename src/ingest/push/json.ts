/**
 * The JSON form of a push, straight from bytes to columns:
 *
 *   {"streams": [{"stream": {"app": "x"}, "values": [["<ns>", "line", {"trace_id": "…"}], …]}, …]}
 *
 * Unknown names are passed over, at every level; of names that stand twice the last counts; `null` is nothing. A value
 * of a label may be anything, and stands for its text. What follows the object is not looked at.
 */
import { quoteGo } from '../../model/labels.js';
import { EntryColumns, ZERO_TIME_SECONDS } from './entry-columns.js';
import { ARRAY, ARRAY_END, JsonScanner, NULL, OBJECT, OBJECT_END, STRING } from './json-scanner.js';
import { plainBytes } from './plain-bytes.js';
import type { PushRequest, PushStream } from './push-request.js';
import { textOf } from './utf8.js';

/** `body` is given away: lines are moved together inside it and the result refers to it. Throws ApiError. */
export function decodeJson(body: Uint8Array): PushRequest {
  const scanner = new JsonScanner(plainBytes(body));
  let streams: PushStream[] = [];
  if (scanner.peek() === NULL) scanner.skip();
  else if (scanner.open(OBJECT, OBJECT_END, 'an object')) {
    do {
      scanner.name();
      if (textAt(scanner).toLowerCase() !== 'streams' || scanner.peek() === NULL) scanner.skip();
      else streams = decodeStreams(scanner);
    } while (scanner.more(OBJECT_END, 'a value'));
  }
  return { streams, bodyBytes: body.length };
}

function decodeStreams(scanner: JsonScanner): PushStream[] {
  const streams: PushStream[] = [];
  if (!scanner.open(ARRAY, ARRAY_END, '[ after "streams"')) return streams;
  do decodeStream(scanner, streams);
  while (scanner.more(ARRAY_END, 'a stream'));
  return streams;
}

function decodeStream(scanner: JsonScanner, into: PushStream[]): void {
  let labels = '';
  const columns = new EntryColumns(scanner.bytes, scanner.pos);
  if (scanner.open(OBJECT, OBJECT_END, 'a stream (an object)')) {
    do {
      scanner.name();
      const name = textAt(scanner);
      if (name === 'stream') labels = decodeLabels(scanner);
      else if (name === 'values' && scanner.peek() !== NULL) {
        columns.discard();
        decodeValues(scanner, columns);
      } else scanner.skip();
    } while (scanner.more(OBJECT_END, 'a value'));
  }
  columns.finish(labels, into);
}

/** As Loki writes them down before it parses them again: sorted by name, values quoted. */
function decodeLabels(scanner: JsonScanner): string {
  if (!scanner.open(OBJECT, OBJECT_END, '{ after "stream"')) return '{}';
  const pairs = new Map<string, string>();
  do {
    scanner.name();
    const name = textAt(scanner);
    if (scanner.peek() === STRING) {
      scanner.string('a label value');
      pairs.set(name, quotedAt(scanner));
    } else {
      scanner.start = scanner.pos;
      scanner.skip();
      scanner.end = scanner.pos;
      pairs.set(name, quotedAt(scanner));
    }
  } while (scanner.more(OBJECT_END, 'a label'));
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${name}=${value}`).join(', ')}}`;
}

function decodeValues(scanner: JsonScanner, columns: EntryColumns): void {
  if (!scanner.open(ARRAY, ARRAY_END, '[ after "values"')) return;
  do {
    if (scanner.peek() === NULL) scanner.skip();
    else decodeEntry(scanner, columns);
  } while (scanner.more(ARRAY_END, 'an entry'));
}

function decodeEntry(scanner: JsonScanner, columns: EntryColumns): void {
  if (!scanner.open(ARRAY, ARRAY_END, '[ at the start of an entry')) {
    columns.addEntry(ZERO_TIME_SECONDS, 0, 0, 0);
    return;
  }
  if (scanner.peek() !== STRING) throw scanner.bad('expected a timestamp (a string of nanoseconds)');
  scanner.string('a timestamp');
  // Seconds and the rest apart: together they are more than a number holds.
  const negative = scanner.bytes[scanner.start] === 0x2d;
  const from = scanner.start + (negative ? 1 : 0);
  const split = Math.max(from, scanner.end - 9);
  checkTimestamp(scanner, from, negative);
  let seconds = digits(scanner.bytes, from, split);
  let nanos = digits(scanner.bytes, split, scanner.end);
  if (negative) {
    seconds = -seconds - (nanos > 0 ? 1 : 0);
    nanos = nanos > 0 ? 1e9 - nanos : 0;
  }
  let lineStart = 0;
  let lineEnd = 0;
  if (scanner.more(ARRAY_END, 'a timestamp')) {
    scanner.string('a line');
    lineStart = scanner.start;
    lineEnd = scanner.end;
    if (scanner.more(ARRAY_END, 'a line')) {
      decodeMetadata(scanner, columns);
      while (scanner.more(ARRAY_END, 'structured metadata')) scanner.skip();
    }
  }
  columns.addEntry(seconds, nanos, lineStart, lineEnd);
}

function decodeMetadata(scanner: JsonScanner, columns: EntryColumns): void {
  if (!scanner.open(OBJECT, OBJECT_END, 'structured metadata (an object)')) return;
  do {
    scanner.name();
    const { start, end } = scanner;
    scanner.string('a value of structured metadata');
    columns.addMetadata(start, end, scanner.start, scanner.end);
  } while (scanner.more(OBJECT_END, 'structured metadata'));
}

/** An int64 in decimal without leading zeros, as far as Loki checks it. */
function checkTimestamp(scanner: JsonScanner, from: number, negative: boolean): void {
  const { bytes, start, end } = scanner;
  if (end === start) throw scanner.bad('timestamp is empty');
  for (let i = from; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x30 || byte > 0x39) throw scanner.bad('timestamp is not a number');
  }
  if (end - from > 1 && bytes[from] === 0x30) throw scanner.bad('timestamp has leading zeros');
  if (end - from < 19) return;
  const high = end - from > 19 ? Number.POSITIVE_INFINITY : digits(bytes, from, end - 9);
  const low = digits(bytes, end - 9, end);
  const limit = negative ? 854775808 : 854775807;
  if (high > 9223372036 || (high === 9223372036 && low > limit)) throw scanner.bad('timestamp is out of range');
}

function digits(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let i = from; i < end; i++) value = value * 10 + (bytes[i] as number) - 0x30;
  return value;
}

const textAt = ({ bytes, start, end }: JsonScanner): string => view(bytes, start, end).toString('utf8');

/** Bytes that are no UTF-8 become `\xff`, as strconv.Quote writes them. */
function quotedAt({ bytes, start, end }: JsonScanner): string {
  const inner = textOf(
    view(bytes, start, end),
    (byte) => `\\x${byte.toString(16)}`,
    (text) => quoteGo(text).slice(1, -1),
  );
  return `"${inner}"`;
}

const view = (bytes: Uint8Array, start: number, end: number): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
