/**
 * The limits of a tenant, under Loki's YAML names (`limits_config`). Numbers are in one unit per kind: sizes and rates in
 * bytes (per second), durations in milliseconds; `ingestion_rate_mb` and `ingestion_burst_size_mb` stay megabytes
 * (1 MB = 1048576 bytes), as their names say. 0 stands for "no limit" wherever it does in Loki.
 */
import type { TenantId } from '../model/tenant.js';

export interface Limits {
  // What a push may bring.
  readonly ingestion_rate_mb: number;
  readonly ingestion_burst_size_mb: number;
  /** Bytes per second of one stream, and the burst above it. */
  readonly per_stream_rate_limit: number;
  readonly per_stream_rate_limit_burst: number;
  readonly max_label_name_length: number;
  readonly max_label_value_length: number;
  readonly max_label_names_per_series: number;
  readonly reject_old_samples: boolean;
  readonly reject_old_samples_max_age: number;
  readonly creation_grace_period: number;
  readonly max_line_size: number;
  readonly max_line_size_truncate: boolean;
  readonly max_line_size_truncate_identifier: string;
  readonly increment_duplicate_timestamp: boolean;
  /** false: an entry older than its stream's newest is refused, as Loki 2.3 and older did. */
  readonly unordered_writes: boolean;
  readonly max_streams_per_user: number;
  readonly max_global_streams_per_user: number;
  readonly allow_structured_metadata: boolean;
  readonly max_structured_metadata_size: number;
  readonly max_structured_metadata_entries_count: number;
  /** Milliseconds since 1970; 0: not blocked. */
  readonly block_ingestion_until: number;
  readonly block_ingestion_status_code: number;
  /** Labels that each stream must have. */
  readonly enforced_labels: readonly string[];

  // What is added to it.
  readonly discover_service_name: readonly string[];
  readonly discover_log_levels: boolean;
  readonly log_level_fields: readonly string[];
  readonly log_level_from_json_max_depth: number;
  /** Read, and without effect: experimental in Loki. */
  readonly discover_generic_fields: Readonly<Record<string, readonly string[]>>;
  readonly otlp_config: OtlpConfig;

  // What a query may ask.
  readonly max_query_series: number;
  readonly max_query_lookback: number;
  readonly max_query_length: number;
  readonly max_query_range: number;
  readonly max_query_parallelism: number;
  readonly max_chunks_per_query: number;
  readonly cardinality_limit: number;
  readonly max_streams_matchers_per_query: number;
  readonly max_concurrent_tail_requests: number;
  readonly max_entries_limit_per_query: number;
  readonly max_query_bytes_read: number;
  readonly max_querier_bytes_read: number;
  readonly query_timeout: number;
  readonly split_queries_by_interval: number;
  readonly split_instant_metric_queries_by_interval: number;
  readonly max_cache_freshness_per_query: number;
  readonly max_metadata_cache_freshness: number;
  readonly max_stats_cache_freshness: number;
  readonly volume_enabled: boolean;
  readonly volume_max_series: number;
  /** Labels, and the number of labels, that a query's selector must name. */
  readonly required_labels: readonly string[];
  readonly minimum_labels_number: number;
  readonly blocked_queries: readonly BlockedQuery[];
  readonly enable_multi_variant_queries: boolean;

  // How long it is kept.
  readonly retention_period: number;
  readonly retention_stream: readonly StreamRetention[];
  readonly deletion_mode: DeletionMode;

  // Rules and patterns.
  readonly ruler_max_rules_per_rule_group: number;
  readonly ruler_max_rule_groups_per_tenant: number;
  readonly pattern_ingester_tokenizable_json_fields_default: readonly string[];
  readonly pattern_ingester_tokenizable_json_fields_append: readonly string[];
  readonly pattern_ingester_tokenizable_json_fields_delete: readonly string[];
  readonly metric_aggregation_enabled: boolean;
  readonly pattern_persistence_enabled: boolean;
}

export type DeletionMode = 'disabled' | 'filter-only' | 'filter-and-delete';

export interface StreamRetention {
  readonly selector: string;
  readonly priority: number;
  readonly period: number;
}

export interface BlockedQuery {
  readonly pattern: string;
  readonly regex: boolean;
  readonly hash: number;
  /** Comma-separated: metric, filter, limited. '' means all. */
  readonly types: string;
}

/** What becomes of the attributes of an OTLP push. Names as they come (`service.name`), before sanitising. */
export interface OtlpConfig {
  readonly resource_attributes: {
    /** Whether the default list of index labels is left out. */
    readonly ignore_defaults: boolean;
    readonly attributes_config: readonly OtlpAttributes[];
  };
  readonly scope_attributes: readonly OtlpAttributes[];
  readonly log_attributes: readonly OtlpAttributes[];
  readonly severity_text_as_label: boolean;
}

/** The first row that names an attribute, or whose regex matches all of its name, decides; none: structured metadata. */
export interface OtlpAttributes {
  readonly action: OtlpAction;
  readonly attributes: readonly string[];
  /** '' when the row goes by `attributes`. */
  readonly regex: string;
}
export type OtlpAction = 'index_label' | 'structured_metadata' | 'drop';

/** distributor.otlp_config.default_resource_attributes_as_index_labels of Loki 3.7.6. */
export const otlpIndexLabels: readonly string[] = [
  'service.name',
  'service.namespace',
  'service.instance.id',
  'deployment.environment',
  'deployment.environment.name',
  'cloud.region',
  'cloud.availability_zone',
  'k8s.cluster.name',
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.container.name',
  'container.name',
  'k8s.replicaset.name',
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'k8s.cronjob.name',
  'k8s.job.name',
];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;

