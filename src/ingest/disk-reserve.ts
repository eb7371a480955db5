/**
 * Keeps a little of the disk free, so that a full disk can still be emptied: queries, the index, retention and compaction
 * need some room of their own. Pushes are refused before the last of it is gone.
 */
import { ApiError } from '../errors.js';
import type { Clock } from '../io/clock.js';
import type { FileSystem } from '../io/file-system.js';

export const reserveBytesDefault = 16 * 1024 * 1024;
/** Asking the system costs some microseconds: not for each push. */
const askEveryMs = 250;

export class DiskReserve {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #reserveBytes: number;
  #askedMs = Number.NEGATIVE_INFINITY;
  #freeBytes = Number.POSITIVE_INFINITY;

  constructor(fs: FileSystem, folder: string, clock: Clock, reserveBytes: number = reserveBytesDefault) {
    this.#fs = fs;
    this.#folder = folder;
    this.#clock = clock;
    this.#reserveBytes = reserveBytes;
  }

  /** Throws when less than the reserve is free. */
  check(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#askedMs >= askEveryMs) {
      this.#askedMs = nowMs;
      this.#freeBytes = this.#fs.freeBytes(this.#folder);
    }
    if (this.#freeBytes >= this.#reserveBytes) return;
    const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
    throw new ApiError(
      'unavailable',
      `the disk is full: ${mib(this.#freeBytes)} MiB are free below ${this.#folder}, ${mib(this.#reserveBytes)} MiB are kept free\n`,
    );
  }
}
