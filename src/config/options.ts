/**
 * Every option that has an effect, in the shape of Loki's YAML and under its names: key → type, default, flag, meaning.
 * Values, `-print-config-stderr`, `/config`, the flags and docs/CONFIGURATION.md follow from this table. Durations are
 * milliseconds, sizes bytes. What Loki knows beside these is in known-keys.ts.
 */
import { otlpIndexLabels } from '../limits/limits.js';
import { limitOptions } from './limit-options.js';
import {
  bool,
  byteCount,
  csv,
  duration,
  float,
  int,
  list,
  oneOf,
  promDuration,
  secret,
  size,
  structure,
  text,
  type ValuesOf,
} from './option.js';
import { printSchema, type SchemaPeriod } from './shapes.js';
import { DAY, GB, HOUR, KB, MB, MINUTE, SECOND } from './units.js';

/** A results cache of the query frontend; all of them share one memory, bounded by the largest. */
const resultsCache = (prefix: string) => ({
  cache: {
    embedded_cache: {
      enabled: bool(
        false,
        `${prefix}embedded-cache.enabled`,
        'Whether results are kept in memory; caching being on is enough.',
      ),
      max_size_mb: int(
        100,
        `${prefix}embedded-cache.max-size-mb`,
        'Megabytes (1048576 bytes) of results that are kept.',
      ),
      max_size_items: int(0, `${prefix}embedded-cache.max-size-items`, 'Most results that are kept; 0: no bound.'),
      ttl: duration(HOUR, `${prefix}embedded-cache.ttl`, 'How long a result is kept.'),
    },
  },
});

