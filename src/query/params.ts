/**
 * Parameters of the query endpoints, as Loki reads them. Formats, defaults and texts follow Loki 3.7.6
 * (recorded answers api-query, api-metadata). A form's first value counts.
 */
import { ApiError } from '../errors.js';
import type { Direction } from '../logql/engine/querier.js';
import { durationNs, promDuration } from '../model/duration.js';
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
  const range = orderedBounds(form, now);
  const limit = limitParam(form, 'limit', defaultLimit);
  const direction = directionParam(form);
  const stepNs = gridStep(form, range);
  const interval = form.get('interval');
  // Loki hands it on in milliseconds.
  const intervalNs = interval === '' ? 0 : Math.trunc(secondsOrDuration(interval) / 1e6) * 1e6;
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
    const ns = durationNs(since);
    if (typeof ns === 'string') throw bad(`could not parse 'since' parameter: ${ns}`);
    sinceNs = BigInt(ns);
  }
  const end = named(form, 'end', now);
  const endOrNow = end > now ? now : end;
  return { start: named(form, 'start', endOrNow - sinceNs), end };
}

/** For what is asked of a range: its end must not come first. */
export function orderedBounds(form: Form, now: Nanos): TimeRange {
  const range = bounds(form, now);
  if (range.end < range.start) throw bad('end timestamp must not be before or equal to start time');
  return range;
}

/**
 * For labels and series: what max_query_lookback leaves of the range (0: all of it). Its text is what Loki says of a range that
 * ends before it begins, too.
 */
export function lookedBackBounds(form: Form, now: Nanos, lookbackMs: number): TimeRange {
  const { start, end } = bounds(form, now);
  const lookbackNs = lookbackMs * 1e6;
  const oldest = lookbackNs > 0 ? now - BigInt(Math.round(lookbackNs)) : start;
  const from = start < oldest ? oldest : start;
  if (end < from)
    throw bad(`this data is no longer available, it is past now - max_query_lookback (${promDuration(lookbackNs)})`);
  return { start: from, end };
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
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value)
    throw bad(`strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
  // Loki hands it on in 32 bits.
  const handedOn = Number(BigInt.asUintN(32, value));
  if (value <= 0n || handedOn === 0) throw bad('limit must be a positive value');
  return handedOn;
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

/** As stepParam, held against how many steps there may be. */
export function gridStep(form: Form, range: TimeRange): number {
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
  return stepNs;
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
  const ns = durationNs(text);
  if (typeof ns === 'string') throw bad(`cannot parse ${JSON.stringify(text)} to a valid duration`);
  return ns;
}

const floatPattern = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const goFloat = (text: string): number | null => (floatPattern.test(text) ? Number(text.replaceAll('_', '')) : null);

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
  const [, local, , zone] = m as unknown as [string, string, string | undefined, string];
  const ms = Date.parse(`${local}${zone}`);
  // Date.parse takes the 24th hour and the 30th of February for the time after.
  if (Number.isNaN(ms) || new Date(Date.parse(`${local}Z`)).toISOString().slice(0, 19) !== local) return null;
  return BigInt(ms) * 1_000_000n + BigInt((m[2] ?? '').slice(0, 9).padEnd(9, '0'));
}

export const bad = (message: string): ApiError => new ApiError('bad-request', message);
