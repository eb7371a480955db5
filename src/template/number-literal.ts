/** A number or character of a template: one text that may be an integer, a float or a complex number. */

import { parseBigInt, parseFloat64 } from './go-number.js';
import { quote, unquoteChar } from './go-quote.js';

export interface NumberLiteral {
  readonly text: string;
  /** The value as int64, where it is one. */
  readonly int: bigint | null;
  readonly isUint: boolean;
  readonly float: number | null;
  readonly imaginary: number | null;
}

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

/** Returns Go's message for what is no number. */
export function parseNumberLiteral(text: string, type: 'charConstant' | 'complex' | 'number'): NumberLiteral | string {
  if (type === 'charConstant') return parseChar(text);
  if (type === 'complex') return parseComplex(text);
  if (text.endsWith('i')) {
    const imaginary = parseFloat64(text.slice(0, -1));
    if (typeof imaginary === 'number') return complex(text, 0, imaginary);
  }
  const big = parseBigInt(text);
  const int = big !== null && big >= MIN_INT && big <= MAX_INT ? big : null;
  const isUint = big !== null && big >= 0n && big <= MAX_UINT;
  if (int !== null || isUint) return { text, int, isUint, float: Number(big), imaginary: null };
  const float = parseFloat64(text);
  if (typeof float !== 'number') return `illegal number syntax: ${quote(text)}`;
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quote(text)}`;
  return real(text, float, null);
}

function real(text: string, float: number, imaginary: number | null): NumberLiteral {
  const whole = Number.isInteger(float) && Math.abs(float) < 2 ** 63;
  return { text, int: whole ? BigInt(float) : null, isUint: whole && float >= 0, float, imaginary };
}

function complex(text: string, re: number, im: number): NumberLiteral {
  if (im === 0) return real(text, re, 0);
  return { text, int: null, isUint: false, float: re, imaginary: im };
}

function parseComplex(text: string): NumberLiteral | string {
  const at = Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'));
  const split =
    /[eEpP]/.test(text[at - 1] ?? '') && !/^[+-]?0[xX]/.test(text)
      ? text.slice(0, at - 1).search(/[+-](?=[^+-]*$)/)
      : at;
  const re = parseFloat64(text.slice(0, split));
  const im = parseFloat64(text.slice(split, -1));
  if (typeof re !== 'number' || typeof im !== 'number') return 'syntax error scanning complex number';
  return complex(text, re, im);
}

function parseChar(text: string): NumberLiteral | string {
  const ch = unquoteChar(text, 1, "'");
  if (ch === null) return 'invalid syntax';
  if (text.slice(1 + ch.length) !== "'") return `malformed character constant: ${text}`;
  return { text, int: BigInt(ch.value), isUint: true, float: ch.value, imaginary: null };
}
