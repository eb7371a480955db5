/** How long a stream is kept: `retention_stream` by priority, then `retention_period`, then the older table_manager's. */
import type { Limits } from '../limits/limits.js';
import { parseMatchers } from '../logql/syntax/parser.js';
import type { Labels } from '../model/labels.js';
import { matchFunction } from '../model/matcher.js';

export interface RetentionRules {
  /** Milliseconds; 0: for ever. */
  periodOf(labels: Labels): number;
  /** The shortest of all periods; 0 when nothing ever expires. */
  readonly shortestMs: number;
}

/** `fallbackMs` holds where the tenant has no period of its own. */
export function retentionRules(limits: Limits, fallbackMs: number): RetentionRules {
  const general = limits.retention_period > 0 ? limits.retention_period : fallbackMs;
  const streams = limits.retention_stream
    .map(({ selector, priority, period }) => {
      const tests = parseMatchers(selector).map((m) => ({ name: m.name, test: matchFunction(m) }));
      return { priority, period, matches: (labels: Labels) => tests.every(({ name, test }) => test(labels.get(name))) };
    })
    // Of equal priorities the shorter period wins, as in Loki.
    .sort((a, b) => b.priority - a.priority || a.period - b.period);
  const periods = [general, ...streams.map((s) => s.period)].filter((ms) => ms > 0);
  return {
    periodOf: (labels) => streams.find((s) => s.matches(labels))?.period ?? general,
    shortestMs: periods.length > 0 ? Math.min(...periods) : 0,
  };
}
