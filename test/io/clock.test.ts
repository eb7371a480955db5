import { expect, test } from 'vitest';
import { systemClock } from '../../src/io/clock.js';
import { FakeClock } from '../helpers/fake-clock.js';

test('a clock that is moved runs timers in the order of their times', () => {
  const clock = new FakeClock(1000);
  const log: string[] = [];
  const note = (what: string) => () => log.push(`${what}@${clock.nowMs()}`);
  const stop = clock.every(10, note('ten'));
  clock.after(25, note('once'));
  clock.after(20, note('twenty'));
  clock.advance(9.5);
  expect(log).toEqual([]);
  clock.advance(20.5);
  expect(log).toEqual(['ten@1010', 'ten@1020', 'twenty@1020', 'once@1025', 'ten@1030']);
  stop();
  stop();
  clock.advance(100);
  expect([log.length, clock.pending, clock.nowNs(), clock.monotonicMs()]).toEqual([5, 0, 1_130_000_000n, 130]);
});

test('a timer may start and stop timers', async () => {
  const clock = new FakeClock(0);
  const log: number[] = [];
  const stop = clock.every(5, () => {
    log.push(clock.nowMs());
    clock.after(1, () => log.push(clock.nowMs()));
    if (log.length > 2) stop();
  });
  await clock.advanceAsync(100);
  expect(log).toEqual([5, 6, 10, 11]);
});

test('a jump of the wall clock moves no timer', () => {
  const clock = new FakeClock(0);
  let fired = 0;
  clock.after(10, () => fired++);
  clock.jumpTo(1_000_000);
  expect([fired, clock.nowMs(), clock.monotonicMs()]).toEqual([0, 1_000_000, 0]);
  clock.advance(10);
  expect([fired, clock.nowMs()]).toEqual([1, 1_000_010]);
});

test('the clock of the system tells the same time in all units, and its timers stop', async () => {
  const clock = systemClock();
  const before = clock.nowMs();
  const ns = clock.nowNs();
  expect(ns).toBeGreaterThanOrEqual(BigInt(before) * 1_000_000n);
  expect(ns).toBeLessThanOrEqual(BigInt(clock.nowMs()) * 1_000_000n);
  const later = clock.monotonicMs();
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(later);
  const fired: string[] = [];
  clock.after(1, () => fired.push('stopped'))();
  clock.after(2 ** 40, () => fired.push('far'))();
  await new Promise<void>((resolve) => {
    const stop = clock.every(1, () => {
      fired.push('every');
      stop();
      setImmediate(resolve);
    });
    // The timers of the clock do not keep the process alive; this one does.
    setTimeout(() => {}, 50);
  });
  expect(fired).toEqual(['every']);
});
