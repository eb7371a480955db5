/**
 * Remembers which cluster a line of some shape fell into. Drain only looks at words without digits and at the places of
 * the others, so that lines which differ in numbers alone have one shape, and nearly every line that comes in has a
 * shape that is known: it is counted without being decoded or cut into words.
 */
import type { Cluster, Drain } from './drain.js';
import { asciiClasses, digit, letter } from './tokenize.js';

/** One place for each remainder of the hash; what comes later takes it over. */
const places = 1 << 13;

export class ShapeMemo {
  readonly #first = new Int32Array(places);
  readonly #second = new Int32Array(places);
  readonly #versions = new Float64Array(places).fill(-1);
  readonly #drains: (Drain | undefined)[] = new Array(places).fill(undefined);
  readonly #clusters: (Cluster | null)[] = new Array(places).fill(null);
  /** Two hashes of the shape that was looked up last: 64 bits are as good as the shape itself. */
  #hash = 0;
  #check = 0;

  /**
   * The cluster of the line, null when it is left out; undefined when its shape is not known, or the drain has changed
   * since.
   */
  find(drain: Drain, line: Uint8Array, start: number, end: number): Cluster | null | undefined {
    this.#read(line, start, end);
    const place = (this.#hash ^ drain.id) & (places - 1);
    const isKnown =
      this.#drains[place] === drain &&
      this.#first[place] === this.#hash &&
      this.#second[place] === this.#check &&
      this.#versions[place] === drain.version;
    return isKnown ? (this.#clusters[place] as Cluster | null) : undefined;
  }

  /** The line that was looked up last fell into this cluster, or was left out. */
  remember(drain: Drain, cluster: Cluster | null): void {
    const place = (this.#hash ^ drain.id) & (places - 1);
    this.#drains[place] = drain;
    this.#first[place] = this.#hash;
    this.#second[place] = this.#check;
    this.#versions[place] = drain.version;
    this.#clusters[place] = cluster;
  }

  clear(): void {
    this.#drains.fill(undefined);
    this.#clusters.fill(null);
  }

  #read(line: Uint8Array, start: number, end: number): void {
    let hash = 0;
    let check = 0;
    // As they were before the word under way: a word with a digit counts as no more than that.
    let hashBefore = 0;
    let checkBefore = 0;
    let hasDigit = false;
    // Beyond ASCII a character may be a mark, which would end the word: such words count as they are.
    let isAscii = true;
    for (let i = start; i < end; i++) {
      const byte = line[i] as number;
      if (byte > 127) isAscii = false;
      else {
        const kind = asciiClasses[byte] as number;
        if (kind === digit) hasDigit = true;
        else if (kind !== letter) {
          if (hasDigit && isAscii) {
            hash = Math.imul(hashBefore ^ gapMark, 0x9e3779b1);
            check = Math.imul(checkBefore ^ gapMark, 0x85ebca6b);
          }
          hasDigit = false;
          isAscii = true;
          hash = mixed(hash ^ byte);
          check = (Math.imul(check, 31) + byte) | 0;
          hashBefore = hash;
          checkBefore = check;
          continue;
        }
      }
      hash = Math.imul(hash ^ byte, 0x01000193);
      check = (Math.imul(check, 31) + byte) | 0;
    }
    if (hasDigit && isAscii) {
      hash = Math.imul(hashBefore ^ gapMark, 0x9e3779b1);
      check = Math.imul(checkBefore ^ gapMark, 0x85ebca6b);
    }
    this.#hash = mixed(hash);
    this.#check = check;
  }
}

const gapMark = 0x100;

const mixed = (hash: number): number => {
  const product = Math.imul(hash, 0x9e3779b1);
  return product ^ (product >>> 15);
};
