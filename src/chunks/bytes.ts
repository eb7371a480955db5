/** Writing and reading of the small structures of a pack: little-endian, varints as in protobuf. */

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A growing buffer. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }
  get length(): number {
    return this.#length;
  }
  /** Bytes that it has memory for. */
  get capacity(): number {
    return this.#bytes.length;
  }
  /** Begins anew, in the same memory. */
  clear(): void {
    this.#length = 0;
  }
  /** Makes room for so many bytes at once: growing means copying. */
  expect(byteLength: number): void {
    this.#reserve(byteLength);
  }
  /** A view of what was written; valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }
  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value, true);
    this.#length += 2;
  }
  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
    this.#length += 4;
  }
  u64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value, true);
    this.#length += 8;
  }
  i64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, value, true);
    this.#length += 8;
  }
  /** A whole number, 0 <= value <= 2^53. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }
  /** A whole number of either sign, |value| <= 2^53: the lowest bit of the first byte is the sign, the rest a varint. */
  signed(value: number): void {
    const size = Math.abs(value);
    const low = (size % 64) * 2 + (value < 0 ? 1 : 0);
    if (size < 64) this.u8(low);
    else {
      this.u8(low | 128);
      this.varint(Math.floor(size / 64));
    }
  }
  bytes(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    this.#length += bytes.length;
  }
  /** Length in bytes, then UTF-8. */
  text(text: string): void {
    // Names and values are short and mostly ASCII: a loop takes a tenth of the time of an encoder.
    if (text.length < 128) {
      const start = this.#reserve(text.length + 1);
      this.#bytes[start] = text.length;
      let i = 0;
      for (; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code >= 128) break;
        this.#bytes[start + 1 + i] = code;
      }
      if (i === text.length) {
        this.#length = start + 1 + i;
        return;
      }
    }
    const bytes = textEncoder.encode(text);
    this.varint(bytes.length);
    this.bytes(bytes);
  }
  /** `byteLength` zeros, as a view that the caller fills before the next write. */
  space(byteLength: number): Uint8Array {
    const start = this.#reserve(byteLength);
    this.#length += byteLength;
    return this.#bytes.subarray(start, this.#length).fill(0);
  }
  /** Where the next byte goes. May replace #bytes and #view: read those afterwards. */
  #reserve(byteLength: number): number {
    const end = this.#length + byteLength;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return this.#length;
  }
}

/** Small buffers come from Node's pool, where one that is kept pins its neighbours: those are copied. */
export const unpooled = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer.byteLength > bytes.length + 64 ? new Uint8Array(bytes) : bytes;

/** Bytes that cannot be what a writer wrote. Readers of files turn it into a DamageError with the place. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** A cursor that never reads beyond its bytes: throws FormatError instead. */
export class ByteReader {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  get remaining(): number {
    return this.#bytes.length - this.position;
  }
  u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }
  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > 2 ** 53) break;
        return value;
      }
    }
    throw new FormatError('varint beyond 2^53');
  }
  signed(): number {
    const low = this.u8();
    const size = ((low & 127) >> 1) + (low < 128 ? 0 : this.varint() * 64);
    if (size > 2 ** 53) throw new FormatError('number beyond 2^53');
    return low & 1 ? -size : size;
  }
  /** A view, not a copy. */
  bytes(byteLength: number): Uint8Array {
    const start = this.#take(byteLength);
    return this.#bytes.subarray(start, start + byteLength);
  }
  text(): string {
    return textDecoder.decode(this.bytes(this.varint()));
  }
  #take(byteLength: number): number {
    const start = this.position;
    if (byteLength > this.#bytes.length - start) {
      throw new FormatError(`${byteLength} bytes expected, ${this.#bytes.length - start} left`);
    }
    this.position = start + byteLength;
    return start;
  }
}
