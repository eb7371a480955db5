/** How the samples of one series become a value for each step. One file per kind of function beside this one. */

/** The windows of a range aggregation over a grid: (t - range, t] for each step, cut into buckets of equal length. */
export interface RangeAccumulator {
  /** A sample in bucket `bucket`, `tNs` after the grid's first window began. Samples may come in any order. */
  add(bucket: number, tNs: number, value: number): void;
  /** `n` samples of value `value` each in one bucket: the short way for counts. */
  addMany(bucket: number, n: number, value: number): void;
  /** Takes over what another accumulator of the same function and windows has gathered (another worker's part). */
  merge(other: RangeAccumulator): void;
  /** Values by step, with present[k] = 1 where the window had a sample. */
  finish(): { readonly values: Float64Array; readonly present: Uint8Array };
}
