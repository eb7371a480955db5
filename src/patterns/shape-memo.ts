/**
 * Remembers which cluster a line of some shape fell into. Drain only looks at words without digits and at the places of
 * the others, so that lines which differ in numbers alone have one shape, and nearly every line that comes in has a
 * shape that is known: it is counted without being decoded or cut into words.
 */
import type { Cluster, Drain } from './drain.js';
import { asciiClasses, digit, letter } from './tokenize.js';

/** Two places for each remainder of the hash: what comes later takes over the one that was not found last. */
const places = 1 << 13;

export class ShapeMemo {
  /**
   * Four numbers for each place, and pairs of places side by side, so that a look at both is one look at memory:
   *
   *   +------+-------+-------+---------+
   *   | hash | check | drain | version |
   *   +------+-------+-------+---------+
   */
  readonly #keys = new Int32Array(4 * places).fill(-1);
  readonly #clusters: (Cluster | null)[] = new Array(places).fill(null);
  /** Of each pair, the place to be taken over next: 0 or 1. */
  readonly #older = new Uint8Array(places / 2);
  /** Two hashes of the shape that was looked up last: 64 bits are as good as the shape itself. */
  #hash = 0;
  #check = 0;

  /**
   * The cluster of the line, null when it is left out; undefined when its shape is not known, or the drain has changed
   * since.
   */
  find(drain: Drain, line: Uint8Array, start: number, end: number): Cluster | null | undefined {
    this.#read(line, start, end);
    const pair = (this.#hash ^ drain.id) & (places / 2 - 1);
    for (let way = 0; way < 2; way++) {
      if (!this.#isAt(2 * pair + way, drain)) continue;
      this.#older[pair] = 1 - way;
      return this.#clusters[2 * pair + way] as Cluster | null;
    }
    return undefined;
  }

  #isAt(place: number, drain: Drain): boolean {
    const keys = this.#keys;
    const at = 4 * place;
    return (
      keys[at] === this.#hash &&
      keys[at + 1] === this.#check &&
      keys[at + 2] === drain.id &&
      keys[at + 3] === drain.version
    );
  }

  /** The line that was looked up last fell into this cluster, or was left out. */
  remember(drain: Drain, cluster: Cluster | null): void {
    const pair = (this.#hash ^ drain.id) & (places / 2 - 1);
    const way = this.#older[pair] as number;
    const place = 2 * pair + way;
    this.#older[pair] = 1 - way;
    this.#keys.set([this.#hash, this.#check, drain.id, drain.version], 4 * place);
    this.#clusters[place] = cluster;
  }

  clear(): void {
    this.#keys.fill(-1);
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
