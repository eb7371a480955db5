/** A log query's entries, found by the pool. */
import { invariant } from '../../errors.js';
import { type EntryPlace, fromColumns } from './entry-columns.js';
import type { FirstEntries } from './first-entries.js';
import { LaterEntry, type LineReader } from './line-reader.js';
import { account, type PoolJob, taskBody, together } from './pooled-scan.js';
import type { ScanContext } from './scan-context.js';
import { blockPlaceOf, isBehind, type ScanItem } from './scan-item.js';
import { type LogScan, scanLogs } from './scan-logs.js';
import { type PoolTask, splitTasks } from './split-tasks.js';

/** Scans the items in their order, blocks in tasks by the pool, the rest here. `text`: the query, printed. */
export async function poolLogs(
  items: readonly ScanItem[],
  scan: LogScan,
  text: string,
  into: FirstEntries,
  context: ScanContext,
  { pool, taskBytes, labelsOf, signal }: PoolJob,
): Promise<void> {
  const { range, direction, limit } = scan;
  const { needs } = scan.pipeline;
  const backward = direction === 'backward';
  const { tasks, here } = splitTasks(items, needs, false, taskBytes);
  const taskAt = (index: number): PoolTask => tasks[index] as PoolTask;
  const pooled = (either: AbortSignal): Promise<void> =>
    pool.run(
      {
        spec: { kind: 'logs', text, range, direction, limit },
        taskCount: tasks.length,
        task: (index) => taskBody(taskAt(index), needs, labelsOf),
        lane: (index) => taskAt(index).lane,
        isDone: (index) => isBehind(taskAt(index).items[0] as ScanItem, into.lastNs, backward),
        accept(message, control) {
          account(message, context);
          if (message.kind !== 'logs') return;
          const later = laterEntries(taskAt(message.task), scan.reader);
          for (const entry of fromColumns(message.entries, later)) {
            const last = into.lastNs;
            if (last !== null && (backward ? entry.ns < last : entry.ns > last)) break;
            if (into.hasRoom && !(entry instanceof LaterEntry)) into.add(entry, entry.line.length);
            else into.add(later(entry), 0);
          }
          if (!into.hasRoom) control.leaveLines();
          if (into.lastNs !== null) control.setLast(into.lastNs);
        },
      },
      either,
    );
  await together(signal, pooled, async (either) => {
    await scanLogs(here, scan, into, context.under(either));
  });
}

/** Makes entries of a task's blocks whose lines are read again. */
function laterEntries({ items }: PoolTask, reader: LineReader): (entry: EntryPlace) => LaterEntry {
  const keyOf = (rank: number, blockPlace: number): string => `${rank}:${blockPlace}`;
  let byKey: ReadonlyMap<string, ScanItem> | null = null;
  return (entry) => {
    byKey ??= new Map(items.map((item) => [keyOf(item.rank, item.place), item]));
    const item = byKey.get(keyOf(entry.rank, blockPlaceOf(entry.place)));
    invariant(item !== undefined, 'the entries of a task are of its blocks');
    return new LaterEntry(reader, item, entry);
  };
}
