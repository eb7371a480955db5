/**
 * The windows (t - range, t] of a range aggregation (`[0s]` is allowed: nothing is in them), cut into buckets so that each sample is added to one bucket and
 * each window is a run of buckets.
 *
 * Only the edges of windows matter: starts k·step and ends k·step + range, for each step k. So there are never more
 * than two buckets for each edge, whatever step and range have in common. All arithmetic is on whole nanoseconds below
 * 2^53 (104 days) relative to the first window's start, hence exact.
 */
import { invariant } from '../../errors.js';
import type { Nanos, StepGrid, TimeRange } from '../../model/time.js';
import type { RangeAccumulator } from './accumulator.js';

/**
 * - apart: range <= step (or one step): a bucket is a window; between windows are gaps.
 * - even:  step divides range: a bucket is a step.
 * - split: each step is cut where windows end inside it: (0, range mod step] and the rest.
 * - hinge: every window spans the middle: starts, one bucket that all windows share, ends.
 */
type Layout = 'apart' | 'even' | 'split' | 'hinge';

export class WindowPlan {
  readonly grid: StepGrid;
  readonly rangeNs: number;
  readonly offsetNs: number;
  /** Where the first window begins, exclusive. Times in nanoseconds after it are called tNs. */
  readonly originNs: Nanos;
  /** The entries that lie in any window, and those in gaps between. */
  readonly entries: TimeRange;
  readonly layout: Layout;
  readonly bucketCount: number;
  /** Window k is the buckets [k * stride, k * stride + windowBuckets). */
  readonly stride: number;
  readonly windowBuckets: number;
  /** The last window's end: no sample after it counts. */
  readonly spanNs: number;
  readonly #stepNs: number;
  readonly #restNs: number;
  readonly #startsNs: number;

