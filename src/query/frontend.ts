/** A query on its way in: parsed once, held against the tenant's limits, evaluated. */
import { ApiError } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import { type EvaluateParams, evaluate, inLabelOrder, type QueryResult, seriesLimit } from '../logql/engine/engine.js';
import type { Querier } from '../logql/engine/querier.js';
import type { Expr } from '../logql/syntax/ast.js';
import { parseExpr } from '../logql/syntax/parser.js';
import { print } from '../logql/syntax/printer.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos, TimeRange } from '../model/time.js';
import type { DataVersions } from './data-versions.js';
import { logSelectors } from './log-selectors.js';
import type { InstantParams, RangeParams } from './params.js';
import { type QueryType, queryType, refuseBlocked, strictest, withinLimits } from './query-limits.js';
import type { QueryQueue } from './query-queue.js';
import { type Reach, ResultsCache } from './results-cache.js';
import { QueryStats } from './stats.js';
import { asLokiOrdersTies } from './tie-order.js';

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
  readonly queue: QueryQueue;
  /** Entries of equal times as Loki leaves them when it may divide queries: see tie-order.ts. */
  readonly lokiTieOrder: boolean;
  readonly observe: (seconds: number, kind: QueryKind, status: number) => void;
}

/** How a query is named in loki_logql_querystats_latency_seconds. */
export interface QueryKind {
  readonly type: QueryType;
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
    refuseBlocked(params.query, expr, limits);
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
    refuseBlocked(params.query, expr, limits);
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
    const kind: QueryKind = { type: queryType(expr), range: instant || query.stepNs === 0 ? 'instant' : 'range' };
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
        ...this.#aligned(expr, query, instant, limits),
        instant,
        maxSeries: limits.max_query_series,
      };
      const release = await this.#deps.queue.enter(tenants, signal);
      stats.queueSeconds = (performance.now() - began) / 1000;
      const result = await this.#evaluate(expr, tenants, params, stats, signal).finally(release);
      stats.entriesReturned = entriesOf(result);
      stats.splits = 1;
      done(200);
      return { result, stats };
    } catch (e) {
      done(e instanceof ApiError ? e.status : 500);
      throw e;
    }
  }

  /**
   * Metric ranges are moved to multiples of the step: with align_queries_with_step both ends down, else, where Loki would
   * split the query (split_queries_by_interval), the end up.
   */
  #aligned(expr: Expr, { range, stepNs }: Omit<RangeParams, 'query'>, instant: boolean, limits: Limits): TimeRange {
    if (instant || expr.kind === 'log' || stepNs < 1e6) return range;
    const step = BigInt(stepNs);
    const down = (ns: Nanos): Nanos => ns - (ns % step);
    if (this.#deps.alignWithStep) return { start: down(range.start), end: down(range.end) };
    if (limits.split_queries_by_interval <= 0) return range;
    return { start: down(range.start), end: down(range.end + step - 1n) };
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
    if (expr.kind === 'log') {
      const result = await evaluate(expr, params, querier, signal);
      if (result.kind !== 'streams' || !this.#deps.lokiTieOrder) return result;
      return { kind: 'streams', entries: asLokiOrdersTies(result.entries, params.direction === 'backward') };
    }
    if (cache === null || params.instant) return evaluate(expr, params, querier, signal);
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
