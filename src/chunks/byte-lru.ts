/**
 * A cache bounded by bytes: what was not used for longest goes first. Who reads more than it holds, again and again, would
 * replace all of it before any of it is used; `admitEvery` prevents that.
 */
interface Slot<V> {
  value: V;
  byteLength: number;
}

export class ByteLru<K, V> {
  byteLength = 0;
  readonly bytesMax: number;
  /** In the order of their last use: a Map keeps the order of insertion. */
  readonly #slots = new Map<K, Slot<V>>();
  readonly #admitEvery: number;
  #turnedAway = 0;

  /** When it is full, only one of `admitEvery` new values takes the place of others. */
  constructor(bytesMax: number, admitEvery = 1) {
    this.bytesMax = bytesMax;
    this.#admitEvery = admitEvery;
  }
  get size(): number {
    return this.#slots.size;
  }
  get(key: K): V | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return slot.value;
  }
  /** Without counting as a use. */
  peek(key: K): V | undefined {
    return this.#slots.get(key)?.value;
  }
  /** Replaces what the key had. A value larger than the whole cache is not kept. Returns how many others had to go. */
  set(key: K, value: V, byteLength: number): number {
    const isNew = !this.#slots.has(key);
    this.delete(key);
    if (byteLength > this.bytesMax) return 0;
    const isFull = this.byteLength + byteLength > this.bytesMax;
    if (isNew && isFull && ++this.#turnedAway % this.#admitEvery !== 0) return 0;
    this.#slots.set(key, { value, byteLength });
    this.byteLength += byteLength;
    let evicted = 0;
    for (const oldest of this.#slots.keys()) {
      if (this.byteLength <= this.bytesMax) break;
      this.delete(oldest);
      evicted++;
    }
    return evicted;
  }
  delete(key: K): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.byteLength -= slot.byteLength;
  }
  clear(): void {
    this.#slots.clear();
    this.byteLength = 0;
  }
}
