/** The values of one field while a block's lines are read: a dictionary, or decimals, or given up. */
import type { Dictionary } from '../../model/entry-batch.js';
import { decimalScaleMax, type ExtractedField, mantissaMax } from '../../model/field-columns.js';
import { decodeUtf8, encodeUtf8 } from '../../model/utf8.js';
import { jsonForm, type LabelSlot, type LabelsBuilder, type ValueForm } from './labels-builder.js';

/** With fewer distinct values than this a dictionary is small whatever they are. */
const distinctFew = 64;
/** A dictionary is given up when it has as many more than those as this share of the rows: identifiers, times, free text. */
const distinctShareMax = 0.25;
const firstTableSize = 32;

const quote = 0x22;

interface Value {
  readonly hash: number;
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly isEscaped: boolean;
  /** Null when it is made of the bytes. */
  readonly text: string | null;
}

export class FieldValues {
  readonly name: string;
  isGivenUp = false;
  readonly #builder: LabelsBuilder;
  readonly #count: number;
  readonly #ids: Uint32Array;
  #values: Value[] = [];
  /** Open addressing, at most half full: 1 + place in #values. */
  #table = new Uint32Array(firstTableSize);
  #set = 0;
  #areDecimals = true;
  #areQuoted = false;
  #decimals: Decimals | null = null;
  readonly #reader = new DecimalReader();

  constructor(name: string, count: number, builder: LabelsBuilder) {
    this.name = name;
    this.#count = count;
    this.#builder = builder;
    this.#ids = new Uint32Array(count);
  }

