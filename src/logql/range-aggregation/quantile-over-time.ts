/** quantile_over_time: the φ-quantile, interpolated between the two nearest ranks. NaN is below all numbers. */
import { SampleAccumulator } from './sample-accumulator.js';
import type { WindowPlan } from './windows.js';

export class QuantileAccumulator extends SampleAccumulator {
  readonly #phi: number;

  constructor(plan: WindowPlan, phi: number) {
    super(plan);
    this.#phi = phi;
  }

  protected valueOf(_timesNs: Float64Array, values: Float64Array, from: number, to: number): number {
    return quantile(this.#phi, values.slice(from, to));
  }
}

/** Sorts `values` in place. φ below 0 gives -Inf, above 1 +Inf. */
export function quantile(phi: number, values: Float64Array): number {
  if (values.length === 0) return Number.NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  values.sort(); // puts NaN last
  let numbers = values.length;
  while (numbers > 0 && Number.isNaN(values[numbers - 1])) numbers--;
  const nans = values.length - numbers;
  const at = (rank: number): number => (rank < nans ? Number.NaN : (values[rank - nans] as number));
  const rank = phi * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return at(lower) * (1 - weight) + at(upper) * weight;
}
