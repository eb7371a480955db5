/** Arithmetic on two literals, done by the parser. */
import type { BinaryOp } from './ast.js';

export const isLogicalOp = (op: BinaryOp): op is 'and' | 'or' | 'unless' =>
  op === 'and' || op === 'or' || op === 'unless';

/** Comparisons give 1 or 0. Division by zero gives NaN. */
export function fold(op: Exclude<BinaryOp, 'and' | 'or' | 'unless'> | BinaryOp, left: number, right: number): number {
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
      // Go's Pow(±1, ±Inf) and Pow(1, NaN) are 1, JavaScript's are NaN.
      if (left === 1 || (left === -1 && Math.abs(right) === Infinity)) return 1;
      return left ** right;
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
