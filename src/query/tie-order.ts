/**
 * The order of entries of equal times in Loki's answers. Where Loki may divide a log query among its queriers
 * (`query_range.parallelise_shardable_queries`, on by default), it sorts the entries of each stream of the answer again,
 * twice, with a pattern-defeating quicksort (O. Peters) that is not stable, and with an order that calls equal times less
 * than each other. Up to a dozen entries of a stream come out as they went in; of more, those of equal times are permuted.
 *
 * With a Loki YAML, skald answers as Loki does with that YAML. Without one, or with that key set to false, entries of equal
 * times stay in the order in which they arrived.
 */
import type { LogEntry } from '../logql/engine/querier.js';

/** Entries in the order of the answer, as Loki would give them. Other streams' entries keep their places. */
export function asLokiOrdersTies(entries: readonly LogEntry[], backward: boolean): LogEntry[] {
  const places = new Map<string, number[]>();
  entries.forEach((entry, i) => {
    const { text } = entry.labels.all;
    const list = places.get(text);
    if (list === undefined) places.set(text, [i]);
    else list.push(i);
  });
  const out = [...entries];
  for (const list of places.values()) {
    if (list.length <= insertionMax) continue;
    const own = list.map((i) => entries[i] as LogEntry);
    const notAfter = backward ? (a: LogEntry, b: LogEntry) => a.ns >= b.ns : (a: LogEntry, b: LogEntry) => a.ns <= b.ns;
    new Sorter(own, notAfter).sort();
    new Sorter(own, notAfter).sort();
    list.forEach((i, k) => {
      out[i] = own[k] as LogEntry;
    });
  }
  return out;
}

/** Runs up to this length are sorted by insertion; twice, that leaves equal times as they were. */
const insertionMax = 12;
/** From this length on the pivot is a median of three medians, and nearly sorted runs are mended. */
const longFrom = 50;
const mendsMax = 5;
const pivotSwapsMax = 12;

type Hint = 'rising' | 'falling' | 'unknown';

/** Go's variant of the algorithm: which element meets which decides what becomes of equal ones. */
class Sorter<T> {
  readonly #items: T[];
  readonly #less: (a: T, b: T) => boolean;

  constructor(items: T[], less: (a: T, b: T) => boolean) {
    this.#items = items;
    this.#less = less;
  }

  sort(): void {
    const { length } = this.#items;
    this.#range(0, length, 32 - Math.clz32(length));
  }

