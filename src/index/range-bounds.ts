/** A time range as the statements take it. */
import type { Nanos, TimeRange } from '../model/time.js';

export interface RangeBounds {
  /** Inclusive, all three. */
  readonly start: Nanos;
  readonly last: Nanos;
  /** A chunk that overlaps begins here or later: what lets the search by `from_ns` begin there. */
  readonly earliest: Nanos;
}

const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;
const clamp = (ns: Nanos): Nanos => (ns < least ? least : ns > greatest ? greatest : ns);

/** `spanNs`: no chunk is longer. */
export const rangeBounds = (range: TimeRange, spanNs: Nanos): RangeBounds => ({
  start: clamp(range.start),
  last: clamp(range.end - 1n),
  earliest: clamp(range.start - spanNs),
});
