/** The engine's only way to data. query/ implements it; tests implement it over arrays. */
import type { Labels } from '../../model/labels.js';
import type { Nanos, StepGrid, TimeRange } from '../../model/time.js';
import type { LineText, ResultLabels } from '../pipeline/pipeline-types.js';
import type { Grouping, LogExpr, RangeAggregationExpr } from '../syntax/ast.js';

export type Direction = 'forward' | 'backward';

export interface LogSelect {
  readonly expr: LogExpr;
  /** Half-open. */
  readonly range: TimeRange;
  readonly direction: Direction;
  /** At most so many entries over all streams. */
  readonly limit: number;
  /** 0, or the least distance between two entries of the answer (of all streams together, as Loki does). */
  readonly intervalNs: number;
}

export interface LogEntry {
  readonly ns: Nanos;
  readonly line: LineText;
  readonly labels: ResultLabels;
}

/** One series over the steps of a grid. */
export interface StepSeries {
  readonly labels: Labels;
  /** values[k] at grid.startNs + k * grid.stepNs; meaningful only where present[k] is 1. */
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

export interface RangeSelect {
  readonly expr: RangeAggregationExpr;
  readonly grid: StepGrid;
  /**
   * What a vector aggregation above allows to be grouped already while reading, as Loki does: `sum by (x) (rate(…))`
   * reads with grouping x. Null: nothing; then the expression's own grouping holds, if it has one. Never both.
   */
  readonly grouping: Grouping | null;
}

export interface Querier {
  /** In the asked direction; entries of equal times in the order of Loki. */
  selectLogs(select: LogSelect, signal: AbortSignal): Promise<readonly LogEntry[]>;
  /**
   * The range aggregation's value for each series at each step, windows being (t - range - offset, t - offset]. Series
   * are named once each, in any order, under the labels that the grouping leaves; those with __error__ keep all labels.
   * absent_over_time gives 1 where there are samples (createAccumulator does so): the engine turns it round.
   */
  selectRange(select: RangeSelect, signal: AbortSignal): Promise<readonly StepSeries[]>;
}
