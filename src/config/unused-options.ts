/**
 * Options that are read and checked, and that nothing in this version asks for: the log says so when one is set, and the
 * docs mark it. test/tidy.test.ts holds this table against the sources. A row goes when its option gets its effect.
 */
const unused: Readonly<Record<string, readonly string[]>> = {
  'rules are not evaluated by this version': [
    'ruler',
    'limits_config.ruler_max_rules_per_rule_group',
    'limits_config.ruler_max_rule_groups_per_tenant',
  ],
  'not supported by this version': [
    'ingester.wal.disk_full_threshold',
    'limits_config.discover_generic_fields',
    'limits_config.enable_multi_variant_queries',
    'limits_config.metric_aggregation_enabled',
    'limits_config.pattern_persistence_enabled',
    'querier.per_request_limits_enabled',
    'frontend.log_queries_longer_than',
    'frontend.log_query_request_headers',
    'frontend.query_stats_enabled',
    'operational_config',
  ],
  'this version has no such bound': [
    'limits_config.cardinality_limit',
    'querier.engine.max_count_min_sketch_heap_size',
    'frontend.max_body_size',
  ],
  'segments of the write-ahead log go when their entries are in packs': ['ingester.wal.checkpoint_duration'],
  'retention is applied with each compaction': ['compactor.apply_retention_interval'],
  'one process needs no address': ['common.instance_addr'],
  'a flushed chunk is read from its pack, and memory is always asked': [
    'ingester.chunk_retain_period',
    'ingester.query_store_max_look_back_period',
    'querier.query_ingesters_within',
  ],
  'a query is split as this process sees fit': [
    'limits_config.max_query_parallelism',
    'limits_config.split_instant_metric_queries_by_interval',
    'query_range.max_retries',
  ],
  'a cached result is dropped when its data changes': [
    'limits_config.max_cache_freshness_per_query',
    'limits_config.max_metadata_cache_freshness',
    'limits_config.max_stats_cache_freshness',
    'query_range.results_cache.cache.embedded_cache.max_size_items',
    'query_range.results_cache.cache.embedded_cache.ttl',
  ],
  'query_range.cache_results alone says what is cached': [
    'query_range.cache_index_stats_results',
    'query_range.cache_volume_results',
    'query_range.cache_instant_metric_results',
    'query_range.cache_series_results',
    'query_range.cache_label_results',
    'query_range.results_cache.cache.embedded_cache.enabled',
  ],
  'delete requests are kept in the index': [
    'compactor.delete_request_store',
    'compactor.delete_max_interval',
    'compactor.delete_batch_size',
  ],
};

const whyOf = new Map(Object.entries(unused).flatMap(([why, keys]) => keys.map((key) => [key, why] as const)));

/** What to say of an option without effect, and whether it is its whole section that has none; null when it has one. */
export function unusedBecause(key: string): { readonly key: string; readonly why: string } | null {
  for (const candidate of [key, key.split('.')[0] as string]) {
    const why = whyOf.get(candidate);
    if (why !== undefined) return { key: candidate, why };
  }
  return null;
}