  constructor(grid: StepGrid, rangeNs: number, offsetNs: number) {
    invariant(grid.count >= 1 && rangeNs >= 0, `no windows: ${grid.count} steps of ${rangeNs} ns`);
    this.grid = grid;
    this.rangeNs = rangeNs;
    this.offsetNs = offsetNs;
    this.originNs = grid.startNs - BigInt(rangeNs) - BigInt(offsetNs);
    const { count, stepNs } = grid;
    this.#startsNs = (count - 1) * stepNs;
    this.spanNs = this.#startsNs + rangeNs;
    this.entries = { start: this.originNs + 1n, end: this.originNs + BigInt(this.spanNs) + 1n };
    this.#stepNs = count === 1 ? Math.max(rangeNs, 1) : stepNs;
    const whole = Math.floor(rangeNs / this.#stepNs);
    this.#restNs = rangeNs - whole * this.#stepNs;
    if (rangeNs <= this.#stepNs) {
      this.layout = 'apart';
      this.stride = 1;
      this.windowBuckets = 1;
    } else if (whole >= count) {
      this.layout = 'hinge';
      this.stride = 1;
      this.windowBuckets = count;
    } else if (this.#restNs === 0) {
      this.layout = 'even';
      this.stride = 1;
      this.windowBuckets = whole;
    } else {
      this.layout = 'split';
      this.stride = 2;
      this.windowBuckets = 2 * whole + 1;
    }
    this.bucketCount = (count - 1) * this.stride + this.windowBuckets;
  }

  /** tNs of the time `ns`: add an entry's offset from a batch's base to it. */
  rebase(ns: Nanos): number {
    return Number(ns - this.originNs);
  }

  /** The bucket of a sample at tNs; -1 when no window has it. */
  bucketOf(tNs: number): number {
    const u = tNs - 1; // windows are half-open at the left: now at the right
    if (u < 0 || u >= this.spanNs) return -1;
    switch (this.layout) {
      case 'apart': {
        const k = divide(u, this.#stepNs);
        return u - k * this.#stepNs < this.rangeNs ? k : -1;
      }
      case 'even':
        return divide(u, this.#stepNs);
      case 'split': {
        const k = divide(u, this.#stepNs);
        return u - k * this.#stepNs < this.#restNs ? 2 * k : 2 * k + 1;
      }
      case 'hinge':
        if (u < this.#startsNs) return divide(u, this.#stepNs);
        if (u < this.rangeNs) return this.grid.count - 1;
        return this.grid.count + divide(u - this.rangeNs, this.#stepNs);
    }
  }

  /** The last tNs (inclusive) that lies in the bucket. */
  lastOf(bucket: number): number {
    const step = this.#stepNs;
    switch (this.layout) {
      case 'apart':
        return bucket * step + this.rangeNs;
      case 'even':
        return (bucket + 1) * step;
      case 'split':
        return bucket % 2 === 0 ? (bucket / 2) * step + this.#restNs : ((bucket + 1) / 2) * step;
      case 'hinge': {
        const middle = this.grid.count - 1;
        return bucket < middle ? (bucket + 1) * step : this.rangeNs + (bucket - middle) * step;
      }
    }
  }

  /** The last tNs of the gap in which tNs lies: the next window begins right after it. Infinity behind all windows. */
  gapEndOf(tNs: number): number {
    if (tNs <= 0) return 0;
    return tNs > this.spanNs ? Infinity : (divide(tNs - 1, this.#stepNs) + 1) * this.#stepNs;
  }
}

export const planWindows = (grid: StepGrid, rangeNs: number, offsetNs: number): WindowPlan =>
  new WindowPlan(grid, rangeNs, offsetNs);

/** Whole quotient of two whole numbers, exact below 2^53: the float quotient may be rounded up to the next one. */
function divide(a: number, b: number): number {
  const q = Math.floor(a / b);
  return q * b > a ? q - 1 : q;
}

/**
 * Rows [from, to) of a batch, which stand in order of time, in runs of one bucket each. Rows outside of all windows are
 * left out.
 */
export function eachRun(
  plan: WindowPlan,
  baseNs: Nanos,
  offsetNs: Float64Array,
  from: number,
  to: number,
  run: (bucket: number, from: number, to: number) => void,
): void {
  const base = plan.rebase(baseNs);
  let row = from;
  while (row < to) {
    const tNs = base + (offsetNs[row] as number);
    const bucket = plan.bucketOf(tNs);
    const lastNs = bucket < 0 ? plan.gapEndOf(tNs) : plan.lastOf(bucket);
    const next = rowAfter(offsetNs, row + 1, to, lastNs - base);
    if (bucket >= 0) run(bucket, row, next);
    row = next;
  }
}

/** Rows [from, to) are each a sample of value 1. */
export function addCounts(
  into: RangeAccumulator,
  plan: WindowPlan,
  baseNs: Nanos,
  offsetNs: Float64Array,
  from: number,
  to: number,
): void {
  eachRun(plan, baseNs, offsetNs, from, to, (bucket, a, b) => into.addMany(bucket, b - a, 1));
}

/** Rows [from, to) are each a sample of their line's length. */
export function addLengths(
  into: RangeAccumulator,
  plan: WindowPlan,
  baseNs: Nanos,
  offsetNs: Float64Array,
  lineEnd: Uint32Array,
  from: number,
  to: number,
): void {
  eachRun(plan, baseNs, offsetNs, from, to, (bucket, a, b) =>
    into.addTotal(bucket, b - a, (lineEnd[b - 1] as number) - (a === 0 ? 0 : (lineEnd[a - 1] as number))),
  );
}

/** The first row of [from, to) whose offset is above `bound`: doubling steps, then halving. */
function rowAfter(offsetNs: Float64Array, from: number, to: number, bound: number): number {
  let low = from;
  let width = 1;
  while (low < to && (offsetNs[Math.min(low + width, to) - 1] as number) <= bound) {
    low = Math.min(low + width, to);
    width *= 2;
  }
  let high = Math.min(low + width, to);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsetNs[middle] as number) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
