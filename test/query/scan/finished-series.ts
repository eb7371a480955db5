import type { StepSeries } from '../../../src/logql/engine/querier.js';
import { finishSeries, type SeriesTable } from '../../../src/query/scan/series-table.js';

/** The values of all series by step. */
export function finishedSeries(table: SeriesTable): readonly StepSeries[] {
  const series: StepSeries[] = [];
  for (const _ of finishSeries(table, series));
  return series;
}
