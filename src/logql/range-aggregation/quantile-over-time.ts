/** quantile_over_time: the φ-quantile, interpolated between the two nearest ranks. NaN is below all numbers. */
import { SampleAccumulator } from './sample-accumulator.js';
import { selectRank } from './select-rank.js';
import type { WindowPlan } from './windows.js';

export class QuantileAccumulator extends SampleAccumulator {
  readonly #phi: number;
  /** The numbers of one window, to be moved about. */
  #scratch = new Float64Array(0);

  constructor(plan: WindowPlan, phi: number) {
    super(plan);
    this.#phi = phi;
  }

  protected valueOf(_timesNs: Float64Array, values: Float64Array, from: number, to: number): number {
    if (this.#phi < 0) return -Infinity;
    if (this.#phi > 1) return Infinity;
    if (this.#scratch.length < to - from) this.#scratch = new Float64Array(2 * (to - from));
    return quantile(this.#phi, values, from, to, this.#scratch);
  }
}

/** Of values [from, to), at least one, with `phi` of 0 to 1. `scratch` has room for them. */
function quantile(phi: number, values: Float64Array, from: number, to: number, scratch: Float64Array): number {
  let numbers = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (!Number.isNaN(value)) scratch[numbers++] = value;
  }
  const rank = phi * (to - from - 1);
  // Without the NaN, which come first.
  const lower = Math.floor(rank) - (to - from - numbers);
  if (lower < 0) return Number.NaN;
  selectRank(scratch, numbers, lower);
  const below = scratch[lower] as number;
  let above = lower + 1 < numbers ? Infinity : below;
  for (let i = lower + 1; i < numbers; i++) if ((scratch[i] as number) < above) above = scratch[i] as number;
  const weight = rank - Math.floor(rank);
  return below * (1 - weight) + above * weight;
}
