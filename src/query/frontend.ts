/** A query on its way in: parsed once, held against the tenant's limits, evaluated. */
import { ApiError } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import { type EvaluateParams, evaluate, inLabelOrder, type QueryResult, seriesLimit } from '../logql/engine/engine.js';
import type { Querier } from '../logql/engine/querier.js';
import type { Expr, LogExpr, RangeAggregationExpr, SampleExpr } from '../logql/syntax/ast.js';
import { parseExpr } from '../logql/syntax/parser.js';
import { print } from '../logql/syntax/printer.js';
import { goDuration, promDuration } from '../model/duration.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, TimeRange } from '../model/time.js';
import type { DataVersions } from './data-versions.js';
import { bad, type InstantParams, type RangeParams } from './params.js';
import { type Reach, ResultsCache } from './results-cache.js';
import { QueryStats } from './stats.js';

export interface FrontendDeps {
  readonly limitsFor: (tenant: TenantId) => Limits;
  readonly querier: (tenants: readonly TenantId[], stats: QueryStats) => Querier;
  readonly nowNs: () => Nanos;
  /** How far a log query at the instant endpoint looks back: querier.engine.max_look_back_period. */
  readonly lookBackMs: number;
  /** Null when query_range.cache_results is off. */
  readonly cache: ResultsCache | null;
  readonly versions: DataVersions;
  /** query_range.align_queries_with_step */
  readonly alignWithStep: boolean;
  readonly observe: (seconds: number, kind: QueryKind, status: number) => void;
}

/** How a query is named in loki_logql_querystats_latency_seconds. */
export interface QueryKind {
  readonly type: 'limited' | 'filter' | 'metric';
  readonly range: 'range' | 'instant';
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
    if (range === null)
      return { result: emptyResult(expr, params.range.start, params.stepNs), stats: new QueryStats() };
    const { stepNs, intervalNs, limit, direction } = params;
    return this.#run(expr, tenants, { range, stepNs, intervalNs, limit, direction }, false, limits, signal);
  }

  /** A log query is answered as Loki 2.9 does: the entries of the look-back period before the time. */
  async instant(tenants: readonly TenantId[], params: InstantParams, signal: AbortSignal): Promise<Answer> {
    const expr = parseExpr(params.query);
    const limits = this.#limits(tenants);
    const lookBack = expr.kind === 'log' ? BigInt(this.#deps.lookBackMs * nsPerMs) : 0n;
    const asked = { start: params.at - lookBack, end: params.at };
    const range = withinLimits(expr, asked, params.limit, limits, this.#deps);
    if (range === null) return { result: emptyResult(expr, params.at, 0), stats: new QueryStats() };
    const query = { range, limit: params.limit, direction: params.direction, stepNs: 0, intervalNs: 0 };
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
    const kind = {
      type: expr.kind !== 'log' ? 'metric' : expr.stages.length > 0 ? 'filter' : 'limited',
      range: instant || query.stepNs === 0 ? 'instant' : 'range',
    } as const;
    const done = (status: number): void => {
      stats.execSeconds = (performance.now() - began) / 1000;
      this.#deps.observe(stats.execSeconds, kind, status);
    };
    try {
      const { stepNs, intervalNs, limit, direction } = query;
      const params = {
        stepNs,
        intervalNs,
        limit,
        direction,
        ...this.#aligned(expr, query, instant),
        instant,
        maxSeries: limits.max_query_series,
      };
      const result = await this.#evaluate(expr, tenants, params, stats, signal);
      stats.entriesReturned = entriesOf(result);
      stats.splits = 1;
      done(200);
      return { result, stats };
    } catch (e) {
      done(e instanceof ApiError ? e.status : 500);
      throw e;
    }
  }

  /** With align_queries_with_step, metric ranges begin and end at multiples of the step. */
  #aligned(expr: Expr, { range, stepNs }: Omit<RangeParams, 'query'>, instant: boolean): TimeRange {
    if (!this.#deps.alignWithStep || instant || expr.kind === 'log' || stepNs <= 0) return range;
    const step = BigInt(stepNs);
    return { start: range.start - (range.start % step), end: range.end - (range.end % step) };
  }

  /** From the results cache what is still good, the rest computed. */
  async #evaluate(
    expr: Expr,
    tenants: readonly TenantId[],
    params: EvaluateParams,
    stats: QueryStats,
    signal: AbortSignal,
  ): Promise<QueryResult> {
    const { cache, versions } = this.#deps;
    const querier = this.#deps.querier(tenants, stats);
    if (cache === null || params.instant || expr.kind === 'log') return evaluate(expr, params, querier, signal);
    const grid = {
      startNs: params.start,
      stepNs: params.stepNs,
      count: Number((params.end - params.start) / BigInt(params.stepNs)) + 1,
    };
    const key = ResultsCache.key(tenants, print(expr), grid);
    stats.cacheRequests++;
    const missing = cache.missing(key, tenants, grid, reachOf(expr)) ?? [[0, grid.count] as const];
    if (missing.every(([from, to]) => to - from < grid.count)) stats.cacheHits++;
    for (const [from, to] of missing) {
      const version = versions.version;
      const startNs = params.start + BigInt(from * params.stepNs);
      const endNs = params.start + BigInt((to - 1) * params.stepNs);
      const part = await evaluate(expr, { ...params, start: startNs, end: endNs }, querier, signal);
      if (part.kind !== 'matrix') return part;
      if (from === 0 && to === grid.count) {
        cache.store(key, part.grid, part.series, version);
        stats.cacheStores++;
        return part;
      }
      cache.store(key, part.grid, part.series, version);
    }
    const series = cache.assemble(key, grid);
    const tooMany = seriesLimit(series, params.maxSeries);
    if (tooMany !== null) throw tooMany.error;
    return { kind: 'matrix', grid, series: inLabelOrder(series) };
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
      if (typeof value === 'number' && typeof mine === 'number' && value > 0 && (mine <= 0 || value < mine))
        merged[key] = value;
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
      throw bad(
        `[interval] value exceeds limit: [${promDuration(aggregation.rangeNs)}] > [${promDuration(limits.max_query_range * nsPerMs)}]`,
      );
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

/** How far around its time a step reads. */
function reachOf(expr: Expr): Reach {
  let backNs = 0;
  let aheadNs = 0;
  for (const { aggregation } of logSelectors(expr)) {
    if (aggregation === null) continue;
    backNs = Math.max(backNs, aggregation.rangeNs + aggregation.offsetNs);
    aheadNs = Math.max(aheadNs, -aggregation.offsetNs);
  }
  return { backNs, aheadNs };
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
