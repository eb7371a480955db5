/** strconv's quoting and unquoting of strings and characters. */
import { fromBytes, normalise } from './go-string.js';

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** unicode.IsPrint; a stray byte is not printable. */
export function isPrint(ch: string): boolean {
  const code = ch.codePointAt(0) as number;
  if (code < 0x7f) return code >= 0x20;
  return ch.isWellFormed() && printable.test(ch);
}

const named: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

function escapeRune(ch: string, quote: string, asciiOnly: boolean): string {
  const code = ch.codePointAt(0) as number;
  if (ch === quote) return `\\${ch}`;
  if (ch === '\\') return '\\\\';
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (asciiOnly ? code < 0x80 && isPrint(ch) : isPrint(ch)) return ch;
  const short = named[ch];
  if (short !== undefined) return short;
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** strconv.Quote, or QuoteToASCII. */
export function quote(text: string, asciiOnly = false): string {
  let out = '"';
  for (const ch of normalise(text)) out += escapeRune(ch, '"', asciiOnly);
  return `${out}"`;
}

/** strconv.QuoteRune, or QuoteRuneToASCII. */
export const quoteRune = (ch: string, asciiOnly = false): string => `'${escapeRune(ch, "'", asciiOnly)}'`;

/** strconv.CanBackquote. */
export function canBackquote(text: string): boolean {
  for (const ch of text) {
    const code = ch.codePointAt(0) as number;
    if ((code < 0x20 && ch !== '\t') || ch === '`' || code === 0x7f || code === 0xfeff) return false;
    if (code >= 0xd800 && code <= 0xdfff) return false;
  }
  return true;
}

const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
};

interface Unquoted {
  /** A code point, or a byte when `isByte`. */
  readonly value: number;
  readonly isByte: boolean;
  readonly length: number;
}

/** The character or escape at `at`; null for bad syntax, as strconv.UnquoteChar. */
export function unquoteChar(text: string, at: number, quoteChar: string): Unquoted | null {
  const ch = text[at];
  if (ch === undefined || (ch === quoteChar && (quoteChar === '"' || quoteChar === "'"))) return null;
  if (ch !== '\\') {
    const value = text.codePointAt(at) as number;
    return { value, isByte: false, length: value > 0xffff ? 2 : 1 };
  }
  const kind = text[at + 1];
  if (kind === undefined) return null;
  if (kind === 'x' || kind === 'u' || kind === 'U') {
    const size = kind === 'x' ? 2 : kind === 'u' ? 4 : 8;
    const digits = text.slice(at + 2, at + 2 + size);
    if (digits.length < size || !/^[0-9a-fA-F]+$/.test(digits)) return null;
    const value = Number.parseInt(digits, 16);
    if (kind !== 'x' && (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))) return null;
    return { value, isByte: kind === 'x', length: 2 + size };
  }
  if (kind >= '0' && kind <= '7') {
    const digits = text.slice(at + 1, at + 4);
    if (!/^[0-7]{3}$/.test(digits)) return null;
    const value = Number.parseInt(digits, 8);
    return value > 255 ? null : { value, isByte: true, length: 4 };
  }
  const value = simple[kind];
  if (value === undefined || ((kind === "'" || kind === '"') && kind !== quoteChar)) return null;
  return { value, isByte: false, length: 2 };
}

/** strconv.Unquote of "…" or `…`; null for bad syntax. */
export function unquote(literal: string): string | null {
  const q = literal[0];
  if (literal.length < 2 || literal.at(-1) !== q) return null;
  const body = literal.slice(1, -1);
  if (q === '`') return body.includes('`') ? null : body.replaceAll('\r', '');
  if (q !== '"' || body.includes('\n')) return null;
  if (!body.includes('\\') && !body.includes('"')) return body;
  let out = '';
  for (let i = 0; i < body.length; ) {
    const c = unquoteChar(body, i, '"');
    if (c === null) return null;
    if (c.isByte && c.value >= 0x80) out += fromBytes(Uint8Array.of(c.value));
    else out += String.fromCodePoint(c.value);
    i += c.length;
  }
  return normalise(out);
}
