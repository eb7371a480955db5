/** avg_over_time: the mean kept as it grows, so that a sum cannot overflow and infinities behave as in Loki. */
import { BucketAccumulator } from './bucket-accumulator.js';
import type { WindowPlan } from './windows.js';

/** Cells: count, mean. */
export class AvgAccumulator extends BucketAccumulator {
  constructor(plan: WindowPlan) {
    super(plan, 2);
  }

  add(bucket: number, _tNs: number, value: number): void {
    const at = bucket * 2;
    const count = (this.cells[at] as number) + 1;
    const mean = this.cells[at + 1] as number;
    this.cells[at] = count;
    if (!absorbs(mean, value)) this.cells[at + 1] = mean + (value / count - mean / count);
  }

  addMany(bucket: number, n: number, value: number): void {
    const at = bucket * 2;
    const before = this.cells[at] as number;
    this.cells[at] = before + n;
    this.cells[at + 1] = before === 0 ? value : joinMeans(before, this.cells[at + 1] as number, n, value);
  }

  protected join(into: Float64Array, i: number, from: Float64Array, j: number): void {
    const n = into[i] as number;
    const more = from[j] as number;
    into[i] = n + more;
    into[i + 1] = joinMeans(n, into[i + 1] as number, more, from[j + 1] as number);
  }

  protected valueOf(cells: Float64Array, at: number): number {
    return cells[at + 1] as number;
  }
}

const isInfinite = (x: number): boolean => x === Infinity || x === -Infinity;

/** An infinite mean stays as it is, unless NaN or the other infinity comes. */
const absorbs = (mean: number, value: number): boolean =>
  isInfinite(mean) && (value === mean || (!isInfinite(value) && !Number.isNaN(value)));

function joinMeans(n: number, mean: number, more: number, value: number): number {
  if (absorbs(mean, value)) return mean;
  const share = more / (n + more);
  return mean + (value * share - mean * share);
}
