/** How many lines there were in each bucket of time. Lines come about in order, so that most are counted at the end. */
export class BucketCounts {
  /** Ascending. */
  readonly #seconds: number[] = [];
  readonly #counts: number[] = [];

  /** Buckets that have lines. */
  get size(): number {
    return this.#seconds.length;
  }

  /** The last bucket that has lines; -Infinity when none has. */
  get lastSeconds(): number {
    return this.#seconds.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** One line more, in the bucket that begins at `seconds` since 1970. */
  add(seconds: number): void {
    const last = this.#seconds.length - 1;
    const at = last < 0 || (this.#seconds[last] as number) <= seconds ? last : this.#lastUpTo(seconds);
    if (this.#seconds[at] === seconds) {
      this.#counts[at] = (this.#counts[at] as number) + 1;
    } else if (at === last) {
      this.#seconds.push(seconds);
      this.#counts.push(1);
    } else {
      this.#seconds.splice(at + 1, 0, seconds);
      this.#counts.splice(at + 1, 0, 1);
    }
  }

  /** The last bucket that does not begin later; -1 when all do. */
  #lastUpTo(seconds: number): number {
    let low = 0;
    let high = this.#seconds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#seconds[middle] as number) <= seconds) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  *[Symbol.iterator](): Generator<readonly [seconds: number, count: number]> {
    for (let i = 0; i < this.#seconds.length; i++) yield [this.#seconds[i] as number, this.#counts[i] as number];
  }

  forget(beforeSeconds: number): void {
    const kept = this.#seconds.findIndex((seconds) => seconds >= beforeSeconds);
    const dropped = kept < 0 ? this.#seconds.length : kept;
    this.#seconds.splice(0, dropped);
    this.#counts.splice(0, dropped);
  }
}
