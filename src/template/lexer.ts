/** Tokens of a template, made on demand. */
import { quote as goQuote, isPrint } from './go-quote.js';
import { byteLength } from './go-string.js';

export type TokenType =
  | 'error'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | 'dot'
  | Keyword;
export type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with';

export interface Token {
  readonly type: TokenType;
  readonly pos: number;
  readonly val: string;
  readonly line: number;
}

const keywords: ReadonlySet<string> = new Set<Keyword>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
]);

/** How a token is named in an error. */
export function printToken(token: Token): string {
  if (token.type === 'eof') return 'EOF';
  if (token.type === 'error') return token.val;
  if (token.type === 'dot' || keywords.has(token.type)) return `<${token.val}>`;
  if (byteLength(token.val) > 10) return `${goQuote([...token.val].slice(0, 10).join(''))}...`;
  return goQuote(token.val);
}

const isSpace = (ch: string): boolean => ch === ' ' || ch === '\t' || ch === '\r' || ch === '\n';
const alphaNumeric = /^[\p{L}\p{Nd}_]$/u;
const isAlphaNumeric = (ch: string): boolean => alphaNumeric.test(ch);
const hasLeftTrim = (text: string, at: number): boolean => text[at] === '-' && isSpace(text[at + 1] ?? '');
const hasRightTrim = (text: string, at: number): boolean => isSpace(text[at] ?? '') && text[at + 1] === '-';
const countNewlines = (text: string, start: number, end: number): number => {
  let n = 0;
  for (let i = text.indexOf('\n', start); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) n++;
  return n;
};

