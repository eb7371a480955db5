/** The functions of alert texts, one row each: what Prometheus' rules offer, which Loki's ruler uses. */
import { builtinFunctions } from './builtins.js';
import { toLower, toUpper } from './case.js';
import type { FunctionTable, TemplateFunction } from './functions.js';
import { formatFloat, parseFloat64 } from './go-number.js';
import { quote } from './go-quote.js';
import { compareStrings } from './go-string.js';
import { sprintf } from './printf.js';
import { expandReplacement } from './regex-replacement.js';
import { CallError } from './template-error.js';
import { durationValue, TimeValue } from './time-value.js';
import { utc } from './time-zone.js';
import { queryEscape } from './url.js';
import {
  type Concrete,
  Int,
  indirect,
  type MapValue,
  type Method,
  mapOf,
  type OpaqueValue,
  type SliceValue,
  typeOf,
  type Value,
} from './values.js';

/** One element of a query's answer. */
export class SampleValue implements OpaqueValue {
  readonly kind = 'opaque';
  readonly type = '*template.sample';
  readonly labels: MapValue;
  readonly value: number;

  constructor(labels: MapValue, value: number) {
    this.labels = labels;
    this.value = value;
  }
  toString(): string {
    return sprintf('&{%v %v}', [this.labels, this.value]);
  }
  method(): Method | undefined {
    return undefined;
  }
  field(name: string): Value {
    if (name === 'Labels') return this.labels;
    return name === 'Value' ? this.value : undefined;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

export const queryResult = (items: readonly SampleValue[]): SliceValue => ({
  kind: 'slice',
  type: 'template.queryResult',
  elemType: '*template.sample',
  items,
});

/** What the functions know of the alert. */
export interface AlertContext {
  /** Evaluated at the alert's time. May throw to say that the answer is not there yet. */
  query(text: string): SliceValue;
  readonly timestampMs: number;
  readonly externalUrl: string;
}

export function alertFunctions(context: AlertContext): FunctionTable {
  return new Map<string, TemplateFunction>([
    ...builtinFunctions,
    ['query', { params: ['string'], call: ([text]) => context.query(text as string) }],
    ['first', { params: ['template.queryResult'], call: ([vector]) => first(vector as SliceValue) }],
    ['label', { params: ['string', '*template.sample'], call: ([name, s]) => labelOf(s, name as string) }],
    ['value', { params: ['*template.sample'], call: ([s]) => (s as SampleValue).value }],
    ['strvalue', { params: ['*template.sample'], call: ([s]) => labelOf(s, '__value__') }],
    [
      'sortByLabel',
      {
        params: ['string', 'template.queryResult'],
        call: ([name, vector]) => sortByLabel(name as string, vector as SliceValue),
      },
    ],
    [
      'args',
      { params: [], variadic: 'any', call: (args) => mapOf(new Map(args.map((arg, i) => [`arg${i}`, indirect(arg)]))) },
    ],
    [
      'reReplaceAll',
      {
        params: ['string', 'string', 'string'],
        call: ([pattern, replacement, text], { regex }) => {
          const re = regex(pattern as string);
          let out = '';
          let last = 0;
          for (const match of re.matchAll(text as string)) {
            out += (text as string).slice(last, match.start);
            out += expandReplacement(replacement as string, match.groups, re.groupNames);
            last = match.end;
          }
          return out + (text as string).slice(last);
        },
      },
    ],
    [
      'match',
      {
        params: ['string', 'string'],
        call: ([pattern, text], { regex }) => regex(pattern as string).test(text as string),
      },
    ],
    ['safeHtml', ofString((text) => text)],
    ['title', ofString(titleWords)],
    ['toUpper', ofString(toUpper)],
    ['toLower', ofString(toLower)],
    ['graphLink', ofString((text) => `/graph?g0.expr=${queryEscape(text)}&g0.tab=0`)],
    ['tableLink', ofString((text) => `/graph?g0.expr=${queryEscape(text)}&g0.tab=1`)],
    ['urlQueryEscape', ofString(queryEscape)],
    ['stripPort', ofString((text) => splitHostPort(text)?.host ?? text)],
    ['stripDomain', ofString(stripDomain)],
    ['parseDuration', { params: ['string'], call: ([text]) => parseDurationSeconds(text as string) }],
    ['humanize', ofNumber(humanize)],
    ['humanize1024', ofNumber(humanize1024)],
    ['humanizeDuration', ofNumber(humanizeDuration)],
    ['humanizePercentage', ofNumber((v) => sprintf('%.4g%%', [v * 100]))],
    ['humanizeTimestamp', ofNumber((v) => (Number.isFinite(v) ? timeOf(v).toString() : sprintf('%.4g', [v])))],
    ['toTime', ofNumber(timeOf)],
    ['toDuration', ofNumber((v) => durationValue(BigInt(Math.trunc(v * 1e9))))],
    ['now', { params: [], call: () => context.timestampMs / 1000 }],
    ['externalURL', { params: [], call: () => context.externalUrl }],
    [
      'pathPrefix',
      { params: [], call: () => new URL(context.externalUrl, 'http://localhost').pathname.replace(/\/$/, '') },
    ],
  ]);
}

function ofString(work: (text: string) => Value): TemplateFunction {
  return { params: ['string'], call: ([text]) => work(text as string) };
}

function ofNumber(work: (value: number) => Value): TemplateFunction {
  return { params: ['any'], call: ([arg]) => work(toFloat(indirect(arg))) };
}

function toFloat(value: Concrete | undefined): number {
  if (typeof value === 'number') return value;
  if (value instanceof Int) return value.type === 'time.Duration' ? Number(value.value) / 1e9 : Number(value.value);
  if (typeof value !== 'string') {
    throw new CallError(`can't convert ${value === undefined ? '<nil>' : typeOf(value)} to float`);
  }
  const parsed = parseFloat64(value);
  if (typeof parsed === 'number') return parsed;
  const reason = parsed === null ? 'invalid syntax' : 'value out of range';
  throw new CallError(`strconv.ParseFloat: parsing ${quote(value)}: ${reason}`);
}

const labelOf = (sample: Value, name: string): Value => (sample as SampleValue).labels.get(name) ?? '';

function first(vector: SliceValue): Value {
  const sample = vector.items[0];
  if (sample === undefined) throw new CallError('first() called on vector with no elements');
  return sample;
}

function sortByLabel(name: string, vector: SliceValue): SliceValue {
  const samples = vector.items as readonly SampleValue[];
  const key = (sample: SampleValue): string => labelOf(sample, name) as string;
  return queryResult(samples.toSorted((a, b) => compareStrings(key(a), key(b))));
}

/** The first letter of each word; an apostrophe does not end one. */
const titleWords = (text: string): string =>
  text.replace(/[\p{L}\p{N}\p{M}_'’]+/gu, (word) => word.replace(/\p{L}/u, (letter) => toUpper(letter)));

// Hosts

function splitHostPort(text: string): { readonly host: string; readonly port: string } | null {
  const match = /^(?:\[([^\][]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text);
  return match === null ? null : { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' };
}

function stripDomain(text: string): string {
  const split = splitHostPort(text);
  const host = split?.host ?? text;
  if (/^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(host) || host.includes(':')) return text;
  const name = host.split('.')[0] as string;
  return split === null || split.port === '' ? name : `${name}:${split.port}`;
}

// Numbers for people

const short = (value: number): string => sprintf('%.4g', [value]);

function scaled(value: number, base: number, prefixes: readonly string[]): string {
  let v = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(v) < base) break;
    prefix = next;
    v /= base;
  }
  return short(v) + prefix;
}

function fraction(value: number, unit: string): string {
  let v = value;
  let prefix = '';
  for (const next of ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']) {
    if (Math.abs(v) >= 1) break;
    prefix = next;
    v *= 1000;
  }
  return short(v) + prefix + unit;
}

function humanize(v: number): string {
  if (v === 0 || !Number.isFinite(v)) return short(v);
  return Math.abs(v) >= 1 ? scaled(v, 1000, ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']) : fraction(v, '');
}

function humanize1024(v: number): string {
  if (Math.abs(v) <= 1 || !Number.isFinite(v)) return short(v);
  return scaled(v, 1024, ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']);
}

function humanizeDuration(v: number): string {
  if (!Number.isFinite(v)) return short(v);
  if (v === 0) return `${short(v)}s`;
  if (Math.abs(v) < 1) return fraction(v, 's');
  const sign = v < 0 ? '-' : '';
  const whole = Math.trunc(Math.abs(v));
  const seconds = whole % 60;
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600) % 24;
  const days = Math.floor(whole / 86_400);
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${short(Math.abs(v))}s`;
}

/** Seconds since 1970, to the millisecond. */
function timeOf(v: number): TimeValue {
  if (!Number.isFinite(v)) throw new CallError('value is NaN or Inf');
  if (Math.abs(v * 1e9) > 2 ** 63) {
    const shown = formatFloat(v, 'g', -1);
    throw new CallError(`${shown} cannot be represented as a nanoseconds timestamp since it overflows int64`);
  }
  return TimeValue.ofNanos(BigInt(Math.trunc((v * 1e9) / 1e6)) * 1_000_000n, utc);
}

const secondsOf: Readonly<Record<string, number>> = {
  y: 31_536_000,
  w: 604_800,
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
};

/** Prometheus' durations: units from the greatest to the least, whole numbers. */
function parseDurationSeconds(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = sign < 0 ? text.slice(1) : text;
  if (body === '') throw new CallError('empty duration string');
  if (body === '0') return 0;
  const order = Object.keys(secondsOf);
  let last = -1;
  let total = 0;
  for (const [part, digits = '', unit = ''] of body.matchAll(/([0-9]*)([^0-9]*)/g)) {
    if (part === '') continue;
    if (digits === '' || unit === '') throw new CallError(`not a valid duration string: ${quote(body)}`);
    const at = order.indexOf(unit);
    if (at < 0) throw new CallError(`unknown unit ${quote(unit)} in duration ${quote(body)}`);
    if (at <= last) throw new CallError(`not a valid duration string: ${quote(body)}`);
    last = at;
    total += Number(digits) * (secondsOf[unit] as number);
  }
  return sign * total;
}
