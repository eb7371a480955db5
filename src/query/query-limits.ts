/** What the limits of a tenant say of a query before it is run. Texts: Loki's, recorded in configured/limits. */
import { ApiError } from '../errors.js';
import type { BlockedQuery, Limits } from '../limits/limits.js';
import type { Expr, LogExpr } from '../logql/syntax/ast.js';
import { goDuration, promDuration } from '../model/duration.js';
import { compileRegex } from '../model/regex.js';
import type { Nanos, TimeRange } from '../model/time.js';
import { logSelectors } from './log-selectors.js';
import { bad } from './params.js';

const nsPerMs = 1e6;

/** Of several tenants the smallest positive limit holds, as in Loki. */
export function strictest(all: readonly Limits[]): Limits {
  const [first, ...rest] = all;
  if (first === undefined) throw new ApiError('no-org-id', 'no org id\n');
  const strict: Record<string, unknown> = {
    ...first,
    blocked_queries: all.flatMap((limits) => limits.blocked_queries),
  };
  for (const limits of rest) {
    for (const [key, value] of Object.entries(limits)) {
      const mine = strict[key];
      if (typeof value !== 'number' || typeof mine !== 'number' || value <= 0) continue;
      if (mine <= 0 || value < mine) strict[key] = value;
    }
  }
  return strict as unknown as Limits;
}

export type QueryType = 'limited' | 'filter' | 'metric';

/** Loki's three kinds: log queries without stages, with stages, and metric queries. */
export const queryType = (expr: Expr): QueryType =>
  expr.kind !== 'log' ? 'metric' : expr.stages.length > 0 ? 'filter' : 'limited';

/** Throws when a row of `blocked_queries` names the query: by its text, a regular expression, or a hash; by its type. */
export function refuseBlocked(query: string, expr: Expr, { blocked_queries }: Limits): void {
  for (const row of blocked_queries) {
    if (!names(row, query)) continue;
    const types = row.types
      .split(',')
      .map((t) => t.trim())
      .filter(Boolean);
    if (types.length === 0 || types.includes(queryType(expr))) throw bad('query blocked by policy');
    return; // the first row that names it decides
  }
}

function names({ hash, pattern, regex }: BlockedQuery, query: string): boolean {
  if (hash > 0) return hash === fnv32(query);
  if (pattern === '' || pattern.trim() === query.trim()) return true;
  return regex && compileRegex(pattern, { anchored: false }).test(query);
}

/** FNV-1a, as Loki logs it with each query (`query_hash`). */
export function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Checks what the limits say of a query; the range as max_query_lookback leaves it, null when nothing is left of it. */
export function withinLimits(
  expr: Expr,
  asked: TimeRange,
  limit: number,
  limits: Limits,
  { nowNs, lookBackMs }: { readonly nowNs: () => Nanos; readonly lookBackMs: number },
): TimeRange | null {
  if (expr.kind === 'log') checkEntriesLimit(limit, limits);
  let range = asked;
  if (limits.max_query_lookback > 0) {
    const oldest = nowNs() - BigInt(Math.round(limits.max_query_lookback * nsPerMs));
    if (range.end < oldest) return null;
    if (range.start < oldest) range = { start: oldest, end: range.end };
  }
  checkLength(Number(range.end - range.start), limits);
  for (const log of logSelectors(expr)) checkSelector(log.expr, limits);
  for (const { aggregation } of logSelectors(expr)) {
    if (aggregation === null) {
      // Loki counts the look-back period in, for range queries too (observed in 3.7.6).
      checkLength(Number(range.end - range.start) + lookBackMs * nsPerMs, limits);
      continue;
    }
    if (limits.max_query_range > 0 && aggregation.rangeNs > limits.max_query_range * nsPerMs) {
      throw bad(
        `[interval] value exceeds limit: [${promDuration(aggregation.rangeNs)}] > [${promDuration(limits.max_query_range * nsPerMs)}]`,
      );
    }
    checkLength(Number(range.end - range.start) + aggregation.rangeNs, limits);
  }
  return range;
}

export function checkEntriesLimit(limit: number, { max_entries_limit_per_query: max }: Limits): void {
  if (max > 0 && limit > max)
    throw bad(`max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${max})`);
}

function checkLength(lengthNs: number, limits: Limits): void {
  if (limits.max_query_length > 0 && lengthNs > limits.max_query_length * nsPerMs) {
    throw bad(
      `the query time range exceeds the limit (query length: ${goDuration(lengthNs)}, limit: ${promDuration(limits.max_query_length * nsPerMs)})`,
    );
  }
}

function checkSelector({ matchers }: LogExpr, limits: Limits): void {
  const names = matchers.map((m) => m.name);
  const missing = limits.required_labels.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw bad(
      `stream selector is missing required matchers [${missing.join(', ')}], labels present in the query were [${names.join(', ')}]`,
    );
  }
  if (limits.minimum_labels_number > 0 && names.length < limits.minimum_labels_number) {
    throw bad(
      `stream selector has less label matchers than required: (present: [${names.join(', ')}], number_present: ${names.length}, required_number_label_matchers: ${limits.minimum_labels_number})`,
    );
  }
  if (limits.max_streams_matchers_per_query > 0 && names.length > limits.max_streams_matchers_per_query) {
    throw bad(
      `max streams matchers per query exceeded, matchers-count > limit (${names.length} > ${limits.max_streams_matchers_per_query})`,
    );
  }
}
