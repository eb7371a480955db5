/** min_over_time and max_over_time. NaN counts only where all samples are NaN. */
import { BucketAccumulator } from './bucket-accumulator.js';
import type { WindowPlan } from './windows.js';

/** Cells: count, extreme. */
export class ExtremeAccumulator extends BucketAccumulator {
  readonly #sign: number;

  constructor(plan: WindowPlan, which: 'min' | 'max') {
    super(plan, 2);
    this.#sign = which === 'max' ? 1 : -1;
  }

  add(bucket: number, _tNs: number, value: number): void {
    this.addMany(bucket, 1, value);
  }

  addMany(bucket: number, n: number, value: number): void {
    const at = bucket * 2;
    if (this.cells[at] === 0 || this.#beats(value, this.cells[at + 1] as number)) this.cells[at + 1] = value;
    this.cells[at] = (this.cells[at] as number) + n;
  }

  protected join(into: Float64Array, i: number, from: Float64Array, j: number): void {
    into[i] = (into[i] as number) + (from[j] as number);
    if (this.#beats(from[j + 1] as number, into[i + 1] as number)) into[i + 1] = from[j + 1] as number;
  }

  protected valueOf(cells: Float64Array, at: number): number {
    return cells[at + 1] as number;
  }

  #beats(value: number, best: number): boolean {
    return value * this.#sign > best * this.#sign || Number.isNaN(best);
  }
}
