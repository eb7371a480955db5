/** Work that is of use but can wait: it takes a share of the time, most of it when there is nothing else to do. */

/** Of the time in which entries come in: they go first. */
const busyShare = 1 / 50;
/** Of all other time. Queries, if there are any, have three times as much. */
const quietShare = 1 / 4;
/** So long after entries came it is not quiet yet. */
export const quietAfterMs = 100;
/** Time that was not used is saved up to this, for a burst. */
const savedMsMax = 50;

export class SpareTime {
  readonly #nowMs: () => number;
  #savedMs = 0;
  #countedMs: number;
  #busyMs = Number.NEGATIVE_INFINITY;

  /** `nowMs` never goes back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#countedMs = nowMs();
  }

  /** There was other work just now. */
  busy(): void {
    this.#busyMs = this.#count();
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
      this.#savedMs -= this.#nowMs() - startMs;
    }
    return true;
  }

  /** Adds what was earned since the last time. */
  #count(): number {
    const nowMs = this.#nowMs();
    const quietMs = Math.max(0, nowMs - Math.max(this.#countedMs, this.#busyMs + quietAfterMs));
    const busyMs = nowMs - this.#countedMs - quietMs;
    this.#savedMs = Math.min(savedMsMax, this.#savedMs + quietMs * quietShare + busyMs * busyShare);
    this.#countedMs = nowMs;
    return nowMs;
  }
}
