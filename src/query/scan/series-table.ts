/** The accumulators of a range aggregation by series. */
import type { StepSeries } from '../../logql/engine/querier.js';
import type { ResultLabels } from '../../logql/pipeline/pipeline-types.js';
import type { RangeAccumulator } from '../../logql/range-aggregation/accumulator.js';
import type { Labels } from '../../model/labels.js';

export interface SeriesAccumulator {
  readonly labels: Labels;
  readonly accumulator: RangeAccumulator;
}

/** Label sets are interned by the pipeline, so that most look-ups go by identity. */
export class SeriesTable {
  readonly #byLabels = new Map<ResultLabels, RangeAccumulator>();
  readonly #byText = new Map<string, SeriesAccumulator>();
  readonly #create: () => RangeAccumulator;

  constructor(create: () => RangeAccumulator) {
    this.#create = create;
  }

  of(labels: ResultLabels): RangeAccumulator {
    let accumulator = this.#byLabels.get(labels);
    if (accumulator === undefined) {
      accumulator = this.named(labels.all);
      this.#byLabels.set(labels, accumulator);
    }
    return accumulator;
  }

  named(labels: Labels): RangeAccumulator {
    let series = this.#byText.get(labels.text);
    if (series === undefined) {
      series = { labels, accumulator: this.#create() };
      this.#byText.set(labels.text, series);
    }
    return series.accumulator;
  }

  get size(): number {
    return this.#byText.size;
  }

  all(): Iterable<SeriesAccumulator> {
    return this.#byText.values();
  }
}

/** Adds the series' values by step to `into`. Yields between pieces of work. */
export function* finishSeries(table: SeriesTable, into: StepSeries[]): Generator<void> {
  for (const { labels, accumulator } of table.all()) {
    into.push({ labels, ...(yield* accumulator.finish()) });
    yield;
  }
}
