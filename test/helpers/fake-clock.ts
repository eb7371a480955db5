/** A clock that stands still until the test moves it. */
import type { Clock, Stop } from '../../src/io/clock.js';

interface Timer {
  dueMs: number;
  readonly everyMs: number | null;
  readonly order: number;
  readonly fn: () => void;
}

export class FakeClock implements Clock {
  #wallNs: bigint;
  #elapsedMs = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** Default: 2026-01-01T00:00:00Z. */
  constructor(startMs = 1_767_225_600_000) {
    this.#wallNs = BigInt(startMs) * 1_000_000n;
  }

  nowNs(): bigint {
    return this.#wallNs;
  }
  nowMs(): number {
    return Number(this.#wallNs / 1_000_000n);
  }
  monotonicMs(): number {
    return this.#elapsedMs;
  }
  /** What runs takes no time. */
  idleMs(): number {
    return this.#elapsedMs;
  }
  every(ms: number, fn: () => void): Stop {
    return this.#add(ms, ms, fn);
  }
  after(ms: number, fn: () => void): Stop {
    return this.#add(ms, null, fn);
  }
  /** Timers that wait: 0 after a clean shutdown. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time forward and runs the timers that fall due, in the order of their times. */
  advance(ms: number): void {
    const endMs = this.#elapsedMs + ms;
    for (let due = this.#next(endMs); due !== undefined; due = this.#next(endMs)) this.#run(due);
    this.#moveTo(endMs);
  }

  /** As advance, but what a timer starts may settle before the next one runs. */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    for (let due = this.#next(endMs); due !== undefined; due = this.#next(endMs)) {
      this.#run(due);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#moveTo(endMs);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The wall clock jumps, as when someone sets it; timers and monotonic time do not notice. */
  jumpTo(wallMs: number): void {
    this.#wallNs = BigInt(wallMs) * 1_000_000n;
  }

  #add(ms: number, everyMs: number | null, fn: () => void): Stop {
    // A period of 0 would never let `advance` end.
    const timer = {
      dueMs: this.#elapsedMs + Math.max(ms, everyMs === null ? 0 : 1),
      everyMs,
      order: this.#order++,
      fn,
    };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
  #next(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > endMs) continue;
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }
  #run(timer: Timer): void {
    this.#moveTo(timer.dueMs);
    if (timer.everyMs === null) this.#timers.delete(timer);
    else timer.dueMs += Math.max(timer.everyMs, 1);
    timer.fn();
  }
  #moveTo(elapsedMs: number): void {
    if (elapsedMs <= this.#elapsedMs) return;
    this.#wallNs += BigInt(Math.round((elapsedMs - this.#elapsedMs) * 1e6));
    this.#elapsedMs = elapsedMs;
  }
}
