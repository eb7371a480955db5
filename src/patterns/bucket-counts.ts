/** How many lines there were in each bucket of time. Lines come about in order, so that most are counted at the end. */
export class BucketCounts {
  /** Beginning and count of one bucket after the other, ascending. In one array: each line that comes in looks at its end. */
  readonly #buckets: number[] = [];

  /** Buckets that have lines. */
  get size(): number {
    return this.#buckets.length / 2;
  }

  /** The last bucket that has lines; -Infinity when none has. */
  get lastSeconds(): number {
    return this.#buckets.at(-2) ?? Number.NEGATIVE_INFINITY;
  }

  /** One line more, in the bucket that begins at `seconds` since 1970. */
  add(seconds: number): void {
    const buckets = this.#buckets;
    const end = buckets.length;
    const at = end === 0 || (buckets[end - 2] as number) <= seconds ? end - 2 : this.#lastUpTo(seconds);
    if (at >= 0 && buckets[at] === seconds) buckets[at + 1] = (buckets[at + 1] as number) + 1;
    else if (at === end - 2) buckets.push(seconds, 1);
    else buckets.splice(at + 2, 0, seconds, 1);
  }

  /** Where the last bucket is that does not begin later; -2 when all do. */
  #lastUpTo(seconds: number): number {
    let low = 0;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = low + 2 * ((high - low) >>> 2);
      if ((this.#buckets[middle] as number) <= seconds) low = middle + 2;
      else high = middle;
    }
    return low - 2;
  }

  *[Symbol.iterator](): Generator<readonly [seconds: number, count: number]> {
    for (let i = 0; i < this.#buckets.length; i += 2)
      yield [this.#buckets[i] as number, this.#buckets[i + 1] as number];
  }

  forget(beforeSeconds: number): void {
    let dropped = 0;
    while (dropped < this.#buckets.length && (this.#buckets[dropped] as number) < beforeSeconds) dropped += 2;
    this.#buckets.splice(0, dropped);
  }
}
