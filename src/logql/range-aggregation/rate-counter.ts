/** rate_counter: the rate of a counter that may start again from zero, extrapolated to the window's edges. */
import { timeOrder } from '../../model/rows.js';
import { NS_PER_MS, NS_PER_SECOND } from '../../model/time.js';
import { type SampleRun, type StepValues, sampleCount } from './accumulator.js';
import { SampleAccumulator } from './sample-accumulator.js';

export class RateCounterAccumulator extends SampleAccumulator {
  *finish(): Generator<void, StepValues> {
    const { rangeNs, grid } = this.plan;
    const { timesNs, values: samples } = byTime(this.runs());
    const values = new Float64Array(grid.count);
    const present = new Uint8Array(grid.count);
    let from = 0;
    let to = 0;
    for (let k = 0; k < grid.count; k++) {
      const startNs = k * grid.stepNs;
      const endNs = startNs + rangeNs;
      while (to < timesNs.length && (timesNs[to] as number) <= endNs) to++;
      while (from < to && (timesNs[from] as number) <= startNs) from++;
      if (from === to) continue;
      present[k] = 1;
      values[k] = counterRate(timesNs, samples, from, to, rangeNs);
      yield;
    }
    return { values, present };
  }
}

/** One run, in order of time; samples of equal times stay in the order in which they came. */
function byTime(runs: readonly SampleRun[]): SampleRun {
  const timesNs = new Float64Array(sampleCount(runs));
  const values = new Float64Array(timesNs.length);
  let end = 0;
  for (const run of runs) {
    timesNs.set(run.timesNs, end);
    values.set(run.values, end);
    end += run.values.length;
  }
  const order = timeOrder(timesNs, timesNs.length);
  if (order === null) return { timesNs, values };
  return { timesNs: timesNs.map((_, i) => timesNs[order[i]!]!), values: values.map((_, i) => values[order[i]!]!) };
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
