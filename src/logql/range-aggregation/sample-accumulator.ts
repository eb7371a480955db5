/** Functions that need every sample of a window: the samples are kept as two columns. */
import { invariant } from '../../errors.js';
import type { AccumulatorState, RangeAccumulator, StepValues } from './accumulator.js';
import type { WindowPlan } from './windows.js';

export abstract class SampleAccumulator implements RangeAccumulator {
  protected readonly plan: WindowPlan;
  #timesNs = new Float64Array(4);
  #values = new Float64Array(4);
  #count = 0;

  constructor(plan: WindowPlan) {
    this.plan = plan;
  }

  /** The value of samples [from, to), which stand in order of time; there is at least one. */
  protected abstract valueOf(timesNs: Float64Array, values: Float64Array, from: number, to: number): number;

  add(_bucket: number, tNs: number, value: number): void {
    this.#reserve(1);
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
    return {
      kind: 'samples',
      timesNs: this.#timesNs.slice(0, this.#count),
      values: this.#values.slice(0, this.#count),
    };
  }

  mergeState(state: AccumulatorState): void {
    invariant(state.kind === 'samples', 'states of different functions');
    this.#reserve(state.values.length);
    this.#timesNs.set(state.timesNs, this.#count);
    this.#values.set(state.values, this.#count);
    this.#count += state.values.length;
  }

  finish(): StepValues {
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
    }
    return { values, present };
  }

  /** By time; samples of equal times stay in the order in which they came. */
  #sorted(): { readonly timesNs: Float64Array; readonly values: Float64Array } {
    const timesNs = this.#timesNs.subarray(0, this.#count);
    const values = this.#values.subarray(0, this.#count);
    if (isSorted(timesNs)) return { timesNs, values };
    const order = new Uint32Array(this.#count);
    for (let i = 0; i < order.length; i++) order[i] = i;
    order.sort((a, b) => (timesNs[a] as number) - (timesNs[b] as number) || a - b);
    return {
      timesNs: Float64Array.from(order, (i) => timesNs[i] as number),
      values: Float64Array.from(order, (i) => values[i] as number),
    };
  }

  #reserve(more: number): void {
    const needed = this.#count + more;
    if (needed <= this.#values.length) return;
    const size = Math.max(needed, this.#values.length * 2);
    this.#timesNs = grown(this.#timesNs, size);
    this.#values = grown(this.#values, size);
  }
}

function grown(array: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  larger.set(array);
  return larger;
}

function isSorted(numbers: Float64Array): boolean {
  for (let i = 1; i < numbers.length; i++) if ((numbers[i - 1] as number) > (numbers[i] as number)) return false;
  return true;
}
