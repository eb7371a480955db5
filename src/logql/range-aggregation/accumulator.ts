/** How the samples of one series become a value for each step. One file per kind of function beside this one. */

/** The windows of a range aggregation over a grid: (t - range, t] for each step, cut into the buckets of a WindowPlan. */
export interface RangeAccumulator {
  /**
   * A sample in bucket `bucket`, `tNs` after the grid's first window began. Samples may come in any order; where the
   * order of samples of one time matters (first, last, rate_counter) it is the order in which they came.
   */
  add(bucket: number, tNs: number, value: number): void;
  /** `n` samples of value `value` each in one bucket: the short way for counts. */
  addMany(bucket: number, n: number, value: number): void;
  /** `n` samples that add up to `total` in one bucket: the short way for bytes. Only for functions that count or sum. */
  addTotal(bucket: number, n: number, total: number): void;
  /** Takes over what another accumulator of the same function and windows has gathered (another worker's part). */
  merge(other: RangeAccumulator): void;
  /** What was gathered, for another thread: see stateBuffers(). The arrays belong to the accumulator until transferred. */
  state(): AccumulatorState;
  /**
   * Takes over a state of the same function and windows, and may keep its arrays of samples; samples of equal times count
   * as later than those here.
   */
  mergeState(state: AccumulatorState): void;
  /** Values by step, with present[k] = 1 where the window had a sample. Yields between pieces of work. */
  finish(): Generator<void, StepValues>;
}

export interface StepValues {
  readonly values: Float64Array<ArrayBuffer>;
  readonly present: Uint8Array<ArrayBuffer>;
}

/** Plain data: it can be cloned or transferred between threads. */
export type AccumulatorState =
  /** Aggregates by bucket: a row of columns for each bucket of the plan. */
  | { readonly kind: 'cells'; readonly cells: Float64Array<ArrayBuffer> }
  /** The samples themselves, in the order in which they came. */
  | { readonly kind: 'samples'; readonly runs: readonly SampleRun[] };

/** Two columns of the same length. */
export interface SampleRun {
  readonly timesNs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

export const sampleCount = (runs: readonly SampleRun[]): number =>
  runs.reduce((count, { values }) => count + values.length, 0);

/** The buffers of a state, for postMessage's transfer list. */
export function stateBuffers(state: AccumulatorState): ArrayBuffer[] {
  if (state.kind === 'cells') return [state.cells.buffer];
  return state.runs.flatMap(({ timesNs, values }) => [timesNs.buffer, values.buffer]);
}
