/**
 * The labels of a pushed stream as text, `{app="x", env="y"}`: the grammar of a Prometheus metric. Accepts what
 * Prometheus' parser accepts (a metric name in front, comments, strings in ", ' and `, quoted label names, a trailing
 * comma) and refuses with its words and positions.
 *
 *   metric = [ identifier ] [ set ]
 *   set    = '{' [ item { ',' item } [ ',' ] ] '}'
 *   item   = ( identifier | string ) '=' string | string
 */
import { byName, type LabelPair, quoteGo } from './labels.js';

/** The message is Loki's: `1:3: parse error: unexpected character inside braces: '-'`. */
export class LabelsTextError extends Error {
  override readonly name = 'LabelsTextError';
}

/**
 * The pairs, sorted by name, those with empty values left out. Names may stand twice: the text may, and who asks
 * decides what that means. Throws LabelsTextError.
 */
export function parseLabelsText(text: string): LabelPair[] {
  const pairs = parsePlain(text) ?? new Parser(text).parse();
  return pairs.filter(([, value]) => value !== '').sort(byName);
}

const plainItem = /([A-Za-z_][A-Za-z0-9_]*)="([^"\\\n\ufffd]*)"(, ?|}$)/y;

/** The common form, as agents write it; undefined when anything is unusual. */
function parsePlain(text: string): LabelPair[] | undefined {
  if (text.charCodeAt(0) !== 0x7b) return undefined;
  const pairs: LabelPair[] = [];
  plainItem.lastIndex = 1;
  for (;;) {
    const item = plainItem.exec(text);
    if (item === null) return undefined;
    pairs.push([item[1] as string, item[2] as string]);
    if (item[3] === '}') return pairs;
  }
}

type TokenKind = 'identifier' | 'keyword' | 'string' | '{' | '}' | ',' | '=' | 'other' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly text: string;
  /** As an error names it. */
  readonly what: string;
}

const space = /[ \t\n\r]*/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const word = /[A-Za-z_:][A-Za-z0-9_:]*/y;
const number = /\.?[0-9][0-9_.]*/y;
const duration = /([0-9]+(ms|[smhdwy]))+(?![A-Za-z0-9_])/y;
const comment = /#[^\n\r]*/y;

class Parser {
  readonly #text: string;
  #at = 0;
  #insideBraces = false;
  #token: Token;

  constructor(text: string) {
    this.#text = text;
    this.#token = this.#lex();
  }

