/** Token buckets: how many bytes may come now. */
import type { Clock } from '../io/clock.js';

/** A bucket that holds `burst` tokens at most and gets `ratePerSecond` new ones each second. Begins full. */
export class TokenBucket {
  #ratePerSecond: number;
  #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(ratePerSecond: number, burst: number, nowMs: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes all `n` tokens or none. `nowMs` is monotonic; an earlier one than the last counts as no time passed. */
  take(n: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (n > this.#tokens) return false;
    this.#tokens -= n;
    return true;
  }

  /** Changes the limits; what has been used stays used. */
  configure(ratePerSecond: number, burst: number, nowMs: number): void {
    if (ratePerSecond === this.#ratePerSecond && burst === this.#burst) return;
    this.#refill(nowMs);
    const used = this.#burst - this.#tokens;
    this.#ratePerSecond = ratePerSecond;
    this.#burst = burst;
    this.#tokens = Math.max(0, burst - used);
  }

  /** Whether it is full again, so that forgetting it changes nothing. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= this.#burst;
  }

  #refill(nowMs: number): void {
    if (nowMs <= this.#atMs) return;
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#ratePerSecond);
    this.#atMs = nowMs;
  }
}

/** One bucket for each key (a tenant, a stream). Full ones are dropped when there are more than `keysMax`. */
export class RateLimiter {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #keysMax: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Pick<Clock, 'monotonicMs'>, keysMax = 20_000) {
    this.#clock = clock;
    this.#keysMax = keysMax;
  }

  /** Takes `n` of the key's tokens, or nothing when there are fewer. The limits may differ from call to call. */
  take(key: string, n: number, limit: { readonly ratePerSecond: number; readonly burst: number }): boolean {
    const nowMs = this.#clock.monotonicMs();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#keysMax) this.#dropFull(nowMs);
      bucket = new TokenBucket(limit.ratePerSecond, limit.burst, nowMs);
      this.#buckets.set(key, bucket);
    } else bucket.configure(limit.ratePerSecond, limit.burst, nowMs);
    return bucket.take(n, nowMs);
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** When all are in use, the oldest go: a bucket that was forgotten begins full. */
  #dropFull(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(key);
    const spare = Math.max(1, this.#keysMax >> 3);
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#keysMax - spare) break;
      this.#buckets.delete(key);
    }
  }
}
