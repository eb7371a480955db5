/** A Querier over arrays: samples are given, so that the engine is tested without parsers and pipelines. */
import type { LogSelect, Querier, RangeSelect, StepSeries } from '../../../src/logql/engine/querier.js';
import type { RangeAccumulator } from '../../../src/logql/range-aggregation/accumulator.js';
import { createAccumulator } from '../../../src/logql/range-aggregation/create-accumulator.js';
import { planWindows } from '../../../src/logql/range-aggregation/windows.js';
import { groupLabels } from '../../../src/logql/vector-aggregation/group-key.js';
import { Labels } from '../../../src/model/labels.js';
import { matchFunction } from '../../../src/model/matcher.js';
import { resultOf } from '../../helpers/result-of.js';

export interface GivenSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds after `originNs`, and values. */
  readonly samples: readonly (readonly [ms: number, value: number])[];
}

export const originNs = 1_767_247_200_000_000_000n;

export class ArrayQuerier implements Querier {
  readonly #given: readonly GivenSeries[];
  /** What the engine asked for, in order. */
  readonly rangeSelects: RangeSelect[] = [];
  readonly logSelects: LogSelect[] = [];

  constructor(given: readonly GivenSeries[]) {
    this.#given = given;
  }

  async selectLogs(select: LogSelect): Promise<readonly never[]> {
    this.logSelects.push(select);
    return [];
  }

  async selectRange(select: RangeSelect, signal: AbortSignal): Promise<readonly StepSeries[]> {
    signal.throwIfAborted();
    this.rangeSelects.push(select);
    const { expr, grid, grouping } = select;
    const plan = planWindows(grid, expr.rangeNs, expr.offsetNs);
    const tests = expr.log.matchers.map((m) => ({ name: m.name, test: matchFunction(m) }));
    const series = new Map<string, { labels: Labels; accumulator: RangeAccumulator }>();
    for (const { labels: record, samples } of this.#given) {
      if (!tests.every(({ name, test }) => test(record[name] ?? ''))) continue;
      const own = Labels.from(record);
      const group = grouping ?? expr.grouping;
      const labels = group === null || own.has('__error__') ? own : groupLabels(own, group);
      let one = series.get(labels.text);
      if (one === undefined) {
        one = { labels, accumulator: createAccumulator(expr.op, plan, expr.param) };
        series.set(labels.text, one);
      }
      for (const [ms, value] of samples) {
        const tNs = plan.rebase(originNs) + ms * 1e6;
        const bucket = plan.bucketOf(tNs);
        if (bucket >= 0) one.accumulator.add(bucket, tNs, expr.unwrap === null ? 1 : value);
      }
    }
    return [...series.values()].map(({ labels, accumulator }) => ({ labels, ...resultOf(accumulator.finish()) }));
  }
}
