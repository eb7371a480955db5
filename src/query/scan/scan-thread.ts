/** Starts the threads of the scan pool. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from './scan-messages.js';

/** As much of a Worker as the pool uses. */
export interface ScanThread {
  postMessage(message: ToWorker, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: FromWorker) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  /** Whether the thread keeps the process alive. */
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** The entry beside this file: in a bundle, in compiled modules; null among sources, of which no thread can be made. */
export function workerEntry(): string | null {
  for (const name of ['scan-worker.cjs', 'worker.js']) {
    const path = fileURLToPath(new URL(name, import.meta.url));
    if (existsSync(path)) return path;
  }
  return null;
}

/** A worker whose JavaScript heap is bounded: past it the thread dies, and nothing else. */
export const startScanThread = (entry: string, heapMiBMax: number): ScanThread =>
  new Worker(entry, {
    name: 'skald-scan',
    resourceLimits: { maxOldGenerationSizeMb: heapMiBMax },
  });
