/** quantile_over_time: the φ-quantile, interpolated between the two nearest ranks. NaN is below all numbers. */
import { type SampleRun, type StepValues, sampleCount } from './accumulator.js';
import { SampleAccumulator } from './sample-accumulator.js';
import { selectRank } from './select-rank.js';
import type { WindowPlan } from './windows.js';

export class QuantileAccumulator extends SampleAccumulator {
  readonly #phi: number;

  constructor(plan: WindowPlan, phi: number) {
    super(plan);
    this.#phi = phi;
  }

  *finish(): Generator<void, StepValues> {
    const { grid, stride, windowBuckets } = this.plan;
    const { values: samples, ends } = yield* byBucket(this.plan, this.runs());
    const from = (k: number): number => startOf(ends, k * stride);
    const to = (k: number): number => ends[k * stride + windowBuckets - 1]!;
    let countMax = 0;
    for (let k = 0; k < grid.count; k++) countMax = Math.max(countMax, to(k) - from(k));
    const scratch = new Float64Array(countMax);
    const values = new Float64Array(grid.count);
    const present = new Uint8Array(grid.count);
    for (let k = 0; k < grid.count; k++) {
      if (from(k) === to(k)) continue;
      present[k] = 1;
      values[k] = quantile(this.#phi, samples, from(k), to(k), scratch);
      yield;
    }
    return { values, present };
  }
}

/** Of values [from, to), at least one. `scratch` has room for them. */
function quantile(phi: number, values: Float64Array, from: number, to: number, scratch: Float64Array): number {
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  let numbers = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) scratch[numbers++] = value;
  }
  const rank = phi * (to - from - 1);
  // Without the NaN, which come first.
  const lower = Math.floor(rank) - (to - from - numbers);
  if (lower < 0) return Number.NaN;
  selectRank(scratch, numbers, lower);
  const below = scratch[lower]!;
  let above = lower + 1 < numbers ? Infinity : below;
  for (let i = lower + 1; i < numbers; i++) if (scratch[i]! < above) above = scratch[i]!;
  const weight = rank - Math.floor(rank);
  return below * (1 - weight) + above * weight;
}

const startOf = (ends: Uint32Array, bucket: number): number => (bucket === 0 ? 0 : ends[bucket - 1]!);

/** The samples, grouped by their buckets, and where each bucket's end. */
function* byBucket(
  plan: WindowPlan,
  runs: readonly SampleRun[],
): Generator<void, { readonly values: Float64Array; readonly ends: Uint32Array }> {
  const values = new Float64Array(sampleCount(runs));
  const buckets = new Uint32Array(values.length);
  const ends = new Uint32Array(plan.bucketCount);
  let i = 0;
  for (const { timesNs } of runs) {
    // Samples come in order of time as a rule: most are in the bucket of the one before.
    let bucket = 0;
    let firstNs = Infinity;
    let lastNs = -Infinity;
    for (let j = 0; j < timesNs.length; j++) {
      const tNs = timesNs[j]!;
      if (tNs < firstNs || tNs > lastNs) {
        bucket = plan.bucketOf(tNs);
        firstNs = tNs;
        lastNs = plan.lastOf(bucket);
      }
      buckets[i++] = bucket;
      ends[bucket] = ends[bucket]! + 1;
    }
    yield;
  }
  let start = 0;
  for (let bucket = 0; bucket < ends.length; bucket++) {
    const count = ends[bucket]!;
    ends[bucket] = start;
    start += count;
  }
  i = 0;
  for (const run of runs) {
    for (let j = 0; j < run.values.length; j++) {
      const at = ends[buckets[i++]!]!++;
      values[at] = run.values[j]!;
    }
    yield;
  }
  return { values, ends };
}
