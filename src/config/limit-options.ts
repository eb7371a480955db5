/**
 * `limits_config`: what a tenant may push, ask and keep. Sizes in bytes, durations in milliseconds. Names, units and
 * defaults are those of `Limits` in src/limits.
 */
import {
  type BlockedQuery,
  defaultLimits,
  type Limits,
  type OtlpAttributes,
  type OtlpConfig,
  type StreamRetention,
} from '../limits/limits.js';
import {
  bool,
  csv,
  float,
  int,
  list,
  type Option,
  oneOf,
  promDuration,
  size,
  structure,
  text,
  time,
} from './option.js';
import { printAttributes, printPeriods, printResourceAttributes } from './shapes.js';

const d: Limits = defaultLimits();

export const limitOptions = {
  ingestion_rate_mb: float(
    d.ingestion_rate_mb,
    'distributor.ingestion-rate-limit-mb',
    'Megabytes (1048576 bytes) a second that a tenant may push.',
  ),
  ingestion_burst_size_mb: float(
    d.ingestion_burst_size_mb,
    'distributor.ingestion-burst-size-mb',
    'Megabytes that a tenant may push at once above its rate; at least the largest single push.',
  ),
  per_stream_rate_limit: size(
    d.per_stream_rate_limit,
    'ingester.per-stream-rate-limit',
    'Bytes a second that one stream may get.',
  ),
  per_stream_rate_limit_burst: size(
    d.per_stream_rate_limit_burst,
    'ingester.per-stream-rate-limit-burst',
    'Bytes that one stream may get at once.',
  ),
  max_label_name_length: int(
    d.max_label_name_length,
    'validation.max-length-label-name',
    'Longest name of a label, in bytes.',
  ),
  max_label_value_length: int(
    d.max_label_value_length,
    'validation.max-length-label-value',
    'Longest value of a label, in bytes.',
  ),
  max_label_names_per_series: int(
    d.max_label_names_per_series,
    'validation.max-label-names-per-series',
    'Most labels of one stream.',
  ),
  reject_old_samples: bool(
    d.reject_old_samples,
    'validation.reject-old-samples',
    'Whether entries older than reject_old_samples_max_age are refused.',
  ),
  reject_old_samples_max_age: promDuration(
    d.reject_old_samples_max_age,
    'validation.reject-old-samples.max-age',
    'Age beyond which an entry is refused.',
  ),
  creation_grace_period: promDuration(
    d.creation_grace_period,
    'validation.create-grace-period',
    'How far in the future an entry may lie.',
  ),
  max_line_size: size(d.max_line_size, 'distributor.max-line-size', 'Longest line; 0: no bound.'),
  max_line_size_truncate: bool(
    d.max_line_size_truncate,
    'distributor.max-line-size-truncate',
    'Whether a longer line is cut instead of refused.',
  ),
  max_line_size_truncate_identifier: text(
    d.max_line_size_truncate_identifier,
    'distributor.max-line-size-truncate-identifier',
    'What is put at the end of a cut line.',
  ),
  increment_duplicate_timestamp: bool(
    d.increment_duplicate_timestamp,
    'validation.increment-duplicate-timestamps',
    'Whether an entry with the time of the entry before it is moved by one nanosecond.',
  ),
  unordered_writes: bool(
    d.unordered_writes,
    'ingester.unordered-writes',
    'Whether a stream takes entries older than its newest.',
  ),
  max_streams_per_user: int(
    d.max_streams_per_user,
    'ingester.max-streams-per-user',
    'Most active streams of a tenant in this process; 0: no bound.',
  ),
  max_global_streams_per_user: int(
    d.max_global_streams_per_user,
    'ingester.max-global-streams-per-user',
    'Most active streams of a tenant; 0: no bound.',
  ),
  allow_structured_metadata: bool(
    d.allow_structured_metadata,
    'validation.allow-structured-metadata',
    'Whether entries may carry structured metadata.',
  ),
  max_structured_metadata_size: size(
    d.max_structured_metadata_size,
    'limits.max-structured-metadata-size',
    'Most structured metadata of one entry.',
  ),
  max_structured_metadata_entries_count: int(
    d.max_structured_metadata_entries_count,
    'limits.max-structured-metadata-entries-count',
    'Most names in the structured metadata of one entry.',
  ),
  block_ingestion_until: time(
    d.block_ingestion_until,
    'limits.block-ingestion-until',
    'Until when pushes are refused (RFC 3339); 0: they are not.',
  ),
  block_ingestion_status_code: int(
    d.block_ingestion_status_code,
    'limits.block-ingestion-status-code',
    'HTTP status of a push that is refused so.',
  ),
  enforced_labels: list(d.enforced_labels, 'validation.enforced-labels', 'Labels that every stream must have.'),

  discover_service_name: list(
    d.discover_service_name,
    'validation.discover-service-name',
    'Labels whose first that is there becomes the label service_name; empty: none is added.',
  ),
  discover_log_levels: bool(
    d.discover_log_levels,
    'validation.discover-log-levels',
    'Whether detected_level is added to the structured metadata.',
  ),
  log_level_fields: list(
    d.log_level_fields,
    'validation.log-level-fields',
    'Names of labels, metadata and fields that hold the level.',
  ),
  log_level_from_json_max_depth: int(
    d.log_level_from_json_max_depth,
    'validation.log-level-from-json-max-depth',
    'How deep in a JSON line the level is looked for; 0: no bound.',
  ),
  discover_generic_fields: structure<Readonly<Record<string, readonly string[]>>>(
    'genericFields',
    d.discover_generic_fields,
    'Under `fields`: name in the structured metadata → names of labels, metadata or fields that it is taken from.',
    (fields) => (Object.keys(fields).length === 0 ? {} : { fields }),
  ),
  otlp_config: {
    resource_attributes: structure<OtlpConfig['resource_attributes']>(
      'resourceAttributes',
      d.otlp_config.resource_attributes,
      'What becomes of resource attributes of OTLP pushes: `ignore_defaults`, and `attributes_config`, a list of {action, attributes, regex}.',
      printResourceAttributes,
    ),
    scope_attributes: structure<readonly OtlpAttributes[]>(
      'attributes',
      d.otlp_config.scope_attributes,
      'The same for scope attributes.',
      printAttributes,
    ),
    log_attributes: structure<readonly OtlpAttributes[]>(
      'attributes',
      d.otlp_config.log_attributes,
      'The same for the attributes of log records.',
      printAttributes,
    ),
    severity_text_as_label: bool(
      d.otlp_config.severity_text_as_label,
      '',
      'Whether severity_text becomes a label of the stream.',
    ),
  },

  max_query_series: int(d.max_query_series, 'querier.max-query-series', 'Most series of one metric query.'),
  max_query_lookback: promDuration(
    d.max_query_lookback,
    'querier.max-query-lookback',
    'How far back queries see; 0: as far as there is data.',
  ),
  max_query_length: promDuration(
    d.max_query_length,
    'store.max-query-length',
    'Longest time range of a query; 0: no bound.',
  ),
  max_query_range: promDuration(
    d.max_query_range,
    'querier.max-query-range',
    'Longest range in brackets, as in [5m]; 0: no bound.',
  ),
  max_query_parallelism: int(
    d.max_query_parallelism,
    'querier.max-query-parallelism',
    'Most parts of one query that are worked on at a time.',
  ),
  max_chunks_per_query: int(d.max_chunks_per_query, 'store.query-chunk-limit', 'Most chunks that one query may read.'),
  cardinality_limit: int(d.cardinality_limit, 'store.cardinality-limit', 'Most streams that one query may touch.'),
  max_streams_matchers_per_query: int(
    d.max_streams_matchers_per_query,
    'querier.max-streams-matcher-per-query',
    'Most matchers in one query.',
  ),
  max_concurrent_tail_requests: int(
    d.max_concurrent_tail_requests,
    'querier.max-concurrent-tail-requests',
    'Most live tails of a tenant at a time.',
  ),
  max_entries_limit_per_query: int(
    d.max_entries_limit_per_query,
    'validation.max-entries-limit',
    'Largest `limit` of a log query; 0: no bound.',
  ),
  max_query_bytes_read: size(
    d.max_query_bytes_read,
    'frontend.max-query-bytes-read',
    'Most bytes that one query may read; 0: no bound.',
  ),
  max_querier_bytes_read: size(
    d.max_querier_bytes_read,
    'frontend.max-querier-bytes-read',
    'Most bytes that one part of a query may read; 0: no bound.',
  ),
  query_timeout: promDuration(d.query_timeout, 'querier.query-timeout', 'How long one query may take.'),
  split_queries_by_interval: promDuration(
    d.split_queries_by_interval,
    'querier.split-queries-by-interval',
    'Length of the parts that a range query is split into; 0: not split.',
  ),
  split_instant_metric_queries_by_interval: promDuration(
    d.split_instant_metric_queries_by_interval,
    'querier.split-instant-metric-queries-by-interval',
    'The same for instant metric queries.',
  ),
  max_cache_freshness_per_query: promDuration(
    d.max_cache_freshness_per_query,
    'frontend.max-cache-freshness',
    'Results younger than this are not cached.',
  ),
  max_metadata_cache_freshness: promDuration(
    d.max_metadata_cache_freshness,
    'frontend.max-metadata-cache-freshness',
    'The same for labels and series.',
  ),
  max_stats_cache_freshness: promDuration(
    d.max_stats_cache_freshness,
    'frontend.max-stats-cache-freshness',
    'The same for statistics and volumes.',
  ),
  volume_enabled: bool(d.volume_enabled, 'limits.volume-enabled', 'Whether the volume endpoints answer.'),
  volume_max_series: int(d.volume_max_series, 'limits.volume-max-series', 'Most series of one volume query.'),
  required_labels: list(d.required_labels, '', "Labels that a query's selectors must name."),
  minimum_labels_number: int(d.minimum_labels_number, '', "Fewest labels that a query's selectors must name."),
  blocked_queries: structure<readonly BlockedQuery[]>(
    'blockedQueries',
    d.blocked_queries,
    'Queries that are refused: a list of {pattern, regex, hash, types}.',
    (queries) => queries.map(({ pattern, regex, hash, types }) => ({ pattern, regex, hash, types })),
  ),
  enable_multi_variant_queries: bool(
    d.enable_multi_variant_queries,
    'limits.enable-multi-variant-queries',
    'Whether `variants(…)` queries are taken.',
  ),

  retention_period: promDuration(d.retention_period, 'store.retention', 'How long entries are kept; 0: for ever.'),
  retention_stream: structure<readonly StreamRetention[]>(
    'streamPeriods',
    d.retention_stream,
    'How long entries of some streams are kept: a list of {selector, priority, period}.',
    printPeriods,
  ),
  deletion_mode: oneOf(
    ['disabled', 'filter-only', 'filter-and-delete'],
    d.deletion_mode,
    'compactor.deletion-mode',
    'What delete requests do: nothing, hide lines from answers, or hide and delete them.',
  ),

  ruler_max_rules_per_rule_group: int(
    d.ruler_max_rules_per_rule_group,
    'ruler.max-rules-per-rule-group',
    'Most rules in one group; 0: no bound.',
  ),
  ruler_max_rule_groups_per_tenant: int(
    d.ruler_max_rule_groups_per_tenant,
    'ruler.max-rule-groups-per-tenant',
    'Most rule groups of a tenant; 0: no bound.',
  ),
  pattern_ingester_tokenizable_json_fields_default: csv(
    d.pattern_ingester_tokenizable_json_fields_default,
    'limits.pattern-ingester-tokenizable-json-fields',
    'Fields of JSON lines that patterns are looked for in, comma-separated.',
  ),
  pattern_ingester_tokenizable_json_fields_append: csv(
    d.pattern_ingester_tokenizable_json_fields_append,
    'limits.pattern-ingester-tokenizable-json-fields-append',
    'Fields to add to these.',
  ),
  pattern_ingester_tokenizable_json_fields_delete: csv(
    d.pattern_ingester_tokenizable_json_fields_delete,
    'limits.pattern-ingester-tokenizable-json-fields-delete',
    'Fields to take away.',
  ),
  metric_aggregation_enabled: bool(
    d.metric_aggregation_enabled,
    'limits.aggregation-enabled',
    'Whether volumes are also kept as streams of their own.',
  ),
  pattern_persistence_enabled: bool(
    d.pattern_persistence_enabled,
    'limits.pattern-persistence-enabled',
    'Whether found patterns are also kept as streams of their own.',
  ),
} as const satisfies { readonly [K in keyof Limits]: Option<Limits[K]> | object };
