/** time.Time, time.Duration, time.Month, time.Weekday and *time.Location with the methods that a template can call. */
import { civilFromDays, daysFromCivil, weekdayOfDays } from './civil.js';
import { formatMoment, type Moment, monthName, toUnix, weekdayName } from './go-layout.js';
import { type Location, local, utc } from './time-zone.js';
import {
  type Concrete,
  type Int,
  int,
  int64,
  type Method,
  NamedInt,
  type OpaqueValue,
  type ParamType,
  type Value,
} from './values.js';

const nsPerSecond = 1_000_000_000n;
/** 0001-01-01: what time.Time{} is. */
export const zeroTimeSeconds = -62_135_596_800;

export class TimeValue implements OpaqueValue {
  readonly kind = 'opaque';
  readonly type = 'time.Time';
  readonly moment: Moment;

  constructor(moment: Moment) {
    this.moment = moment;
  }

  static ofNanos(nanos: bigint, location: Location = local): TimeValue {
    let seconds = nanos / nsPerSecond;
    if (seconds * nsPerSecond > nanos) seconds--;
    return new TimeValue({ seconds: Number(seconds), nanos: Number(nanos - seconds * nsPerSecond), location });
  }

  /** Nanoseconds since 1970, of any size. */
  get nanos(): bigint {
    return BigInt(this.moment.seconds) * nsPerSecond + BigInt(this.moment.nanos);
  }

  /** UnixNano: wraps as int64 does. */
  get unixNano(): bigint {
    return BigInt.asIntN(64, this.nanos);
  }

  format(layout: string): string {
    return formatMoment(this.moment, layout);
  }

  toString(): string {
    return this.format('2006-01-02 15:04:05.999999999 -0700 MST');
  }

  method(name: string): Method | undefined {
    return timeMethods.get(name);
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof TimeValue && other.nanos === this.nanos && other.moment.location === this.moment.location;
  }
}

class LocationValue implements OpaqueValue {
  readonly kind = 'opaque';
  readonly type = '*time.Location';
  readonly location: Location;
  constructor(location: Location) {
    this.location = location;
  }
  toString(): string {
    return this.location.name;
  }
  method(name: string): Method | undefined {
    return name === 'String' ? { params: [], call: () => this.location.name } : undefined;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof LocationValue && other.location === this.location;
  }
}

const wallClock = (t: TimeValue): number => t.moment.seconds + t.moment.location.at(t.moment.seconds).offsetSeconds;
const days = (t: TimeValue): number => Math.floor(wallClock(t) / 86_400);
const secondOfDay = (t: TimeValue): number => wallClock(t) - days(t) * 86_400;

function timeMethod(params: readonly ParamType[], work: (t: TimeValue, args: readonly Value[]) => Value): Method {
  return { params, call: (self, args) => work(self as TimeValue, args) };
}
const refused = (name: string, complaint: string): [string, Method] => [
  name,
  { params: [], refusal: complaint, call: () => undefined },
];
const nanosOf = (arg: Value): bigint => (arg as Int).value;
const timeOf = (arg: Value): TimeValue => arg as TimeValue;

const timeMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['Format', timeMethod(['string'], (t, [layout]) => t.format(layout as string))],
  ['String', timeMethod([], (t) => t.toString())],
  ['Year', timeMethod([], (t) => int(civilFromDays(days(t)).year))],
  ['Month', timeMethod([], (t) => monthValue(civilFromDays(days(t)).month))],
  ['Day', timeMethod([], (t) => int(civilFromDays(days(t)).day))],
  ['YearDay', timeMethod([], (t) => int(civilFromDays(days(t)).yearDay))],
  ['Weekday', timeMethod([], (t) => weekdayValue(weekdayOfDays(days(t))))],
  ['Hour', timeMethod([], (t) => int(Math.floor(secondOfDay(t) / 3600)))],
  ['Minute', timeMethod([], (t) => int(Math.floor(secondOfDay(t) / 60) % 60))],
  ['Second', timeMethod([], (t) => int(secondOfDay(t) % 60))],
  ['Nanosecond', timeMethod([], (t) => int(t.moment.nanos))],
  ['Unix', timeMethod([], (t) => int64(BigInt(t.moment.seconds)))],
  ['UnixMilli', timeMethod([], (t) => int64(floorDiv(t.nanos, 1_000_000n)))],
  ['UnixMicro', timeMethod([], (t) => int64(floorDiv(t.nanos, 1000n)))],
  ['UnixNano', timeMethod([], (t) => int64(t.nanos))],
  ['UTC', timeMethod([], (t) => new TimeValue({ ...t.moment, location: utc }))],
  ['Local', timeMethod([], (t) => new TimeValue({ ...t.moment, location: local }))],
  [
    'In',
    timeMethod(
      ['*time.Location'],
      (t, [at]) => new TimeValue({ ...t.moment, location: (at as LocationValue).location }),
    ),
  ],
  ['Location', timeMethod([], (t) => new LocationValue(t.moment.location))],
  ['IsZero', timeMethod([], (t) => t.moment.seconds === zeroTimeSeconds && t.moment.nanos === 0)],
  ['IsDST', timeMethod([], (t) => isDst(t))],
  ['After', timeMethod(['time.Time'], (t, [u]) => t.nanos > timeOf(u).nanos)],
  ['Before', timeMethod(['time.Time'], (t, [u]) => t.nanos < timeOf(u).nanos)],
  ['Equal', timeMethod(['time.Time'], (t, [u]) => t.nanos === timeOf(u).nanos)],
  [
    'Compare',
    timeMethod(['time.Time'], (t, [u]) => int(t.nanos < timeOf(u).nanos ? -1 : t.nanos > timeOf(u).nanos ? 1 : 0)),
  ],
  ['Add', timeMethod(['time.Duration'], (t, [d]) => TimeValue.ofNanos(t.nanos + nanosOf(d), t.moment.location))],
  [
    'AddDate',
    timeMethod(['int', 'int', 'int'], (t, args) =>
      addDate(
        t,
        args.map((a) => Number((a as Int).value)),
      ),
    ),
  ],
  ['Sub', timeMethod(['time.Time'], (t, [u]) => durationValue(clampInt64(t.nanos - timeOf(u).nanos)))],
  ['Truncate', timeMethod(['time.Duration'], (t, [d]) => roundTime(t, nanosOf(d), false))],
  ['Round', timeMethod(['time.Duration'], (t, [d]) => roundTime(t, nanosOf(d), true))],
  refused('Date', 'function Date has 3 return values; should be 1 or 2'),
  refused('Clock', 'function Clock has 3 return values; should be 1 or 2'),
  refused('ISOWeek', 'invalid function signature for ISOWeek: second return value should be error; is int'),
  refused('Zone', 'invalid function signature for Zone: second return value should be error; is int'),
  refused('ZoneBounds', 'invalid function signature for ZoneBounds: second return value should be error; is time.Time'),
]);

function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return q * b > a ? q - 1n : q;
}

const clampInt64 = (n: bigint): bigint => {
  const max = 2n ** 63n - 1n;
  return n > max ? max : n < -max - 1n ? -max - 1n : n;
};

/** Summer time: the greater of the offsets within a year of the time. */
function isDst(t: TimeValue): boolean {
  const at = (days: number): number => t.moment.location.at(t.moment.seconds + days * 86_400).offsetSeconds;
  return at(0) > Math.min(at(-182), at(182));
}

function addDate(t: TimeValue, [years = 0, months = 0, dayCount = 0]: readonly number[]): TimeValue {
  const { year, month, day } = civilFromDays(days(t));
  const monthIndex = month - 1 + months;
  const y = year + years + Math.floor(monthIndex / 12);
  const m = ((monthIndex % 12) + 12) % 12;
  const wall = (daysFromCivil(y, m + 1, 1) + day - 1 + dayCount) * 86_400 + secondOfDay(t);
  const { location, nanos } = t.moment;
  return new TimeValue({ seconds: toUnix(wall, location), nanos, location });
}

