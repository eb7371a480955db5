/** Work that is of use but can wait: it takes a share of the time, and no more. */

/** Of the time that passes. When all of it is busy, all other work has five times as much. */
const shareMax = 1 / 6;
/** Time that was not used is saved up to this, for a burst. */
const savedMsMax = 500;

export class SpareTime {
  readonly #nowMs: () => number;
  #savedMs = 0;
  #countedMs: number;

  /** `nowMs` never goes back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#countedMs = nowMs();
  }

  /** False, with nothing done, when there is no time left. What takes longer is made up for by waiting. */
  run(work: () => void): boolean {
    const startMs = this.#nowMs();
    this.#savedMs = Math.min(savedMsMax, this.#savedMs + (startMs - this.#countedMs) * shareMax);
    this.#countedMs = startMs;
    if (this.#savedMs <= 0) return false;
    try {
      work();
    } finally {
      this.#savedMs -= this.#nowMs() - startMs;
    }
    return true;
  }
}
