import { expect, test } from 'vitest';
import { SpareTime } from '../../../src/ingest/head/spare-time.js';

/** A clock, and work of so many milliseconds. */
function world() {
  let nowMs = 1000;
  let idleMs = 500;
  const spare = new SpareTime({ monotonicMs: () => nowMs, idleMs: () => idleMs });
  return {
    /** Nothing is done. */
    pass: (ms: number) => {
      nowMs += ms;
      idleMs += ms;
    },
    /** The thread is at other work. */
    work: (ms: number) => {
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

test('work takes a good third of the time when nothing else is done', () => {
  const { pass, run } = world();
  let workMs = 0;
  for (let ms = 0; ms < 100_000; ms += 3) {
    pass(3);
    if (run(2)) workMs += 2;
  }
  // Half of what is left by it, and an eighth of its own.
  expect(workMs / (100_000 + workMs)).toBeCloseTo(4 / 11, 2);
});

test('while queries keep the thread at work it takes an eighth of their time', () => {
  const { work, run } = world();
  let workMs = 0;
  for (let ms = 0; ms < 100_000; ms += 10) {
    work(10);
    while (run(1)) workMs++;
  }
  expect(workMs / (100_000 + workMs)).toBeCloseTo(1 / 8, 2);
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
  pass(12);
  expect(run(1)).toBe(false);
  pass(4);
  expect(run(1)).toBe(true);
});

test('what was saved is worked off in a burst, a hundredth of a second at most', () => {
  const { pass, run } = world();
  pass(3_600_000);
  let runs = 0;
  while (run(2)) runs++;
  expect(runs).toBe(6);
});

test('what was saved before entries came is not used while they come', () => {
  const { pass, run, busy } = world();
  pass(3_600_000);
  busy();
  expect(run(1)).toBe(false);
});

test('while entries come in it waits until there is time for as much as the last time', () => {
  const { pass, run, busy } = world();
  const msUntil = (ms: number): number => {
    for (let waitedMs = 0; ; waitedMs += 10) {
      pass(10);
      busy();
      if (run(ms)) return waitedMs;
    }
  };
  // Of the first it is not known what it takes: a twentieth of a second is the most that can be saved.
  expect(msUntil(4)).toBeCloseTo(50 * 50, -2);
  while (run(4));
  expect(msUntil(4)).toBeLessThanOrEqual(50 * 4);
});

test('work that takes longer than there is time for is made up for by waiting', () => {
  const { pass, run } = world();
  pass(4);
  expect(run(402)).toBe(true);
  pass(690);
  expect(run(1)).toBe(false);
  pass(20);
  expect(run(1)).toBe(true);
});

test('work that fails costs what it took', () => {
  let nowMs = 0;
  const spare = new SpareTime({ monotonicMs: () => nowMs, idleMs: () => nowMs });
  nowMs = 80;
  const failing = () =>
    spare.run(() => {
      nowMs += 1000;
      throw new Error('no good');
    });
  expect(failing).toThrow('no good');
  expect(spare.run(() => undefined)).toBe(false);
});
