/** Distinct byte strings, numbered as they come: what a metadata column is made of. */
import type { Dictionary } from '../../model/columns.js';

const decoder = new TextDecoder();

/** Open addressing over 32-bit hashes; grows; keeps its own copy of the bytes. */
export class BytesDictionary implements Dictionary {
  #arena = new Uint8Array(64);
  /** End of string i in the arena; it begins where i - 1 ends. */
  #ends = new Uint32Array(8);
  #hashes = new Uint32Array(8);
  #count = 0;
  /** id + 1 by slot; 0 is free. Never more than half full. */
  #slots = new Uint32Array(16);
  /** Differs from dictionary to dictionary, so that nobody can prepare strings that collide. */
  readonly #seed = (Math.random() * 0x100000000) | 0;
  #hasEmpty = false;
  #strings: (string | undefined)[] = [];

  get length(): number {
    return this.#count;
  }

  get(id: number): string {
    this.#strings[id] ??= decoder.decode(this.bytes(id));
    return this.#strings[id] as string;
  }

  bytes(id: number): Uint8Array {
    return this.#arena.subarray(id === 0 ? 0 : this.#ends[id - 1], this.#ends[id]);
  }

  byteLength(id: number): number {
    return (this.#ends[id] as number) - (id === 0 ? 0 : (this.#ends[id - 1] as number));
  }

  get hasEmpty(): boolean {
    return this.#hasEmpty;
  }

  /** All strings back to back; valid until the next one is added. */
  get arena(): Uint8Array {
    return this.#arena.subarray(0, this.#count === 0 ? 0 : this.#ends[this.#count - 1]);
  }

  /** Its number; the string is taken in when it is new. */
  idOf(source: Uint8Array, start: number, end: number): number {
    if (this.#count > 0 && this.#equals(this.#count - 1, source, start, end)) return this.#count - 1;
    let hash = this.#seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (source[i] as number), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = (hash ^ (hash >>> 12)) >>> 0;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) break;
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, source, start, end)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#append(source, start, end, hash) + 1;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return this.#count - 1;
  }

  #equals(id: number, source: Uint8Array, start: number, end: number): boolean {
    const from = id === 0 ? 0 : (this.#ends[id - 1] as number);
    const size = end - start;
    if ((this.#ends[id] as number) - from !== size) return false;
    const arena = this.#arena;
    for (let i = 0; i < size; i++) if (arena[from + i] !== source[start + i]) return false;
    return true;
  }

  #append(source: Uint8Array, start: number, end: number, hash: number): number {
    const id = this.#count++;
    const from = id === 0 ? 0 : (this.#ends[id - 1] as number);
    const to = from + end - start;
    if (to > this.#arena.length) this.#arena = grown(this.#arena, new Uint8Array(Math.max(to, this.#arena.length * 2)));
    if (id >= this.#ends.length) {
      this.#ends = grown(this.#ends, new Uint32Array(id * 2));
      this.#hashes = grown(this.#hashes, new Uint32Array(id * 2));
    }
    this.#arena.set(source.subarray(start, end), from);
    if (end === start) this.#hasEmpty = true;
    this.#ends[id] = to;
    this.#hashes[id] = hash;
    return id;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#count; id++) {
      let slot = (this.#hashes[id] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

export function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
