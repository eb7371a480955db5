/** Operators between two vectors: arithmetic, comparisons, and, or, unless. */
import { ApiError, invariant } from '../../errors.js';
import type { StepGrid } from '../../model/time.js';
import type { ArithmeticOp, BinaryExpr, CompareOp } from '../syntax/ast.js';
import { arithmetic, comparison, isComparison } from './operators.js';
import type { StepSeries } from './querier.js';
import {
  atSteps,
  earliest,
  earliestOfOperator,
  emptySeries,
  type Failure,
  firstStep,
  type StepVector,
} from './step-vector.js';
import { Matching } from './vector-matching.js';

export function binaryOp(expr: BinaryExpr, left: StepVector, right: StepVector, grid: StepGrid): StepVector {
  const matching = new Matching(expr.matching);
  // Loki takes a step of the right side first: of two failures at one step the right one is told.
  const before = earliestOfOperator(right.failure, left.failure);
  switch (expr.op) {
    case 'and':
      return { series: overlapping(left.series, right.series, matching, grid, true), failure: before };
    case 'unless':
      return { series: overlapping(left.series, right.series, matching, grid, false), failure: before };
    case 'or': {
      const added = overlapping(right.series, left.series, matching, grid, false);
      return { series: [...left.series, ...added], failure: before };
    }
    default: {
      const { series, failure } = combine(expr.op, expr.bool, left.series, right.series, matching, grid);
      return { series, failure: earliestOfOperator(before, failure) };
    }
  }
}

/** The samples of `these` at steps where a matching series of `others` has (`wanted`) or has not a sample. */
function overlapping(
  these: readonly StepSeries[],
  others: readonly StepSeries[],
  matching: Matching,
  { count }: StepGrid,
  wanted: boolean,
): StepSeries[] {
  const covered = new Map<string, Uint8Array>();
  for (const { labels, present } of others) {
    const signature = matching.signature(labels);
    const steps = covered.get(signature);
    if (steps === undefined) covered.set(signature, present.slice());
    else for (let k = 0; k < count; k++) if (present[k]) steps[k] = 1;
  }
  const kept: StepSeries[] = [];
  for (const series of these) {
    const steps = covered.get(matching.signature(series.labels));
    if (steps === undefined) {
      if (!wanted) kept.push(series);
      continue;
    }
    kept.push(
      atSteps(
        series,
        series.present.map((p, k) => (p && (steps[k] === 1) === wanted ? 1 : 0)),
      ),
    );
  }
  return kept;
}

type Work = (left: number, right: number, into: StepSeries, step: number) => void;

function work(op: ArithmeticOp | CompareOp, bool: boolean): Work {
  const put = (into: StepSeries, step: number, value: number): void => {
    into.values[step] = value;
    into.present[step] = 1;
  };
  if (!isComparison(op)) {
    const f = arithmetic(op);
    return (l, r, into, step) => put(into, step, f(l, r));
  }
  const holds = comparison(op);
  if (bool) return (l, r, into, step) => put(into, step, Number(holds(l, r)));
  return (l, r, into, step) => {
    if (holds(l, r)) put(into, step, l);
  };
}

/**
 * Each sample of the "many" side (the left one, unless group_right) with the one sample of the other side that matches.
 * At any step, the "one" side may have one sample for each signature; the "many" side too, unless a group modifier
 * allows more, which then must differ in their result's labels.
 */
function combine(
  op: ArithmeticOp | CompareOp,
  bool: boolean,
  left: readonly StepSeries[],
  right: readonly StepSeries[],
  matching: Matching,
  grid: StepGrid,
): StepVector {
  const swapped = matching.group === 'right';
  const [manySide, oneSide] = swapped ? [right, left] : [left, right];
  const apply = work(op, bool);
  const ones = new Map<string, OneSide>();
  let duplicate: Failure | null = null;
  for (const [signature, group] of matching.bySignature(oneSide)) {
    const one = singleOwner(group, grid);
    ones.set(signature, one);
    if (one.duplicateStep >= 0) duplicate = earliest(duplicate, duplicateFailure(one.duplicateStep, swapped));
  }
  let ambiguous: Failure | null = null;
  const results: StepSeries[] = [];
  for (const [signature, group] of matching.bySignature(manySide)) {
    const one = ones.get(signature);
    if (one === undefined) continue;
    const taken = new Map<string, Uint8Array>();
    for (const many of group) {
      const made = new Map<StepSeries, StepSeries>();
      for (let k = 0; k < grid.count; k++) {
        if (!many.present[k]) continue;
        const owner = one.owners[k] as number;
        if (owner < 0) continue;
        const partner = one.series[owner];
        invariant(partner !== undefined, 'an owner that is no series');
        let into = made.get(partner);
        if (into === undefined) {
          into = emptySeries(matching.resultLabels(many.labels, partner.labels), grid);
          made.set(partner, into);
          results.push(into);
        }
        if (!claim(taken, matching.group === null ? '' : into.labels.text, k, grid)) {
          ambiguous = earliest(ambiguous, ambiguousFailure(k, matching.group !== null));
          break;
        }
        const m = many.values[k] as number;
        const o = partner.values[k] as number;
        if (swapped) apply(o, m, into, k);
        else apply(m, o, into, k);
      }
    }
  }
  return { series: results.filter((s) => firstStep(s) >= 0), failure: earliest(duplicate, ambiguous) };
}

interface OneSide {
  readonly series: readonly StepSeries[];
  /** Which of the series has the sample of step k; -1 when none has. */
  readonly owners: Int32Array;
  /** The first step at which two have one; -1 when there is none. */
  readonly duplicateStep: number;
}

function singleOwner(series: readonly StepSeries[], { count }: StepGrid): OneSide {
  const owners = new Int32Array(count).fill(-1);
  let duplicateStep = -1;
  for (const [i, { present }] of series.entries()) {
    for (let k = 0; k < count; k++) {
      if (!present[k]) continue;
      if (owners[k] === -1) owners[k] = i;
      else if (duplicateStep < 0 || k < duplicateStep) duplicateStep = k;
    }
  }
  return { series, owners, duplicateStep };
}

/** Marks step k as taken for a result name; false when it was. */
function claim(taken: Map<string, Uint8Array>, name: string, k: number, { count }: StepGrid): boolean {
  let steps = taken.get(name);
  if (steps === undefined) {
    steps = new Uint8Array(count);
    taken.set(name, steps);
  }
  if (steps[k]) return false;
  steps[k] = 1;
  return true;
}

function duplicateFailure(step: number, swapped: boolean): Failure {
  const side = swapped ? 'left' : 'right';
  return {
    step,
    error: new ApiError(
      'internal',
      `found duplicate series on the ${side} hand-side;many-to-many matching not allowed: matching labels must be unique on one side`,
    ),
  };
}

function ambiguousFailure(step: number, grouped: boolean): Failure {
  return {
    step,
    error: new ApiError(
      'internal',
      grouped
        ? 'multiple matches for labels: grouping labels must ensure unique matches'
        : 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    ),
  };
}
