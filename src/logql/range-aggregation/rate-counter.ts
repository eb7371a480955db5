/** rate_counter: the rate of a counter that may start again from zero, extrapolated to the window's edges. */
import { NS_PER_MS, NS_PER_SECOND } from '../../model/time.js';
import { SampleAccumulator } from './sample-accumulator.js';

export class RateCounterAccumulator extends SampleAccumulator {
  protected valueOf(timesNs: Float64Array, values: Float64Array, from: number, to: number): number {
    return counterRate(timesNs, values, from, to, this.plan.rangeNs);
  }
}

/**
 * Prometheus' extrapolation, as Loki calls it: with sample times in nanoseconds where milliseconds are expected, while
 * the range is in milliseconds. So the window's start is as good as at the first sample. Answers depend on it.
 * One sample has rate 0.
 */
export function counterRate(
  timesNs: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  rangeNs: number,
): number {
  if (to - from < 2) return 0;
  const first = values[from] as number;
  let increase = (values[to - 1] as number) - first;
  let previous = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < previous) increase += previous; // the counter began anew
    previous = value;
  }
  let toStart = Math.trunc(rangeNs / NS_PER_MS) / 1000;
  const toEnd = 0;
  const sampled = ((timesNs[to - 1] as number) - (timesNs[from] as number)) / 1000;
  const between = sampled / (to - from - 1);
  if (increase > 0 && first >= 0) {
    const toZero = sampled * (first / increase);
    if (toZero < toStart) toStart = toZero;
  }
  const threshold = between * 1.1;
  const extrapolated =
    sampled + (toStart < threshold ? toStart : between / 2) + (toEnd < threshold ? toEnd : between / 2);
  return (increase * (extrapolated / sampled)) / (rangeNs / NS_PER_SECOND);
}