/** Loki 3.7.6's defaults. */
export function defaultLimits(): Limits {
  return {
    ingestion_rate_mb: 4,
    ingestion_burst_size_mb: 6,
    per_stream_rate_limit: 3 * MB,
    per_stream_rate_limit_burst: 15 * MB,
    max_label_name_length: 1024,
    max_label_value_length: 2048,
    max_label_names_per_series: 15,
    reject_old_samples: true,
    reject_old_samples_max_age: 7 * DAY,
    creation_grace_period: 10 * MINUTE,
    max_line_size: 256 * KB,
    max_line_size_truncate: false,
    max_line_size_truncate_identifier: '',
    increment_duplicate_timestamp: false,
    unordered_writes: true,
    max_streams_per_user: 0,
    max_global_streams_per_user: 5000,
    allow_structured_metadata: true,
    max_structured_metadata_size: 64 * KB,
    max_structured_metadata_entries_count: 128,
    block_ingestion_until: 0,
    block_ingestion_status_code: 260,
    enforced_labels: [],

    discover_service_name: [
      'service',
      'app',
      'application',
      'app_name',
      'name',
      'app_kubernetes_io_name',
      'container',
      'container_name',
      'k8s_container_name',
      'component',
      'workload',
      'job',
      'k8s_job_name',
    ],
    discover_log_levels: true,
    log_level_fields: [
      'level',
      'LEVEL',
      'Level',
      'log.level',
      'severity',
      'SEVERITY',
      'Severity',
      'SeverityText',
      'lvl',
      'LVL',
      'Lvl',
      'severity_text',
      'Severity_Text',
      'SEVERITY_TEXT',
    ],
    log_level_from_json_max_depth: 2,
    discover_generic_fields: {},
    otlp_config: {
      resource_attributes: { ignore_defaults: false, attributes_config: [] },
      scope_attributes: [],
      log_attributes: [],
      severity_text_as_label: false,
    },

    max_query_series: 500,
    max_query_lookback: 0,
    max_query_length: 30 * DAY + HOUR,
    max_query_range: 0,
    max_query_parallelism: 32,
    max_chunks_per_query: 2_000_000,
    cardinality_limit: 100_000,
    max_streams_matchers_per_query: 1000,
    max_concurrent_tail_requests: 10,
    max_entries_limit_per_query: 5000,
    max_query_bytes_read: 0,
    max_querier_bytes_read: 150 * GB,
    query_timeout: MINUTE,
    split_queries_by_interval: HOUR,
    split_instant_metric_queries_by_interval: HOUR,
    max_cache_freshness_per_query: 10 * MINUTE,
    max_metadata_cache_freshness: DAY,
    max_stats_cache_freshness: 10 * MINUTE,
    volume_enabled: true,
    volume_max_series: 1000,
    required_labels: [],
    minimum_labels_number: 0,
    blocked_queries: [],
    enable_multi_variant_queries: false,

    retention_period: 0,
    retention_stream: [],
    deletion_mode: 'filter-and-delete',

    ruler_max_rules_per_rule_group: 0,
    ruler_max_rule_groups_per_tenant: 0,
    pattern_ingester_tokenizable_json_fields_default: ['log', 'message', 'msg', 'msg_', '_msg', 'content'],
    pattern_ingester_tokenizable_json_fields_append: [],
    pattern_ingester_tokenizable_json_fields_delete: [],
    metric_aggregation_enabled: false,
    pattern_persistence_enabled: false,
  };
}

/**
 * The limits of a server without a configuration file, as tests and laptops run it: entries of any time, no rate that
 * one process could reach by accident, and only the bounds that protect the process itself.
 */
export function embeddedLimits(): Limits {
  return {
    ...defaultLimits(),
    ingestion_rate_mb: 1024,
    ingestion_burst_size_mb: 1024,
    per_stream_rate_limit: GB,
    per_stream_rate_limit_burst: GB,
    max_label_names_per_series: 30,
    reject_old_samples: false,
    creation_grace_period: NO_END,
    max_line_size: MB,
    max_global_streams_per_user: 100_000,
    max_query_length: 0,
    max_query_series: 5000,
    query_timeout: 5 * MINUTE,
  };
}

/** A thousand years: longer than the nanoseconds of an int64 reach. */
const NO_END = 1000 * 365 * DAY;

/** Limits by tenant: the defaults, and what an overrides file says of some tenants. Can be replaced while running. */
export class Overrides {
  #defaults: Limits;
  #tenants: ReadonlyMap<TenantId, Limits>;

  constructor(defaults: Limits, tenants: Readonly<Record<TenantId, Partial<Limits>>> = {}) {
    this.#defaults = defaults;
    this.#tenants = merged(defaults, tenants);
  }

  get defaults(): Limits {
    return this.#defaults;
  }

  /** The same object until the next `replace`: callers may keep what they derive from it in a WeakMap. */
  limitsFor(tenant: TenantId): Limits {
    return this.#tenants.get(tenant) ?? this.#defaults;
  }

  /** Takes a newly read overrides file; the defaults stay unless given. */
  replace(tenants: Readonly<Record<TenantId, Partial<Limits>>>, defaults: Limits = this.#defaults): void {
    this.#defaults = defaults;
    this.#tenants = merged(defaults, tenants);
  }
}

const merged = (
  defaults: Limits,
  tenants: Readonly<Record<TenantId, Partial<Limits>>>,
): ReadonlyMap<TenantId, Limits> =>
  new Map(Object.entries(tenants).map(([tenant, limits]) => [tenant, { ...defaults, ...limits }]));
