import { expect, test } from 'vitest';
import { goDuration, promDuration } from '../../src/model/duration.js';

for (const [ns, go, prom] of [
  [0, '0s', '0s'],
  [300e9, '5m0s', '5m'],
  [86_420e9, '24h0m20s', '1d20s'],
  [86_400e9, '24h0m0s', '1d'],
  [7 * 86_400e9, '168h0m0s', '1w'],
  [1.5e9, '1.5s', '1s500ms'],
  [5e6, '5ms', '5ms'],
  [1500, '1.5µs', '0s'],
  [-60e9, '-1m0s', '-1m'],
  [3_600e9, '1h0m0s', '1h'],
] as const) {
  test(`${ns} ns is ${go} to Go and ${prom} to Prometheus`, () => {
    expect(goDuration(ns)).toBe(go);
    expect(promDuration(ns)).toBe(prom);
  });
}
