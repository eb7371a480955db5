import { afterEach, describe, expect, test, vi } from 'vitest';
import { ApiError } from '../../../src/errors.js';
import {
  type FromWorker,
  QueryControl,
  type QueryMessage,
  type TaskMessage,
  type ToWorker,
} from '../../../src/query/scan/scan-messages.js';
import { type PooledScan, type PoolOptions, ScanPool } from '../../../src/query/scan/scan-pool.js';
import type { ScanThread } from '../../../src/query/scan/scan-thread.js';

/** A thread whose answers the test gives. */
class ManualThread implements ScanThread {
  readonly sent: ToWorker[] = [];
  isTerminated = false;
  isReferenced = true;
  readonly #listeners = new Map<string, ((value: never) => void)[]>();

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }
  emit(event: 'message' | 'error' | 'exit', value: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }
  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }
  ref(): void {
    this.isReferenced = true;
  }
  unref(): void {
    this.isReferenced = false;
  }
  async terminate(): Promise<void> {
    this.isTerminated = true;
    this.emit('exit', 1);
  }

  get tasks(): TaskMessage[] {
    return this.sent.filter((message) => message.kind === 'task');
  }
  /** Answers the last task. */
  answer(message: Partial<FromWorker> = {}): void {
    const { query, task } = this.tasks.at(-1) as TaskMessage;
    const counters = { headLines: 0, headBytes: 0, storedLines: 0, storedBytes: 0, postFilterLines: 0 };
    this.emit('message', { kind: 'logs', query, task, counters, damages: [], ...message });
  }
}

const pools: ScanPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

function pooled(options: Partial<PoolOptions> = {}) {
  const threads: ManualThread[] = [];
  const start = (): ScanThread => {
    const thread = new ManualThread();
    threads.push(thread);
    return thread;
  };
  const pool = new ScanPool({ start, threadsMax: 2, ...options });
  pools.push(pool);
  return { pool, threads };
}

/** A scan that notes which tasks it was given results of. */
function scanOf(taskCount: number, changes: Partial<PooledScan> = {}) {
  const accepted: number[] = [];
  const scan: PooledScan = {
    spec: { kind: 'logs', text: '{a="b"}', range: { start: 0n, end: 1n }, direction: 'forward', limit: 10 },
    taskCount,
    task: () => ({ streams: [], blocks: [] }),
    lane: (index) => index,
    accept: ({ task }) => void accepted.push(task),
    isDone: () => false,
    ...changes,
  };
  return { scan, accepted };
}

const never = new AbortController().signal;
/** Lets everything that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
/** What a thread shares with the query that it was told of first. */
function controlOf(thread: ManualThread | undefined): QueryControl {
  const told = thread?.sent[0] as QueryMessage;
  return new QueryControl(told.control);
}
const tasksOf = (threads: readonly ManualThread[]) => threads.map(({ tasks }) => tasks.map(({ task }) => task));

