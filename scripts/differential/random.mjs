// A seeded generator of random choices: the same seed makes the same data and the same queries, everywhere.

/** Choices drawn from one seed (mulberry32). */
export class Random {
  constructor(seed) {
    this.seed = seed >>> 0;
    this.state = this.seed;
  }

  /** 0 <= x < 1 */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, 0 <= x < n. */
  int(n) {
    return Math.floor(this.next() * n);
  }

  /** A whole number, low <= x <= high. */
  between(low, high) {
    return low + this.int(high - low + 1);
  }

  chance(p) {
    return this.next() < p;
  }

  pick(list) {
    return list[this.int(list.length)];
  }

  /** `count` different members, in random order. */
  some(list, count) {
    const left = [...list];
    const out = [];
    while (out.length < count && left.length > 0) out.push(...left.splice(this.int(left.length), 1));
    return out;
  }

  times(low, high, make) {
    return Array.from({ length: this.between(low, high) }, (_, i) => make(i));
  }

  /** Pairs of [weight, make]: makes one of them. */
  weighted(choices) {
    let x = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of choices) {
      x -= weight;
      if (x < 0) return make();
    }
    return choices.at(-1)[1]();
  }
}
