/**
 * Splits text as Go's text/scanner does with GoTokens: identifiers, numbers, strings, comments (skipped: // and /* *\/),
 * else single characters. The words of its errors and the columns at which it reports them are part of Loki's answers,
 * so it also steps character by character as that one does.
 */
import type { Position } from './parse-error.js';

/** The end of the text, as a character. */
export const eof = -1;
const notRead = -2;

/** A class of lexemes, or the code point of a single character, or eof. */
export type Lexeme = number | 'identifier' | 'number' | 'string' | 'raw-string' | 'char';

const letter = /^\p{L}$/u;
const digit = /^\p{Nd}$/u;

const isLetter = (ch: number): boolean =>
  ch < 0x80 ? (ch >= 0x61 && ch <= 0x7a) || (ch >= 0x41 && ch <= 0x5a) : letter.test(String.fromCodePoint(ch));
const isDecimal = (ch: number): boolean => ch >= 0x30 && ch <= 0x39;
const isDigit = (ch: number): boolean => (ch < 0x80 ? isDecimal(ch) : digit.test(String.fromCodePoint(ch)));
const isIdentifier = (ch: number, first: boolean): boolean => ch === 0x5f || isLetter(ch) || (!first && isDigit(ch));
/** The lower case of an ASCII letter; anything else becomes something harmless. */
const lower = (ch: number): number => 0x20 | ch;
const isHex = (ch: number): boolean => isDecimal(ch) || (lower(ch) >= 0x61 && lower(ch) <= 0x66);
const code = (text: string): number => text.charCodeAt(0);

type Radix = '' | '0' | 'x' | 'o' | 'b';
const literalName: Readonly<Record<Radix, string>> = {
  '': 'decimal literal',
  '0': 'octal literal',
  x: 'hexadecimal literal',
  o: 'octal literal',
  b: 'binary literal',
};

export class Scanner {
  readonly #text: string;
  readonly #report: (message: string) => void;
  /** Index after the last character that was read; that is one ahead of what was consumed. */
  #at = 0;
  #lastLength = 0;
  #line = 1;
  #column = 0;
  #lastLineLength = 0;
  #ahead = notRead;
  #tokenStart = 0;
  #tokenEnd = 0;
  #tokenLine = 0;
  #tokenColumn = 0;

  constructor(text: string, report: (message: string) => void) {
    this.#text = text;
    this.#report = report;
  }

