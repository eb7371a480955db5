/**
 * Walks over JSON text in bytes, as far as a push needs it: names and strings are unescaped where they lie, everything
 * else is passed over. As strict as the reader of Loki (jsoniter and jsonparser), and as lenient. Throws ApiError.
 */
import { badPush } from './push-error.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
export const OBJECT = 0x7b;
export const OBJECT_END = 0x7d;
export const ARRAY = 0x5b;
export const ARRAY_END = 0x5d;
export const STRING = QUOTE;
export const NULL = 0x6e;

/** Deeper nesting is refused, as Loki does. */
const DEPTH_MAX = 10_000;

export class JsonScanner {
  readonly bytes: Uint8Array;
  pos = 0;
  /** The last `string`, unescaped: bytes[start .. end). */
  start = 0;
  end = 0;

  /** `bytes` are given away: strings with escapes are rewritten in place. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The first byte of the next value or punctuation, blanks passed over; -1 at the end. */
  peek(): number {
    const { bytes } = this;
    let { pos } = this;
    let byte = bytes[pos];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++pos];
    this.pos = pos;
    return byte ?? -1;
  }

  /** Passes over one byte that must come next. */
  expect(byte: number, what: string): void {
    if (this.peek() !== byte) throw this.bad(`expected ${what}`);
    this.pos++;
  }

  /** After an element: true when a comma follows (passed over), false when `close` does (passed over as well). */
  more(close: number, what: string): boolean {
    const byte = this.peek();
    if (byte !== COMMA && byte !== close) throw this.bad(`expected , or ${String.fromCharCode(close)} after ${what}`);
    this.pos++;
    return byte === COMMA;
  }

  /** Opens an object or array; true when it has a first element, false when it was empty and is closed. */
  open(byte: number, close: number, what: string): boolean {
    this.expect(byte, what);
    if (this.peek() !== close) return true;
    this.pos++;
    return false;
  }

  /** A name and its colon; the name lies at start..end. */
  name(): void {
    this.string('a name');
    this.expect(COLON, ':');
  }

  /** A string; control characters are refused up to its first escape. */
  string(what: string): void {
    if (this.peek() !== QUOTE) throw this.bad(`expected ${what} (a string)`);
    const { bytes } = this;
    let at = this.pos + 1;
    this.start = at;
    let byte = bytes[at];
    while (byte !== QUOTE && byte !== BACKSLASH) {
      if (byte === undefined) throw this.bad('string is not closed');
      if (byte < 0x20) {
        this.pos = at;
        throw this.bad(`invalid control character ${byte} in a string`);
      }
      byte = bytes[++at];
    }
    if (byte === QUOTE) {
      this.end = at;
      this.pos = at + 1;
    } else this.#unescape(at);
  }

  /** From the first backslash on; what comes out is never longer than what went in. */
  #unescape(from: number): void {
    const { bytes } = this;
    let at = from;
    let to = from;
    let byte = BACKSLASH as number | undefined;
    for (;;) {
      if (byte === BACKSLASH) {
        const kind = bytes[at + 1] ?? 0;
        const plain = escapes[kind] as number;
        if (plain !== 0) {
          bytes[to++] = plain;
          at += 2;
        } else if (kind === 0x75) {
          to = this.#unicode(at, to);
          at = this.pos;
        } else throw this.bad('invalid escape');
      } else if (byte === QUOTE) break;
      else if (byte === undefined) throw this.bad('string is not closed');
      else {
        bytes[to++] = byte;
        at++;
      }
      byte = bytes[at];
    }
    this.end = to;
    this.pos = at + 1;
  }

  /** One `\u` escape, or two that are a pair, at `from`; leaves `pos` behind and returns where the next byte goes. */
  #unicode(from: number, to: number): number {
    const { bytes } = this;
    let at = from + 6;
    let code = this.#hex4(from + 2);
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = bytes[at] === BACKSLASH && bytes[at + 1] === 0x75 ? this.#hex4(at + 2) : 0;
      if (low < 0xdc00) throw this.bad('surrogate without its other half');
      at += 6;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      if (code > 0x10ffff) code = 0xfffd;
    }
    this.pos = at;
    return putRune(bytes, to, code);
  }

  #hex4(at: number): number {
    let value = 0;
    for (let i = at; i < at + 4; i++) {
      const digit = hexDigit(this.bytes[i] ?? 0);
      if (digit < 0) throw this.bad('invalid \\u escape');
      value = value * 16 + digit;
    }
    return value;
  }

  /** Passes over any value; strings in it stay as they are. */
  skip(): void {
    const closers = new Uint8Array(64);
    let stack = closers;
    let depth = 0;
    for (;;) {
      const byte = this.peek();
      if (byte === OBJECT || byte === ARRAY) {
        const close = byte === OBJECT ? OBJECT_END : ARRAY_END;
        this.pos++;
        if (this.peek() !== close) {
          if (depth === DEPTH_MAX) throw this.bad('nested too deeply');
          if (depth === stack.length) {
            const larger = new Uint8Array(Math.min(depth * 4, DEPTH_MAX));
            larger.set(stack);
            stack = larger;
          }
          stack[depth++] = close;
          if (byte === OBJECT) this.#skipName();
          continue;
        }
        this.pos++;
      } else if (byte === QUOTE) this.#skipString();
      else this.#skipLiteral(byte);
      for (;;) {
        if (depth === 0) return;
        const close = stack[depth - 1] as number;
        if (this.more(close, 'a value')) {
          if (close === OBJECT_END) this.#skipName();
          break;
        }
        depth--;
      }
    }
  }

  #skipName(): void {
    if (this.peek() !== QUOTE) throw this.bad('expected a name');
    this.#skipString();
    this.expect(COLON, ':');
  }

  #skipString(): void {
    const { bytes } = this;
    let escaped = false;
    for (let at = this.pos + 1; ; at++) {
      const byte = bytes[at];
      if (byte === undefined) throw this.bad('string is not closed');
      if (byte === QUOTE) {
        this.pos = at + 1;
        return;
      }
      if (byte === BACKSLASH) {
        escaped = true;
        const kind = bytes[++at] ?? 0;
        if (kind === 0x75) {
          this.#hex4(at + 1);
          at += 4;
        } else if (escapes[kind] === 0) throw this.bad('invalid escape');
      } else if (byte < 0x20 && !escaped) throw this.bad(`invalid control character ${byte} in a string`);
    }
  }

  #skipLiteral(first: number): void {
    const { bytes, pos } = this;
    let end = pos;
    while (isLiteralByte(bytes[end] ?? 0)) end++;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + pos, end - pos).toString('latin1');
    if (text !== 'null' && text !== 'true' && text !== 'false' && !number.test(text)) {
      throw this.bad(first === -1 ? 'unexpected end of input' : 'unexpected character');
    }
    this.pos = end;
  }

  bad(what: string) {
    return badPush(`error decoding push request: ${what} at byte ${this.pos}`);
  }
}

const number = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

const isLiteralByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x45 ||
  byte === 0x2b ||
  byte === 0x2d ||
  byte === 0x2e;

/** What an escape stands for, by the character after the backslash; 0: there is no such escape. */
const escapes = new Uint8Array(256);
for (const [ch, plain] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  escapes[(ch as string).charCodeAt(0)] = (plain as string).charCodeAt(0);
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}

function putRune(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    bytes[at] = code;
    return at + 1;
  }
  if (code < 0x800) {
    bytes[at] = 0xc0 | (code >> 6);
    bytes[at + 1] = 0x80 | (code & 0x3f);
    return at + 2;
  }
  if (code < 0x10000) {
    bytes[at] = 0xe0 | (code >> 12);
    bytes[at + 1] = 0x80 | ((code >> 6) & 0x3f);
    bytes[at + 2] = 0x80 | (code & 0x3f);
    return at + 3;
  }
  bytes[at] = 0xf0 | (code >> 18);
  bytes[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (code & 0x3f);
  return at + 4;
}
