/** sum_over_time and bytes_over_time; rate and bytes_rate, which are the sum over the range in seconds. */
import { BucketAccumulator } from './bucket-accumulator.js';
import type { WindowPlan } from './windows.js';

/** Cells: count, sum. */
export class SumAccumulator extends BucketAccumulator {
  readonly #divisor: number;

  /** `perSeconds`: the sum is divided by it; 1 for the sum itself. */
  constructor(plan: WindowPlan, perSeconds: number) {
    super(plan, 2);
    this.#divisor = perSeconds;
  }

  add(bucket: number, _tNs: number, value: number): void {
    this.addTotal(bucket, 1, value);
  }

  addMany(bucket: number, n: number, value: number): void {
    this.addTotal(bucket, n, n * value);
  }

  override addTotal(bucket: number, n: number, total: number): void {
    const at = bucket * 2;
    this.cells[at] = (this.cells[at] as number) + n;
    this.cells[at + 1] = (this.cells[at + 1] as number) + total;
  }

  protected join(into: Float64Array, i: number, from: Float64Array, j: number): void {
    into[i] = (into[i] as number) + (from[j] as number);
    into[i + 1] = (into[i + 1] as number) + (from[j + 1] as number);
  }

  protected valueOf(cells: Float64Array, at: number): number {
    return (cells[at + 1] as number) / this.#divisor;
  }
}
