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
    busy: () => spare.busy(),
    run: (ms: number) =>
      spare.run(() => {
        nowMs += ms;
      }),
  };
}

test('there is none at the start', () => {
  expect(world().run(1)).toBe(false);
});

test('work takes a quarter of the time when nothing else is done', () => {
  const { pass, run } = world();
  let workMs = 0;
  for (let ms = 0; ms < 100_000; ms += 3) {
    pass(3);
    if (run(2)) workMs += 2;
  }
  // The time of the work itself passes, too.
  expect(workMs / (100_000 + workMs)).toBeCloseTo(1 / 4, 2);
});

test('while entries come in it takes a fiftieth', () => {
  const { pass, run, busy } = world();
  let workMs = 0;
  for (let ms = 0; ms < 100_000; ms += 10) {
    pass(10);
    busy();
    if (run(2)) workMs += 2;
  }
  expect(workMs / (100_000 + workMs)).toBeCloseTo(1 / 50, 2);
});

test('it is quiet a tenth of a second after entries came', () => {
  const { pass, run, busy } = world();
  busy();
  pass(100);
  expect(run(10)).toBe(true); // Of the fiftieth; 8 ms have to be made up for.
  pass(20);
  expect(run(1)).toBe(false);
  pass(4);
  expect(run(1)).toBe(true);
});

test('what was saved is worked off in a burst, a twentieth of a second at most', () => {
  const { pass, run } = world();
  pass(3_600_000);
  let runs = 0;
  while (run(6)) runs++;
  // A quarter of the burst is earned while it lasts.
  expect(runs).toBe(12);
});

test('work that takes longer than there is time for is made up for by waiting', () => {
  const { pass, run } = world();
  pass(4);
  expect(run(401)).toBe(true);
  pass(1150);
  expect(run(1)).toBe(false);
  pass(60);
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
