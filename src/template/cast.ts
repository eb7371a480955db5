/** Conversions that never fail: what is no number is 0. Source of the rules: spf13/cast, which Loki's functions use. */
import { parseBigInt, parseFloat64 } from './go-number.js';
import { Int, indirect, NamedInt, type Value } from './values.js';

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** int64(f) as amd64 computes it. */
export function floatToInt64(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) return MIN_INT64;
  return BigInt(Math.trunc(value));
}

export function toInt64(arg: Value): bigint {
  const value = indirect(arg);
  if (value instanceof Int) {
    const castable = !(value instanceof NamedInt) || value.type !== 'time.Duration';
    return castable ? BigInt.asIntN(64, value.value) : value.value;
  }
  if (typeof value === 'number') return floatToInt64(value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'string' ? stringToInt64(value) : 0n;
}

/** "12.9" is 12: a fraction is cut off before the digits are read. */
function stringToInt64(text: string): bigint {
  let digits = text;
  if (text.includes('.')) {
    const match = /^([-+]?[0-9]*)(?:\.[0-9]*)?$/.exec(text);
    if (match !== null) {
      digits = match[1] as string;
      if (digits === '' || digits === '-' || digits === '+') digits += '0';
    }
  }
  const value = parseBigInt(digits);
  return value === null || value < MIN_INT64 || value > MAX_INT64 ? 0n : value;
}

export function toFloat64(arg: Value): number {
  const value = indirect(arg);
  if (typeof value === 'number') return value;
  if (value instanceof Int) return Number(value.value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return 0;
  const parsed = parseFloat64(value);
  return typeof parsed === 'number' ? parsed : 0;
}
