/** Arithmetic on two literals, done by the parser. */
import type { BinaryOp } from './ast.js';

export const isLogicalOp = (op: BinaryOp): op is 'and' | 'or' | 'unless' =>
  op === 'and' || op === 'or' || op === 'unless';

/** Comparisons give 1 or 0. Division by zero gives NaN. */
export function fold(op: BinaryOp, left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? NaN : left / right;
    case '%':
      return right === 0 ? NaN : left % right;
    case '^':
      return pow(left, right);
    case '==':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case 'and':
    case 'or':
    case 'unless':
      throw new Error(`invariant: ${op} has no value of literals`);
  }
}

/** Go's math.Pow, to the bit: by squaring, so that its last digits differ from those of `**`. */
export function pow(base: number, exponent: number): number {
  // Infinities, zeros, signs, and what has no value: the same in both, but for these two.
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  if (exponent === 0.5 && base !== 0 && base !== -Infinity) return Math.sqrt(base);
  if (exponent === -0.5 && base !== 0 && base !== -Infinity) return 1 / Math.sqrt(base);
  const magnitude = Math.abs(exponent);
  const whole = Math.trunc(magnitude);
  let fraction = magnitude - whole;
  const regular = Number.isFinite(base) && base !== 0 && Number.isFinite(exponent) && whole < 2 ** 53;
  if (!regular || exponent === 0 || exponent === 1 || (fraction !== 0 && base < 0)) return base ** exponent;

  let result = 1;
  let resultExponent = 0;
  let rest = whole;
  if (fraction !== 0) {
    if (fraction > 0.5) {
      fraction--;
      rest++;
    }
    result = Math.exp(fraction * Math.log(base));
  }
  let [square, squareExponent] = frexp(base);
  for (; rest > 0; rest = Math.floor(rest / 2)) {
    if (Math.abs(squareExponent) > 4096) {
      resultExponent += squareExponent;
      break;
    }
    if (rest % 2 === 1) {
      result *= square;
      resultExponent += squareExponent;
    }
    square *= square;
    squareExponent *= 2;
    if (square < 0.5) {
      square += square;
      squareExponent--;
    }
  }
  return exponent < 0 ? ldexp(1 / result, -resultExponent) : ldexp(result, resultExponent);
}

/** `fraction × 2^exponent`, with 0.5 ≤ |fraction| < 1. */
function frexp(value: number): [fraction: number, exponent: number] {
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1);
  let fraction = value * 2 ** -exponent;
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    exponent--;
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    exponent++;
  }
  return [fraction, exponent];
}

/** In two steps, since a power of two may be out of range where the product is not. */
function ldexp(fraction: number, exponent: number): number {
  const clamped = Math.max(-2200, Math.min(2200, exponent));
  const half = Math.trunc(clamped / 2);
  return fraction * 2 ** half * 2 ** (clamped - half);
}
