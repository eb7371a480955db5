/** stddev_over_time and stdvar_over_time, of the population: Welford's method, Chan's for putting parts together. */
import { BucketAccumulator } from './bucket-accumulator.js';
import type { WindowPlan } from './windows.js';

/** Cells: count, mean, sum of the squared distances from the mean. Equal values give exactly 0. */
export class DeviationAccumulator extends BucketAccumulator {
  readonly #root: boolean;

  constructor(plan: WindowPlan, which: 'stddev' | 'stdvar') {
    super(plan, 3);
    this.#root = which === 'stddev';
  }

  add(bucket: number, _tNs: number, value: number): void {
    const at = bucket * 3;
    const { cells } = this;
    const count = (cells[at] as number) + 1;
    const delta = value - (cells[at + 1] as number);
    const mean = (cells[at + 1] as number) + delta / count;
    cells[at] = count;
    cells[at + 1] = mean;
    cells[at + 2] = (cells[at + 2] as number) + delta * (value - mean);
  }

  addMany(bucket: number, n: number, value: number): void {
    for (let i = 0; i < n; i++) this.add(bucket, 0, value);
  }

  protected join(into: Float64Array, i: number, from: Float64Array, j: number): void {
    const n = into[i] as number;
    const more = from[j] as number;
    const delta = (from[j + 1] as number) - (into[i + 1] as number);
    const share = more / (n + more);
    into[i] = n + more;
    into[i + 1] = (into[i + 1] as number) + delta * share;
    into[i + 2] = (into[i + 2] as number) + (from[j + 2] as number) + delta * delta * n * share;
  }

  protected valueOf(cells: Float64Array, at: number): number {
    const variance = (cells[at + 2] as number) / (cells[at] as number);
    return this.#root ? Math.sqrt(variance) : variance;
  }
}
