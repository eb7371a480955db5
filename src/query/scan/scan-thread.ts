/** Starts the threads of the scan pool. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { FromWorker, ScanThreadData, ToWorker } from './scan-messages.js';

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

/** What a thread may hold. */
export interface ThreadMemory extends ScanThreadData {
  /** The JavaScript heap: past it the thread dies, and nothing else. */
  readonly heapMiBMax: number;
}

/**
 * For objects that live shortly. Small: the columns of blocks lie outside of the heap, and are given back only when the
 * few objects around them are collected.
 */
const youngMiBMax = 6;

/** `entry` is the file that the thread runs: see workerEntry. */
export const startScanThread = (entry: string, { heapMiBMax, cacheBytes }: ThreadMemory): ScanThread =>
  new SettlingWorker(entry, {
    name: 'skald-scan',
    workerData: { cacheBytes } satisfies ScanThreadData,
    resourceLimits: { maxOldGenerationSizeMb: heapMiBMax, maxYoungGenerationSizeMb: youngMiBMax },
  });

/**
 * V8 may still compile what a thread has run just now, on a thread of its own. Where the thread ends meanwhile, Node 20
 * aborts the whole process: "ForIsolate … Assertion failed: (data.first) != nullptr".
 */
const settleMs = 250;

/** Ends only when nothing was sent either way for a while. */
class SettlingWorker extends Worker {
  #lastMs = performance.now();

  constructor(entry: string, options: WorkerOptions) {
    super(entry, options);
    this.on('message', () => this.#touch());
  }

  #touch(): void {
    this.#lastMs = performance.now();
  }

  override postMessage(...args: Parameters<Worker['postMessage']>): void {
    this.#touch();
    super.postMessage(...args);
  }

  override async terminate(): Promise<number> {
    for (let left = this.#restMs(); left > 0; left = this.#restMs())
      await new Promise((resume) => setTimeout(resume, left));
    return super.terminate();
  }

  #restMs(): number {
    return this.#lastMs + settleMs - performance.now();
  }
}