/** Multiples of d since year 1. */
function roundTime(t: TimeValue, d: bigint, half: boolean): TimeValue {
  if (d <= 0n) return t;
  const since = t.nanos - BigInt(zeroTimeSeconds) * nsPerSecond;
  const rest = ((since % d) + d) % d;
  const up = half && rest + rest >= d;
  return TimeValue.ofNanos(t.nanos - rest + (up ? d : 0n), t.moment.location);
}

const text = (n: NamedInt): string => n.text;
const named = (methods: Iterable<[string, Method]>): ReadonlyMap<string, Method> =>
  new Map<string, Method>([['String', { params: [], call: (self) => text(self as NamedInt) }], ...methods]);

const plainMethods = named([]);
const monthValue = (month: number): NamedInt =>
  new NamedInt('time.Month', BigInt(month), monthName(month), plainMethods);
const weekdayValue = (weekday: number): NamedInt =>
  new NamedInt('time.Weekday', BigInt(weekday), weekdayName(weekday), plainMethods);

export function durationValue(nanos: bigint): NamedInt {
  return new NamedInt('time.Duration', nanos, formatDuration(nanos), durationMethods);
}

const durationMethod = (name: string, work: (nanos: bigint) => Concrete): [string, Method] => [
  name,
  { params: [], call: (self) => work((self as Int).value) },
];
const durationMethods = named([
  durationMethod('Nanoseconds', (n) => int64(n)),
  durationMethod('Microseconds', (n) => int64(n / 1000n)),
  durationMethod('Milliseconds', (n) => int64(n / 1_000_000n)),
  durationMethod('Seconds', (n) => inUnits(n, 1_000_000_000n)),
  durationMethod('Minutes', (n) => inUnits(n, 60_000_000_000n)),
  durationMethod('Hours', (n) => inUnits(n, 3_600_000_000_000n)),
  durationMethod('Abs', (n) => durationValue(clampInt64(n < 0n ? -n : n))),
  ['Truncate', { params: ['time.Duration'], call: (self, [m]) => truncateDuration((self as Int).value, nanosOf(m)) }],
  ['Round', { params: ['time.Duration'], call: (self, [m]) => roundDuration((self as Int).value, nanosOf(m)) }],
]);

/** Duration.Seconds and its kin: whole units and the rest, added as floats. */
export const inUnits = (nanos: bigint, unit: bigint): number =>
  Number(nanos / unit) + Number(nanos % unit) / Number(unit);

const truncateDuration = (d: bigint, m: bigint): NamedInt => durationValue(m <= 0n ? d : d - (d % m));
function roundDuration(d: bigint, m: bigint): NamedInt {
  if (m <= 0n) return durationValue(d);
  const magnitude = d < 0n ? -d : d;
  const rest = magnitude % m;
  const rounded = magnitude - rest + (rest + rest < m ? 0n : m);
  return durationValue(clampInt64(d < 0n ? -rounded : rounded));
}

/** Duration.String: "1h2m3.5s". */
export function formatDuration(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const n = nanos < 0n ? -nanos : nanos;
  const decimal = (unit: bigint, digits: number): string => {
    const fraction = (n % unit).toString().padStart(digits, '0').replace(/0+$/, '');
    return fraction === '' ? '' : `.${fraction}`;
  };
  if (n < 1000n) return `${sign}${n}ns`;
  if (n < 1_000_000n) return `${sign}${n / 1000n}${decimal(1000n, 3)}µs`;
  if (n < nsPerSecond) return `${sign}${n / 1_000_000n}${decimal(1_000_000n, 6)}ms`;
  const seconds = n / nsPerSecond;
  const minutes = seconds / 60n;
  const hours = minutes / 60n;
  const h = hours > 0n ? `${hours}h` : '';
  const m = minutes > 0n ? `${minutes % 60n}m` : '';
  return `${sign}${h}${m}${seconds % 60n}${decimal(nsPerSecond, 9)}s`;
}
