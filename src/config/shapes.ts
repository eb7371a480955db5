/** The values of options that have parts, and how a YAML of the running configuration shows them. */
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

export interface StreamPeriod {
  readonly selector: string;
  readonly priority: number;
  /** Milliseconds. */
  readonly period: number;
}

export interface BlockedQuery {
  readonly pattern: string;
  readonly regex: boolean;
  readonly hash: number;
  /** Comma-separated. */
  readonly types: string;
}

export interface Attributes {
  readonly action: 'index_label' | 'structured_metadata' | 'drop';
  readonly attributes: readonly string[];
  readonly regex: string;
}
export interface ResourceAttributes {
  readonly ignore_defaults: boolean;
  readonly attributes_config: readonly Attributes[];
}

export const printSchema = (periods: readonly SchemaPeriod[]): Plain =>
  periods.map(({ index, ...period }) => ({ ...period, index: { prefix: index.prefix, period: printPromDuration(index.period) } }));

export const printPeriods = (periods: readonly StreamPeriod[]): Plain =>
  periods.map(({ selector, priority, period }) => ({ selector, priority, period: printPromDuration(period) }));

export const printAttributes = (rows: readonly Attributes[]): Plain =>
  rows.map(({ action, attributes, regex }) => (regex === '' ? { action, attributes } : { action, regex }));

export const printOtlp = ({ ignore_defaults, attributes_config }: ResourceAttributes): Plain => ({
  ignore_defaults,
  attributes_config: printAttributes(attributes_config),
});