  parse(): LabelPair[] {
    const pairs: LabelPair[] = [];
    let name: string | undefined;
    if (this.#is('identifier') || this.#is('keyword')) name = this.#next().text;
    if (this.#is('{')) this.#set(pairs);
    if (!this.#is('end')) this.#unexpected('');
    if (name !== undefined) {
      for (let i = pairs.length - 1; i >= 0; i--) if (pairs[i]?.[0] === '__name__') pairs.splice(i, 1);
      pairs.push(['__name__', name]);
    }
    return pairs;
  }

  #set(pairs: LabelPair[]): void {
    this.#next();
    while (!this.#is('}')) {
      pairs.push(this.#item());
      if (this.#is('}')) break;
      if (!this.#is(',')) this.#unexpected('"," or "}"');
      this.#next();
    }
    this.#next();
  }

  #item(): LabelPair {
    const token = this.#token;
    if (token.kind === 'string') {
      const name = unquote(token.text);
      this.#next();
      if (!this.#is('=')) return ['__name__', name];
      return [name, this.#value()];
    }
    if (token.kind !== 'identifier') this.#unexpected('identifier or "}"');
    this.#next();
    if (!this.#is('=')) this.#unexpected('"="');
    return [token.text, this.#value()];
  }

  #value(): string {
    this.#next();
    if (!this.#is('string')) this.#unexpected('string');
    return unquote(this.#next().text);
  }

  #is(kind: TokenKind): boolean {
    return this.#token.kind === kind;
  }

  /** Returns the token that it leaves behind. */
  #next(): Token {
    const token = this.#token;
    this.#token = this.#lex();
    return token;
  }

  #lex(): Token {
    const text = this.#text;
    for (;;) {
      this.#at += length(space, text, this.#at);
      const skipped = length(comment, text, this.#at);
      if (skipped === 0) break;
      this.#at += skipped;
    }
    const start = this.#at;
    if (start >= text.length) {
      if (this.#insideBraces) this.#fail(start, 'unexpected end of input inside braces');
      return { kind: 'end', start, text: '', what: 'end of input' };
    }
    const token = (kind: TokenKind, size: number, what?: string): Token => {
      this.#at = start + size;
      const own = text.slice(start, this.#at);
      return { kind, start, text: own, what: what ?? quoteGo(own) };
    };
    const ch = String.fromCodePoint(text.codePointAt(start) as number);
    const following = String.fromCodePoint(text.codePointAt(start + 1) ?? 0xfffd);
    if (ch === ',') return token(',', 1);
    if (ch === '"' || ch === "'" || ch === '`') return this.#string(ch);
    if (this.#insideBraces) {
      const size = length(identifier, text, start);
      if (size > 0) return token('identifier', size, `identifier "${text.slice(start, start + size)}"`);
      if (ch === '=') return following === '~' ? token('other', 2, '<op:=~>') : token('=', 1);
      if (ch === '!') {
        if (following === '=' || following === '~') return token('other', 2, `<op:!${following}>`);
        this.#fail(start, `unexpected character after '!' inside braces: ${quoteRune(following)}`);
      }
      if (ch === '{') this.#fail(start, "unexpected left brace '{'");
      if (ch === '}') {
        this.#insideBraces = false;
        return token('}', 1);
      }
      this.#fail(start, `unexpected character inside braces: ${quoteRune(ch)}`);
    }
    if (ch === '{') {
      this.#insideBraces = true;
      return token('{', 1);
    }
    return this.#outside(ch, following, token);
  }

  /** Outside of braces the lexer knows all of PromQL; of it, only names are legal here. */
  #outside(ch: string, following: string, token: (kind: TokenKind, size: number, what?: string) => Token): Token {
    const { start, text } = { start: this.#at, text: this.#text };
    const size = length(word, text, start);
    if (size > 0) {
      const name = text.slice(start, start + size);
      const group = keywords.get(name.toLowerCase());
      if (group !== undefined) {
        const what = group === null ? `"${name}"` : `<${group}${name}>`;
        return token(metricNames.has(name.toLowerCase()) ? 'keyword' : 'other', size, what);
      }
      return token('identifier', size, `${name.includes(':') ? 'metric identifier' : 'identifier'} "${name}"`);
    }
    const digits = length(number, text, start);
    if (digits > 0) {
      const size = length(duration, text, start);
      if (size > 0) return token('other', size, `duration "${text.slice(start, start + size)}"`);
      const own = `"${text.slice(start, start + digits)}"`;
      if (length(identifier, text, start + digits) > 0) this.#fail(start, `bad number or duration syntax: ${own}`);
      return token('other', digits, `number ${own}`);
    }
    if (ch === '=') {
      if (following === '=') return token('other', 2, '<op:==>');
      if (following === '~') this.#fail(start, "unexpected character after '=': '~'");
      return token('=', 1);
    }
    if (ch === '!') {
      if (following === '=') return token('other', 2, '<op:!=>');
      this.#fail(start, `unexpected character after '!': ${quoteRune(following)}`);
    }
    if ('<>'.includes(ch))
      return following === '=' ? token('other', 2, `<op:${ch}=>`) : token('other', 1, `<op:${ch}>`);
    if ('*/%+-^@'.includes(ch)) return token('other', 1, `<op:${ch}>`);
    if (ch === ')') this.#fail(start + 1, "unexpected right parenthesis ')'");
    if (ch === ']') this.#fail(start, "unexpected right bracket ']'");
    if ('(['.includes(ch)) return token('other', 1);
    this.#fail(start, `unexpected character: ${quoteRune(ch)}`);
  }

  /** Leaves the escapes in; only checks them, as they must be known good before the string is a token. */
  #string(quote: string): Token {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    for (;;) {
      const ch = text[at];
      if (ch === undefined) this.#fail(start, `unterminated ${quote === '`' ? 'raw' : 'quoted'} string`);
      if (ch === '\ufffd') this.#fail(start, 'invalid UTF-8 rune');
      at++;
      if (ch === quote) break;
      if (quote === '`') continue;
      if (ch === '\n') this.#fail(start, 'unterminated quoted string');
      if (ch === '\\') at = this.#escape(start, at, quote);
    }
    this.#at = at;
    const own = text.slice(start, at);
    const runes = [...own];
    const shown = Buffer.byteLength(own) > 10 ? `${quoteGo(runes.slice(0, 10).join(''))}...` : quoteGo(own);
    return { kind: 'string', start, text: own, what: `string ${shown}` };
  }

  #escape(start: number, at: number, quote: string): number {
    const text = this.#text;
    const ch = text[at];
    if (ch === undefined) this.#fail(start, 'escape sequence not terminated');
    if (ch === quote || 'abfnrtv\\'.includes(ch)) return at + 1;
    const form = escapeForms[ch] ?? (ch >= '0' && ch <= '7' ? octal : undefined);
    if (form === undefined) this.#fail(start, `unknown escape sequence ${unicodeName(text, at)}`);
    const from = form === octal ? at : at + 1;
    let value = 0;
    for (let i = from; i < from + form.digits; i++) {
      const digit = text[i] === undefined ? -1 : Number.parseInt(text[i] as string, form.base);
      if (text[i] === undefined) this.#fail(start, 'escape sequence not terminated');
      if (!(digit >= 0)) this.#fail(start, `illegal character ${unicodeName(text, i)} in escape sequence`);
      value = value * form.base + digit;
    }
    if (value > form.max || (value >= 0xd800 && value < 0xe000)) {
      this.#fail(start, 'escape sequence is an invalid Unicode code point');
    }
    return from + form.digits;
  }

  #unexpected(expected: string): never {
    const where = expected === '' ? '' : ` in label set, expected ${expected}`;
    this.#fail(this.#token.start, `unexpected ${this.#token.what}${where}`);
  }

  #fail(at: number, message: string): never {
    if (this.#text === '') throw new LabelsTextError(`unknown position: parse error: ${message}`);
    const before = this.#text.slice(0, at);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    throw new LabelsTextError(`${line}:${Buffer.byteLength(before.slice(lineStart)) + 1}: parse error: ${message}`);
  }
}

function length(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

const octal = { digits: 3, base: 8, max: 255 };
const escapeForms: Record<string, { digits: number; base: number; max: number }> = {
  x: { digits: 2, base: 16, max: 255 },
  u: { digits: 4, base: 16, max: 0x10ffff },
  U: { digits: 8, base: 16, max: 0x10ffff },
};
const namedEscapes: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const escapeSequence = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs;

/** `literal` has been checked. Byte escapes (`\xff`) that make no UTF-8 read as U+FFFD. */
function unquote(literal: string): string {
  const body = literal.slice(1, -1);
  if (literal[0] === '`' || !body.includes('\\')) return body;
  let hasBytes = false;
  const text = body.replace(escapeSequence, (_, x, u, U, o, ch) => {
    if (u !== undefined || U !== undefined) return String.fromCodePoint(Number.parseInt(u ?? U, 16));
    if (ch !== undefined) return namedEscapes[ch] ?? ch;
    const byte = x !== undefined ? Number.parseInt(x, 16) : Number.parseInt(o, 8);
    if (byte < 0x80) return String.fromCharCode(byte);
    hasBytes = true;
    return String.fromCharCode(0xdc00 + byte);
  });
  return hasBytes ? joinBytes(text) : text;
}

/** Bytes from escapes stand in `text` as U+DC80..DCFF, which no decoded text holds alone. */
function joinBytes(text: string): string {
  const parts: Uint8Array[] = [];
  for (const ch of text) {
    const code = ch.codePointAt(0) as number;
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Uint8Array.of(code - 0xdc00) : Buffer.from(ch));
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `'x'` as Go's %q prints a rune. */
function quoteRune(ch: string): string {
  if (ch === "'") return "'\\''";
  if (ch === '"') return `'"'`;
  return `'${quoteGo(ch).slice(1, -1)}'`;
}

/** `U+0064 'd'`, Go's %#U; the end of the text reads as U+FFFFFFFFFFFFFFFF does there. */
function unicodeName(text: string, at: number): string {
  const code = text.codePointAt(at) as number;
  const ch = String.fromCodePoint(code);
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(ch) ? `U+${hex}` : `U+${hex} '${ch}'`;
}

/** PromQL's reserved words, with the group under which errors name them; null: in quotes. */
const keywords = new Map<string, string | null>([
  ...['and', 'or', 'unless', 'atan2'].map((w) => [w, 'op:'] as const),
  ...'sum avg count min max group stddev stdvar topk bottomk count_values quantile limitk limit_ratio'
    .split(' ')
    .map((w) => [w, 'aggr:'] as const),
  ...'offset smoothed anchored by without on ignoring group_left group_right bool'
    .split(' ')
    .map((w) => [w, ''] as const),
  ...'start end step range max_of min_of'.split(' ').map((w) => [w, null] as const),
]);

/** Those of them that may name a metric all the same. */
const metricNames = new Set(
  'avg bottomk by count count_values group and or unless max min offset quantile stddev stdvar sum topk without start end limitk limit_ratio step range anchored smoothed max_of min_of'.split(
    ' ',
  ),
);
