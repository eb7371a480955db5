/**
 * Keys of lines by their bytes. Lines of one program have the same keys in the same order, so each key remembers which
 * one came after it: most look-ups are one comparison with that guess.
 */
import { duplicateSuffix } from './label-names.js';
import type { LabelSlot } from './labels-builder.js';

export class Key<Child> {
  readonly bytes: Uint8Array;
  readonly hash: number;
  /** Null when nothing is left of the key as a label's name. */
  readonly slot: LabelSlot | null;
  /** Where it is not the name with `_extracted` behind. */
  readonly duplicate: LabelSlot | null;
  /** Its label may get another name than that with `_extracted` behind: no column can tell which. */
  readonly isOdd: boolean;
  /** What hangs below the key, when it is an object. */
  child: Child | null = null;
  next: Key<Child> | null = null;

  constructor(bytes: Uint8Array, hash: number, slot: LabelSlot | null, duplicate: LabelSlot | null) {
    this.bytes = bytes;
    this.hash = hash;
    this.slot = slot;
    this.duplicate = duplicate;
    this.isOdd = slot !== null && duplicate !== null && duplicate.name !== slot.name + duplicateSuffix;
  }
}

/** Keys remembered in one cache; more are made anew each time. As many as Loki's. */
const keysMax = 1024;
const firstTableSize = 16;

export class KeyCache<Child> {
  /** Open addressing; at most half full. */
  #table: (Key<Child> | undefined)[] = [];
  #count = 0;
  /** The key with which an object (a line) began the last time. */
  first: Key<Child> | null = null;
  readonly #make: (bytes: Buffer, from: number, to: number, hash: number) => Key<Child>;

  constructor(make: (bytes: Buffer, from: number, to: number, hash: number) => Key<Child>) {
    this.#make = make;
  }

  /** As `get`, after the key `before` in the same line, null at its beginning: which one came the last time is tried first. */
  after(before: Key<Child> | null, bytes: Buffer, from: number, to: number): Key<Child> {
    const guess = before === null ? this.first : before.next;
    if (guess !== null && isKeyAt(guess.bytes, bytes, from, to)) return guess;
    const key = this.get(bytes, from, to);
    if (before === null) this.first = key;
    else before.next = key;
    return key;
  }

  get(bytes: Buffer, from: number, to: number): Key<Child> {
    let hash = 0x811c9dc5 | 0;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    const mask = this.#table.length - 1;
    if (mask > 0) {
      for (let at = (hash ^ (hash >>> 13)) & mask; ; at = (at + 1) & mask) {
        const key = this.#table[at];
        if (key === undefined) break;
        if (key.hash === hash && isKeyAt(key.bytes, bytes, from, to)) return key;
      }
    }
    const key = this.#make(bytes, from, to, hash);
    if (this.#count < keysMax) this.#add(key);
    return key;
  }

  #add(key: Key<Child>): void {
    if (this.#count * 2 >= this.#table.length) {
      const old = this.#table;
      this.#table = new Array<Key<Child> | undefined>(Math.max(firstTableSize, old.length * 2)).fill(undefined);
      for (const entry of old) if (entry !== undefined) this.#put(entry);
    }
    this.#put(key);
    this.#count++;
  }

  #put(key: Key<Child>): void {
    const mask = this.#table.length - 1;
    let at = (key.hash ^ (key.hash >>> 13)) & mask;
    while (this.#table[at] !== undefined) at = (at + 1) & mask;
    this.#table[at] = key;
  }
}

function isKeyAt(key: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (key.length !== to - from) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[from + i]) return false;
  return true;
}
