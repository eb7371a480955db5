/** The number that a row of a range aggregation gives: 1, the bytes of its line, or the value of a label. */
import type { RangeAggregationExpr, Unwrap } from '../syntax/ast.js';
import { ParseFailure, parseBytes, parseDurationSeconds, parseNumber } from './go-values.js';
import type { Program } from './program.js';

export const sampleExtractionError = 'SampleExtractionErr';

/** What a sample is: of `count` every row is 1. */
export type SampleKind = 'count' | 'bytes' | 'unwrap';

export function sampleKind({ op, unwrap }: RangeAggregationExpr): SampleKind {
  if (unwrap !== null) return 'unwrap';
  return op === 'bytes_over_time' || op === 'bytes_rate' ? 'bytes' : 'count';
}

/** The value of the program's current row; undefined when it gives no sample. */
export type UnwrapValue = () => number | undefined;

export const conversions = {
  none: parseNumber,
  bytes: parseBytes,
  duration: parseDurationSeconds,
  duration_seconds: parseDurationSeconds,
} as const;

/** A label that is no number gives a sample of 0 with an error, which the filters after unwrap may take out. */
export function unwrapValue(
  { label, conversion, filters }: Unwrap,
  program: Program,
  exactSizes: boolean,
): UnwrapValue {
  const { builder } = program.context;
  const slot = builder.slot(label);
  const convert = conversions[conversion];
  const stages = filters.map((filter) => program.compileFilter(filter, exactSizes)).filter((stage) => stage !== null);
  return () => {
    const text = builder.get(slot);
    if (text === undefined || text === '') return undefined;
    const converted = convert(text);
    let value = 0;
    if (converted instanceof ParseFailure) {
      builder.error = sampleExtractionError;
      builder.errorDetails = converted.reason;
    } else value = converted;
    for (const stage of stages) if (!stage.process(program.row)) return undefined;
    return value;
  };
}
