/** `1`, `-2.5e3`: numbers in the grammar, and as parameters of functions. */
import { parseFloat64 } from '../../template/go-number.js';
import { quote } from '../../template/go-quote.js';
import type { TokenCursor } from './token-cursor.js';

export interface ParsedNumber {
  /** 0 when it is none, an infinity when it is too large. */
  readonly value: number;
  /** Go's words for what is wrong with it. */
  readonly error: string | null;
}

/** Number: [`+` | `-`] NUMBER */
export function parseNumber(cursor: TokenCursor): ParsedNumber {
  const sign = cursor.kind === '-' ? -1 : 1;
  if (cursor.kind === '+' || cursor.kind === '-') cursor.take();
  const { value, error } = readFloat(cursor.expect('NUMBER').text);
  return { value: sign * value, error };
}

/** As strconv.ParseFloat. */
export function readFloat(text: string): ParsedNumber {
  const value = parseFloat64(text);
  if (value === 'range')
    return { value: Infinity, error: `strconv.ParseFloat: parsing ${quote(text)}: value out of range` };
  if (value === null) return { value: 0, error: `strconv.ParseFloat: parsing ${quote(text)}: invalid syntax` };
  return { value, error: null };
}
