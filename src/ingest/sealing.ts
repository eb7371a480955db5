/** When full blocks are encoded, and when they get columns of their fields: between pushes, and when there are none. */
import type { Clock, Stop } from '../io/clock.js';
import type { Head } from './head/head.js';
import type { Log } from './log.js';
import { Pace } from './pace.js';

/** Full blocks wait for the next free moment to be encoded, unless more than this waits. */
const fullBytesMax = 8 << 20;
/** What takes longer to encode, as the first blocks of a new process do, is followed by as much time for other work. */
const shortSealMs = 2;
/** Between two looks whether there is time for columns: as much as can be saved of it meanwhile. */
const fieldsLookMs = 20;
/** Columns can wait: a push that comes while they are made waits for one step of it. */
const fieldsWorkMs = 1;

export interface SealingOptions {
  readonly head: Head;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly log: Log;
}

export class Sealing {
  readonly #options: SealingOptions;
  readonly #fieldsPace: Pace;
  #isSealing = false;
  /** Waits until there is time for columns. */
  #stopFields: Stop | null = null;
  #isStopped = false;

  constructor(options: SealingOptions) {
    this.#options = options;
    this.#fieldsPace = new Pace(options.clock, fieldsWorkMs);
  }

  /** Called after each append. Encodes full blocks one by one, with other work between them, or at once when too much waits. */
  sealFull(): void {
    const { head } = this.#options;
    while (head.fullBytes > fullBytesMax) head.sealOne();
    this.#sealAfter(0);
  }

  #sealAfter(ms: number): void {
    const { head, clock, log } = this.#options;
    if (this.#isSealing || head.fullBytes === 0) return;
    this.#isSealing = true;
    const seal = (): void => {
      this.#isSealing = false;
      const beganMs = clock.monotonicMs();
      try {
        head.sealOne();
      } catch (error) {
        log('error', 'block cannot be sealed', { error });
      }
      this.#fieldsSoon();
      this.#sealAfter(clock.monotonicMs() - beganMs);
    };
    if (ms < shortSealMs) setImmediate(seal);
    else clock.after(ms, seal);
  }

  /** Encodes all that is full now; not what becomes full meanwhile: that may never end. */
  async sealDue(): Promise<void> {
    const { head, pace } = this.#options;
    for (let left = head.fullCount; left > 0 && head.sealOne(); left--) await pace.pause();
  }

  /** Looks now and then whether there is time for columns, as long as blocks wait for them. */
  #fieldsSoon(): void {
    const { head, clock, log } = this.#options;
    if (this.#stopFields !== null || !head.wantsFields || this.#isStopped) return;
    this.#stopFields = clock.after(fieldsLookMs, () => {
      this.addFields()
        .catch((error: unknown) => log('error', 'fields cannot be given columns', { error }))
        .finally(() => {
          this.#stopFields = null;
          this.#fieldsSoon();
        });
    });
  }

  /** As long as there is time for it. */
  async addFields(): Promise<void> {
    while (this.#options.head.addFields()) await this.#fieldsPace.pause();
  }

  /** Makes no more columns. Blocks that are full now are still encoded. */
  stop(): void {
    this.#isStopped = true;
    this.#stopFields?.();
  }
}
