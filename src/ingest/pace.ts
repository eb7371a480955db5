/** Long work in short turns, so that pushes and queries have theirs between them. */
import type { Clock } from '../io/clock.js';

/** The longest stretch of work before others have their turn. */
const workMs = 5;
/** The same under pressure: then as long as the others had theirs, and at most this. */
const pressedWorkMs = 20;

export class Pace {
  readonly #clock: Clock;
  readonly #isPressed: () => boolean;
  #workMs = workMs;
  #workSinceMs: number;

  /** `isPressed`: the others bring in more than the work takes away. */
  constructor(clock: Clock, isPressed: () => boolean) {
    this.#clock = clock;
    this.#isPressed = isPressed;
    this.#workSinceMs = clock.monotonicMs();
  }

  /** Called between two steps of the work. Waits when it has had its turn. */
  async pause(): Promise<void> {
    const stoppedMs = this.#clock.monotonicMs();
    if (stoppedMs - this.#workSinceMs < this.#workMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#workSinceMs = this.#clock.monotonicMs();
    const mostMs = this.#isPressed() ? pressedWorkMs : workMs;
    this.#workMs = Math.min(mostMs, Math.max(workMs, this.#workSinceMs - stoppedMs));
  }
}
