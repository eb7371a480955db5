/** Where scans run: on this thread, or from a number of bytes on in the pool. */
import { availableParallelism } from 'node:os';
import { ScanPool } from './scan-pool.js';
import { startScanThread, workerEntry } from './scan-thread.js';
import { taskBytesDefault } from './split-tasks.js';

export interface ScanPoolOptions {
  /** 0: no pool. */
  readonly threadsMax?: number;
  /** Decoded bytes from which a scan goes to the pool; 0: every scan does. */
  readonly thresholdBytes?: number;
  /** About so many decoded bytes make a task. */
  readonly taskBytes?: number;
  /** A thread ends when it had nothing to do for so long. */
  readonly idleMs?: number;
  /** Bounds a thread's JavaScript heap. */
  readonly heapMiBMax?: number;
}

export interface ScanPlace {
  readonly pool: ScanPool | null;
  readonly thresholdBytes: number;
  readonly taskBytes: number;
}

/** A scan of this size takes as long here as a thread takes to start: see bench/micro/scan.mjs. */
const thresholdBytesDefault = 16 * 1024 * 1024;
/** More would only wait for each other where blocks come from one disk. */
const threadsMaxDefault = 4;
const heapMiBMaxDefault = 256;

/** One for each server; threads start with the first large scan. Close its pool at the end. */
export function openScanPlace(options: ScanPoolOptions = {}): ScanPlace {
  const entry = workerEntry();
  const threadsMax = options.threadsMax ?? Math.min(availableParallelism(), threadsMaxDefault);
  const { heapMiBMax = heapMiBMaxDefault, idleMs } = options;
  const pool =
    entry === null || threadsMax === 0
      ? null
      : new ScanPool({
          start: () => startScanThread(entry, heapMiBMax),
          threadsMax,
          ...(idleMs !== undefined && { idleMs }),
        });
  return { ...inlinePlace, ...options, pool };
}

/** All on this thread. */
export const inlinePlace: ScanPlace = {
  pool: null,
  thresholdBytes: thresholdBytesDefault,
  taskBytes: taskBytesDefault,
};
