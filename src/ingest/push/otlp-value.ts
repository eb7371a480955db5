/** OTLP's AnyValue, and the text that it becomes. */
import { ApiError } from '../../errors.js';
import { sanitizeLabelName } from '../label-name.js';
import { badPush } from './push-error.js';

export type AnyValue = undefined | string | boolean | bigint | number | Uint8Array | AnyArray | AnyMap;
export interface AnyArray {
  readonly items: readonly AnyValue[];
}
export interface AnyMap {
  readonly pairs: readonly KeyValue[];
}
export type KeyValue = readonly [key: string, value: AnyValue];

/** Values are nested at most so deep. */
export const NESTING_MAX = 100;

/** As the OpenTelemetry collector prints it: a string as it is, arrays and maps as JSON. */
export function textOfValue(value: AnyValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return json(value) ?? '';
}

/** An attribute as labels or metadata: a map becomes a pair for each of its leaves, names joined by `_`. */
export function flatten([key, value]: KeyValue, into: [string, string][], prefix = ''): void {
  const name = nameOf(prefix === '' ? key : `${prefix}_${key}`);
  if (isMap(value)) for (const pair of value.pairs) flatten(pair, into, name);
  else into.push([name, textOfValue(value)]);
}

function nameOf(key: string): string {
  try {
    return sanitizeLabelName(key);
  } catch (e) {
    throw e instanceof ApiError ? badPush(`symbolizer lookup: ${e.message}`) : e;
  }
}

const isMap = (value: AnyValue): value is AnyMap =>
  typeof value === 'object' && !(value instanceof Uint8Array) && 'pairs' in value;

/** As encoding/json writes it: keys sorted, the last of equal ones counts. Undefined when a number is none. */
function json(value: AnyValue): string | undefined {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return jsonString(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : undefined;
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (!isMap(value)) {
    const items = value.items.map(json);
    return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
  }
  const fields = [...new Map(value.pairs)].sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = fields.map(([key, v]) => {
    const text = json(v);
    return text === undefined ? undefined : `${jsonString(key)}:${text}`;
  });
  return texts.includes(undefined) ? undefined : `{${texts.join(',')}}`;
}

const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** Control characters by number but for \b \f \n \r \t, and the two line ends that are none in JavaScript. */
const jsonString = (text: string): string =>
  JSON.stringify(text.toWellFormed()).replace(
    /[\u2028\u2029]/g,
    (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
