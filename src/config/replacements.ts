/** What to tell a user who sets a key without effect: what there is here instead. The first row that fits. */
const replacements: readonly (readonly [key: RegExp, instead: string])[] = [
  [/shared_store|boltdb|tsdb_shipper|^schema_config|index_/, 'the index is one SQLite file in the data folder'],
  [
    /(^|[._])ring\b|kvstore|memberlist|lifecycler|replication_factor|tokens|instance_(interface|port|id|avail|enable)|zone_aware/,
    'one process holds everything, there is no ring',
  ],
  [
    /\.(aws|s3|gcs|azure|alibabacloud|bos|swift|cos|cassandra|bigtable|object_store|named_stores|grpc_store|use_thanos\w*)\b|^ruler_storage/,
    'chunks are kept in the data folder',
  ],
  [/^query_range\..*cache/, 'all results are cached in one memory, see query_range.results_cache.cache.embedded_cache'],
  [
    /^(storage_config|chunk_store_config|common\.storage)\b/,
    'chunks and index lie in the data folder and are read from there',
  ],
  [
    /^(frontend_worker|query_scheduler|ingester_client|index_gateway|compactor_grpc_client|ingest_limits)|grpc_client|scheduler|downstream|tail_proxy|query_frontend|compactor_(grpc_)?address/,
    'all parts run in one process and call each other directly',
  ],
  [/bloom/, 'there are no bloom filters, blocks are searched as bytes'],
  [/kafka|^dataobj|partition/, 'entries go to the write-ahead log, there is no Kafka'],
  [/^query_engine/, 'there is one query engine'],
  [/^analytics|^reporting/, 'nothing is ever reported to anyone'],
  [/trac(e|ing)/, 'no traces are sent'],
  [/^ui\b|^internal_server|^profiling/, 'the HTTP port serves everything'],
  [/^table_manager/, 'there are no tables to manage'],
  [/enforce_metric_name/, 'log streams have no metric name to be enforced'],
  [
    /shard|tsdb|split|max_query_capacity|max_queriers|parallelism|query_metadata/,
    'a query is split as this process sees fit',
  ],
  [/concurrent_flushes|sync_|flush_op|autoforget/, 'one process flushes its chunks, in packs'],
  [
    /grpc_|http_listen_network|proxy_protocol|cluster_validation|tls_/,
    'this server has no such setting of its network',
  ],
  [
    /remote_write|remote_evaluation|^ruler\.(wal|evaluation)|alert_relabel|external_labels|alertmanager_|disable_rule_group|search_pending|policy_|s3_sse|allow_publish|log_(source_ips|request)|metrics_namespace|persistence|metric_aggregation|http_prefix/,
    'not supported',
  ],
  [/allow_deletes/, 'limits_config.deletion_mode says it'],
  [/^compactor\./, 'the compactor works on packs, in this process'],
  [/_client\b|client_config/, 'all parts run in one process and call each other directly'],
  [/^(config|print|verify|list|log)(config|targets|expandenv|file)/, 'it is a flag'],
  [/ballast|use_(buffered|sync)_logger/, 'the runtime has no such setting'],
];

export const insteadOf = (key: string): string =>
  replacements.find(([pattern]) => pattern.test(key))?.[1] ?? 'there is nothing to tune here';
