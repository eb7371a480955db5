/** At most `querier.max_concurrent` queries run at a time; others wait, each tenant in its turn. */
import { ApiError } from '../errors.js';
import type { TenantId } from '../model/tenant.js';

interface Waiting {
  readonly start: () => void;
}

export class QueryQueue {
  readonly #concurrentMax: number;
  readonly #waitingMax: number;
  #running = 0;
  /** By tenant, in the order in which they came; tenants take turns. */
  readonly #waiting = new Map<string, Waiting[]>();

  /** `waitingMax`: frontend.max_outstanding_per_tenant. */
  constructor(concurrentMax: number, waitingMax: number) {
    this.#concurrentMax = concurrentMax > 0 ? concurrentMax : Number.POSITIVE_INFINITY;
    this.#waitingMax = waitingMax > 0 ? waitingMax : Number.POSITIVE_INFINITY;
  }

  /** Resolves when the query may run, with what to call at its end. Rejects when too many wait, or with the signal. */
  async enter(tenants: readonly TenantId[], signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#running >= this.#concurrentMax) await this.#wait(tenants.join('|'), signal);
    this.#running++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#running--;
      this.#next();
    };
  }

  #wait(key: string, signal: AbortSignal): Promise<void> {
    const mine = this.#waiting.get(key) ?? [];
    if (mine.length >= this.#waitingMax) throw new ApiError('too-many-requests', 'too many outstanding requests');
    this.#waiting.set(key, mine);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = (): void => {
        mine.splice(mine.indexOf(waiting), 1);
        if (mine.length === 0) this.#waiting.delete(key);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      mine.push(waiting);
    });
  }

  /** The tenant that was served goes behind the others. */
  #next(): void {
    const [entry] = this.#waiting;
    if (entry === undefined) return;
    const [key, mine] = entry;
    const first = mine.shift() as Waiting;
    this.#waiting.delete(key);
    if (mine.length > 0) this.#waiting.set(key, mine);
    first.start();
  }
}
