/** JSON as bytes, in pieces: lines go from their block to the socket without becoming strings. */
import { isUtf8 } from 'node:buffer';
import { decodeForDisplay } from '../../model/utf8.js';

const pieceBytes = 64 * 1024;
const hex = '0123456789abcdef';
const quote = 0x22;
const backslash = 0x5c;
const zero = 0x30;
const [letterN, letterR, letterT, letterU] = [0x6e, 0x72, 0x74, 0x75];

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
    this.#room(2 * source.length + 2);
    const start = this.#length;
    const kinds = this.#plain(source);
    const isInvalid = (kinds & wide) !== 0 && !isUtf8(source);
    if (!isInvalid && (kinds & control) === 0) return this;
    this.#length = start;
    return this.#odd(isInvalid ? Buffer.from(decodeForDisplay(source), 'utf8') : source);
  }

  /**
   * There must be room. Right for UTF-8 without control characters: returns which kinds of bytes there are. No branch for
   * each byte: where quotes stand is not to be foreseen.
   */
  #plain(from: Uint8Array): number {
    const buffer = this.#buffer;
    // Of the module they would be loaded for each byte.
    const kindOf = byteKinds;
    const [slash, slashed] = [backslash, escaped];
    let at = this.#length;
    let kinds = 0;
    buffer[at++] = quote;
    for (let i = 0; i < from.length; i++) {
      const byte = from[i] as number;
      const kind = kindOf[byte] as number;
      kinds |= kind;
      buffer[at] = slash;
      at += kind & slashed;
      buffer[at++] = byte;
    }
    buffer[at++] = quote;
    this.#length = at;
    return kinds;
  }

  #odd(from: Uint8Array): this {
    this.#room(6 * from.length + 2);
    const buffer = this.#buffer;
    buffer[this.#length] = quote;
    const end = writeControls(buffer, this.#length + 1, from);
    buffer[end] = quote;
    this.#length = end + 1;
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

/** What a byte is to JSON: bits that are put together over all bytes of a text. */
const escaped = 1;
const control = 2;
const wide = 4;
const byteKinds = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 ? control : byte === quote || byte === backslash ? escaped : byte > 0x7f ? wide : 0,
);

function writeControls(buffer: Buffer, start: number, from: Uint8Array): number {
  let at = start;
  for (let i = 0; i < from.length; i++) {
    const byte = from[i] as number;
    const kind = (byteKinds[byte] as number) & (escaped | control);
    if (kind === control) at = writeControl(buffer, at, byte);
    else {
      if (kind === escaped) buffer[at++] = backslash;
      buffer[at++] = byte;
    }
  }
  return at;
}

const notAscii = /[\u007f-\uffff]/g;
const plainAscii = /^[ !#-[\]-~]*$/;

function writeControl(buffer: Buffer, start: number, c: number): number {
  let at = start;
  buffer[at++] = backslash;
  switch (c) {
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
