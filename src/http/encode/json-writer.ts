/** JSON as bytes, in pieces: lines go from their block to the socket without becoming strings. */
import { isUtf8 } from 'node:buffer';
import { decodeForDisplay } from '../../model/utf8.js';

const pieceBytes = 64 * 1024;
const hex = '0123456789abcdef';
const [quote, backslash, letterU, letterN, letterR, letterT, zero] = [...'"\\unrt0'].map((c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

export class JsonWriter {
  #buffer = Buffer.allocUnsafe(pieceBytes);
  #length = 0;
  readonly #pieces: Buffer[] = [];
  #piecesBytes = 0;

  /** Text that is JSON already, ASCII. */
  raw(text: string): this {
    this.#room(text.length);
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
    return this;
  }

  /** Any plain value. */
  json(value: unknown): this {
    const text = JSON.stringify(value);
    return this.raw(text.replace(notAscii, (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, '0')}`));
  }

  string(text: string): this {
    if (plainAscii.test(text)) {
      this.#room(text.length + 2);
      const buffer = this.#buffer;
      buffer[this.#length++] = quote;
      this.#length += buffer.write(text, this.#length, 'latin1');
      buffer[this.#length++] = quote;
      return this;
    }
    return this.bytes(Buffer.from(text.toWellFormed(), 'utf8'));
  }

  /** UTF-8 as a JSON string; each byte that is not UTF-8 becomes U+FFFD, as in Go. */
  bytes(source: Uint8Array): this {
    let from = source;
    let dirty = false;
    let wide = false;
    for (let i = 0; i < from.length; i++) {
      const c = from[i] as number;
      if (c < 0x20 || c === quote || c === backslash) dirty = true;
      else if (c > 0x7f) wide = true;
    }
    if (wide && !isUtf8(from)) from = Buffer.from(decodeForDisplay(from), 'utf8');
    this.#room(from.length * (dirty ? 6 : 1) + 2);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = quote;
    if (!dirty) {
      buffer.set(from, at);
      at += from.length;
    } else {
      for (let i = 0; i < from.length; i++) {
        const c = from[i] as number;
        if (c >= 0x20 && c !== quote && c !== backslash) buffer[at++] = c;
        else at = writeEscape(buffer, at, c);
      }
    }
    buffer[at++] = quote;
    this.#length = at;
    return this;
  }

  /** Bytes written and not yet taken. */
  get pending(): number {
    return this.#piecesBytes + this.#length;
  }

  /** Takes what has been written so far. */
  take(): Buffer {
    const last = this.#buffer.subarray(0, this.#length);
    const all = this.#pieces.length === 0 ? Buffer.from(last) : Buffer.concat([...this.#pieces, last]);
    this.#pieces.length = 0;
    this.#piecesBytes = 0;
    this.#length = 0;
    return all;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    if (this.#length > 0) {
      this.#pieces.push(this.#buffer.subarray(0, this.#length));
      this.#piecesBytes += this.#length;
    }
    this.#buffer = Buffer.allocUnsafe(Math.max(pieceBytes, bytes));
    this.#length = 0;
  }
}

const notAscii = /[\u007f-\uffff]/g;
const plainAscii = /^[ !#-[\]-~]*$/;

function writeEscape(buffer: Buffer, start: number, c: number): number {
  let at = start;
  buffer[at++] = backslash;
  switch (c) {
    case quote:
    case backslash:
      buffer[at++] = c;
      return at;
    case 10:
      buffer[at++] = letterN;
      return at;
    case 13:
      buffer[at++] = letterR;
      return at;
    case 9:
      buffer[at++] = letterT;
      return at;
    default:
      buffer[at++] = letterU;
      buffer[at++] = zero;
      buffer[at++] = zero;
      buffer[at++] = hex.charCodeAt(c >> 4);
      buffer[at++] = hex.charCodeAt(c & 15);
      return at;
  }
}
