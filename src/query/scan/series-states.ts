/** The accumulators of a part of a scan, to cross between threads: all numbers in one buffer. */
import { type AccumulatorState, sampleCount } from '../../logql/range-aggregation/accumulator.js';
import { Labels } from '../../model/labels.js';
import { pairsOf } from './entry-columns.js';
import type { SeriesTable } from './series-table.js';

export interface SeriesStates {
  readonly kind: AccumulatorState['kind'];
  /** The series' labels as JSON: for each, names and values by turns. */
  readonly labels: string;
  /**
   * For each series two numbers. Of cells: how many there are in all, and the first that is here. Of samples: how many
   * there are, and 0.
   */
  readonly shapes: Uint32Array<ArrayBuffer>;
  /** Where each series' numbers end. Cells: those from the first to the last that is not zero. Samples: times, values. */
  readonly ends: Float64Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
}

export function toStates(table: SeriesTable): SeriesStates {
  const labels: string[][] = [];
  const parts: Float64Array[] = [];
  const shapes = new Uint32Array(table.size * 2);
  const ends = new Float64Array(table.size);
  let kind: AccumulatorState['kind'] = 'cells';
  let end = 0;
  for (const series of table.all()) {
    const i = labels.push(series.labels.pairs.flat()) - 1;
    const state = series.accumulator.state();
    kind = state.kind;
    if (state.kind === 'cells') {
      const [first, behind] = touched(state.cells);
      shapes[i * 2] = state.cells.length;
      shapes[i * 2 + 1] = first;
      parts.push(state.cells.subarray(first, behind));
      end += behind - first;
    } else {
      const count = sampleCount(state.runs);
      shapes[i * 2] = count;
      for (const { timesNs } of state.runs) parts.push(timesNs);
      for (const { values } of state.runs) parts.push(values);
      end += 2 * count;
    }
    ends[i] = end;
  }
  const numbers = new Float64Array(end);
  let at = 0;
  for (const part of parts) {
    numbers.set(part, at);
    at += part.length;
  }
  return { kind, labels: JSON.stringify(labels), shapes, ends, numbers };
}

/** A task sees a short time as a rule: most cells are empty. */
function touched(cells: Float64Array): readonly [first: number, behind: number] {
  let first = 0;
  let behind = cells.length;
  while (first < behind && Object.is(cells[first], 0)) first++;
  while (behind > first && Object.is(cells[behind - 1], 0)) behind--;
  return [first, behind];
}

export const stateArrayBuffers = ({ shapes, ends, numbers }: SeriesStates): ArrayBuffer[] =>
  [shapes, ends, numbers].map(({ buffer }) => buffer);

/** Puts what another thread gathered behind what the table has; one series at each step of the iteration. */
export function* mergeStates(states: SeriesStates, into: SeriesTable): Generator<void> {
  const { kind, shapes, ends, numbers } = states;
  let scratch = new Float64Array(0);
  let start = 0;
  const labels = JSON.parse(states.labels) as string[][];
  for (const [i, flat] of labels.entries()) {
    const accumulator = into.named(new Labels(pairsOf(flat)));
    const end = ends[i] as number;
    const length = shapes[i * 2] as number;
    if (kind === 'cells') {
      const first = shapes[i * 2 + 1] as number;
      if (scratch.length !== length) scratch = new Float64Array(length);
      scratch.set(numbers.subarray(start, end), first);
      accumulator.mergeState({ kind, cells: scratch });
      scratch.fill(0, first, first + end - start);
    } else {
      const timesNs = numbers.subarray(start, start + length);
      accumulator.mergeState({ kind, runs: [{ timesNs, values: numbers.subarray(start + length, end) }] });
    }
    start = end;
    yield;
  }
}
