/** The functions of metric queries: what each takes and allows. The parser and the docs read these tables. */
import type { RangeOp, Unwrap, VectorOp } from './syntax/ast.js';

export interface RangeFunction {
  /** A number before the range: `quantile_over_time(0.99, …)`. */
  readonly param: 'required' | 'none';
  /** May (or must) the range end in `| unwrap label`? */
  readonly unwrap: 'required' | 'allowed' | 'forbidden';
  /** May `by (…)` or `without (…)` follow? */
  readonly grouping: boolean;
  readonly description: string;
}

const range = (
  unwrap: RangeFunction['unwrap'],
  grouping: boolean,
  description: string,
  param: RangeFunction['param'] = 'none',
): RangeFunction => ({ param, unwrap, grouping, description });

export const rangeFunctions: ReadonlyMap<RangeOp, RangeFunction> = new Map<RangeOp, RangeFunction>([
  ['rate', range('allowed', false, 'entries, or the sum of unwrapped values, per second')],
  ['rate_counter', range('required', false, 'increase of an unwrapped counter per second')],
  ['count_over_time', range('forbidden', false, 'number of entries')],
  ['bytes_rate', range('forbidden', false, 'bytes of the lines per second')],
  ['bytes_over_time', range('forbidden', false, 'bytes of the lines')],
  ['absent_over_time', range('allowed', false, '1 where the range has no entry')],
  ['sum_over_time', range('required', false, 'sum of the unwrapped values')],
  ['avg_over_time', range('required', true, 'mean of the unwrapped values')],
  ['min_over_time', range('required', true, 'smallest unwrapped value')],
  ['max_over_time', range('required', true, 'largest unwrapped value')],
  ['stddev_over_time', range('required', true, 'population standard deviation of the unwrapped values')],
  ['stdvar_over_time', range('required', true, 'population variance of the unwrapped values')],
  ['quantile_over_time', range('required', true, 'φ-quantile of the unwrapped values', 'required')],
  ['first_over_time', range('required', true, 'first unwrapped value')],
  ['last_over_time', range('required', true, 'last unwrapped value')],
]);

export interface VectorOperator {
  /** A whole number before the vector: `topk(10, …)`. */
  readonly param: 'required' | 'none';
  readonly grouping: boolean;
  readonly description: string;
}

export const vectorOperators: ReadonlyMap<VectorOp, VectorOperator> = new Map<VectorOp, VectorOperator>([
  ['sum', { param: 'none', grouping: true, description: 'sum of the values' }],
  ['avg', { param: 'none', grouping: true, description: 'mean of the values' }],
  ['min', { param: 'none', grouping: true, description: 'smallest value' }],
  ['max', { param: 'none', grouping: true, description: 'largest value' }],
  ['count', { param: 'none', grouping: true, description: 'number of series' }],
  ['stddev', { param: 'none', grouping: true, description: 'population standard deviation of the values' }],
  ['stdvar', { param: 'none', grouping: true, description: 'population variance of the values' }],
  ['topk', { param: 'required', grouping: true, description: 'the k series with the largest values' }],
  ['bottomk', { param: 'required', grouping: true, description: 'the k series with the smallest values' }],
  ['approx_topk', { param: 'required', grouping: false, description: 'about the k series with the largest values' }],
  ['sort', { param: 'none', grouping: false, description: 'the series in rising order of their values' }],
  ['sort_desc', { param: 'none', grouping: false, description: 'the series in falling order of their values' }],
]);

/** `| unwrap bytes(size)`: how the label's text becomes a number. */
export const unwrapConversions: ReadonlyMap<Exclude<Unwrap['conversion'], 'none'>, string> = new Map([
  ['bytes', 'a size such as 5KB, as bytes'],
  ['duration', 'a duration such as 1m30s, as seconds'],
  ['duration_seconds', 'a duration such as 1m30s, as seconds'],
] as const);
