import { expect, test } from 'vitest';
import { SpareTime } from '../../../src/ingest/head/spare-time.js';

/** A clock, and work of so many milliseconds. */
function world() {
  let nowMs = 1000;
  const spare = new SpareTime(() => nowMs);
  return {
    pass: (ms: number) => {
      nowMs += ms;
    },
    run: (ms: number) =>
      spare.run(() => {
        nowMs += ms;
      }),
  };
}

test('there is none at the start', () => {
  expect(world().run(1)).toBe(false);
});

test('work takes a sixth of the time, over the long run', () => {
  const { pass, run } = world();
  let workMs = 0;
  for (let ms = 0; ms < 100_000; ms += 3) {
    pass(3);
    if (run(2)) workMs += 2;
  }
  // The time of the work itself passes, too.
  expect(workMs / (100_000 + workMs)).toBeCloseTo(1 / 6, 2);
});

test('what was saved is worked off in a burst, half a second at most', () => {
  const { pass, run } = world();
  pass(3_600_000);
  let runs = 0;
  while (run(11)) runs++;
  // A sixth of the burst is earned while it lasts.
  expect(runs).toBe(55);
});

test('work that takes longer than there is time for is made up for by waiting', () => {
  const { pass, run } = world();
  pass(6);
  expect(run(601)).toBe(true);
  pass(2900);
  expect(run(1)).toBe(false);
  pass(200);
  expect(run(1)).toBe(true);
});

test('work that fails costs what it took', () => {
  let nowMs = 0;
  const spare = new SpareTime(() => nowMs);
  nowMs = 80;
  const failing = () =>
    spare.run(() => {
      nowMs += 1000;
      throw new Error('no good');
    });
  expect(failing).toThrow('no good');
  expect(spare.run(() => undefined)).toBe(false);
});
