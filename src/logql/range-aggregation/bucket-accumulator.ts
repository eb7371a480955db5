/** Functions whose windows can be put together from aggregates of their buckets. */
import { invariant } from '../../errors.js';
import type { AccumulatorState, RangeAccumulator, StepValues } from './accumulator.js';
import type { WindowPlan } from './windows.js';

/**
 * A cell is a row of `columns` numbers for one bucket; its first is the count of samples. Cells lie back to back in one
 * array, and `at` is where a cell begins.
 */
export abstract class BucketAccumulator implements RangeAccumulator {
  protected readonly cells: Float64Array<ArrayBuffer>;
  protected readonly columns: number;
  readonly #plan: WindowPlan;

  constructor(plan: WindowPlan, columns: number) {
    this.#plan = plan;
    this.columns = columns;
    this.cells = new Float64Array(plan.bucketCount * columns);
  }

  abstract add(bucket: number, tNs: number, value: number): void;
  abstract addMany(bucket: number, n: number, value: number): void;

  addTotal(_bucket: number, _n: number, _total: number): void {
    invariant(false, 'this function needs the value of each sample');
  }

  /** Adds the cell from[j…] to into[i…]. Neither is empty. The samples of `from` count as later at equal times. */
  protected abstract join(into: Float64Array, i: number, from: Float64Array, j: number): void;
  /** The function's value for the samples of a cell that is not empty. */
  protected abstract valueOf(cells: Float64Array, at: number): number;

  merge(other: RangeAccumulator): void {
    this.mergeState(other.state());
  }

  state(): AccumulatorState {
    return { kind: 'cells', cells: this.cells };
  }

  mergeState(state: AccumulatorState): void {
    invariant(state.kind === 'cells' && state.cells.length === this.cells.length, 'states of different windows');
    for (let at = 0; at < this.cells.length; at += this.columns) this.#joinCell(this.cells, at, state.cells, at);
  }

  // biome-ignore lint/correctness/useYield: no piece of it is long enough to be interrupted
  *finish(): Generator<void, StepValues> {
    const { count } = this.#plan.grid;
    const windows = this.#plan.windowBuckets === 1 ? this.cells : this.#slide();
    const values = new Float64Array(count);
    const present = new Uint8Array(count);
    for (let k = 0, at = 0; k < count; k++, at += this.columns) {
      if (windows[at] === 0) continue;
      present[k] = 1;
      values[k] = this.valueOf(windows, at);
    }
    return { values, present };
  }

  /**
   * A cell for each window. Buckets are taken in blocks as long as a window: a window is the end of one block and the
   * beginning of the next. With both summed up once, a window costs one join, however long it is, and nothing is ever
   * subtracted (which would lose digits, and not work for min and max).
   */
  #slide(): Float64Array {
    const { columns, cells } = this;
    const { stride, windowBuckets, bucketCount, grid } = this.#plan;
    const fromHere = cells.slice();
    for (let b = bucketCount - 2; b >= 0; b--) {
      if ((b + 1) % windowBuckets !== 0) this.#joinCell(fromHere, b * columns, fromHere, (b + 1) * columns);
    }
    const upToHere = cells.slice();
    for (let b = 1; b < bucketCount; b++) {
      if (b % windowBuckets === 0) continue;
      upToHere.copyWithin(b * columns, (b - 1) * columns, b * columns);
      this.#joinCell(upToHere, b * columns, cells, b * columns);
    }
    const windows = new Float64Array(grid.count * columns);
    for (let k = 0; k < grid.count; k++) {
      const first = k * stride;
      const last = (first + windowBuckets - 1) * columns;
      if (first % windowBuckets === 0) {
        for (let c = 0; c < columns; c++) windows[k * columns + c] = upToHere[last + c] as number;
      } else {
        for (let c = 0; c < columns; c++) windows[k * columns + c] = fromHere[first * columns + c] as number;
        this.#joinCell(windows, k * columns, upToHere, last);
      }
    }
    return windows;
  }

  #joinCell(into: Float64Array, i: number, from: Float64Array, j: number): void {
    if (from[j] === 0) return;
    if (into[i] === 0) {
      for (let c = 0; c < this.columns; c++) into[i + c] = from[j + c] as number;
    } else {
      this.join(into, i, from, j);
    }
  }
}
