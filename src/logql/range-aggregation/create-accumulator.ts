/** Range function → accumulator: the table of what can stand before a `[5m]`. */
import { invariant } from '../../errors.js';
import { NS_PER_SECOND } from '../../model/time.js';
import type { RangeOp } from '../syntax/ast.js';
import type { RangeAccumulator } from './accumulator.js';
import { AvgAccumulator } from './avg-over-time.js';
import { CountAccumulator, PresenceAccumulator } from './count-over-time.js';
import { EdgeAccumulator } from './first-last-over-time.js';
import { ExtremeAccumulator } from './min-max-over-time.js';
import { QuantileAccumulator } from './quantile-over-time.js';
import { RateCounterAccumulator } from './rate-counter.js';
import { DeviationAccumulator } from './stddev-over-time.js';
import { SumAccumulator } from './sum-over-time.js';
import type { WindowPlan } from './windows.js';

/**
 * An empty accumulator for one series. `param` is the φ of quantile_over_time, null for all others.
 * Samples are as the extractor gives them: 1 for counts and rates of lines, the line's length for bytes.
 * absent_over_time gathers presence; the engine turns it round once it knows all series.
 */
export function createAccumulator(op: RangeOp, plan: WindowPlan, param: number | null): RangeAccumulator {
  switch (op) {
    case 'count_over_time':
      return new CountAccumulator(plan);
    case 'absent_over_time':
      return new PresenceAccumulator(plan);
    case 'rate':
    case 'bytes_rate':
      return new SumAccumulator(plan, plan.rangeNs / NS_PER_SECOND);
    case 'sum_over_time':
    case 'bytes_over_time':
      return new SumAccumulator(plan, 1);
    case 'avg_over_time':
      return new AvgAccumulator(plan);
    case 'min_over_time':
      return new ExtremeAccumulator(plan, 'min');
    case 'max_over_time':
      return new ExtremeAccumulator(plan, 'max');
    case 'stddev_over_time':
      return new DeviationAccumulator(plan, 'stddev');
    case 'stdvar_over_time':
      return new DeviationAccumulator(plan, 'stdvar');
    case 'first_over_time':
      return new EdgeAccumulator(plan, 'first');
    case 'last_over_time':
      return new EdgeAccumulator(plan, 'last');
    case 'rate_counter':
      return new RateCounterAccumulator(plan);
    case 'quantile_over_time':
      invariant(param !== null, 'quantile_over_time without its parameter');
      return new QuantileAccumulator(plan, param);
  }
}
