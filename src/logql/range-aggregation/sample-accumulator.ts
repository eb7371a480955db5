/** Functions that need every sample of a window: the samples are kept as two columns, in runs. */
import { invariant } from '../../errors.js';
import type { AccumulatorState, RangeAccumulator, SampleRun, StepValues } from './accumulator.js';
import type { WindowPlan } from './windows.js';

/** A run of so many samples is never copied: what grows by copying leaves as much garbage behind as it keeps. */
const runSamples = 4096;

export abstract class SampleAccumulator implements RangeAccumulator {
  protected readonly plan: WindowPlan;
  readonly #runs: SampleRun[] = [];
  /** The last run, which has room. */
  #timesNs = noNumbers;
  #values = noNumbers;
  #count = 0;

  constructor(plan: WindowPlan) {
    this.plan = plan;
  }

  abstract finish(): Generator<void, StepValues>;

  /** All samples, in the order in which they came. */
  protected runs(): readonly SampleRun[] {
    this.#endRun();
    return this.#runs;
  }

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
    return { kind: 'samples', runs: this.runs() };
  }

  mergeState(state: AccumulatorState): void {
    invariant(state.kind === 'samples', 'states of different functions');
    for (const run of state.runs) {
      // A run takes some hundred bytes itself, and may be a small part of the buffer that it keeps: short ones are copied.
      if (run.values.length < runSamples) this.#copy(run);
      else {
        this.#endRun();
        this.#runs.push(run);
      }
    }
  }

  #copy({ timesNs, values }: SampleRun): void {
    for (let i = 0; i < values.length; i++) this.add(0, timesNs[i] as number, values[i] as number);
  }

  #makeRoom(): void {
    if (this.#count >= runSamples) this.#endRun();
    const size = this.#count === 0 && this.#runs.length > 0 ? runSamples : Math.max(8, 2 * this.#count);
    this.#timesNs = grown(this.#timesNs, size);
    this.#values = grown(this.#values, size);
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