/** `%#U`. */
function unicodeName(ch: string): string {
  if (ch === '') return 'U+FFFFFFFFFFFFFFFF';
  const code = (ch.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return isPrint(ch) ? `U+${code} '${ch}'` : `U+${code}`;
}

/** One token, or what to do next. */
type State = Token | 'text' | 'leftDelim' | 'rightDelim' | 'inside';

export class Lexer {
  readonly #input: string;
  #pos = 0;
  #start = 0;
  #line = 1;
  #startLine = 1;
  #insideAction = false;
  #parenDepth = 0;
  #failed: Token | null = null;

  constructor(input: string) {
    this.#input = input;
  }

  next(): Token {
    if (this.#failed !== null) return { type: 'eof', pos: 0, val: 'EOF', line: this.#failed.line };
    let state: State = this.#insideAction ? 'inside' : 'text';
    while (typeof state === 'string') {
      if (state === 'text') state = this.#lexText();
      else if (state === 'leftDelim') state = this.#lexLeftDelim();
      else if (state === 'rightDelim') state = this.#lexRightDelim();
      else state = this.#lexInside();
    }
    return state;
  }

  /** The character ahead, '' at the end. */
  #peek(): string {
    const code = this.#input.codePointAt(this.#pos);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #advance(): string {
    const ch = this.#peek();
    this.#pos += ch.length;
    if (ch === '\n') this.#line++;
    return ch;
  }

  #back(ch: string): void {
    this.#pos -= ch.length;
    if (ch === '\n') this.#line--;
  }

  #emit(type: TokenType): Token {
    const token: Token = {
      type,
      pos: this.#start,
      val: type === 'eof' ? 'EOF' : this.#input.slice(this.#start, this.#pos),
      line: this.#startLine,
    };
    this.#start = this.#pos;
    this.#startLine = this.#line;
    return token;
  }

  #ignore(): void {
    this.#line += countNewlines(this.#input, this.#start, this.#pos);
    this.#start = this.#pos;
    this.#startLine = this.#line;
  }

  /** After an error nothing follows. */
  #error(message: string): Token {
    this.#failed = { type: 'error', pos: this.#start, val: message, line: this.#startLine };
    return this.#failed;
  }

  #lexText(): State {
    const at = this.#input.indexOf('{{', this.#pos);
    if (at < 0) {
      this.#pos = this.#input.length;
      if (this.#pos === this.#start) return this.#emit('eof');
      this.#line += countNewlines(this.#input, this.#start, this.#pos);
      return this.#emit('text');
    }
    if (at > this.#pos) {
      let end = at;
      if (hasLeftTrim(this.#input, at + 2)) while (end > this.#start && isSpace(this.#input[end - 1] as string)) end--;
      this.#pos = end;
      this.#line += countNewlines(this.#input, this.#start, end);
      const token = this.#emit('text');
      this.#pos = at;
      this.#ignore();
      if (token.val !== '') return token;
    }
    return 'leftDelim';
  }

  #lexLeftDelim(): State {
    this.#pos += 2;
    const marker = hasLeftTrim(this.#input, this.#pos) ? 2 : 0;
    if (this.#input.startsWith('/*', this.#pos + marker)) {
      this.#pos += marker;
      this.#ignore();
      return this.#lexComment();
    }
    const token = this.#emit('leftDelim');
    this.#insideAction = true;
    this.#pos += marker;
    this.#ignore();
    this.#parenDepth = 0;
    return token;
  }

  #lexComment(): State {
    const at = this.#input.indexOf('*/', this.#pos + 2);
    if (at < 0) return this.#error('unclosed comment');
    this.#pos = at + 2;
    const delim = this.#rightDelim();
    if (delim === null) return this.#error('comment ends before closing delimiter');
    this.#ignore();
    this.#pos += delim.trim ? 4 : 2;
    if (delim.trim) this.#skipSpace();
    this.#ignore();
    return 'text';
  }

  #skipSpace(): void {
    while (isSpace(this.#input[this.#pos] ?? '')) this.#pos++;
  }

  #rightDelim(): { trim: boolean } | null {
    if (hasRightTrim(this.#input, this.#pos) && this.#input.startsWith('}}', this.#pos + 2)) return { trim: true };
    return this.#input.startsWith('}}', this.#pos) ? { trim: false } : null;
  }

  #lexRightDelim(): State {
    const trim = this.#rightDelim()?.trim === true;
    if (trim) {
      this.#pos += 2;
      this.#ignore();
    }
    this.#pos += 2;
    const token = this.#emit('rightDelim');
    if (trim) {
      this.#skipSpace();
      this.#ignore();
    }
    this.#insideAction = false;
    return token;
  }

  #lexInside(): State {
    if (this.#rightDelim() !== null) return this.#parenDepth === 0 ? 'rightDelim' : this.#error('unclosed left paren');
    const ch = this.#advance();
    switch (ch) {
      case '':
        return this.#error('unclosed action');
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        this.#back(ch);
        return this.#lexSpace();
      case '=':
        return this.#emit('assign');
      case ':':
        return this.#advance() === '=' ? this.#emit('declare') : this.#error('expected :=');
      case '|':
        return this.#emit('pipe');
      case '"':
        return this.#lexQuoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.#lexQuoted("'", 'charConstant', 'unterminated character constant');
      case '`':
        return this.#lexRaw();
      case '$':
        return this.#lexFieldOrVariable('variable', 'variable');
      case '(':
        this.#parenDepth++;
        return this.#emit('leftParen');
      case ')':
        this.#parenDepth--;
        return this.#parenDepth < 0 ? this.#error('unexpected right paren') : this.#emit('rightParen');
      default:
        if (ch === '.' && this.#pos < this.#input.length && !/[0-9]/.test(this.#input[this.#pos] as string)) {
          return this.#lexFieldOrVariable('field', 'dot');
        }
        if (/^[.+\-0-9]$/.test(ch)) {
          this.#back(ch);
          return this.#lexNumber();
        }
        if (isAlphaNumeric(ch)) {
          this.#back(ch);
          return this.#lexIdentifier();
        }
        if (ch < '\x80' && isPrint(ch)) return this.#emit('char');
        return this.#error(`unrecognized character in action: ${unicodeName(ch)}`);
    }
  }

  #lexSpace(): State {
    let spaces = 0;
    let last = '';
    while (isSpace(this.#peek())) {
      last = this.#advance();
      spaces++;
    }
    // The space of a closing " -}}" belongs to the delimiter.
    if (hasRightTrim(this.#input, this.#pos - 1) && this.#input.startsWith('}}', this.#pos + 1)) {
      this.#back(last);
      if (spaces === 1) return 'rightDelim';
    }
    return this.#emit('space');
  }

  #lexIdentifier(): State {
    while (isAlphaNumeric(this.#peek())) this.#advance();
    const word = this.#input.slice(this.#start, this.#pos);
    if (!this.#atTerminator()) return this.#badCharacter();
    if (keywords.has(word)) return this.#emit(word as Keyword);
    return this.#emit(word === 'true' || word === 'false' ? 'bool' : 'identifier');
  }

  #lexFieldOrVariable(type: TokenType, alone: TokenType): State {
    if (this.#atTerminator()) return this.#emit(alone);
    while (isAlphaNumeric(this.#peek())) this.#advance();
    return this.#atTerminator() ? this.#emit(type) : this.#badCharacter();
  }

  #badCharacter(): Token {
    return this.#error(`bad character ${unicodeName(this.#peek())}`);
  }

  #atTerminator(): boolean {
    const ch = this.#peek();
    return ch === '' || isSpace(ch) || '.,|:)('.includes(ch) || this.#input.startsWith('}}', this.#pos);
  }

  #lexQuoted(end: string, type: TokenType, unterminated: string): State {
    for (;;) {
      let ch = this.#advance();
      if (ch === end) return this.#emit(type);
      if (ch === '\\') {
        ch = this.#advance();
        if (ch !== '' && ch !== '\n') continue;
      }
      if (ch === '' || ch === '\n') return this.#error(unterminated);
    }
  }

  #lexRaw(): State {
    for (;;) {
      const ch = this.#advance();
      if (ch === '`') return this.#emit('rawString');
      if (ch === '') return this.#error('unterminated raw quoted string');
    }
  }

  #lexNumber(): State {
    if (!this.#scanNumber()) return this.#badNumber();
    if ('+-'.includes(this.#peek()) && this.#peek() !== '') {
      if (!this.#scanNumber() || this.#input[this.#pos - 1] !== 'i') return this.#badNumber();
      return this.#emit('complex');
    }
    return this.#emit('number');
  }

  #badNumber(): Token {
    return this.#error(`bad number syntax: ${goQuote(this.#input.slice(this.#start, this.#pos))}`);
  }

  #accept(valid: string): boolean {
    const ch = this.#peek();
    if (ch === '' || !valid.includes(ch)) return false;
    this.#pos += ch.length;
    return true;
  }

  #acceptRun(valid: string): void {
    while (this.#accept(valid));
  }

  #scanNumber(): boolean {
    this.#accept('+-');
    let digits = '0123456789_';
    if (this.#accept('0')) {
      if (this.#accept('xX')) digits = '0123456789abcdefABCDEF_';
      else if (this.#accept('oO')) digits = '01234567_';
      else if (this.#accept('bB')) digits = '01_';
    }
    this.#acceptRun(digits);
    if (this.#accept('.')) this.#acceptRun(digits);
    if ((digits.length === 11 && this.#accept('eE')) || (digits.length === 23 && this.#accept('pP'))) {
      this.#accept('+-');
      this.#acceptRun('0123456789_');
    }
    this.#accept('i');
    if (!isAlphaNumeric(this.#peek())) return true;
    this.#advance();
    return false;
  }
}
