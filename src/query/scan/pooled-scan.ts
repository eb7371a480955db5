/** What both kinds of scans on the pool share: their query as text, their tasks as messages, their counters. */
import { addressed } from '../../chunks/block-address.js';
import { invariant } from '../../errors.js';
import type { Expr } from '../../logql/syntax/ast.js';
import { queryBytesMax } from '../../logql/syntax/parser.js';
import { print } from '../../logql/syntax/printer.js';
import { DamageError } from '../../model/block-source.js';
import type { ColumnNeeds } from '../../model/column-needs.js';
import type { Labels } from '../../model/labels.js';
import { addCounters, type ScanContext } from './scan-context.js';
import type { LogsMessage, SamplesMessage, TaskMessage } from './scan-messages.js';
import type { ScanPool } from './scan-pool.js';
import type { PoolTask } from './split-tasks.js';

/** By whom and for whom a scan is done. */
export interface PoolJob {
  readonly pool: ScanPool;
  /** About so many decoded bytes make a task. */
  readonly taskBytes: number;
  readonly labelsOf: (rank: number) => Labels;
  readonly signal: AbortSignal;
}

/** The query for other threads; null when its text would be refused there for its length. */
export function crossingText(expr: Expr): string | null {
  const text = print(expr);
  return Buffer.byteLength(text) < queryBytesMax ? text : null;
}

/** A task as it is sent. */
export function taskBody(
  { items }: PoolTask,
  needs: ColumnNeeds,
  labelsOf: (rank: number) => Labels,
): Pick<TaskMessage, 'streams' | 'blocks'> {
  const streams = new Map<number, readonly string[]>();
  const blocks = items.map(({ block, head, rank, place }) => {
    if (!streams.has(rank)) streams.set(rank, labelsOf(rank).pairs.flat());
    const own = addressed(block);
    invariant(own !== null, 'a block in a task has an address');
    return { address: own.address(needs), head, rank, place };
  });
  return { streams: [...streams].map(([rank, labels]) => ({ rank, labels })), blocks };
}

/** Takes over what a task counted. */
export function account({ counters, damages }: LogsMessage | SamplesMessage, context: ScanContext): void {
  addCounters(context.counters, counters);
  for (const { file, offset, reason } of damages) context.damaged(new DamageError(file, offset, reason));
}

/** Both at once; when one fails, the other is cancelled, and has ended when this rejects. */
export async function together(
  signal: AbortSignal,
  first: (signal: AbortSignal) => Promise<void>,
  second: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failing = new AbortController();
  const either = failing.signal;
  const abort = (): void => failing.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  const outcomes = await Promise.allSettled(
    [first, second].map(async (part) => {
      try {
        await part(either);
      } catch (error) {
        failing.abort(error);
        throw error;
      }
    }),
  );
  signal.removeEventListener('abort', abort);
  // The first failure is the reason of the other's.
  if (outcomes.some(({ status }) => status === 'rejected')) throw either.reason;
}