describe('the scan pool', () => {
  test('starts no thread before there is a task, and none for a scan without tasks', async () => {
    const { pool, threads } = pooled();
    await pool.run(scanOf(0).scan, never);
    expect(threads).toHaveLength(0);
    expect(pool.threadCount).toBe(0);
  });

  test('starts no more threads than there are tasks', async () => {
    const { pool, threads } = pooled();
    const run = pool.run(scanOf(1).scan, never);
    expect(threads).toHaveLength(1);
    threads[0]?.answer();
    await run;
  });

  test('tells a thread of the query before its first task, and of its end', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const run = pool.run(scanOf(2).scan, never);
    threads[0]?.answer();
    await settle();
    threads[0]?.answer();
    await run;
    expect(threads[0]?.sent.map(({ kind }) => kind)).toEqual(['query', 'task', 'task', 'end']);
  });

  test('gives results back in the order of the tasks, however they come', async () => {
    const { pool, threads } = pooled();
    const { scan, accepted } = scanOf(2);
    const run = pool.run(scan, never);
    await settle();
    threads[1]?.answer();
    await settle();
    expect(accepted).toEqual([]);
    threads[0]?.answer();
    await run;
    expect(accepted).toEqual([0, 1]);
  });

  test('works no more than four tasks a thread ahead of the result that is waited for', async () => {
    const { pool, threads } = pooled();
    const run = pool.run(scanOf(100).scan, never);
    await settle();
    for (let i = 0; i < 30; i++) {
      threads[1]?.answer();
      await settle();
    }
    expect(threads[0]?.tasks).toHaveLength(1);
    expect(threads[1]?.tasks).toHaveLength(7);
    const failed = expect(run).rejects.toThrow('the server is stopping');
    await pool.close();
    await failed;
  });

  test('gives a task to the thread of its lane when that is free, else to any', async () => {
    const { pool, threads } = pooled();
    const lanes = [0, 0, 1, 0, 1];
    const run = pool.run(scanOf(5, { lane: (index) => lanes[index] as number }).scan, never);
    await settle();
    expect(tasksOf(threads)).toEqual([[0], [2]]);
    threads[1]?.answer();
    expect(tasksOf(threads)).toEqual([[0], [2, 4]]);
    threads[1]?.answer();
    expect(tasksOf(threads)).toEqual([[0], [2, 4, 1]]);
    threads[0]?.answer();
    threads[1]?.answer();
    await settle();
    threads[0]?.answer();
    await run;
  });

  test('serves queries in turn', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const first = pool.run(scanOf(3).scan, never);
    const second = pool.run(scanOf(2).scan, never);
    for (let i = 0; i < 5; i++) {
      threads[0]?.answer();
      await settle();
    }
    await Promise.all([first, second]);
    expect(threads[0]?.tasks.map(({ query, task }) => `${query}/${task}`)).toEqual(['1/0', '2/0', '1/1', '2/1', '1/2']);
  });

  test('stops when the scan is done, and tells the threads to stop', async () => {
    const { pool, threads } = pooled();
    let isDone = false;
    const { scan, accepted } = scanOf(50, { isDone: () => isDone });
    const run = pool.run(scan, never);
    await settle();
    isDone = true;
    threads[0]?.answer();
    await run;
    expect(accepted).toEqual([0]);
    expect(tasksOf(threads)).toEqual([[0], [1]]);
    const control = controlOf(threads[1]);
    expect(control.isCancelled).toBe(true);
    threads[1]?.answer({ kind: 'cancelled' });
  });

  test('shares the time behind which nothing counts', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const run = pool.run(scanOf(1, { accept: (_message, control) => control.setLast(-5n) }).scan, never);
    const control = controlOf(threads[0]);
    expect(control.lastNs).toBeNull();
    threads[0]?.answer();
    await run;
    expect(control.lastNs).toBe(-5n);
  });

  test('fails with what accepting a result threw', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const refuse = async () => {
      throw new ApiError('too-large', 'too much');
    };
    const run = pool.run(scanOf(2, { accept: refuse }).scan, never);
    threads[0]?.answer();
    await expect(run).rejects.toThrow('too much');
  });

  test('fails with the error of a task, as it was', async () => {
    const { pool, threads } = pooled();
    const run = pool.run(scanOf(2).scan, never);
    await settle();
    threads[1]?.answer({ kind: 'failed', code: 'bad-request', message: 'no such thing', stack: 'far away' });
    await expect(run).rejects.toMatchObject({
      name: 'ApiError',
      status: 400,
      message: 'no such thing',
      stack: 'far away',
    });
    const second = pool.run(scanOf(1).scan, never);
    threads[1]?.answer({ kind: 'failed', code: null, message: 'invariant: broken', stack: '' });
    await expect(second).rejects.toThrow('invariant: broken');
  });

  test('fails when no thread can be started, and tries again with the next query', async () => {
    let isPossible = false;
    const thread = new ManualThread();
    const start = (): ScanThread => {
      if (!isPossible) throw new Error('no more threads');
      return thread;
    };
    const { pool } = pooled({ start });
    await expect(pool.run(scanOf(1).scan, never)).rejects.toThrow('no more threads');
    isPossible = true;
    const run = pool.run(scanOf(1).scan, never);
    thread.answer();
    await run;
  });

  test('fails a query whose task cannot be made, and goes on with the others', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const task = (): never => {
      throw new Error('no such file');
    };
    await expect(pool.run(scanOf(1, { task }).scan, never)).rejects.toThrow('no such file');
    const run = pool.run(scanOf(1).scan, never);
    threads[0]?.answer();
    await run;
  });
});

