/**
 * Parameters of the query endpoints, as Loki reads them. Formats, defaults and texts follow Loki 3.7.6
 * (recorded answers api-query, api-metadata). A form's first value counts.
 */
import { ApiError } from '../errors.js';
import type { Direction } from '../logql/engine/querier.js';
import type { Nanos, TimeRange } from '../model/time.js';

/** Decoded form values: those of the body first, then those of the URL, as Go's ParseForm orders them. */
export class Form {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  static parse(...encoded: readonly string[]): Form {
    const values = new Map<string, string[]>();
    for (const text of encoded) {
      for (const [name, value] of new URLSearchParams(text)) {
        const list = values.get(name);
        if (list) list.push(value);
        else values.set(name, [value]);
      }
    }
    return new Form(values);
  }

  /** '' when absent, as in Go. */
  get(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

export interface RangeParams {
  readonly query: string;
  readonly range: TimeRange;
  readonly stepNs: number;
  readonly intervalNs: number;
  readonly limit: number;
  readonly direction: Direction;
}

export interface InstantParams {
  readonly query: string;
  readonly at: Nanos;
  readonly limit: number;
  readonly direction: Direction;
}

const defaultLimit = 100;
const defaultSinceNs = 3600n * 1_000_000_000n;
const pointsMax = 11_000;

export function rangeParams(form: Form, now: Nanos): RangeParams {
  const range = bounds(form, now);
  if (range.end < range.start) throw bad('end timestamp must not be before or equal to start time');
  const limit = limitParam(form, 'limit', defaultLimit);
  const direction = directionParam(form);
  const stepNs = stepParam(form, range);
  if (stepNs <= 0) {
    throw bad('zero or negative query resolution step widths are not accepted. Try a positive integer');
  }
  if (
    Number(range.end - range.start) / stepNs > pointsMax + 1 ||
    (range.end - range.start) / BigInt(Math.trunc(stepNs)) > BigInt(pointsMax)
  ) {
    throw bad(
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    );
  }
  const interval = form.get('interval');
  const intervalNs = interval === '' ? 0 : secondsOrDuration(interval);
  if (intervalNs < 0) throw bad('interval must be >= 0');
  return { query: form.get('query'), range, stepNs, intervalNs, limit, direction };
}

export function instantParams(form: Form, now: Nanos): InstantParams {
  const limit = limitParam(form, 'limit', defaultLimit);
  const at = timestamp(form.get('time'), now);
  return { query: form.get('query'), at, limit, direction: directionParam(form) };
}

/** `start`, `end` and `since`; the last hour by default. */
export function bounds(form: Form, now: Nanos): TimeRange {
  const since = form.get('since');
  let sinceNs = defaultSinceNs;
  if (since !== '') {
    const ns = promDuration(since);
    if (typeof ns === 'string') throw bad(`could not parse 'since' parameter: ${ns}`);
    sinceNs = BigInt(ns);
  }
  const end = named(form, 'end', now);
  const endOrNow = end > now ? now : end;
  return { start: named(form, 'start', endOrNow - sinceNs), end };
}

function named(form: Form, name: string, fallback: Nanos): Nanos {
  try {
    return timestamp(form.get(name), fallback);
  } catch (e) {
    throw bad(`could not parse '${name}' parameter: ${(e as Error).message}`);
  }
}

export function limitParam(form: Form, name: string, fallback: number): number {
  const text = form.get(name);
  if (text === '') return fallback;
  if (!/^[+-]?\d+$/.test(text)) throw bad(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw bad(`strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
  if (value <= 0) throw bad('limit must be a positive value');
  return value;
}

function directionParam(form: Form): Direction {
  const text = form.get('direction');
  switch (text.toUpperCase()) {
    case '':
    case 'BACKWARD':
    case 'SCAN': // older Grafanas send it; the newer ones turn it into backward themselves
      return 'backward';
    case 'FORWARD':
      return 'forward';
    default:
      throw bad(`invalid direction '${text}'`);
  }
}

/** In nanoseconds. Without `step`: a 250th of the range, at least a second. */
export function stepParam(form: Form, range: TimeRange): number {
  const text = form.get('step');
  if (text !== '') return secondsOrDuration(text);
  return Math.max(1, Math.floor(Number(range.end - range.start) / 1e9 / 250)) * 1e9;
}

function secondsOrDuration(text: string): number {
  const seconds = goFloat(text);
  if (seconds !== null) {
    const ns = seconds * 1e9;
    if (!(Math.abs(ns) <= 2 ** 63)) {
      throw bad(`cannot parse ${JSON.stringify(text)} to a valid duration. It overflows int64`);
    }
    return Math.trunc(ns);
  }
  const ns = promDuration(text);
  if (typeof ns === 'string') throw bad(`cannot parse ${JSON.stringify(text)} to a valid duration`);
  return ns;
}

const floatPattern = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const goFloat = (text: string): number | null => (floatPattern.test(text) ? Number(text.replaceAll('_', '')) : null);

/** Prometheus' spelling (`1h30m`, `1d`), in nanoseconds; the error's text when it is none. */
function promDuration(text: string): number | string {
  if (text === '0') return 0;
  if (text === '') return 'empty duration string';
  const m = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (!m) return `not a valid duration string: ${JSON.stringify(text)}`;
  const unitsMs = [365 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000, 1];
  let ms = 0;
  for (const [i, unit] of unitsMs.entries()) ms += Number(m[i + 1] ?? 0) * unit;
  return ms * 1e6;
}

/**
 * Seconds with a fraction, whole seconds (at most ten characters), nanoseconds, or RFC 3339.
 * Throws with the words of Go's strconv.
 */
export function timestamp(text: string, fallback: Nanos): Nanos {
  if (text === '') return fallback;
  if (text.includes('.')) {
    const value = goFloat(text);
    if (value !== null) {
      const whole = Math.trunc(value);
      const fraction = Math.round((value - whole) * 1000) / 1000;
      return BigInt(whole) * 1_000_000_000n + BigInt(Math.trunc(fraction * 1e9));
    }
  }
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text);
    if (value > 2n ** 63n - 1n || value < -(2n ** 63n)) {
      throw bad(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
    }
    return text.length <= 10 ? value * 1_000_000_000n : value;
  }
  const rfc = rfc3339(text);
  if (rfc === null) throw bad(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return rfc;
}

const rfc3339Pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 with up to nine digits of a second; null when it is not one. */
export function rfc3339(text: string): Nanos | null {
  const m = rfc3339Pattern.exec(text);
  if (!m) return null;
  const ms = Date.parse(`${m[1]}${m[3]}`);
  if (Number.isNaN(ms)) return null;
  return BigInt(ms) * 1_000_000n + BigInt((m[2] ?? '').slice(0, 9).padEnd(9, '0'));
}

export const bad = (message: string): ApiError => new ApiError('bad-request', message);
