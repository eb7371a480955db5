/** Functions that need every sample of a window: the samples are kept as two columns. */
import { invariant } from '../../errors.js';
import { timeOrder } from '../../model/rows.js';
import type { AccumulatorState, RangeAccumulator, StepValues } from './accumulator.js';
import type { WindowPlan } from './windows.js';

/** Samples of a run, which is never moved once it is so long: what grows by copying leaves as much garbage as it keeps. */
const runSamples = 4096;

interface SampleRun {
  readonly timesNs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

export abstract class SampleAccumulator implements RangeAccumulator {
  protected readonly plan: WindowPlan;
  /** In the order in which they came. */
  readonly #runs: SampleRun[] = [];
  /** The last run, which has room. */
  #timesNs = new Float64Array(4);
  #values = new Float64Array(4);
  #count = 0;

  constructor(plan: WindowPlan) {
    this.plan = plan;
  }

  /** The value of samples [from, to), which stand in order of time; there is at least one. */
  protected abstract valueOf(timesNs: Float64Array, values: Float64Array, from: number, to: number): number;

  add(_bucket: number, tNs: number, value: number): void {
    if (this.#count === this.#values.length) this.#makeRoom();
    this.#timesNs[this.#count] = tNs;
    this.#values[this.#count++] = value;
  }

  addMany(bucket: number, n: number, value: number): void {
    const tNs = this.plan.lastOf(bucket);
    for (let i = 0; i < n; i++) this.add(bucket, tNs, value);
  }

  addTotal(_bucket: number, _n: number, _total: number): void {
    invariant(false, 'this function needs the value of each sample');
  }

  merge(other: RangeAccumulator): void {
    this.mergeState(other.state());
  }

  state(): AccumulatorState {
    return { kind: 'samples', ...this.#joined() };
  }

  mergeState(state: AccumulatorState): void {
    invariant(state.kind === 'samples', 'states of different functions');
    this.#endRun();
    this.#runs.push(state);
  }

  *finish(): Generator<void, StepValues> {
    const { count, stepNs } = this.plan.grid;
    const { rangeNs } = this.plan;
    const { timesNs, values: samples } = this.#sorted();
    const values = new Float64Array(count);
    const present = new Uint8Array(count);
    let from = 0;
    let to = 0;
    for (let k = 0; k < count; k++) {
      const startNs = k * stepNs;
      const endNs = startNs + rangeNs;
      while (to < timesNs.length && (timesNs[to] as number) <= endNs) to++;
      while (from < to && (timesNs[from] as number) <= startNs) from++;
      if (from === to) continue;
      present[k] = 1;
      values[k] = this.valueOf(timesNs, samples, from, to);
      yield;
    }
    return { values, present };
  }

  /** By time; samples of equal times stay in the order in which they came. */
  #sorted(): SampleRun {
    const joined = this.#joined();
    const order = timeOrder(joined.timesNs, joined.timesNs.length);
    if (order === null) return joined;
    const picked = (numbers: Float64Array): Float64Array<ArrayBuffer> => {
      const out = new Float64Array(order.length);
      for (let i = 0; i < order.length; i++) out[i] = numbers[order[i] as number] as number;
      return out;
    };
    return { timesNs: picked(joined.timesNs), values: picked(joined.values) };
  }

  #joined(): SampleRun {
    this.#endRun();
    const [first] = this.#runs;
    if (first !== undefined && this.#runs.length === 1) return first;
    const count = this.#runs.reduce((sum, { values }) => sum + values.length, 0);
    const joined = { timesNs: new Float64Array(count), values: new Float64Array(count) };
    let end = 0;
    for (const { timesNs, values } of this.#runs) {
      joined.timesNs.set(timesNs, end);
      joined.values.set(values, end);
      end += values.length;
    }
    this.#runs.splice(0, this.#runs.length, joined);
    return joined;
  }

  #makeRoom(): void {
    if (this.#count >= runSamples) {
      this.#endRun();
      this.#timesNs = new Float64Array(runSamples);
      this.#values = new Float64Array(runSamples);
    } else {
      this.#timesNs = grown(this.#timesNs, Math.max(4, 2 * this.#count));
      this.#values = grown(this.#values, Math.max(4, 2 * this.#count));
    }
  }

  /** The next sample begins a run. */
  #endRun(): void {
    if (this.#count === 0) return;
    this.#runs.push({
      timesNs: this.#timesNs.subarray(0, this.#count),
      values: this.#values.subarray(0, this.#count),
    });
    this.#timesNs = noNumbers;
    this.#values = noNumbers;
    this.#count = 0;
  }
}

const noNumbers = new Float64Array(0);

function grown(array: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  larger.set(array);
  return larger;
}
