/** A metric query fails as a whole when an entry that its pipeline could not process reaches a window. */
import { ApiError } from '../../errors.js';
import type { Labels } from '../../model/labels.js';
import { compareLabels } from './label-order.js';
import type { StepSeries } from './querier.js';
import { type Failure, firstStep } from './step-vector.js';

/** The earliest step at which a series with __error__ has samples, unless __preserve_error__="true" asks to keep it. */
export function pipelineFailure(all: readonly StepSeries[]): Failure | null {
  let step = Infinity;
  let labels: Labels | null = null;
  for (const series of all) {
    if (!series.labels.has('__error__') || series.labels.get('__preserve_error__') === 'true') continue;
    const first = firstStep(series);
    if (first < 0 || first > step) continue;
    if (labels === null || first < step || compareLabels(series.labels, labels) < 0) labels = series.labels;
    step = first;
  }
  return labels === null ? null : { step, error: pipelineError(labels) };
}

function pipelineError(labels: Labels): ApiError {
  const type = labels.get('__error__');
  return new ApiError(
    'bad-request',
    `pipeline error: '${type}' for series: '${labels.text}'.\n` +
      `Use a label filter to intentionally skip this error. (e.g | __error__!="${type}").\n` +
      'To skip all potential errors you can match empty errors.(e.g __error__="")\n' +
      'The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n',
  );
}
