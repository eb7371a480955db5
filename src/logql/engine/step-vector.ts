/**
 * What a sample expression gives: all its series over the grid, as columns. Loki evaluates step by step and stops at
 * the first step that fails; here a failure carries its step, and the earliest of an expression counts.
 */
import { Labels } from '../../model/labels.js';
import type { StepGrid } from '../../model/time.js';
import type { StepSeries } from './querier.js';

export interface StepVector {
  /** Two series may have equal labels (after label_replace, or `or`). */
  readonly series: readonly StepSeries[];
  /** Steps from here on mean nothing. */
  readonly failure: Failure | null;
}

export interface Failure {
  readonly step: number;
  readonly error: Error;
  /** Loki evaluated this side of an operator for all steps before the first step of the operator. */
  readonly isUpFront?: boolean;
}

/** Of the failures of an operator: one of a side that was evaluated up front, else the earliest. */
export const earliestOfOperator = (...failures: readonly (Failure | null)[]): Failure | null =>
  failures.find((failure) => failure?.isUpFront === true) ?? earliest(...failures);

/** The earliest; of those at one step the first given. */
export function earliest(...failures: readonly (Failure | null)[]): Failure | null {
  let first: Failure | null = null;
  for (const failure of failures) {
    if (failure !== null && (first === null || failure.step < first.step)) first = failure;
  }
  return first;
}

/** A new series with nothing present. */
export const emptySeries = (labels: Labels, { count }: StepGrid): StepSeries => ({
  labels,
  values: new Float64Array(count),
  present: new Uint8Array(count),
});

/** The same value at every step, without labels: `vector(1)`, and a literal over a range. */
export const constantSeries = (value: number, { count }: StepGrid): StepSeries => ({
  labels: Labels.empty,
  values: new Float64Array(count).fill(value),
  present: new Uint8Array(count).fill(1),
});

/** The first step at which the series has a value; -1 when it has none. */
export const firstStep = ({ present }: StepSeries): number => present.indexOf(1);

export const atSteps = (series: StepSeries, present: Uint8Array): StepSeries => ({
  labels: series.labels,
  values: series.values,
  present,
});
