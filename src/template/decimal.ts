/** Exact decimal arithmetic behind addf, subf, mulf and divf. Source of the rules: shopspring/decimal. */
import { formatFloat } from './go-number.js';
import { CallError } from './template-error.js';

/** coefficient × 10^exponent. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** Digits after the point of a quotient. */
const divisionPrecision = 16;

/** The shortest decimal that reads back as the float. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) {
    throw new CallError(`Cannot create a Decimal from ${formatFloat(value, 'g', -1)}`);
  }
  const [mantissa = '0', power = '0'] = value.toExponential().split('e');
  const fraction = mantissa.split('.')[1] ?? '';
  return { coefficient: BigInt(mantissa.replace('.', '')), exponent: Number(power) - fraction.length };
}

const scaled = (d: Decimal, exponent: number): bigint => d.coefficient * 10n ** BigInt(d.exponent - exponent);

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { coefficient: scaled(a, exponent) + scaled(b, exponent), exponent };
}

export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, { ...b, coefficient: -b.coefficient });

export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  coefficient: a.coefficient * b.coefficient,
  exponent: a.exponent + b.exponent,
});

/** Rounded half away from zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.coefficient === 0n) throw new CallError('decimal division by 0');
  const shift = a.exponent - b.exponent + divisionPrecision;
  const numerator = shift >= 0 ? a.coefficient * 10n ** BigInt(shift) : a.coefficient;
  const denominator = shift >= 0 ? b.coefficient : b.coefficient * 10n ** BigInt(-shift);
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  const abs = (n: bigint): bigint => (n < 0n ? -n : n);
  const up = abs(rest) * 2n >= abs(denominator);
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  return { coefficient: up ? quotient + away : quotient, exponent: -divisionPrecision };
}

export const toNumber = (d: Decimal): number => Number(`${d.coefficient}e${d.exponent}`);
