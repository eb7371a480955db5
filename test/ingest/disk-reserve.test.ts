import { expect, test } from 'vitest';
import { DiskReserve } from '../../src/ingest/disk-reserve.js';
import { MemoryFileSystem } from '../../src/io/memory-file-system.js';
import { FakeClock } from '../helpers/fake-clock.js';

const withFree = (free: () => number) => {
  const fs = new MemoryFileSystem();
  Object.defineProperty(fs, 'freeBytes', { value: free });
  const clock = new FakeClock();
  return { clock, reserve: new DiskReserve(fs, '/data/wal', clock, 1000) };
};

test('pushes pass while the reserve is free', () => {
  expect(() => withFree(() => 1000).reserve.check()).not.toThrow();
});

test('they are refused with a clear text below it', () => {
  const { reserve } = withFree(() => 999);
  expect(() => reserve.check()).toThrow(/the disk is full: .* MiB are free below \/data\/wal/);
});

test('and pass again soon after there is room', () => {
  let free = 0;
  const { clock, reserve } = withFree(() => free);
  expect(() => reserve.check()).toThrow();
  free = 5000;
  clock.advance(300);
  expect(() => reserve.check()).not.toThrow();
});
