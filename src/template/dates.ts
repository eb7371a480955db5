/** Functions of times, durations and sizes. Local time is UTC, see time-zone.ts. */
import { parseBytes } from './bytes-size.js';
import { parseDuration } from './go-duration.js';
import { parseMoment } from './go-layout.js';
import { parseBigInt } from './go-number.js';
import { quote } from './go-quote.js';
import { byteLength } from './go-string.js';
import { CallError } from './template-error.js';
import type { CallContext, TemplateFunction } from './template-function.js';
import { inUnits, TimeValue, zeroTimeSeconds } from './time-value.js';
import { type Location, local, utc } from './time-zone.js';
import { Int, indirect, type Value } from './values.js';

const seconds: TemplateFunction = {
  params: ['string'],
  call: ([text]) => inUnits(parseDuration(text as string), 1_000_000_000n),
};
const ofTime = (work: (time: TimeValue) => Value): TemplateFunction => ({
  params: ['time.Time'],
  call: ([time]) => work(time as TimeValue),
});

export const dateFunctions: readonly (readonly [string, TemplateFunction])[] = [
  ['__timestamp__', { params: [], call: (_, context) => TimeValue.ofNanos(context.timestampNs()) }],
  ['now', { params: [], call: (_, context) => TimeValue.ofNanos(context.nowNs()) }],
  [
    'date',
    { params: ['string', 'any'], call: ([layout, at], context) => timeOf(at, context).format(layout as string) },
  ],
  [
    'toDate',
    { params: ['string', 'string'], call: ([layout, text]) => parse(layout as string, text as string, local) },
  ],
  [
    'toDateInZone',
    {
      params: ['string', 'string', 'string'],
      call: ([layout, zone, text], context) =>
        parse(layout as string, text as string, context.location(zone as string) ?? utc),
    },
  ],
  ['unixEpoch', ofTime((time) => String(time.moment.seconds))],
  ['unixEpochMillis', ofTime((time) => String(BigInt.asIntN(64, floorDiv(time.nanos, 1_000_000n))))],
  ['unixEpochNanos', ofTime((time) => String(time.unixNano))],
  ['unixToTime', { params: ['string'], call: ([text]) => unixToTime(text as string) }],
  ['duration', seconds],
  ['duration_seconds', seconds],
  ['bytes', { params: ['string'], call: ([text]) => parseBytes(text as string) }],
];

const floorDiv = (a: bigint, b: bigint): bigint => ((a / b) * b > a ? a / b - 1n : a / b);

/** What does not parse is the zero time. */
function parse(layout: string, text: string, location: Location): TimeValue {
  return new TimeValue(parseMoment(layout, text, location) ?? { seconds: zeroTimeSeconds, nanos: 0, location: utc });
}

/** A time, or seconds as an integer; everything else is now. */
function timeOf(at: Value, context: CallContext): TimeValue {
  const value = indirect(at);
  if (value instanceof TimeValue) return new TimeValue({ ...value.moment, location: local });
  if (value instanceof Int && (value.type === 'int' || value.type === 'int64' || value.type === 'int32')) {
    return new TimeValue({ seconds: Number(value.value), nanos: 0, location: local });
  }
  return TimeValue.ofNanos(context.nowNs());
}

/** Nanoseconds in the unit that a count of so many digits is in. */
const unitOfDigits: Readonly<Record<number, bigint>> = {
  5: 86_400_000_000_000n,
  10: 1_000_000_000n,
  13: 1_000_000n,
  16: 1_000n,
  19: 1n,
};

function unixToTime(text: string): TimeValue {
  const count = /^[+-]?[0-9]+$/.test(text) ? parseBigInt(text.replace(/^([+-]?)0+(?=[0-9])/, '$1')) : null;
  const refuse = (reason: string): never => {
    throw new CallError(`unable to parse time '${text}': ${reason}`);
  };
  if (count === null) return refuse(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  if (BigInt.asIntN(64, count) !== count) return refuse(`strconv.ParseInt: parsing ${quote(text)}: value out of range`);
  const unit = unitOfDigits[byteLength(text)] ?? refuse('%!w(<nil>)');
  return TimeValue.ofNanos(count * unit);
}
