/** The operators on two numbers. */
import type { ArithmeticOp, BinaryOp, CompareOp } from '../syntax/ast.js';
import { pow } from '../syntax/fold.js';

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
      return pow;
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
