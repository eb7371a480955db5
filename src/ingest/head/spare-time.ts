/** Work that is of use but can wait: it earns its time while there is nothing else to do. */
import type { Clock } from '../../io/clock.js';

/** Of the time in which entries come in: they go first. */
const busyShare = 1 / 50;
/** Of the time in which the thread is at other work, at queries: they gain by what is done here, but not at once. */
const workShare = 1 / 8;
/** Of the time in which it has nothing to do. */
const idleShare = 1 / 2;
/** So long after entries came it is not quiet yet. */
const quietAfterMs = 100;
/** Time that was not used is saved up to this: a query that begins after an hour of nothing waits no longer for other work. */
const savedMsMax = 10;
/** As long as entries come in: little is earned then, and must be enough for what is done at once. */
const busySavedMsMax = 50;

export class SpareTime {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'idleMs'>;
  #savedMs = 0;
  #countedMs: number;
  #countedIdleMs: number;
  #entriesMs = Number.NEGATIVE_INFINITY;
  /** What the last work took, and at most what can be saved: so much is thought of the first, too. */
  #costMs = busySavedMsMax;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'idleMs'>) {
    this.#clock = clock;
    this.#countedMs = clock.monotonicMs();
    this.#countedIdleMs = clock.idleMs();
  }

  /** Entries came in just now. What was saved before is not for the time in which they come. */
  busy(): void {
    const nowMs = this.#count();
    if (!this.#isBusy(nowMs)) this.#savedMs = Math.min(0, this.#savedMs);
    this.#entriesMs = nowMs;
  }

  /**
   * False, with nothing done, when there is no time left, unless it is to be done `atOnce`. While entries come in, there
   * must be enough for as much as was done the last time. What takes longer is made up for by waiting.
   */
  run(work: () => void, atOnce = false): boolean {
    const startMs = this.#count();
    const hasTime = this.#isBusy(startMs) ? this.#savedMs >= this.#costMs : this.#savedMs > 0;
    if (!hasTime && !atOnce) return false;
    try {
      work();
    } finally {
      const tookMs = this.#clock.monotonicMs() - startMs;
      this.#savedMs -= tookMs;
      this.#costMs = Math.min(busySavedMsMax, tookMs);
    }
    return true;
  }

  #isBusy(nowMs: number): boolean {
    return nowMs - this.#entriesMs < quietAfterMs;
  }

  /** Adds what was earned since the last time. */
  #count(): number {
    const nowMs = this.#clock.monotonicMs();
    const idleMs = this.#clock.idleMs();
    const quietMs = Math.max(0, nowMs - Math.max(this.#countedMs, this.#entriesMs + quietAfterMs));
    const spareMs = Math.min(quietMs, idleMs - this.#countedIdleMs);
    const busyMs = nowMs - this.#countedMs - quietMs;
    const earnedMs = spareMs * idleShare + (quietMs - spareMs) * workShare + busyMs * busyShare;
    this.#savedMs = Math.min(this.#isBusy(nowMs) ? busySavedMsMax : savedMsMax, this.#savedMs + earnedMs);
    this.#countedMs = nowMs;
    this.#countedIdleMs = idleMs;
    return nowMs;
  }
}
