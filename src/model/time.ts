/** Times are nanoseconds since 1970: a bigint at the edges, float64 offsets from a bigint base in loops. */

export type Nanos = bigint;

/** Half-open: start <= t < end. */
export interface TimeRange {
  readonly start: Nanos;
  readonly end: Nanos;
}

export const NS_PER_MS = 1_000_000;
export const NS_PER_SECOND = 1_000_000_000;
export const MIN_NANOS = -(2n ** 63n);
export const MAX_NANOS = 2n ** 63n - 1n;

export const millisToNanos = (ms: number): Nanos => BigInt(Math.trunc(ms)) * 1_000_000n;
/** Rounds towards minus infinity. */
export const nanosToMillis = (ns: Nanos): number => {
  const ms = ns / 1_000_000n;
  return Number(ns < 0n && ms * 1_000_000n !== ns ? ms - 1n : ms);
};

/**
 * The evaluation times of a metric query: start, start + step, …, `count` of them.
 * An instant query has count 1 and stepNs 0.
 */
export interface StepGrid {
  readonly startNs: Nanos;
  /** Exact: durations are whole nanoseconds below 2^53, or whole milliseconds above. */
  readonly stepNs: number;
  readonly count: number;
}