  /** Start of the last lexeme; its line is 0 once `next` was called. */
  get position(): Position {
    return { line: this.#tokenLine, column: this.#tokenColumn };
  }

  /** Text of the last lexeme. */
  get tokenText(): string {
    return this.#text.slice(this.#tokenStart, this.#tokenEnd);
  }

  /** Index of the next character that is not consumed, for looking ahead. */
  get offset(): number {
    this.peek();
    return this.#at - this.#lastLength;
  }

  peek(): number {
    if (this.#ahead === notRead) {
      this.#ahead = this.#read();
      if (this.#ahead === 0xfeff) this.#ahead = this.#read();
    }
    return this.#ahead;
  }

  /** Consumes one character outside of any lexeme. */
  next(): number {
    this.#tokenLine = 0;
    const ch = this.peek();
    if (ch !== eof) this.#ahead = this.#read();
    return ch;
  }

  scan(): Lexeme {
    let ch = this.peek();
    this.#tokenLine = 0;
    for (;;) {
      while (ch === 0x20 || ch === 0x0a || ch === 0x0d || ch === 0x09) ch = this.#read();
      this.#tokenStart = this.#at - this.#lastLength;
      this.#tokenLine = this.#column > 0 ? this.#line : this.#line - 1;
      this.#tokenColumn = this.#column > 0 ? this.#column : this.#lastLineLength;
      const first = ch;
      let lexeme: Lexeme = ch;
      if (isIdentifier(first, true)) {
        do ch = this.#read();
        while (isIdentifier(ch, false));
        lexeme = 'identifier';
      } else if (isDecimal(first)) {
        ch = this.#scanNumber(first, false);
        lexeme = 'number';
      } else if (first === code('"')) {
        this.#scanString(first);
        lexeme = 'string';
        ch = this.#read();
      } else if (first === code("'")) {
        if (this.#scanString(first) !== 1) this.#error('invalid char literal');
        lexeme = 'char';
        ch = this.#read();
      } else if (first === code('`')) {
        this.#scanRawString();
        lexeme = 'raw-string';
        ch = this.#read();
      } else if (first !== eof) {
        ch = this.#read();
        if (first === code('.') && isDecimal(ch)) {
          ch = this.#scanNumber(ch, true);
          lexeme = 'number';
        } else if (first === code('/') && (ch === code('/') || ch === code('*'))) {
          ch = this.#skipComment(ch);
          continue;
        }
      }
      this.#tokenEnd = this.#at - this.#lastLength;
      this.#ahead = ch;
      return lexeme;
    }
  }

  #read(): number {
    const ch = this.#text.codePointAt(this.#at);
    if (ch === undefined) {
      if (this.#lastLength > 0) this.#column++;
      this.#lastLength = 0;
      return eof;
    }
    this.#lastLength = ch > 0xffff ? 2 : 1;
    this.#at += this.#lastLength;
    this.#column++;
    if (ch === 0) this.#error('invalid character NUL');
    else if (ch === 0x0a) {
      this.#line++;
      this.#lastLineLength = this.#column;
      this.#column = 0;
    }
    return ch;
  }

  #error(message: string): void {
    this.#tokenEnd = this.#at - this.#lastLength;
    this.#report(message);
  }

  /** Digits and underscores; of a base up to 10 also digits that are too large, and the first such is told. */
  #digits(first: number, base: number): { ch: number; digits: boolean; separators: boolean; invalid: number } {
    let ch = first;
    let digits = false;
    let separators = false;
    let invalid = 0;
    while ((base <= 10 ? isDecimal(ch) : isHex(ch)) || ch === 0x5f) {
      if (ch === 0x5f) separators = true;
      else digits = true;
      if (base <= 10 && ch !== 0x5f && ch >= 0x30 + base && invalid === 0) invalid = ch;
      ch = this.#read();
    }
    return { ch, digits, separators, invalid };
  }

  #scanNumber(first: number, afterPoint: boolean): number {
    let ch = first;
    let base = 10;
    let radix: Radix = '';
    let hasDigits = false;
    let hasSeparators = false;
    let invalid = 0;
    let isInteger = !afterPoint;
    let point = afterPoint;
    if (!afterPoint) {
      if (ch === 0x30) {
        ch = this.#read();
        const mark = lower(ch);
        if (mark === code('x')) [ch, base, radix] = [this.#read(), 16, 'x'];
        else if (mark === code('o')) [ch, base, radix] = [this.#read(), 8, 'o'];
        else if (mark === code('b')) {
          // Loki looks at a character that is stale here, to let `0b` be a size; it is the one before the number.
          if (this.#ahead === 0x30 || this.#ahead === 0x31) [ch, base, radix] = [this.#read(), 2, 'b'];
        } else {
          base = 8;
          radix = '0';
          hasDigits = true;
        }
      }
      const whole = this.#digits(ch, base);
      ch = whole.ch;
      hasDigits ||= whole.digits;
      hasSeparators ||= whole.separators;
      invalid = whole.invalid;
      if (ch === code('.')) {
        ch = this.#read();
        point = true;
      }
    }
    if (point) {
      isInteger = false;
      if (radix === 'o' || radix === 'b') this.#error(`invalid radix point in ${literalName[radix]}`);
      const fraction = this.#digits(ch, base);
      ch = fraction.ch;
      hasDigits ||= fraction.digits;
      hasSeparators ||= fraction.separators;
    }
    if (!hasDigits) this.#error(`${literalName[radix]} has no digits`);
    const mark = lower(ch);
    if (mark === code('e') || mark === code('p')) {
      const name = `'${String.fromCharCode(ch)}'`;
      if (mark === code('e') && radix !== '' && radix !== '0')
        this.#error(`${name} exponent requires decimal mantissa`);
      if (mark === code('p') && radix !== 'x') this.#error(`${name} exponent requires hexadecimal mantissa`);
      ch = this.#read();
      isInteger = false;
      if (ch === code('+') || ch === code('-')) ch = this.#read();
      const exponent = this.#digits(ch, 10);
      ch = exponent.ch;
      hasSeparators ||= exponent.separators;
      if (!exponent.digits) this.#error('exponent has no digits');
    } else if (radix === 'x' && point) {
      this.#error("hexadecimal mantissa requires a 'p' exponent");
    }
    if (isInteger && invalid !== 0) {
      this.#error(`invalid digit '${String.fromCharCode(invalid)}' in ${literalName[radix]}`);
    }
    if (hasSeparators) {
      this.#tokenEnd = this.#at - this.#lastLength;
      if (hasBadSeparator(this.tokenText)) this.#error("'_' must separate successive digits");
    }
    return ch;
  }

  /** Leaves the closing quote as the character last read. Returns how many characters stand between the quotes. */
  #scanString(quote: number): number {
    let count = 0;
    let ch = this.#read();
    while (ch !== quote) {
      if (ch === 0x0a || ch === eof) {
        this.#error('literal not terminated');
        return count;
      }
      ch = ch === code('\\') ? this.#scanEscape(quote) : this.#read();
      count++;
    }
    return count;
  }

  #scanEscape(quote: number): number {
    const ch = this.#read();
    if (ch === quote) return this.#read();
    switch (ch === eof ? '' : String.fromCodePoint(ch)) {
      case 'a':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't':
      case 'v':
      case '\\':
        return this.#read();
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
        return this.#escapeDigits(ch, (c) => c >= 0x30 && c <= 0x37, 3);
      case 'x':
        return this.#escapeDigits(this.#read(), isHex, 2);
      case 'u':
        return this.#escapeDigits(this.#read(), isHex, 4);
      case 'U':
        return this.#escapeDigits(this.#read(), isHex, 8);
      default:
        this.#error('invalid char escape');
        return ch;
    }
  }

  #escapeDigits(first: number, accepts: (ch: number) => boolean, count: number): number {
    let ch = first;
    let missing = count;
    while (missing > 0 && accepts(ch)) {
      ch = this.#read();
      missing--;
    }
    if (missing > 0) this.#error('invalid char escape');
    return ch;
  }

  #scanRawString(): void {
    let ch = this.#read();
    while (ch !== code('`')) {
      if (ch === eof) {
        this.#error('literal not terminated');
        return;
      }
      ch = this.#read();
    }
  }

  #skipComment(mark: number): number {
    let ch = mark;
    if (mark === code('/')) {
      do ch = this.#read();
      while (ch !== 0x0a && ch !== eof);
      return ch;
    }
    ch = this.#read();
    for (;;) {
      if (ch === eof) {
        this.#error('comment not terminated');
        return ch;
      }
      const before = ch;
      ch = this.#read();
      if (before === code('*') && ch === code('/')) return this.#read();
    }
  }
}

/** An underscore stands between digits, or between a base prefix and a digit. */
function hasBadSeparator(number: string): boolean {
  const prefix = /^0[xXoObB]/.exec(number)?.[0] ?? '';
  const digits = prefix.toLowerCase() === '0x' ? '[0-9a-fA-F]' : '[0-9]';
  const rest = prefix === '' ? number : `0${number.slice(prefix.length)}`;
  return new RegExp(`(?<!${digits})_|_(?!${digits})`).test(rest);
}
