/** The values of LogQL's literals: durations, sizes, strings. */
import { parseFloat64 } from '../../template/go-number.js';
import { quote } from '../../template/go-quote.js';
import { fromBytes } from '../../template/go-string.js';

const ms = 1e6;
const maxNs = 2 ** 63;

/** Prometheus' units, largest first: they must come in this order. */
const prometheusUnits: ReadonlyMap<string, number> = new Map([
  ['y', 365 * 86_400_000 * ms],
  ['w', 7 * 86_400_000 * ms],
  ['d', 86_400_000 * ms],
  ['h', 3_600_000 * ms],
  ['m', 60_000 * ms],
  ['s', 1000 * ms],
  ['ms', ms],
]);

/** `1d12h`, as model.ParseDuration reads it: nanoseconds, or the text of its error. */
export function parsePrometheusDuration(text: string): number | string {
  if (text === '0') return 0;
  if (text === '') return 'empty duration string';
  const malformed = `not a valid duration string: ${quote(text)}`;
  const order = [...prometheusUnits.keys()];
  const part = /([0-9]*)([^0-9]*)/y;
  let totalNs = 0;
  let lastUnit = -1;
  while (part.lastIndex < text.length) {
    const [, digits = '', unit = ''] = part.exec(text) ?? [];
    if (digits === '' || unit === '' || Number(digits) >= 2 ** 64) return malformed;
    const unitNs = prometheusUnits.get(unit);
    if (unitNs === undefined) return `unknown unit ${quote(unit)} in duration ${quote(text)}`;
    const place = order.indexOf(unit);
    if (place <= lastUnit) return malformed;
    lastUnit = place;
    totalNs += Number(digits) * unitNs;
    if (totalNs >= maxNs) return 'duration out of range';
  }
  return totalNs;
}

const goUnits: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

/** `1h2m3.5s`, `-5m`, as Go's time.ParseDuration reads it: nanoseconds, or null. */
export function parseGoDuration(text: string): number | null {
  const negative = text.startsWith('-');
  const rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '') return null;
  const part = /([0-9]*)(?:\.([0-9]*))?([^0-9.]+)/y;
  let totalNs = 0;
  while (part.lastIndex < rest.length) {
    const match = part.exec(rest);
    if (match === null) return null;
    const [, whole = '', fraction = '', unit = ''] = match;
    const unitNs = goUnits.get(unit);
    if ((whole === '' && fraction === '') || unitNs === undefined) return null;
    totalNs += Number(whole) * unitNs + Math.trunc(Number(fraction) * (unitNs / 10 ** fraction.length));
    if (totalNs >= maxNs) return null;
  }
  return negative && totalNs !== 0 ? -totalNs : totalNs;
}

/** A duration in either spelling: nanoseconds, or null. */
export function parseDuration(text: string): number | null {
  const prometheus = parsePrometheusDuration(text);
  return typeof prometheus === 'number' ? prometheus : parseGoDuration(text);
}

const prefixes = ['', 'k', 'm', 'g', 't', 'p', 'e'];
const sizeUnits: ReadonlyMap<string, number> = new Map(
  prefixes.flatMap((prefix, power) =>
    prefix === ''
      ? [['', 1] as const, ['b', 1] as const]
      : ([
          [prefix, 1000 ** power],
          [`${prefix}b`, 1000 ** power],
          [`${prefix}i`, 1024 ** power],
          [`${prefix}ib`, 1024 ** power],
        ] as const),
  ),
);

/** `5KB`, `1.5MiB`: bytes, or null. */
export function parseByteSize(text: string): number | null {
  const [, number = '', unit = ''] = /^([\p{Nd}.,]*)(.*)$/su.exec(text) ?? [];
  const value = parseFloat64(number.replaceAll(',', ''));
  const factor = sizeUnits.get(unit.trim().toLowerCase());
  if (typeof value !== 'number' || factor === undefined) return null;
  const bytes = value * factor;
  return bytes < 2 ** 64 ? Math.trunc(bytes) : null;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/**
 * The value of a string in double or back quotes, null for a bad one. `\xff` and `\377` are bytes: one that is part
 * of no UTF-8 sequence stands as a lone surrogate, U+DC80 + (byte - 0x80), as in template/go-string.ts.
 */
export function unquoteString(literal: string): string | null {
  const quote = literal[0];
  if (literal.length < 2 || quote !== literal[literal.length - 1]) return null;
  const body = literal.slice(1, -1);
  if (quote === '`') return body.includes('`') ? null : body;
  if (quote !== '"' || body.includes('\n')) return null;
  if (!body.includes('\\')) return body.includes('"') ? null : body;
  const escapes = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\"]))|"|\\/g;
  const parts: Buffer[] = [];
  let at = 0;
  for (const match of body.matchAll(escapes)) {
    const [whole, hexByte, octalByte, short, long, simple] = match;
    if (whole.length === 1) return null;
    parts.push(Buffer.from(body.slice(at, match.index)));
    at = match.index + whole.length;
    if (simple !== undefined) parts.push(Buffer.from(simpleEscapes[simple] as string));
    else if (hexByte !== undefined || octalByte !== undefined) {
      const byte = hexByte === undefined ? Number.parseInt(octalByte as string, 8) : Number.parseInt(hexByte, 16);
      if (byte > 255) return null;
      parts.push(Buffer.of(byte));
    } else {
      const rune = Number.parseInt((short ?? long) as string, 16);
      if (rune > 0x10ffff) return null;
      parts.push(Buffer.from(String.fromCodePoint(rune)));
    }
  }
  parts.push(Buffer.from(body.slice(at)));
  return fromBytes(Buffer.concat(parts));
}
