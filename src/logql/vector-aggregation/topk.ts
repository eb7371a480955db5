/** topk and bottomk: at each step the k best samples of each group, under their own labels. */

import type { StepGrid } from '../../model/time.js';
import type { StepSeries } from '../engine/querier.js';
import { atSteps } from '../engine/step-vector.js';
import type { Grouping } from '../syntax/ast.js';
import { groupSeries } from './group-key.js';
import { betterFirst, rankedAt } from './sort.js';

/**
 * Of equal samples the first series wins (Loki: any). NaN is the worst, in both. With a single step the series of a
 * group come best first.
 */
export function topk(
  op: 'topk' | 'bottomk',
  k: number,
  series: readonly StepSeries[],
  grouping: Grouping | null,
  grid: StepGrid,
): StepSeries[] {
  const compare = betterFirst(op === 'topk' ? 'descending' : 'ascending');
  return groupSeries(series, grouping).flatMap((group) => {
    const kept = group.series.map((one) => atSteps(one, new Uint8Array(grid.count)));
    for (let step = 0; step < grid.count; step++) {
      for (const one of best(kept, group.series, k, step, compare)) one.present[step] = 1;
    }
    const chosen = kept.filter((one) => one.present.includes(1));
    return grid.count === 1 ? rankedAt(chosen, 0, compare) : chosen;
  });
}

/** The k best of `targets` whose sources are present, by a heap with the worst on top: n·log(k). */
function best(
  targets: readonly StepSeries[],
  sources: readonly StepSeries[],
  k: number,
  step: number,
  compare: (a: number, b: number) => number,
): StepSeries[] {
  const heap: StepSeries[] = [];
  const worse = (a: StepSeries, b: StepSeries): boolean =>
    compare(a.values[step] as number, b.values[step] as number) > 0;
  for (const [i, { present }] of sources.entries()) {
    if (!present[step]) continue;
    const candidate = targets[i] as StepSeries;
    if (heap.length < k) {
      heap.push(candidate);
      siftUp(heap, worse);
    } else if (worse(heap[0] as StepSeries, candidate)) {
      heap[0] = candidate;
      siftDown(heap, worse);
    }
  }
  return heap;
}

function siftUp<T>(heap: T[], above: (a: T, b: T) => boolean): void {
  let i = heap.length - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!above(heap[i] as T, heap[parent] as T)) return;
    [heap[i], heap[parent]] = [heap[parent] as T, heap[i] as T];
    i = parent;
  }
}

function siftDown<T>(heap: T[], above: (a: T, b: T) => boolean): void {
  let i = 0;
  for (;;) {
    let top = i;
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && above(heap[child] as T, heap[top] as T)) top = child;
    }
    if (top === i) return;
    [heap[i], heap[top]] = [heap[top] as T, heap[i] as T];
    i = top;
  }
}