describe('a cancelled query', () => {
  test('rejects at once with the reason, and its thread is free again once it has seen it', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const cancelling = new AbortController();
    const run = pool.run(scanOf(5).scan, cancelling.signal);
    cancelling.abort(new ApiError('client-closed', 'gone'));
    await expect(run).rejects.toThrow('gone');
    const next = pool.run(scanOf(1).scan, never);
    expect(threads[0]?.tasks).toHaveLength(1);
    threads[0]?.answer({ kind: 'cancelled' });
    expect(threads[0]?.tasks).toHaveLength(2);
    threads[0]?.answer();
    await next;
    expect(pool.threadCount).toBe(1);
  });

  test('never begins when it was cancelled before', async () => {
    const { pool, threads } = pooled();
    await expect(pool.run(scanOf(1).scan, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    expect(threads).toHaveLength(0);
  });

  test('takes a thread with it that does not see it', async () => {
    vi.useFakeTimers();
    try {
      const { pool, threads } = pooled({ threadsMax: 1, stuckMs: 500 });
      const cancelling = new AbortController();
      const run = pool.run(scanOf(1).scan, cancelling.signal);
      cancelling.abort(new Error('gone'));
      await expect(run).rejects.toThrow('gone');
      const next = pool.run(scanOf(1).scan, never);
      await vi.advanceTimersByTimeAsync(499);
      expect(threads[0]?.isTerminated).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(threads[0]?.isTerminated).toBe(true);
      threads[1]?.answer();
      await next;
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a thread', () => {
  test('that dies over a task fails that query with its reason, and is replaced for the others', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const first = pool.run(scanOf(1).scan, never);
    const { scan, accepted } = scanOf(1);
    const second = pool.run(scan, never);
    const failed = expect(first).rejects.toMatchObject({ status: 500, message: 'a scan worker died: out of memory' });
    threads[0]?.emit('error', new Error('out of memory'));
    threads[0]?.emit('exit', 1);
    await failed;
    expect(pool.threadCount).toBe(1);
    threads[1]?.answer();
    await second;
    expect(accepted).toEqual([0]);
  });

  test('that dies while it waits harms nobody', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const first = pool.run(scanOf(1).scan, never);
    threads[0]?.answer();
    await first;
    threads[0]?.emit('exit', 1);
    expect(pool.threadCount).toBe(0);
    const second = pool.run(scanOf(1).scan, never);
    threads[1]?.answer();
    await second;
  });

  test('keeps the process alive only while it works', async () => {
    const { pool, threads } = pooled({ threadsMax: 1 });
    const run = pool.run(scanOf(1).scan, never);
    expect(threads[0]?.isReferenced).toBe(true);
    threads[0]?.answer();
    await run;
    expect(threads[0]?.isReferenced).toBe(false);
  });

  test('ends when it had nothing to do for a while', async () => {
    vi.useFakeTimers();
    try {
      const { pool, threads } = pooled({ threadsMax: 1, idleMs: 1000 });
      const run = pool.run(scanOf(2).scan, never);
      await vi.advanceTimersByTimeAsync(5000);
      expect(pool.threadCount).toBe(1);
      threads[0]?.answer();
      await vi.advanceTimersByTimeAsync(5000);
      threads[0]?.answer();
      await run;
      await vi.advanceTimersByTimeAsync(999);
      expect(pool.threadCount).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(pool.threadCount).toBe(0);
      expect(threads[0]?.isTerminated).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('closing the pool', () => {
  test('fails queries under way and later ones, and ends all threads', async () => {
    const { pool, threads } = pooled();
    const run = pool.run(scanOf(2).scan, never);
    await settle();
    const failed = expect(run).rejects.toMatchObject({ status: 503 });
    await pool.close();
    await failed;
    expect(threads.map(({ isTerminated }) => isTerminated)).toEqual([true, true]);
    expect(pool.threadCount).toBe(0);
    await expect(pool.run(scanOf(1).scan, never)).rejects.toThrow('the server is stopping');
    await pool.close();
  });
});
