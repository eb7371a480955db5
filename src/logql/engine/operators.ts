/** The operators on two numbers. */
import type { ArithmeticOp, BinaryOp, CompareOp } from '../syntax/ast.js';

export type Arithmetic = (left: number, right: number) => number;
export type Comparison = (left: number, right: number) => boolean;

export function isComparison(op: BinaryOp): op is CompareOp {
  switch (op) {
    case '==':
    case '!=':
    case '>':
    case '>=':
    case '<':
    case '<=':
      return true;
    default:
      return false;
  }
}

/** Dividing by zero gives NaN, not an infinity. */
export function arithmetic(op: ArithmeticOp): Arithmetic {
  switch (op) {
    case '+':
      return (l, r) => l + r;
    case '-':
      return (l, r) => l - r;
    case '*':
      return (l, r) => l * r;
    case '/':
      return (l, r) => (r === 0 ? Number.NaN : l / r);
    case '%':
      return (l, r) => (r === 0 ? Number.NaN : l % r);
    case '^':
      return power;
  }
}

export function comparison(op: CompareOp): Comparison {
  switch (op) {
    case '==':
      return (l, r) => l === r;
    case '!=':
      return (l, r) => l !== r;
    case '>':
      return (l, r) => l > r;
    case '>=':
      return (l, r) => l >= r;
    case '<':
      return (l, r) => l < r;
    case '<=':
      return (l, r) => l <= r;
  }
}

/** As C and Go define it: 1^NaN is 1, and (±1)^±Inf is 1; JavaScript says NaN. */
function power(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && (exponent === Infinity || exponent === -Infinity)) return 1;
  return base ** exponent;
}
