/** time.ParseDuration: "1h2m3.5s". */
import { toBytes } from './go-string.js';
import { CallError } from './template-error.js';

const limit = 2n ** 63n;

const nanosOf: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Nanoseconds. Throws CallError. */
export function parseDuration(text: string): bigint {
  const fail = (what: string): never => {
    throw new CallError(`time: ${what} ${quoteTime(text)}`);
  };
  const negative = text.startsWith('-');
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') fail('invalid duration');
  let total = 0n;
  while (rest !== '') {
    const number = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) as RegExpExecArray;
    const [all, whole = '', fraction = ''] = number;
    if (whole === '' && fraction === '') fail('invalid duration');
    rest = rest.slice(all.length);
    const unitName = /^[^0-9.]*/.exec(rest)?.[0] ?? '';
    let value = BigInt(whole === '' ? '0' : whole);
    if (value > limit) fail('invalid duration');
    if (unitName === '') fail('missing unit in duration');
    const unit = nanosOf[unitName] ?? fail(`unknown unit ${quoteTime(unitName)} in duration`);
    rest = rest.slice(unitName.length);
    value *= unit;
    if (value > limit) fail('invalid duration');
    value += fractionOf(fraction, unit);
    total += value;
    if (value > limit || total > limit) fail('invalid duration');
  }
  if (!negative && total > limit - 1n) fail('invalid duration');
  return negative ? -total : total;
}

/** Go computes this in float64, from the digits that an int64 holds. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (limit - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > limit) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** The time package's own quoting: bytes beyond ASCII in hexadecimal. */
function quoteTime(text: string): string {
  let out = '"';
  for (const b of toBytes(text)) {
    if (b >= 0x80 || b < 0x20) out += `\\x${b.toString(16).padStart(2, '0')}`;
    else out += b === 0x22 || b === 0x5c ? `\\${String.fromCharCode(b)}` : String.fromCharCode(b);
  }
  return `${out}"`;
}