  #before(i: number, k: number): boolean {
    return this.#less(this.#items[i] as T, this.#items[k] as T);
  }

  #swap(i: number, k: number): void {
    const item = this.#items[i] as T;
    this.#items[i] = this.#items[k] as T;
    this.#items[k] = item;
  }

  /** Sorts [start, end). `badLeft`: how many unbalanced partitions until a heap takes over. */
  #range(start: number, end: number, badLeft: number): void {
    let [from, to, bad] = [start, end, badLeft];
    let balanced = true;
    let partitioned = true;
    for (;;) {
      const length = to - from;
      if (length <= insertionMax || bad === 0) {
        if (length <= insertionMax) this.#insertion(from, to);
        else this.#heap(from, to);
        return;
      }
      if (!balanced) {
        this.#scatter(from, to);
        bad--;
      }
      let [pivot, hint] = this.#choosePivot(from, to);
      if (hint === 'falling') {
        this.#reverse(from, to);
        pivot = to - 1 - (pivot - from);
        hint = 'rising';
      }
      if (balanced && partitioned && hint === 'rising' && this.#mend(from, to)) return;
      if (from > 0 && !this.#before(from - 1, pivot)) {
        from = this.#partitionEqual(from, to, pivot);
        continue;
      }
      const [middle, wasPartitioned] = this.#partition(from, to, pivot);
      partitioned = wasPartitioned;
      const [left, right] = [middle - from, to - middle];
      balanced = Math.min(left, right) >= Math.floor(length / 8);
      if (left < right) {
        this.#range(from, middle, bad);
        from = middle + 1;
      } else {
        this.#range(middle + 1, to, bad);
        to = middle;
      }
    }
  }

  #insertion(from: number, to: number): void {
    for (let i = from + 1; i < to; i++) {
      for (let k = i; k > from && this.#before(k, k - 1); k--) this.#swap(k, k - 1);
    }
  }

  #heap(from: number, to: number): void {
    const length = to - from;
    for (let i = Math.floor((length - 1) / 2); i >= 0; i--) this.#sift(i, length, from);
    for (let i = length - 1; i >= 0; i--) {
      this.#swap(from, from + i);
      this.#sift(0, i, from);
    }
  }

  #sift(root: number, length: number, from: number): void {
    for (let node = root; ; ) {
      let child = 2 * node + 1;
      if (child >= length) return;
      if (child + 1 < length && this.#before(from + child, from + child + 1)) child++;
      if (!this.#before(from + node, from + child)) return;
      this.#swap(from + node, from + child);
      node = child;
    }
  }

  /** Less than the pivot to the left of it, the rest to the right. */
  #partition(from: number, to: number, pivot: number): readonly [middle: number, wasPartitioned: boolean] {
    this.#swap(from, pivot);
    let [i, k] = [from + 1, to - 1];
    let swaps = 0;
    for (;;) {
      while (i <= k && this.#before(i, from)) i++;
      while (i <= k && !this.#before(k, from)) k--;
      if (i > k) break;
      this.#swap(i++, k--);
      swaps++;
    }
    this.#swap(k, from);
    return [k, swaps === 0];
  }

  /** What equals the pivot to the left; returns where the greater begin. */
  #partitionEqual(from: number, to: number, pivot: number): number {
    this.#swap(from, pivot);
    let [i, k] = [from + 1, to - 1];
    for (;;) {
      while (i <= k && !this.#before(from, i)) i++;
      while (i <= k && this.#before(from, k)) k--;
      if (i > k) return i;
      this.#swap(i++, k--);
    }
  }

  /** A few elements out of place are moved; true when the range is sorted then. */
  #mend(from: number, to: number): boolean {
    let i = from + 1;
    for (let mends = 0; mends < mendsMax; mends++) {
      while (i < to && !this.#before(i, i - 1)) i++;
      if (i === to) return true;
      if (to - from < longFrom) return false;
      this.#swap(i, i - 1);
      if (i - from >= 2) for (let k = i - 1; k >= 1 && this.#before(k, k - 1); k--) this.#swap(k, k - 1);
      if (to - i >= 2) for (let k = i + 1; k < to && this.#before(k, k - 1); k++) this.#swap(k, k - 1);
    }
    return false;
  }

  /** Moves three elements of the middle to places that depend on the length only. */
  #scatter(from: number, to: number): void {
    const length = to - from;
    let random = BigInt(length);
    const mask = 2 ** (32 - Math.clz32(length)) - 1;
    const middle = from + Math.floor(length / 4) * 2 - 1;
    for (let i = 0; i < 3; i++) {
      random = BigInt.asUintN(64, random ^ (random << 13n));
      random ^= random >> 7n;
      random = BigInt.asUintN(64, random ^ (random << 17n));
      const other = Number(random & BigInt(mask));
      this.#swap(middle - 1 + i, from + (other >= length ? other - length : other));
    }
  }

  #choosePivot(from: number, to: number): [pivot: number, hint: Hint] {
    const length = to - from;
    const quarter = Math.floor(length / 4);
    let swaps = 0;
    const inOrder = (i: number, k: number): readonly [number, number] => {
      if (!this.#before(k, i)) return [i, k];
      swaps++;
      return [k, i];
    };
    const median = (i: number, k: number, m: number): number => {
      let [a, b, c] = [i, k, m];
      [a, b] = inOrder(a, b);
      [b, c] = inOrder(b, c);
      [a, b] = inOrder(a, b);
      return b;
    };
    let picks = [from + quarter, from + quarter * 2, from + quarter * 3] as [number, number, number];
    if (length >= longFrom) picks = picks.map((at) => median(at - 1, at, at + 1)) as [number, number, number];
    const pivot = median(...picks);
    return [pivot, swaps === 0 ? 'rising' : swaps === pivotSwapsMax ? 'falling' : 'unknown'];
  }

  #reverse(from: number, to: number): void {
    for (let i = from, k = to - 1; i < k; ) this.#swap(i++, k--);
  }
}
