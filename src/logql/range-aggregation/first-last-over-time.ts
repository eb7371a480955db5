/** first_over_time and last_over_time: by time, and by arrival where times are equal. */
import { BucketAccumulator } from './bucket-accumulator.js';
import type { WindowPlan } from './windows.js';

/** Cells: count, tNs, value of the first (last) sample. */
export class EdgeAccumulator extends BucketAccumulator {
  readonly #last: boolean;
  readonly #lastOf: (bucket: number) => number;

  constructor(plan: WindowPlan, which: 'first' | 'last') {
    super(plan, 3);
    this.#last = which === 'last';
    this.#lastOf = (bucket) => plan.lastOf(bucket);
  }

  add(bucket: number, tNs: number, value: number): void {
    const at = bucket * 3;
    if (this.cells[at] === 0 || this.#wins(tNs, this.cells[at + 1] as number)) {
      this.cells[at + 1] = tNs;
      this.cells[at + 2] = value;
    }
    this.cells[at] = (this.cells[at] as number) + 1;
  }

  addMany(bucket: number, _n: number, value: number): void {
    this.add(bucket, this.#lastOf(bucket), value);
  }

  protected join(into: Float64Array, i: number, from: Float64Array, j: number): void {
    if (this.#wins(from[j + 1] as number, into[i + 1] as number)) {
      into[i + 1] = from[j + 1] as number;
      into[i + 2] = from[j + 2] as number;
    }
    into[i] = (into[i] as number) + (from[j] as number);
  }

  protected valueOf(cells: Float64Array, at: number): number {
    return cells[at + 2] as number;
  }

  #wins(tNs: number, bestNs: number): boolean {
    return this.#last ? tNs >= bestNs : tNs < bestNs;
  }
}
