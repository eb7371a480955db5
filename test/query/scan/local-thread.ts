/** A scan thread that is none: the worker's code on this thread, behind copies of messages as a real one would get. */
import { BlockCache } from '../../../src/chunks/block-cache.js';
import { BlockOpener } from '../../../src/chunks/block-opener.js';
import { nodeFileSystem } from '../../../src/io/node-file-system.js';
import type { FromWorker, ToWorker } from '../../../src/query/scan/scan-messages.js';
import type { ScanThread } from '../../../src/query/scan/scan-thread.js';
import { TaskRunner } from '../../../src/query/scan/task-runner.js';

export interface LocalThreadOptions {
  /** Called before a task is worked on: may throw to end the thread, or wait. */
  readonly before?: (message: ToWorker) => void | Promise<void>;
}

export class LocalThread implements ScanThread {
  readonly tasks: number[] = [];
  isTerminated = false;
  readonly #before: (message: ToWorker) => void | Promise<void>;
  readonly #opener = new BlockOpener(nodeFileSystem(), 8, new BlockCache(1024 * 1024));
  readonly #runner = new TaskRunner(this.#opener);
  readonly #listeners = {
    message: [] as ((m: FromWorker) => void)[],
    error: [] as ((e: Error) => void)[],
    exit: [] as ((c: number) => void)[],
  };
  #handled: Promise<void> = Promise.resolve();

  constructor({ before = () => undefined }: LocalThreadOptions = {}) {
    this.#before = before;
  }

  // biome-ignore lint/suspicious/noExplicitAny: one signature for the three events of ScanThread
  on(event: 'message' | 'error' | 'exit', listener: (value: any) => void): void {
    this.#listeners[event].push(listener);
  }

  postMessage(message: ToWorker): void {
    const copy = structuredClone(message);
    this.#handled = this.#handled.then(async () => {
      await new Promise(setImmediate);
      if (this.isTerminated) return;
      try {
        if (copy.kind === 'task') {
          this.tasks.push(copy.task);
          await this.#before(copy);
        }
        const answer = await this.#runner.handle(copy);
        if (answer === null || this.isTerminated) return;
        const received = structuredClone(answer.message, { transfer: [...answer.transfer] });
        await new Promise(setImmediate);
        for (const listener of this.#listeners.message) listener(received);
      } catch (error) {
        for (const listener of this.#listeners.error) listener(error as Error);
        await this.terminate();
      }
    });
  }

  ref(): void {}
  unref(): void {}

  async terminate(): Promise<void> {
    if (this.isTerminated) return;
    this.isTerminated = true;
    this.#opener.closeFiles();
    for (const listener of this.#listeners.exit) listener(1);
  }
}
