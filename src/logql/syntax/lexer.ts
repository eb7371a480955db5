/** Text to tokens. */
import { parseByteSize, parseDuration, parsePrometheusDuration, unquoteString } from './literals.js';
import { ParseError, type Position } from './parse-error.js';
import { eof, Scanner } from './scanner.js';
import { fixedTokens, functionTokens, parserFlags, type Token } from './token.js';

const hash = 0x23;
const minus = 0x2d;
const openBracket = 0x5b;
const newline = 0x0a;

/** Longer numbers are not looked for, so that a text of numbers costs linear time. */
const durationRest = /[\p{N}nuµmshdwy.]{1,512}/uy;
const byteSizeRest = /[\p{N}BikKMGTP.]{1,512}/uy;
const flagRest = /[\p{L}-]+/uy;
const groupingFollows = /[\t-\r\x85\p{Z}]*(?:by|without)/iuy;
const callFollows = /[\t-\r\x85\p{Z}]*(?:\(|(?:by|without)[\t-\r\x85\p{Z}]*\()/iuy;

export class Lexer {
  /** What the scanner complained about, in order. Like Loki's, the parser goes on and reports the first at the end. */
  readonly errors: ParseError[] = [];
  readonly #text: string;
  readonly #scanner: Scanner;

  constructor(text: string) {
    this.#text = text;
    this.#scanner = new Scanner(text, (message) => this.#error(message));
  }

  /** The next token; `$end` for ever after an error that leaves no token. */
  next(): Token {
    let lexeme = this.#scanner.scan();
    while (lexeme === hash) {
      for (let ch = this.#scanner.peek(); ch !== newline && ch !== eof; ) ch = this.#scanner.next();
      lexeme = this.#scanner.scan();
    }
    switch (lexeme) {
      case eof:
        return this.#token('$end');
      case 'number':
        return this.#number();
      case 'string':
      case 'raw-string': {
        const value = unquoteString(this.#scanner.tokenText);
        if (value !== null) return this.#token('STRING', value);
        return this.#error('invalid syntax');
      }
      case minus: {
        const flag = this.#scanner.peek() === minus ? this.#ahead(flagRest) : '';
        if (parserFlags.has(`-${flag}`)) {
          this.#skip(flag);
          return this.#token('FUNCTION_FLAG', `-${flag}`);
        }
        const duration = this.#duration('-');
        if (duration !== null) return duration;
        break;
      }
      case openBracket:
        return this.#range();
    }
    return this.#wordOrSign();
  }

  /** The position of the last token. */
  get position(): Position {
    return this.#scanner.position;
  }

  #token(kind: string, text = '', value = 0): Token {
    return { kind, text, value, ...this.#scanner.position };
  }

  #error(message: string): Token {
    this.errors.push(new ParseError(message, this.#scanner.position));
    return this.#token('$end');
  }

  /** What matches at the next character, without consuming it. */
  #ahead(pattern: RegExp): string {
    pattern.lastIndex = this.#scanner.offset;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  #skip(text: string): void {
    for (const _ of text) this.#scanner.next();
  }

  #number(): Token {
    const text = this.#scanner.tokenText;
    const duration = this.#duration(text);
    if (duration !== null) return duration;
    const rest = this.#ahead(byteSizeRest);
    const bytes = rest === '' ? null : parseByteSize(text + rest);
    if (bytes === null) return this.#token('NUMBER', text);
    this.#skip(rest);
    return this.#token('BYTES', '', bytes);
  }

  #duration(start: string): Token | null {
    const rest = this.#ahead(durationRest);
    const ns = rest === '' ? null : parseDuration(start + rest);
    if (ns === null) return null;
    this.#skip(rest);
    return this.#token('DURATION', '', ns);
  }

  #range(): Token {
    const start = this.#scanner.offset;
    const end = this.#text.indexOf(']', start);
    this.#skip(this.#text.slice(start, end < 0 ? undefined : end + 1));
    if (end < 0) {
      this.#scanner.next();
      return this.#error("missing closing ']' in duration");
    }
    const ns = parsePrometheusDuration(this.#text.slice(start, end));
    return typeof ns === 'number' ? this.#token('RANGE', '', ns) : this.#error(ns);
  }

  #wordOrSign(): Token {
    const text = this.#scanner.tokenText;
    const lower = text.toLowerCase();
    const callable = functionTokens.get(lower);
    if (callable !== undefined) {
      if (this.#ahead(callFollows) !== '') return this.#token(callable);
      // Loki looks for the call as far as the end of the text, and complains of what it meets on the way.
      const isEndSeen = this.#ahead(groupingFollows) === '';
      if (isEndSeen && this.#text.includes('\0', this.#scanner.offset)) this.#error('invalid character NUL');
      return this.#token('IDENTIFIER', text);
    }
    const ahead = this.#scanner.peek();
    const long = ahead === eof ? undefined : fixedTokens.get(lower + String.fromCodePoint(ahead));
    if (long !== undefined) {
      this.#scanner.next();
      return this.#token(long);
    }
    const short = fixedTokens.get(lower);
    return short === undefined ? this.#token('IDENTIFIER', text) : this.#token(short, text);
  }
}
