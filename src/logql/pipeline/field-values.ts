/** The values of one field while a block's lines are read: a dictionary, or decimals, or given up. */
import type { Dictionary } from '../../model/columns.js';
import type { ExtractedField } from '../../model/extracted-fields.js';
import { decimalScaleMax, mantissaMax } from '../../model/field-columns.js';
import { jsonForm, type LabelSlot, type LabelsBuilder, type ValueForm } from './labels-builder.js';

/** With fewer distinct values than this a dictionary is small whatever they are. */
const distinctFew = 64;
/** It is given up when it has as many more than those as this share of the rows: identifiers, times. */
const distinctShareMax = 0.25;
/** So it is when it has more than these, and they are longer than this on average: sentences. */
const textsFew = 32;
const textBytesMax = 24;
const firstTableSize = 32;
/** After so many steps to find a value, more is made of its bytes to find it by. */
const stepsMax = 8;

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

/** What becomes of a value. */
export const collected = 0;
export const leftOut = 1;
/** No column may have it: its row is odd. */
export const refused = 2;
export type Fate = typeof collected | typeof leftOut | typeof refused;

/** Kept from block to block, with its memory. */
export class FieldValues {
  readonly name: string;
  fate: Fate = collected;
  /** The block that had the field last. */
  block = 0;
  readonly #lasting: Fate;
  readonly #builder: LabelsBuilder;
  readonly #decimals = new Decimals();
  #count = 0;
  #ids = new Uint32Array(0);
  readonly #values: Value[] = [];
  #valueBytes = 0;
  /** Open addressing, at most half full: 1 + place in #values. */
  #table = new Uint32Array(firstTableSize);
  #isThorough = false;
  #set = 0;
  #areDecimals = true;
  #usesDecimals = false;
  #areQuoted = false;

  /** `fate`: in every block. */
  constructor(name: string, fate: Fate, builder: LabelsBuilder) {
    this.name = name;
    this.#lasting = fate;
    this.#builder = builder;
  }

  /** Before the first row of a block that has the field. */
  begin(block: number, count: number): void {
    this.block = block;
    this.fate = this.#lasting;
    if (this.fate !== collected) return;
    this.#count = count;
    if (this.#ids.length < count) this.#ids = new Uint32Array(count);
    else this.#ids.fill(0, 0, count);
    this.#forgetValues();
    this.#isThorough = false;
    this.#set = 0;
    this.#areDecimals = true;
    this.#usesDecimals = false;
    this.#areQuoted = false;
  }

  #forgetValues(): void {
    this.#values.length = 0;
    this.#valueBytes = 0;
    this.#table.fill(0);
  }

