/** Work that is of use but can wait: it earns its time while there is nothing else to do. */
import type { Clock } from '../../io/clock.js';

/** Of the time in which entries come in: they go first. */
const busyShare = 1 / 50;
/** Of the time in which the thread is at other work, at queries: they gain by what is done here, but not at once. */
const workShare = 1 / 8;
/** Of the time in which it has nothing to do. */
const idleShare = 1 / 2;
/** So long after entries came it is not quiet yet. */
export const quietAfterMs = 100;
/** Time that was not used is saved up to this, for a burst. */
const savedMsMax = 50;

export class SpareTime {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'idleMs'>;
  #savedMs = 0;
  #countedMs: number;
  #countedIdleMs: number;
  #entriesMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'idleMs'>) {
    this.#clock = clock;
    this.#countedMs = clock.monotonicMs();
    this.#countedIdleMs = clock.idleMs();
  }

  /** Entries came in just now. */
  busy(): void {
    this.#entriesMs = this.#count();
  }

  /**
   * False, with nothing done, when there is no time left, unless it is to be done `atOnce`. What takes longer is made up
   * for by waiting.
   */
  run(work: () => void, atOnce = false): boolean {
    const startMs = this.#count();
    if (this.#savedMs <= 0 && !atOnce) return false;
    try {
      work();
    } finally {
      this.#savedMs -= this.#clock.monotonicMs() - startMs;
    }
    return true;
  }

  /** Adds what was earned since the last time. */
  #count(): number {
    const nowMs = this.#clock.monotonicMs();
    const idleMs = this.#clock.idleMs();
    const quietMs = Math.max(0, nowMs - Math.max(this.#countedMs, this.#entriesMs + quietAfterMs));
    const spareMs = Math.min(quietMs, idleMs - this.#countedIdleMs);
    const busyMs = nowMs - this.#countedMs - quietMs;
    const earnedMs = spareMs * idleShare + (quietMs - spareMs) * workShare + busyMs * busyShare;
    this.#savedMs = Math.min(savedMsMax, this.#savedMs + earnedMs);
    this.#countedMs = nowMs;
    this.#countedIdleMs = idleMs;
    return nowMs;
  }
}
