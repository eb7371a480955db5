/** The values of options that have parts, and how a YAML of the running configuration shows them. */
import type { OtlpAttributes, OtlpConfig, StreamRetention } from '../limits/limits.js';
import type { Plain } from './raw.js';
import { printPromDuration } from './units.js';

/** One period of `schema_config`. Our chunk format is the same whatever a period says; it is checked and shown. */
export interface SchemaPeriod {
  /** YYYY-MM-DD */
  readonly from: string;
  readonly store: string;
  readonly object_store: string;
  readonly schema: string;
  readonly index: IndexTables;
}
export interface IndexTables {
  readonly prefix: string;
  /** Milliseconds. */
  readonly period: number;
}

export const printSchema = (periods: readonly SchemaPeriod[]): Plain =>
  periods.map(({ index, ...period }) => ({
    ...period,
    index: { prefix: index.prefix, period: printPromDuration(index.period) },
  }));

export const printPeriods = (periods: readonly StreamRetention[]): Plain =>
  periods.map(({ selector, priority, period }) => ({ selector, priority, period: printPromDuration(period) }));

export const printAttributes = (rows: readonly OtlpAttributes[]): Plain =>
  rows.map(({ action, attributes, regex }) => (regex === '' ? { action, attributes } : { action, regex }));

export const printResourceAttributes = ({
  ignore_defaults,
  attributes_config,
}: OtlpConfig['resource_attributes']): Plain => ({
  ignore_defaults,
  attributes_config: printAttributes(attributes_config),
});
