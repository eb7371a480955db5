/** A range aggregation, gathered by the pool. */
import type { RangeOp } from '../../logql/syntax/ast.js';
import { account, type PoolJob, taskBody, together } from './pooled-scan.js';
import type { ScanContext } from './scan-context.js';
import type { ScanItem } from './scan-item.js';
import type { SampleQuerySpec } from './scan-messages.js';
import { type SampleScan, scanSampleBlocks, seriesTableFor } from './scan-samples.js';
import { mergeStates } from './series-states.js';
import type { SeriesTable } from './series-table.js';
import { type PoolTask, splitTasks } from './split-tasks.js';

/** Functions for which the order of samples of equal times matters. */
const orderedOps: ReadonlySet<RangeOp> = new Set<RangeOp>(['first_over_time', 'last_over_time', 'rate_counter']);

/** Adds the samples of the items to the table: blocks in tasks by the pool, the rest here meanwhile. */
export async function poolSamples(
  items: readonly ScanItem[],
  scan: SampleScan,
  spec: SampleQuerySpec,
  table: SeriesTable,
  context: ScanContext,
  { pool, taskBytes, labelsOf, signal }: PoolJob,
): Promise<void> {
  const { needs } = scan.pipeline;
  const { tasks, here } = splitTasks(items, needs, orderedOps.has(scan.expr.op), taskBytes);
  const taskAt = (index: number): PoolTask => tasks[index] as PoolTask;
  const pooled = (either: AbortSignal): Promise<void> => {
    const { breathe } = context.under(either);
    return pool.run(
      {
        spec,
        taskCount: tasks.length,
        task: (index) => taskBody(taskAt(index), needs, labelsOf),
        lane: (index) => taskAt(index).lane,
        isDone: () => false,
        async accept(message) {
          account(message, context);
          if (message.kind !== 'samples') return;
          for (const _ of mergeStates(message.series, table)) await breathe();
        },
      },
      either,
    );
  };
  const seen = seriesTableFor(scan);
  await together(signal, pooled, (either) => scanSampleBlocks(here, scan, seen, context.under(either)));
  // Of a stream, the blocks for here come behind those of the tasks.
  for (const { labels, accumulator } of seen.all()) {
    table.named(labels).merge(accumulator);
    await context.breathe();
  }
}
