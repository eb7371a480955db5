/** Reads protobuf's wire format out of a buffer. Every read is checked against `end`. Throws ApiError. */
import { badPush } from './push-error.js';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const GROUP_START = 3;
export const GROUP_END = 4;
export const FIXED32 = 5;

export class ProtoReader {
  readonly bytes: Uint8Array;
  pos: number;
  /** Of the message under way; the caller narrows it for an inner one. */
  end: number;
  /** Field number and wire type of the last `tag`. */
  field = 0;
  wire = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.pos = 0;
    this.end = bytes.length;
  }

  /** Reads the next tag into `field` and `wire`; false at the end of the message. */
  tag(): boolean {
    if (this.pos >= this.end) return false;
    const tag = this.varint();
    this.wire = tag & 7;
    // The field number is an int32 in Go, so that higher bits fall away.
    this.field = Math.floor(tag / 8) | 0;
    if (this.wire === GROUP_END) throw badPush('proto: wiretype end group for non-group');
    if (this.field <= 0) throw badPush(`proto: illegal tag ${this.field} (wire type ${tag})`);
    return true;
  }

  /** Unsigned; exact below 2^53, and above it at least as large as that. */
  varint(): number {
    const { bytes, end } = this;
    let { pos } = this;
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (pos >= end) throw unexpectedEnd();
      const byte = bytes[pos++] as number;
      if (byte < 0x80) {
        this.pos = pos;
        return value + byte * factor;
      }
      value += (byte & 0x7f) * factor;
      factor *= 128;
    }
    throw badPush('proto: integer overflow');
  }

  /** int64; exact between -2^53 and 2^53. */
  int64(): number {
    const { bytes, end } = this;
    let { pos } = this;
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 9; i++) {
      if (pos >= end) throw unexpectedEnd();
      const byte = bytes[pos++] as number;
      if (byte < 0x80) {
        this.pos = pos;
        return value + byte * factor;
      }
      value += (byte & 0x7f) * factor;
      factor *= 128;
    }
    // Ten bytes: negative.
    const [low, high] = this.#words();
    return (high | 0) * 0x100000000 + low;
  }

  int32(): number {
    return this.#words()[0] | 0;
  }

  uint64(): bigint {
    const [low, high] = this.#words();
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** Both words unsigned. What goes beyond 64 bits falls away. */
  #words(): [low: number, high: number] {
    const { bytes, end } = this;
    let { pos } = this;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (pos >= end) throw unexpectedEnd();
      const byte = bytes[pos++] as number;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) {
        this.pos = pos;
        return [low >>> 0, high >>> 0];
      }
    }
    throw badPush('proto: integer overflow');
  }

  fixed64(): bigint {
    if (this.end - this.pos < 8) throw unexpectedEnd();
    const value = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.pos, 8).getBigUint64(0, true);
    this.pos += 8;
    return value;
  }

  double(): number {
    if (this.end - this.pos < 8) throw unexpectedEnd();
    const value = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.pos, 8).getFloat64(0, true);
    this.pos += 8;
    return value;
  }

  fixed32(): number {
    if (this.end - this.pos < 4) throw unexpectedEnd();
    const value = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.pos, 4).getUint32(0, true);
    this.pos += 4;
    return value;
  }

  /** Reads a length and returns where what it covers ends; `pos` is its start. */
  span(name: string): number {
    if (this.wire !== BYTES) this.wrongWire(name);
    const size = this.varint();
    if (size > Number.MAX_SAFE_INTEGER) throw badPush('proto: negative length found during unmarshaling');
    const spanEnd = this.pos + size;
    if (spanEnd > this.end) throw unexpectedEnd();
    return spanEnd;
  }

  string(name: string): string {
    const spanEnd = this.span(name);
    const { bytes, pos } = this;
    this.pos = spanEnd;
    return Buffer.from(bytes.buffer, bytes.byteOffset + pos, spanEnd - pos).toString('utf8');
  }

  expect(wire: number, name: string): void {
    if (this.wire !== wire) this.wrongWire(name);
  }

  wrongWire(name: string): never {
    throw badPush(`proto: wrong wireType = ${this.wire} for field ${name}`);
  }

  /** Passes over the value of the last tag. Groups are counted, not recursed into. */
  skip(): void {
    let depth = 0;
    for (;;) {
      switch (this.wire) {
        case VARINT:
          this.#words();
          break;
        case FIXED64:
          this.pos += 8;
          break;
        case BYTES:
          this.pos = this.span('unknown');
          break;
        case GROUP_START:
          depth++;
          break;
        case GROUP_END:
          if (depth === 0) throw badPush('proto: unexpected end of group');
          depth--;
          break;
        case FIXED32:
          this.pos += 4;
          break;
        default:
          throw badPush(`proto: illegal wireType ${this.wire}`);
      }
      if (this.pos > this.end) throw unexpectedEnd();
      if (depth === 0) return;
      if (this.pos >= this.end) throw unexpectedEnd();
      this.wire = this.varint() & 7;
    }
  }
}

export const unexpectedEnd = () => badPush('unexpected EOF');
