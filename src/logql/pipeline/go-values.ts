/** Values of labels as numbers, durations and sizes: what Go's libraries accept, and the words in which they refuse. */
import { parseBytes as parseSize } from '../../template/bytes-size.js';
import { parseDuration } from '../../template/go-duration.js';
import { parseFloat64 } from '../../template/go-number.js';
import { quote } from '../../template/go-quote.js';
import { CallError } from '../../template/template-error.js';

/** A number, or the reason why it is none. */
export type Parsed = number | ParseFailure;
export class ParseFailure {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

const plainDecimal = /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/;

/** strconv.ParseFloat */
export function parseNumber(text: string): Parsed {
  if (plainDecimal.test(text)) return Number(text);
  const value = parseFloat64(text);
  if (typeof value === 'number') return value;
  const why = value === 'range' ? 'value out of range' : 'invalid syntax';
  return new ParseFailure(`strconv.ParseFloat: parsing ${quote(text)}: ${why}`);
}

/** time.ParseDuration, in nanoseconds: exact up to 104 days, to 16 digits beyond. */
export const parseDurationNs = (text: string): Parsed => orFailure(() => Number(parseDuration(text)));

/** As Go's time.Duration.Seconds counts them. */
export const parseDurationSeconds = (text: string): Parsed =>
  orFailure(() => {
    const ns = parseDuration(text);
    return Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9;
  });

/** humanize.ParseBytes: `1.5 MB`, `42kib`; a bare number is bytes. */
export const parseBytes = (text: string): Parsed => orFailure(() => parseSize(text));

const sizeUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/**
 * A size after Loki has printed it (humanize.Bytes, two or three digits) and read it again: 2 MiB are 2.1 MB then. Its
 * frontend does that to every query on the way, so filters compare with the rounded size.
 */
export function roundedSize(bytes: number): number {
  if (bytes < 10) return bytes;
  const power = Math.floor(Math.log(bytes) / Math.log(1000));
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10;
  return parseSize(`${value < 10 ? value.toFixed(1) : value.toFixed(0)}${sizeUnits[power]}`);
}

function orFailure(parse: () => number): Parsed {
  try {
    return parse();
  } catch (e) {
    if (e instanceof CallError) return new ParseFailure(e.message);
    throw e;
  }
}
