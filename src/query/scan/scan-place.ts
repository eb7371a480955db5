/** Where scans run: on this thread, or from a number of bytes on in the pool. */
import { availableParallelism } from 'node:os';
import { heldBytesDefault } from './first-entries.js';
import { ScanPool } from './scan-pool.js';
import { startScanThread, workerEntry } from './scan-thread.js';
import { taskBytesDefault } from './split-tasks.js';

export interface ScanPoolOptions {
  /** 0: no pool. */
  readonly threadsMax?: number;
  /** Bytes to decode from which a scan goes to the pool; 0: every scan does. */
  readonly thresholdBytes?: number;
  /** About so many decoded bytes make a task. */
  readonly taskBytes?: number;
  /** Lines of an answer that are kept until it is sent. */
  readonly heldBytes?: number;
  /** A thread ends when it had nothing to do for so long. */
  readonly idleMs?: number;
  /** Bounds a thread's JavaScript heap. */
  readonly heapMiBMax?: number;
}

export interface ScanPlace {
  readonly pool: ScanPool | null;
  readonly thresholdBytes: number;
  readonly taskBytes: number;
  /** Lines of an answer that are kept until it is sent; the others are read again then. */
  readonly heldBytes: number;
}

/**
 * To start two threads takes 130 ms, and 200 ms of CPU, and half as much again until they run fast; a scan of this size
 * takes 300 ms here, in slices of 10 ms. See bench/micro/scan.mjs.
 */
const thresholdBytesDefault = 64 * 1024 * 1024;
/** For threads that run: they take half the time from here on, and are 4 ms late. */
const warmThresholdBytes = 8 * 1024 * 1024;
/** More would only wait for each other where blocks come from one disk. */
const threadsMaxDefault = 4;
/** Decoded blocks that all threads together keep for the next query: as many as this one. */
const threadCacheBytes = 64 * 1024 * 1024;
/** A query that gathers more than this takes down its thread, not the server. */
const heapMiBMaxDefault = 512;

/** One for each server; threads start with the first large scan. Close its pool at the end. */
export function openScanPlace(options: ScanPoolOptions = {}): ScanPlace {
  const entry = workerEntry();
  const threadsMax = options.threadsMax ?? Math.min(availableParallelism(), threadsMaxDefault);
  const { heapMiBMax = heapMiBMaxDefault, idleMs } = options;
  const pool =
    entry === null || threadsMax === 0
      ? null
      : new ScanPool({
          start: () => startScanThread(entry, { heapMiBMax, cacheBytes: Math.floor(threadCacheBytes / threadsMax) }),
          threadsMax,
          ...(idleMs !== undefined && { idleMs }),
        });
  return { ...inlinePlace, ...options, pool };
}

export const thresholdOf = ({ pool, thresholdBytes }: ScanPlace): number =>
  pool !== null && pool.threadCount > 0 ? Math.min(thresholdBytes, warmThresholdBytes) : thresholdBytes;

/** All on this thread. */
export const inlinePlace: ScanPlace = {
  pool: null,
  thresholdBytes: thresholdBytesDefault,
  taskBytes: taskBytesDefault,
  heldBytes: heldBytesDefault,
};
