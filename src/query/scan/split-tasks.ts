/** Cuts the blocks of a scan into tasks for the pool, and picks those that are better scanned where they are. */
import { addressed } from '../../chunks/block-address.js';
import type { ColumnNeeds } from '../../model/column-needs.js';
import { columnBytes, type ScanItem } from './scan-item.js';

export interface PoolTask {
  readonly items: readonly ScanItem[];
  /** The same for the same data, whatever the range of the query: a worker that had it may still have it decoded. */
  readonly lane: number;
}

export interface Split {
  readonly tasks: readonly PoolTask[];
  /** Blocks that other threads cannot read, or that are too small for the way there. */
  readonly here: readonly ScanItem[];
}

/** Sending a block costs some ten microseconds, in which this much is decoded and searched. */
const sentBytesMin = 8 * 1024;

/** Makes the sending of one task short, whatever its blocks. */
const taskBlocksMax = 128;

export const taskBytesDefault = 4 * 1024 * 1024;

/**
 * Both lists keep the order of the items. `keepStreams`: of each stream, the blocks for here must be the last ones (for
 * results that depend on their order).
 */
export function splitTasks(
  items: readonly ScanItem[],
  needs: ColumnNeeds,
  keepStreams: boolean,
  taskBytes: number = taskBytesDefault,
): Split {
  const tasks: PoolTask[] = [];
  const here: ScanItem[] = [];
  const streamsHere = new Set<number>();
  let run: ScanItem[] = [];
  let bytes = 0;
  let lane = 0;
  const cut = (): void => {
    if (run.length > 0) tasks.push({ items: run, lane });
    run = [];
    bytes = 0;
  };
  for (const item of items) {
    const block = addressed(item.block);
    const size = columnBytes(item, needs);
    // Of small tasks (in tests) small blocks are sent, too.
    if (block === null || size < Math.min(sentBytesMin, taskBytes) || (keepStreams && streamsHere.has(item.rank))) {
      here.push(item);
      if (keepStreams) streamsHere.add(item.rank);
      continue;
    }
    const hash = block.hash ?? 0;
    // Cut where the data says so, that the same query a minute later is cut at the same places.
    if ((bytes >= taskBytes / 2 && hash % 8 === 0) || bytes >= taskBytes || run.length >= taskBlocksMax) cut();
    if (run.length === 0) lane = hash;
    run.push(item);
    bytes += size;
  }
  cut();
  return { tasks, here };
}
