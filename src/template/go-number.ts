/** strconv's numbers: parsing and printing of integers and floats. */

/** An underscore stands between digits, or between a base prefix and a digit. */
function underscoresAreGood(text: string): boolean {
  const isHex = /^[+-]?0[xX]/.test(text);
  const digit = isHex ? '[0-9a-fA-FxX]' : '[0-9bBoO]';
  return !new RegExp(`(?<!${digit})_|_(?!${isHex ? '[0-9a-fA-F]' : '[0-9]'})`).test(text);
}

const radixOf: Readonly<Record<string, number>> = { x: 16, b: 2, o: 8 };

/** An integer in Go's literal syntax (strconv.ParseInt with base 0), of any size; null for bad syntax. */
export function parseBigInt(text: string): bigint | null {
  const match = /^([+-]?)(0[xXbBoO]?)?([0-9a-fA-F_]*)$/.exec(text);
  if (match === null) return null;
  const [, sign, prefix = '', rest = ''] = match;
  let radix = 10;
  let digits = rest;
  if (prefix.length === 2) radix = radixOf[prefix.slice(1).toLowerCase()] as number;
  else if (prefix === '0') {
    if (rest === '') digits = '0';
    else radix = 8;
  }
  if (digits.includes('_')) {
    if (!underscoresAreGood(text)) return null;
    digits = digits.replaceAll('_', '');
  }
  if (digits === '') return null;
  const allowed = radix === 16 ? /^[0-9a-fA-F]+$/ : radix === 10 ? /^[0-9]+$/ : radix === 8 ? /^[0-7]+$/ : /^[01]+$/;
  if (!allowed.test(digits)) return null;
  const magnitude =
    radix === 10 ? BigInt(digits) : BigInt(`${radix === 16 ? '0x' : radix === 8 ? '0o' : '0b'}${digits}`);
  return sign === '-' ? -magnitude : magnitude;
}

const decimalFloat = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const hexFloat = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;
const infinity = /^[+-]?inf(?:inity)?$/i;

/** strconv.ParseFloat; null for bad syntax. What is too large is an infinity that the text does not name: 'range'. */
export function parseFloat64(spelled: string): number | 'range' | null {
  if (spelled.includes('_') && !underscoresAreGood(spelled)) return null;
  const text = spelled.replaceAll('_', '');
  if (decimalFloat.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : 'range';
  }
  if (infinity.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  const hex = hexFloat.exec(text);
  if (hex === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = hex;
  const digits = whole + fraction;
  if (digits === '') return null;
  const value = hexToNumber(BigInt(`0x${digits}`), Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value)) return 'range';
  return sign === '-' ? -value : value;
}

/** mantissa × 2^exponent, rounded once for normal numbers. */
function hexToNumber(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  if (exponent > 2000) return Infinity;
  if (exponent < -6000) return 0;
  const rounded = Number(mantissa);
  const half = Math.trunc(exponent / 2);
  return rounded * 2 ** half * 2 ** (exponent - half);
}

/** Decimal digits d1 d2 … with the point before position `point`: 0.d1d2… × 10^point. '' is zero. */
interface Digits {
  digits: string;
  point: number;
}

function shortestDigits(value: number): Digits {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

const view = new DataView(new ArrayBuffer(8));

/** value = mantissa × 2^exponent, exactly; value is finite and not negative. */
export function splitFloat(value: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

function exactDigits(value: number): Digits {
  if (value === 0) return { digits: '', point: 0 };
  const { mantissa, exponent } = splitFloat(value);
  // mantissa / 2^n = mantissa × 5^n / 10^n.
  const text = (exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits: text.replace(/0+$/, ''), point: text.length - (exponent < 0 ? -exponent : 0) };
}

/** Keeps `count` digits; a tie goes to the even digit. */
function round(d: Digits, count: number): Digits {
  if (count >= d.digits.length) return d;
  if (count < 0) return { digits: '', point: 0 };
  const next = d.digits[count] as string;
  const tie = next === '5' && count + 1 === d.digits.length;
  const odd = count > 0 && Number(d.digits[count - 1]) % 2 === 1;
  const up = tie ? odd : next >= '5';
  if (!up) return { digits: d.digits.slice(0, count).replace(/0+$/, ''), point: d.point };
  const digits = count === 0 ? '1' : (BigInt(d.digits.slice(0, count)) + 1n).toString().padStart(count, '0');
  const carried = digits.length > count;
  return { digits: digits.replace(/0+$/, ''), point: d.point + (carried ? 1 : 0) };
}

const zeros = (n: number): string => '0'.repeat(Math.max(0, n));

function exponential(d: Digits, precision: number, e: string): string {
  const first = d.digits[0] ?? '0';
  const rest = precision > 0 ? `.${d.digits.slice(1, precision + 1).padEnd(precision, '0')}` : '';
  const exponent = d.digits === '' ? 0 : d.point - 1;
  return `${first}${rest}${e}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function fixed(d: Digits, precision: number): string {
  const whole = d.point > 0 ? d.digits.slice(0, d.point) + zeros(d.point - d.digits.length) : '0';
  if (precision <= 0) return whole;
  const fraction = zeros(-d.point) + d.digits.slice(Math.max(0, d.point));
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

export type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';

/** strconv.FormatFloat of a float64; precision -1 is the shortest that reads back. */
export function formatFloat(value: number, format: FloatFormat, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return negative ? '-Inf' : '+Inf';
  if (format === 'b') {
    const { mantissa, exponent } = splitFloat(magnitude);
    return `${sign}${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
  }
  if (format === 'x' || format === 'X') return sign + hexadecimal(magnitude, precision, format);
  const shortest = precision < 0;
  let d = shortest ? shortestDigits(magnitude) : exactDigits(magnitude);
  if (format === 'e' || format === 'E') {
    if (!shortest) d = round(d, precision + 1);
    return sign + exponential(d, shortest ? Math.max(d.digits.length - 1, 0) : precision, format);
  }
  if (format === 'f') {
    if (!shortest) d = round(d, d.point + precision);
    return sign + fixed(d, shortest ? Math.max(d.digits.length - d.point, 0) : precision);
  }
  if (!shortest) d = round(d, precision === 0 ? 1 : precision);
  const count = d.digits.length;
  let places = shortest ? count : precision === 0 ? 1 : precision;
  let limit = places;
  if (limit > count && count >= d.point) limit = count;
  if (shortest) limit = 6;
  const exponent = d.point - 1;
  if (exponent < -4 || exponent >= limit) {
    if (places > count) places = count;
    return sign + exponential(d, places - 1, format === 'g' ? 'e' : 'E');
  }
  return sign + fixed(d, Math.max(count - d.point, 0));
}

/** 0x1.8p+01. */
function hexadecimal(value: number, precision: number, format: 'x' | 'X'): string {
  let { mantissa, exponent } = splitFloat(value);
  while (mantissa !== 0n && mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent--;
  }
  // One digit before the point and 13 after it.
  if (precision >= 0 && precision < 13) {
    const shift = BigInt(4 * (13 - precision));
    const rest = mantissa & ((1n << shift) - 1n);
    mantissa >>= shift;
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= shift;
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const digits = mantissa.toString(16).padStart(14, '0');
  let fraction = digits.slice(1);
  fraction = precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0');
  const power = mantissa === 0n ? 0 : exponent + 52;
  const text = `0x${digits[0]}${fraction === '' ? '' : `.${fraction}`}p${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return format === 'X' ? text.toUpperCase() : text;
}