  /** The value that the slot has in the builder's row. */
  set(row: number, slot: LabelSlot): void {
    this.#set++;
    const { bytes, from, to } = slot;
    if (this.#usesDecimals) {
      if (!this.#decimals.set(row, bytes, from, to)) this.#giveUp();
      else if (bytes[from - 1] === quote) this.#areQuoted = true;
      return;
    }
    const hash = this.#isThorough ? wholeHash(bytes, from, to) : quickHash(bytes, from, to);
    const table = this.#table;
    const mask = table.length - 1;
    const isEscaped = slot.form === jsonForm;
    let at = hash & mask;
    let steps = 0;
    for (; ; at = (at + 1) & mask) {
      const id = table[at] as number;
      if (id === 0) break;
      const value = this.#values[id - 1] as Value;
      if (value.hash === hash && value.isEscaped === isEscaped && areEqual(value, bytes, from, to)) {
        this.#ids[row] = id;
        break;
      }
      steps++;
    }
    if (table[at] === 0) this.#add(row, slot, hash, at);
    if (steps > stepsMax && !this.#isThorough) this.#beThorough();
  }

  #add(row: number, slot: LabelSlot, hash: number, at: number): void {
    const { bytes, from, to, form } = slot;
    const text = isPlain(bytes, from, to, form) ? null : this.#builder.parsedText(slot);
    const id = this.#values.push({ hash, bytes, from, to, isEscaped: form === jsonForm, text });
    this.#ids[row] = id;
    this.#table[at] = id;
    this.#valueBytes += to - from;
    if (id * 2 >= this.#table.length) this.#rebuild(this.#table.length * 2);
    if (this.#areDecimals && (text !== null || !this.#decimals.canRead(bytes, from, to))) this.#areDecimals = false;
    if (this.#areDecimals) {
      if (id > distinctFew) this.#useDecimals();
    } else if (
      id > distinctFew + this.#set * distinctShareMax ||
      (id > textsFew && this.#valueBytes > id * textBytesMax)
    )
      this.#giveUp();
  }

  #rebuild(size: number): void {
    const table = new Uint32Array(size);
    const mask = size - 1;
    for (let i = 0; i < this.#values.length; i++) {
      let at = (this.#values[i] as Value).hash & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = i + 1;
    }
    this.#table = table;
  }

  #beThorough(): void {
    this.#isThorough = true;
    for (const [i, value] of this.#values.entries())
      this.#values[i] = { ...value, hash: wholeHash(value.bytes, value.from, value.to) };
    this.#rebuild(this.#table.length);
  }

  #useDecimals(): void {
    const decimals = this.#decimals;
    decimals.begin(this.#count);
    this.#usesDecimals = true;
    for (let row = 0; row < this.#count; row++) {
      const id = this.#ids[row] as number;
      if (id === 0) continue;
      const { bytes, from, to } = this.#values[id - 1] as Value;
      if (!decimals.set(row, bytes, from, to)) {
        this.#giveUp();
        return;
      }
    }
    this.#forgetValues();
  }

  #giveUp(): void {
    this.fate = leftOut;
    this.#forgetValues();
  }

  /** Valid until `begin`. Null when there is nothing to keep. */
  finish(): ExtractedField | null {
    if (this.fate !== collected || this.#set === 0) return null;
    const { name } = this;
    if (this.#usesDecimals) {
      const areNumbers = !this.#areQuoted;
      const { scale, mantissas, present } = this.#decimals.columns();
      const isFull = this.#set === this.#count;
      return { kind: 'decimals', name, areNumbers, scale, mantissas, present: isFull ? null : present };
    }
    const bytes = this.#values.map((value) =>
      value.text === null ? value.bytes.subarray(value.from, value.to) : Buffer.from(value.text, 'utf8'),
    );
    const dictionary: Dictionary = {
      length: bytes.length,
      get: (id) => (bytes[id] as Buffer).toString('utf8'),
      bytes: (id) => bytes[id] as Buffer,
    };
    return { kind: 'texts', name, ids: this.#ids.subarray(0, this.#count), dictionary };
  }

  /** Lets go of the block's lines. */
  end(): void {
    this.#values.length = 0;
  }
}

/** By the length and a few of the bytes, which is enough for most fields. */
function quickHash(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length === 0) return 0;
  const first = bytes[from] as number;
  const middle = bytes[from + (length >> 1)] as number;
  const last = bytes[to - 1] as number;
  const hash = Math.imul((first | (middle << 8) | (last << 16)) ^ (length << 20), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

/** By all bytes, four at a time: the multiplication is what takes the time. */
function wholeHash(bytes: Uint8Array, from: number, to: number): number {
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
  const own = value.bytes;
  let at = value.from;
  if (value.to - at !== to - from) return false;
  for (let i = from; i < to; i++) if (own[at++] !== bytes[i]) return false;
  return true;
}

/** Is the value's text what its bytes are? */
function isPlain(bytes: Buffer, from: number, to: number, form: ValueForm): boolean {
  if (form === jsonForm) return false;
  for (let i = from; i < to; i++) if ((bytes[i] as number) >= 0x80) return false;
  return true;
}

/** Digits and a point; more cannot be below mantissaMax. */
const decimalBytesMax = 17;

class Decimals {
  #scale = 0;
  #mantissas = new Float64Array(0);
  #present = new Uint8Array(0);
  #count = 0;
  /** Of the decimal that was read last. */
  #readMantissa = 0;
  #readScale = 0;

  begin(count: number): void {
    this.#scale = 0;
    this.#count = count;
    if (this.#mantissas.length < count) {
      this.#mantissas = new Float64Array(count);
      this.#present = new Uint8Array(count);
    } else {
      this.#mantissas.fill(0, 0, count);
      this.#present.fill(0, 0, count);
    }
  }

  columns() {
    const count = this.#count;
    return {
      scale: this.#scale,
      mantissas: this.#mantissas.subarray(0, count),
      present: this.#present.subarray(0, count),
    };
  }

  /** Is it a decimal as JSON writers print it: what `decimalText` gives back byte for byte? */
  canRead(bytes: Uint8Array, from: number, to: number): boolean {
    const isNegative = bytes[from] === 0x2d;
    const first = isNegative ? from + 1 : from;
    if (to - from > decimalBytesMax || first === to) return false;
    let mantissa = 0;
    let point = -1;
    for (let i = first; i < to; i++) {
      const c = bytes[i] as number;
      if (c >= 0x30 && c <= 0x39) mantissa = mantissa * 10 + (c - 0x30);
      else if (c === 0x2e && point < 0 && i > first) point = i;
      else return false;
    }
    const whole = (point < 0 ? to : point) - first;
    if (whole > 1 && bytes[first] === 0x30) return false;
    if (mantissa >= mantissaMax || (isNegative && mantissa === 0)) return false;
    const scale = point < 0 ? 0 : to - point - 1;
    if (point >= 0 && (scale === 0 || scale > decimalScaleMax || bytes[to - 1] === 0x30)) return false;
    this.#readMantissa = isNegative ? -mantissa : mantissa;
    this.#readScale = scale;
    return true;
  }

  /** False when the value is no such decimal, or does not go with the others. */
  set(row: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (!this.canRead(bytes, from, to)) return false;
    if (this.#readScale > this.#scale && !this.#rescale(this.#readScale)) return false;
    let mantissa = this.#readMantissa;
    if (this.#readScale !== this.#scale) mantissa *= 10 ** (this.#scale - this.#readScale);
    if (Math.abs(mantissa) >= mantissaMax) return false;
    this.#mantissas[row] = mantissa;
    this.#present[row] = 1;
    return true;
  }

  #rescale(scale: number): boolean {
    const factor = 10 ** (scale - this.#scale);
    for (let i = 0; i < this.#count; i++) {
      const mantissa = (this.#mantissas[i] as number) * factor;
      if (Math.abs(mantissa) >= mantissaMax) return false;
      this.#mantissas[i] = mantissa;
    }
    this.#scale = scale;
    return true;
  }
}