  /** The value that the slot has in the builder's row. */
  set(row: number, slot: LabelSlot): void {
    this.#set++;
    const { bytes, from, to } = slot;
    if (this.#decimals !== null) {
      if (!this.#decimals.set(row, bytes, from, to)) this.#giveUp();
      this.#areQuoted ||= bytes[from - 1] === quote;
      return;
    }
    const hash = hashOf(bytes, from, to);
    const table = this.#table;
    const mask = table.length - 1;
    const isEscaped = slot.form === jsonForm;
    let at = hash & mask;
    for (; ; at = (at + 1) & mask) {
      const id = table[at] as number;
      if (id === 0) break;
      const value = this.#values[id - 1] as Value;
      if (value.hash === hash && value.isEscaped === isEscaped && areEqual(value, bytes, from, to)) {
        this.#ids[row] = id;
        return;
      }
    }
    this.#add(row, slot, hash, at);
  }

  #add(row: number, slot: LabelSlot, hash: number, at: number): void {
    const { bytes, from, to, form } = slot;
    const text = isPlain(bytes, from, to, form) ? null : this.#builder.parsedText(slot);
    const id = this.#values.push({ hash, bytes, from, to, isEscaped: form === jsonForm, text });
    this.#ids[row] = id;
    if (this.#areDecimals && (text !== null || !this.#reader.read(bytes, from, to))) this.#areDecimals = false;
    this.#table[at] = id;
    if (id * 2 >= this.#table.length) this.#grow();
    if (id <= distinctFew) return;
    if (this.#areDecimals) this.#useDecimals();
    else if (id > distinctFew + this.#set * distinctShareMax) this.#giveUp();
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (const [i, { hash }] of this.#values.entries()) {
      let at = hash & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = i + 1;
    }
    this.#table = table;
  }

  #useDecimals(): void {
    const decimals = new Decimals(this.#count);
    this.#decimals = decimals;
    for (let row = 0; row < this.#count; row++) {
      const id = this.#ids[row] as number;
      if (id === 0) continue;
      const { bytes, from, to } = this.#values[id - 1] as Value;
      if (!decimals.set(row, bytes, from, to)) {
        this.#giveUp();
        return;
      }
    }
    this.#values = [];
  }

  #giveUp(): void {
    this.isGivenUp = true;
    this.#values = [];
    this.#decimals = null;
  }

  /** Null when there is nothing to keep. */
  finish(): ExtractedField | null {
    if (this.isGivenUp) return null;
    const { name } = this;
    if (this.#decimals !== null) {
      const { scale, mantissas, present } = this.#decimals;
      const isFull = this.#set === this.#count;
      const areNumbers = !this.#areQuoted;
      return { kind: 'decimals', name, areNumbers, scale, mantissas, present: isFull ? null : present };
    }
    const bytes = this.#values.map((value) =>
      value.text === null ? value.bytes.subarray(value.from, value.to) : encodeUtf8(value.text),
    );
    const dictionary: Dictionary = {
      length: bytes.length,
      get: (id) => decodeUtf8(bytes[id] as Buffer),
      bytes: (id) => bytes[id] as Buffer,
    };
    return { kind: 'texts', name, ids: this.#ids, dictionary };
  }
}

/** Four bytes at a time: the multiplication is what takes the time. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = (to - from) ^ 0x811c9dc5;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const four =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    hash = Math.imul(hash ^ four, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

function areEqual(value: Value, bytes: Buffer, from: number, to: number): boolean {
  if (value.to - value.from !== to - from) return false;
  const shift = value.from - from;
  for (let i = from; i < to; i++) if (value.bytes[i + shift] !== bytes[i]) return false;
  return true;
}

/** Is the value's text what its bytes are? */
function isPlain(bytes: Buffer, from: number, to: number, form: ValueForm): boolean {
  if (form === jsonForm) return false;
  for (let i = from; i < to; i++) if ((bytes[i] as number) >= 0x80) return false;
  return true;
}

/** Reads decimals as JSON writers print them: what `decimalText` gives back byte for byte. */
class DecimalReader {
  mantissa = 0;
  /** Digits behind the point. */
  scale = 0;

  read(bytes: Uint8Array, from: number, to: number): boolean {
    let i = from;
    const isNegative = bytes[i] === 0x2d;
    if (isNegative) i++;
    const first = i;
    let mantissa = 0;
    let point = -1;
    if (to - i > 17 || i === to) return false;
    for (; i < to; i++) {
      const c = bytes[i] as number;
      if (c >= 0x30 && c <= 0x39) mantissa = mantissa * 10 + (c - 0x30);
      else if (c === 0x2e && point < 0 && i > first) point = i;
      else return false;
    }
    const whole = (point < 0 ? to : point) - first;
    if (whole > 1 && bytes[first] === 0x30) return false;
    if (mantissa >= mantissaMax || (isNegative && mantissa === 0)) return false;
    this.scale = point < 0 ? 0 : to - point - 1;
    if (point >= 0 && (this.scale === 0 || this.scale > decimalScaleMax || bytes[to - 1] === 0x30)) return false;
    this.mantissa = isNegative ? -mantissa : mantissa;
    return true;
  }
}

class Decimals {
  scale = 0;
  readonly mantissas: Float64Array;
  readonly present: Uint8Array;
  readonly #reader = new DecimalReader();

  constructor(count: number) {
    this.mantissas = new Float64Array(count);
    this.present = new Uint8Array(count);
  }

  /** False when the value is no such decimal, or does not go with the others. */
  set(row: number, bytes: Uint8Array, from: number, to: number): boolean {
    const reader = this.#reader;
    if (!reader.read(bytes, from, to)) return false;
    if (reader.scale > this.scale && !this.#rescale(reader.scale)) return false;
    let { mantissa } = reader;
    if (reader.scale !== this.scale) mantissa *= 10 ** (this.scale - reader.scale);
    if (Math.abs(mantissa) >= mantissaMax) return false;
    this.mantissas[row] = mantissa;
    this.present[row] = 1;
    return true;
  }

  #rescale(scale: number): boolean {
    const factor = 10 ** (scale - this.scale);
    const { mantissas } = this;
    for (let i = 0; i < mantissas.length; i++) {
      const mantissa = (mantissas[i] as number) * factor;
      if (Math.abs(mantissa) >= mantissaMax) return false;
      mantissas[i] = mantissa;
    }
    this.scale = scale;
    return true;
  }
}