export const options = {
  target: text('all', 'target', 'Which parts run; this process always runs all of them.'),
  auth_enabled: bool(
    true,
    'auth.enabled',
    'Whether requests must name their tenant in X-Scope-OrgID; without it all belongs to the tenant `fake`.',
  ),
  shutdown_delay: duration(
    0,
    'shutdown-delay',
    'How long the server goes on answering after the signal to stop, not being ready any more.',
  ),

  server: {
    http_listen_address: text('', 'server.http-listen-address', 'Address of the HTTP port; empty: all.'),
    http_listen_port: int(3100, 'server.http-listen-port', 'HTTP port; 0: a free one, named in the log.'),
    http_listen_conn_limit: int(0, 'server.http-conn-limit', 'Most HTTP connections at a time; 0: no bound.'),
    grpc_listen_address: text('', 'server.grpc-listen-address', 'Address of the gRPC port; empty: all.'),
    grpc_listen_port: int(
      9095,
      'server.grpc-listen-port',
      'gRPC port; 0: a free one, named in the log; negative: none.',
    ),
    http_tls_config: {
      cert: text('', '', 'Certificate in PEM, in place.'),
      key: secret('', '', 'Key in PEM, in place.'),
      client_ca: text('', '', 'Certificate authority of clients in PEM, in place.'),
      cert_file: text('', 'server.http-tls-cert-path', 'File with the certificate; with it the HTTP port speaks TLS.'),
      key_file: text('', 'server.http-tls-key-path', 'File with the key.'),
      client_auth_type: text(
        '',
        'server.http-tls-client-auth',
        'Whether clients show certificates, as in Go: NoClientCert … RequireAndVerifyClientCert.',
      ),
      client_ca_file: text('', 'server.http-tls-ca-path', 'File with the certificate authority of clients.'),
    },
    graceful_shutdown_timeout: duration(
      30 * SECOND,
      'server.graceful-shutdown-timeout',
      'How long running requests may take to end when the server stops.',
    ),
    http_server_read_timeout: duration(
      30 * SECOND,
      'server.http-read-timeout',
      'How long a request may take to arrive.',
    ),
    http_server_read_header_timeout: duration(
      0,
      'server.http-read-header-timeout',
      'How long its headers may take; 0: as long as the request.',
    ),
    http_server_write_timeout: duration(
      30 * SECOND,
      'server.http-write-timeout',
      'How long an answer may take to leave.',
    ),
    http_server_idle_timeout: duration(
      2 * MINUTE,
      'server.http-idle-timeout',
      'How long a connection may wait for its next request.',
    ),
    grpc_server_max_recv_msg_size: byteCount(
      4 * MB,
      'server.grpc-max-recv-msg-size-bytes',
      'Largest gRPC message that is taken.',
    ),
    grpc_server_max_send_msg_size: byteCount(
      4 * MB,
      'server.grpc-max-send-msg-size-bytes',
      'Largest gRPC message that is sent.',
    ),
    grpc_server_max_concurrent_streams: int(
      100,
      'server.grpc-max-concurrent-streams',
      'Most calls at a time on one gRPC connection.',
    ),
    log_format: oneOf(['logfmt', 'json'], 'logfmt', 'log.format', 'How the log is written.'),
    log_level: oneOf(
      ['debug', 'info', 'warn', 'error'],
      'info',
      'log.level',
      'Least level that is logged.',
      (word) => `unrecognized log level ${JSON.stringify(word)}`,
    ),
    log_request_at_info_level_enabled: bool(
      false,
      'server.log-request-at-info-level-enabled',
      'Whether requests are logged at info instead of debug.',
    ),
    http_path_prefix: text('', 'server.path-prefix', 'What stands before every HTTP path, as in /loki.'),
  },

  common: {
    path_prefix: text(
      '',
      'common.path-prefix',
      'The data folder: index, write-ahead log, chunks and rules lie below, unless they are placed elsewhere.',
    ),
    instance_addr: text('', '', 'The address that this process tells others.'),
    storage: {
      filesystem: {
        chunks_directory: text('', 'common.storage.filesystem.chunk-directory', 'Folder of the packs of chunks.'),
        rules_directory: text('', 'common.storage.filesystem.rules-directory', 'Folder of the rule files.'),
      },
    },
  },

  distributor: {
    max_recv_msg_size: byteCount(100 * MB, 'distributor.max-recv-msg-size', 'Largest push, compressed.'),
    max_decompressed_size: byteCount(5000 * MB, 'distributor.max-decompressed-size', 'Largest push, decompressed.'),
    otlp_config: {
      default_resource_attributes_as_index_labels: list(
        [...otlpIndexLabels],
        'distributor.otlp.default_resource_attributes_as_index_labels',
        'Resource attributes of OTLP pushes that become labels of the stream.',
      ),
    },
  },

  ingester: {
    chunk_idle_period: duration(
      30 * MINUTE,
      'ingester.chunks-idle-period',
      'A stream without new entries for this long is flushed.',
    ),
    chunk_block_size: byteCount(
      256 * KB,
      'ingester.chunks-block-size',
      'Uncompressed bytes of a block, the unit of compression.',
    ),
    chunk_target_size: byteCount(1536 * KB, 'ingester.chunk-target-size', 'Compressed bytes at which a chunk is full.'),
    chunk_encoding: oneOf(
      ['gzip', 'none', 'snappy', 'lz4', 'lz4-64k', 'lz4-256k', 'lz4-1M', 'flate', 'zstd'],
      'zstd',
      'ingester.chunk-encoding',
      'Compression of blocks. zstd is the smallest and the fastest here; Loki has gzip.',
      (word, choices) => `invalid encoding: ${word}, supported: ${choices}`,
    ),
    max_chunk_age: duration(
      2 * HOUR,
      'ingester.max-chunk-age',
      "A chunk older than this is flushed; half of it is how far an entry may lie behind its stream's newest.",
    ),
    chunk_retain_period: duration(0, 'ingester.chunks-retain-period', 'How long a flushed chunk stays in memory.'),
    flush_check_period: duration(
      30 * SECOND,
      'ingester.flush-check-period',
      'How often it is looked for what is to be flushed.',
    ),
    max_returned_stream_errors: int(
      10,
      'ingester.max-ignored-stream-errors',
      'Most refused entries that the answer to a push names for one stream.',
    ),
    query_store_max_look_back_period: duration(
      0,
      'ingester.query-store-max-look-back-period',
      'How far back memory is asked; 0: always.',
    ),
    wal: {
      enabled: bool(
        true,
        'ingester.wal-enabled',
        'Whether pushes are written to the write-ahead log before they are acknowledged.',
      ),
      dir: text('', 'ingester.wal-dir', 'Folder of the write-ahead log; empty: wal in the data folder.'),
      checkpoint_duration: duration(
        5 * MINUTE,
        'ingester.checkpoint-duration',
        'How often the write-ahead log is shortened.',
      ),
      flush_on_shutdown: bool(
        false,
        'ingester.flush-on-shutdown',
        'Whether all chunks are flushed when the server stops.',
      ),
      replay_memory_ceiling: size(
        4 * GB,
        'ingester.wal-replay-memory-ceiling',
        'Memory above which the replay of the write-ahead log flushes before it goes on.',
      ),
      disk_full_threshold: float(
        0.9,
        'ingester.wal-disk-full-threshold',
        'Part of the disk in use above which pushes are refused; 0: never.',
      ),
      sync: oneOf(
        ['always', 'interval', 'never'],
        'interval',
        'ingester.wal-sync',
        'Ours. When an acknowledged push is safe against power loss: at once, 100 ms later at most, or when the system gets to it. A killed process loses nothing in any case.',
      ),
    },
  },

  storage_config: {
    filesystem: {
      directory: text(
        '',
        'local.chunk-directory',
        'Folder of the packs of chunks; goes before common.storage.filesystem.chunks_directory.',
      ),
    },
    max_disk_size: size(
      0,
      'storage.max-disk-size',
      'Ours. Bytes of stored chunks above which the oldest are removed; 0: no bound.',
    ),
  },

  schema_config: {
    configs: structure<readonly SchemaPeriod[]>(
      'schemaPeriods',
      [],
      'Periods of {from, store, object_store, schema, index}; checked as Loki does. There is one format on disk, whatever they say.',
      printSchema,
    ),
  },

  compactor: {
    working_directory: text(
      '',
      'compactor.working-directory',
      'Folder for work in progress; empty: compactor in the data folder.',
    ),
    compaction_interval: duration(10 * MINUTE, 'compactor.compaction-interval', 'How often small packs are merged.'),
    apply_retention_interval: duration(
      0,
      'compactor.apply-retention-interval',
      'How often retention and deletions are applied; 0: with each compaction.',
    ),
    retention_enabled: bool(
      false,
      'compactor.retention-enabled',
      'As in Loki; here retention works from retention_period alone.',
    ),
    retention_delete_delay: duration(
      2 * HOUR,
      'compactor.retention-delete-delay',
      'How long what is expired or deleted stays on disk; answers leave it out at once.',
    ),
    delete_request_store: text(
      '',
      'compactor.delete-request-store',
      'Anything: delete requests are kept in the index.',
    ),
    delete_request_cancel_period: duration(
      DAY,
      'compactor.delete-request-cancel-period',
      'How long a delete request can be taken back.',
    ),
    delete_max_interval: duration(
      DAY,
      'compactor.delete-max-interval',
      'Longest part that a delete request is split into; 0: not split.',
    ),
    delete_batch_size: int(70, 'compactor.delete-batch-size', 'Most delete requests that one pass works on.'),
  },

  limits_config: limitOptions,

  table_manager: {
    retention_deletes_enabled: bool(
      false,
      'table-manager.retention-deletes-enabled',
      'Whether retention_period below holds for tenants without one of their own.',
    ),
    retention_period: promDuration(
      0,
      'table-manager.retention-period',
      'The older place of limits_config.retention_period.',
    ),
  },

  querier: {
    tail_max_duration: duration(HOUR, 'querier.tail-max-duration', 'How long a live tail may last.'),
    max_concurrent: int(4, 'querier.max-concurrent', 'Most queries at a time; others wait.'),
    multi_tenant_queries_enabled: bool(
      false,
      'querier.multi-tenant-queries-enabled',
      'Whether X-Scope-OrgID may name several tenants, joined by |.',
    ),
    per_request_limits_enabled: bool(
      false,
      'querier.per-request-limits-enabled',
      'Whether X-Loki-Query-Limits is honoured.',
    ),
    query_ingesters_within: promDuration(
      3 * HOUR,
      'querier.query-ingesters-within',
      'As in Loki; here memory is always asked, so that what was pushed is found.',
    ),
    engine: {
      max_look_back_period: duration(
        30 * SECOND,
        'querier.engine.max-lookback-period',
        'How far back a log query at the instant endpoint looks.',
      ),
      max_count_min_sketch_heap_size: int(
        10_000,
        'querier.engine.max-count-min-sketch-heap-size',
        'Most values that approx_topk keeps count of.',
      ),
    },
  },

  query_range: {
    align_queries_with_step: bool(
      false,
      'querier.align-querier-with-step',
      'Whether start and end of range queries are moved to multiples of the step.',
    ),
    cache_results: bool(false, 'querier.cache-results', 'Whether results of metric queries are cached.'),
    results_cache: resultsCache('frontend.'),
    max_retries: int(5, 'querier.max-retries-per-request', 'How often a part of a query that failed is tried again.'),
    parallelise_shardable_queries: bool(
      true,
      'querier.parallelise-shardable-queries',
      'Whether one query may use several threads.',
    ),
    cache_index_stats_results: bool(true, 'querier.cache-index-stats-results', 'Whether statistics are cached.'),
    cache_volume_results: bool(true, 'querier.cache-volume-results', 'Whether volumes are cached.'),
    cache_instant_metric_results: bool(
      false,
      'querier.cache-instant-metric-results',
      'Whether instant metric queries are cached.',
    ),
    cache_series_results: bool(true, 'querier.cache-series-results', 'Whether series are cached.'),
    cache_label_results: bool(true, 'querier.cache-label-results', 'Whether labels are cached.'),
  },

  frontend: {
    log_queries_longer_than: duration(
      0,
      'frontend.log-queries-longer-than',
      'Queries slower than this are logged; negative: all, 0: none.',
    ),
    log_query_request_headers: csv(
      [],
      'frontend.log-query-request-headers',
      'Request headers that are logged with them.',
    ),
    max_body_size: byteCount(10 * MB, 'frontend.max-body-size', 'Largest body of a query.'),
    query_stats_enabled: bool(
      false,
      'frontend.query-stats-enabled',
      'Whether every query is logged with its statistics.',
    ),
    max_outstanding_per_tenant: int(
      2048,
      'querier.max-outstanding-requests-per-tenant',
      'Most waiting queries of a tenant; more are refused with 429.',
    ),
    compress_responses: bool(
      true,
      'querier.compress-http-responses',
      'Whether answers are compressed for clients that take it.',
    ),
  },

  ruler: {
    external_url: text('', 'ruler.external.url', 'The URL of this server in alerts.'),
    datasource_uid: text('', 'ruler.datasource-uid', 'The data source in links to Grafana.'),
    evaluation_interval: duration(
      MINUTE,
      'ruler.evaluation-interval',
      'How often a rule group without an interval is evaluated.',
    ),
    poll_interval: duration(MINUTE, 'ruler.poll-interval', 'How often rule files are read.'),
    storage: {
      type: text('', 'ruler.storage.type', 'Where rules are kept: `local`.'),
      local: {
        directory: text(
          '',
          'ruler.storage.local.directory',
          'Folder of the rule files, one folder in it for each tenant.',
        ),
      },
    },
    rule_path: text('/rules', 'ruler.rule-path', 'As in Loki; rules are read where they lie.'),
    alertmanager_url: text('', 'ruler.alertmanager-url', 'Alertmanagers, comma-separated.'),
    enable_alertmanager_v2: bool(
      true,
      'ruler.alertmanager-use-v2',
      'As in Loki; version 2 of its interface is always used.',
    ),
    alertmanager_client: {
      basic_auth_username: text('', 'ruler.alertmanager-client.basic-auth-username', 'User at the Alertmanager.'),
      basic_auth_password: secret('', 'ruler.alertmanager-client.basic-auth-password', 'Password at the Alertmanager.'),
    },
    notification_queue_capacity: int(
      10_000,
      'ruler.notification-queue-capacity',
      'Most alerts that wait for the Alertmanager.',
    ),
    notification_timeout: duration(10 * SECOND, 'ruler.notification-timeout', 'How long the Alertmanager may take.'),
    for_outage_tolerance: duration(
      HOUR,
      'ruler.for-outage-tolerance',
      'Longest outage after which `for` goes on counting.',
    ),
    for_grace_period: duration(
      10 * MINUTE,
      'ruler.for-grace-period',
      'Least time from a restart to an alert that was pending.',
    ),
    resend_delay: duration(MINUTE, 'ruler.resend-delay', 'Least time from an alert to its repetition.'),
    enable_api: bool(true, 'ruler.enable-api', 'Whether the rules can be read and written over HTTP.'),
    enabled_tenants: csv([], 'ruler.enabled-tenants', 'Tenants whose rules are evaluated; empty: all.'),
    disabled_tenants: csv([], 'ruler.disabled-tenants', 'Tenants whose rules are not.'),
  },

  pattern_ingester: {
    enabled: bool(false, 'pattern-ingester.enabled', 'Whether patterns are looked for in the lines, for /patterns.'),
    max_clusters: int(300, 'pattern-ingester.max-clusters', 'Most patterns of one stream.'),
    max_allowed_line_length: int(
      3000,
      'pattern-ingester.max-allowed-line-length',
      'Lines longer than this are left out.',
    ),
    retain_for: duration(3 * HOUR, 'pattern-ingester.retain-for', 'How long patterns are kept.'),
  },

  runtime_config: {
    period: duration(10 * SECOND, 'runtime-config.reload-period', 'How often the overrides file is read.'),
    file: csv([], 'runtime-config.file', 'Overrides of limits_config for single tenants; read again when it changes.'),
  },

  operational_config: {
    log_stream_creation: bool(false, 'operation-config.log-stream-creation', 'Whether every new stream is logged.'),
    log_push_request: bool(false, 'operation-config.log-push-request', 'Whether every push is logged.'),
    log_push_request_streams: bool(
      false,
      'operation-config.log-push-request-streams',
      'Whether every stream of a push is logged.',
    ),
    limited_log_push_errors: bool(
      true,
      'operation-config.limited-log-push-errors',
      'Whether refused pushes are logged, a few a second at most.',
    ),
  },
} as const;

/** The values of all options. */
export type Settings = ValuesOf<typeof options>;

/** The part that tenants can have of their own. */
export type LimitSettings = Settings['limits_config'];

/** A key of the file that Loki has and that changes nothing here. `why` is a sentence about what there is instead. */
export interface Ignored {
  readonly key: string;
  /** 0 for a flag. */
  readonly line: number;
  readonly why: string;
}

/** Where things lie. Paths are as configured: relative ones are relative to the working directory. */
export interface DataPaths {
  /** Holds LOCK, VERSION and index.db. */
  readonly root: string;
  readonly wal: string;
  readonly chunks: string;
  readonly rules: string;
  readonly compactor: string;
}

/** The whole running configuration. */
export interface Config extends Settings {
  /** The file that it was read from; null for the embedded default. */
  readonly file: string | null;
  readonly paths: DataPaths;
  /** Nothing is kept on disk, and `paths` mean nothing: a fixture. */
  readonly inMemory: boolean;
  readonly ignored: readonly Ignored[];
}
