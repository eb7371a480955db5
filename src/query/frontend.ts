/** A query on its way in: parsed once, held against the tenant's limits, evaluated. */
import { ApiError } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import { evaluate, type QueryResult } from '../logql/engine/engine.js';
import type { Querier } from '../logql/engine/querier.js';
import { parseExpr } from '../logql/syntax/parser.js';
import type { Expr, LogExpr, RangeAggregationExpr, SampleExpr } from '../logql/syntax/ast.js';
import { goDuration, promDuration } from '../model/duration.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, TimeRange } from '../model/time.js';
import { bad, type InstantParams, type RangeParams } from './params.js';
import { QueryStats } from './stats.js';

export interface FrontendDeps {
  readonly limitsFor: (tenant: TenantId) => Limits;
  readonly querier: (tenants: readonly TenantId[], stats: QueryStats) => Querier;
  readonly nowNs: () => Nanos;
  /** How far a log query at the instant endpoint looks back: querier.engine.max_look_back_period. */
  readonly lookBackMs: number;
}

export interface Answer {
  readonly result: QueryResult;
  readonly stats: QueryStats;
}

const nsPerMs = 1e6;

export class Frontend {
  readonly #deps: FrontendDeps;

  constructor(deps: FrontendDeps) {
    this.#deps = deps;
  }

  async range(tenants: readonly TenantId[], params: RangeParams, signal: AbortSignal): Promise<Answer> {
    const expr = parseExpr(params.query);
    const limits = this.#limits(tenants);
    const range = withinLimits(expr, params.range, params.limit, limits, this.#deps);
    if (range === null) return { result: emptyResult(expr, params.range.start, params.stepNs), stats: new QueryStats() };
    return this.#run(expr, tenants, { ...params, range }, false, limits, signal);
  }

  /** A log query is answered as Loki 2.9 does: the entries of the look-back period before the time. */
  async instant(tenants: readonly TenantId[], params: InstantParams, signal: AbortSignal): Promise<Answer> {
    const expr = parseExpr(params.query);
    const limits = this.#limits(tenants);
    const lookBack = expr.kind === 'log' ? BigInt(this.#deps.lookBackMs * nsPerMs) : 0n;
    const asked = { start: params.at - lookBack, end: params.at };
    const range = withinLimits(expr, asked, params.limit, limits, this.#deps);
    if (range === null) return { result: emptyResult(expr, params.at, 0), stats: new QueryStats() };
    const query = { ...params, range, stepNs: 0, intervalNs: 0 };
    return this.#run(expr, tenants, query, expr.kind !== 'log', limits, signal);
  }

  async #run(
    expr: Expr,
    tenants: readonly TenantId[],
    query: Omit<RangeParams, 'query'>,
    instant: boolean,
    limits: Limits,
    signal: AbortSignal,
  ): Promise<Answer> {
    const stats = new QueryStats();
    const began = performance.now();
    const { range, stepNs, intervalNs, limit, direction } = query;
    const result = await evaluate(
      expr,
      { start: range.start, end: range.end, stepNs, instant, direction, limit, intervalNs, maxSeries: limits.max_query_series },
      this.#deps.querier(tenants, stats),
      signal,
    );
    stats.execSeconds = (performance.now() - began) / 1000;
    stats.entriesReturned = entriesOf(result);
    stats.splits = 1;
    return { result, stats };
  }

  #limits(tenants: readonly TenantId[]): Limits {
    return strictest(tenants.map((t) => this.#deps.limitsFor(t)));
  }
}

/** Of several tenants the smallest positive limit holds, as in Loki. */
export function strictest(all: readonly Limits[]): Limits {
  const [first, ...rest] = all;
  if (first === undefined) throw new ApiError('no-org-id', 'no org id\n');
  return rest.reduce<Limits>((a, b) => {
    const merged = { ...a } as Record<string, unknown>;
    for (const [key, value] of Object.entries(b)) {
      const mine = merged[key];
      if (typeof value === 'number' && typeof mine === 'number' && value > 0 && (mine <= 0 || value < mine)) merged[key] = value;
    }
    return merged as unknown as Limits;
  }, first);
}

/** Checks what the limits say of a query; the range as max_query_lookback leaves it, null when nothing is left of it. */
function withinLimits(
  expr: Expr,
  asked: TimeRange,
  limit: number,
  limits: Limits,
  { nowNs, lookBackMs }: FrontendDeps,
): TimeRange | null {
  if (expr.kind === 'log' && limits.max_entries_limit_per_query > 0 && limit > limits.max_entries_limit_per_query) {
    throw bad(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${limits.max_entries_limit_per_query})`,
    );
  }
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
      throw bad(`[interval] value exceeds limit: [${promDuration(aggregation.rangeNs)}] > [${promDuration(limits.max_query_range * nsPerMs)}]`);
    }
    checkLength(Number(range.end - range.start) + aggregation.rangeNs, limits);
  }
  return range;
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

interface Selector {
  readonly expr: LogExpr;
  readonly aggregation: RangeAggregationExpr | null;
}

/** The log selectors of a query, with the range aggregation around each. */
export function logSelectors(expr: Expr): readonly Selector[] {
  if (expr.kind === 'log') return [{ expr, aggregation: null }];
  return ofSample(expr);
}

function ofSample(expr: SampleExpr): readonly Selector[] {
  switch (expr.kind) {
    case 'range-aggregation':
      return [{ expr: expr.log, aggregation: expr }];
    case 'vector-aggregation':
    case 'label-replace':
      return ofSample(expr.expr);
    case 'binary':
      return [...ofSample(expr.left), ...ofSample(expr.right)];
    case 'literal':
    case 'vector':
      return [];
  }
}

function emptyResult(expr: Expr, startNs: Nanos, stepNs: number): QueryResult {
  if (expr.kind === 'log') return { kind: 'streams', entries: [] };
  if (stepNs === 0) return { kind: 'vector', atNs: startNs, samples: [] };
  return { kind: 'matrix', grid: { startNs, stepNs, count: 0 }, series: [] };
}

function entriesOf(result: QueryResult): number {
  switch (result.kind) {
    case 'streams':
      return result.entries.length;
    case 'matrix':
      return result.series.length;
    case 'vector':
      return result.samples.length;
    case 'scalar':
      return 1;
  }
}
