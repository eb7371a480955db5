/** Long work in short turns, so that pushes and queries have theirs between them. */
import type { Clock } from '../io/clock.js';

/** Under pressure a stretch of work is as long as the others had theirs, and at most this. */
const pressedWorkMs = 20;

export class Pace {
  readonly #clock: Clock;
  readonly #isPressed: () => boolean;
  readonly #leastMs: number;
  #workMs: number;
  #workSinceMs: number;

  /** `workMs`: the longest stretch of work before others have their turn. `isPressed`: they bring in more than it takes away. */
  constructor(clock: Clock, workMs: number, isPressed: () => boolean = () => false) {
    this.#clock = clock;
    this.#isPressed = isPressed;
    this.#leastMs = workMs;
    this.#workMs = workMs;
    this.#workSinceMs = clock.monotonicMs();
  }

  /** Called between two steps of the work. Waits when it has had its turn. */
  async pause(): Promise<void> {
    const stoppedMs = this.#clock.monotonicMs();
    if (stoppedMs - this.#workSinceMs < this.#workMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#workSinceMs = this.#clock.monotonicMs();
    const mostMs = this.#isPressed() ? pressedWorkMs : this.#leastMs;
    this.#workMs = Math.min(mostMs, Math.max(this.#leastMs, this.#workSinceMs - stoppedMs));
  }
}
