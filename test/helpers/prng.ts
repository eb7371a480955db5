/** A seeded generator of random numbers: print `seed`, and a failing run can be replayed with SEED=<n>. */
export interface Prng {
  readonly seed: number;
  /** 0 <= x < 1 */
  next(): number;
  /** A whole number, 0 <= x < n. */
  int(n: number): number;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Uint8Array;
}

export function prng(seed: number = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)): Prng {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (n: number): number => Math.floor(next() * n);
  return {
    seed,
    next,
    int,
    pick: (list) => list[int(list.length)] as (typeof list)[number],
    bytes: (length) => Uint8Array.from({ length }, () => int(256)),
  };
}
