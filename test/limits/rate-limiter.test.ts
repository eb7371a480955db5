import { describe, expect, test } from 'vitest';
import { RateLimiter, TokenBucket } from '../../src/limits/rate-limiter.js';

describe('a token bucket', () => {
  test('gives its burst at once, and nothing beyond', () => {
    const bucket = new TokenBucket(10, 100, 0);
    expect(bucket.take(100, 0)).toBe(true);
    expect(bucket.take(1, 0)).toBe(false);
  });

  test('refills at its rate, up to its burst', () => {
    const bucket = new TokenBucket(10, 100, 0);
    bucket.take(100, 0);
    expect(bucket.take(11, 1000)).toBe(false);
    expect(bucket.take(10, 1000)).toBe(true);
    expect(bucket.take(101, 1_000_000)).toBe(false);
    expect(bucket.take(100, 1_000_000)).toBe(true);
  });

  test('takes all or nothing', () => {
    const bucket = new TokenBucket(0, 10, 0);
    expect(bucket.take(11, 0)).toBe(false);
    expect(bucket.take(10, 0)).toBe(true);
  });

  test('does not mind a clock that goes back', () => {
    const bucket = new TokenBucket(10, 100, 5000);
    bucket.take(100, 5000);
    expect(bucket.take(1, 1000)).toBe(false);
    expect(bucket.take(10, 6000)).toBe(true);
  });

  test('keeps what has been used when its limits change', () => {
    const bucket = new TokenBucket(10, 100, 0);
    bucket.take(60, 0);
    bucket.configure(10, 200, 0);
    expect(bucket.take(141, 0)).toBe(false);
    expect(bucket.take(140, 0)).toBe(true);
    bucket.configure(10, 50, 0);
    expect(bucket.take(1, 0)).toBe(false);
  });
});

describe('a rate limiter', () => {
  const limit = { ratePerSecond: 10, burst: 10 };

  test('has a bucket for each key', () => {
    const rates = new RateLimiter({ monotonicMs: () => 0 });
    expect([rates.take('a', 10, limit), rates.take('a', 1, limit), rates.take('b', 10, limit)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('forgets full buckets first when there are too many', () => {
    let nowMs = 0;
    const rates = new RateLimiter({ monotonicMs: () => nowMs }, 8);
    for (let i = 0; i < 8; i++) rates.take(`k${i}`, 10, limit);
    nowMs = 1000;
    rates.take('k7', 10, limit);
    rates.take('new', 1, limit);
    expect(rates.size).toBe(2);
    expect(rates.take('k7', 1, limit)).toBe(false);
  });

  test('stays within its bound when none is full', () => {
    const rates = new RateLimiter({ monotonicMs: () => 0 }, 8);
    for (let i = 0; i < 100; i++) rates.take(`k${i}`, 10, limit);
    expect(rates.size).toBeLessThanOrEqual(8);
  });
});
