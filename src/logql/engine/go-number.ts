/** Sample values as Loki's JSON has them: Go's strconv with format 'f' and the shortest digits that read back equal. */

/** `1`, `0.1`, `-0`, `1000000000000000000000000`, `0.0000001`, `NaN`, `+Inf`, `-Inf`: never an exponent. */
export function formatSample(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = String(value);
  const e = text.indexOf('e');
  if (e < 0) return text;
  return withoutExponent(text.slice(0, e), Number(text.slice(e + 1)));
}

/** `mantissa` has one digit before the point, if it has a point. */
function withoutExponent(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.slice(sign.length).replace('.', '');
  const point = 1 + exponent;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
