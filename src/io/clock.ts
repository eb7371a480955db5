/** All time of the product comes from a Clock, so that a test can pass it by hand. */

/** Stops a timer; calling it again does nothing. */
export type Stop = () => void;

export interface Clock {
  /** Wall time since 1970, in nanoseconds. It may jump, also backwards. */
  nowNs(): bigint;
  nowMs(): number;
  /** Milliseconds with a fraction from an unspecified start; never goes back. For durations. */
  monotonicMs(): number;
  /** Of that time, how much the thread had nothing to do. A little behind while it works. */
  idleMs(): number;
  /** Calls `fn` each `ms` milliseconds, first after `ms`. A timer does not keep the process alive. `fn` must not throw. */
  every(ms: number, fn: () => void): Stop;
  /** Calls `fn` once. */
  after(ms: number, fn: () => void): Stop;
}

/** Beyond this setTimeout fires at once. */
const timerMsMax = 2 ** 31 - 1;

export function systemClock(): Clock {
  return {
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    idleMs: () => performance.eventLoopUtilization().idle,
    every(ms, fn) {
      const timer = setInterval(fn, Math.min(ms, timerMsMax));
      timer.unref();
      return () => clearInterval(timer);
    },
    after(ms, fn) {
      const timer = setTimeout(fn, Math.min(ms, timerMsMax));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
