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
    const kinds = kindsIn(source);
    if ((kinds & wide) !== 0 && !isUtf8(from)) from = Buffer.from(decodeForDisplay(from), 'utf8');
    const sizeMax = (kinds & control) !== 0 ? 6 : (kinds & escaped) !== 0 ? 2 : 1;
    this.#room(from.length * sizeMax + 2);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = quote;
    if (sizeMax === 1) {
      buffer.set(from, at);
      at += from.length;
    } else at = sizeMax === 2 ? writeEscaped(buffer, at, from) : writeControls(buffer, at, from);
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

/** What is in a text: bits that are put together over all of its bytes. */
const escaped = 1;
const control = 2;
const wide = 4;
const kindOf = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 ? control : byte === quote || byte === backslash ? escaped : byte > 0x7f ? wide : 0,
);

function kindsIn(text: Uint8Array): number {
  let kinds = 0;
  for (let i = 0; i < text.length; i++) kinds |= kindOf[text[i] as number] as number;
  return kinds;
}

/** Of text without control characters. No branch: where quotes stand is not to be foreseen. Returns where it ended. */
function writeEscaped(buffer: Buffer, start: number, from: Uint8Array): number {
  let at = start;
  for (let i = 0; i < from.length; i++) {
    const byte = from[i] as number;
    buffer[at] = backslash;
    at += (kindOf[byte] as number) & escaped;
    buffer[at++] = byte;
  }
  return at;
}

function writeControls(buffer: Buffer, start: number, from: Uint8Array): number {
  let at = start;
  for (let i = 0; i < from.length; i++) {
    const byte = from[i] as number;
    const kind = (kindOf[byte] as number) & (escaped | control);
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
