/**
 * The keys of Loki 3.7.6 and 2.9.17 that have no effect here: they are accepted, checked for their type, and named in
 * the log. One text for a block: `name` is a text, `name:type` has the type, `name:( … )` is a block inside,
 * `name:@block` (or `name:@`, when it is called the same) one of `sharedBlocks`. What has an effect is in options.ts.
 * Source: the configurations that both versions print, and the reference of 3.7.6.
 */

/** Blocks that stand at several places. */
export const sharedBlocks: Readonly<Record<string, string>> = {
  alibaba: 'endpoint bucket access_key_id access_key_secret',
  alibabacloud: `
    bucket endpoint access_key_id secret_access_key conn_timeout_sec:int read_write_timeout_sec:int`,
  azure: `
    environment account_name account_key container_name endpoint_suffix use_managed_identity:bool
    use_federated_token:bool user_assigned_id use_service_principal:bool client_id client_secret tenant_id
    chunk_delimiter download_buffer_size:int upload_buffer_size:int upload_buffer_count:int request_timeout:duration
    max_retries:int min_retry_delay:duration max_retry_delay:duration connection_string active_directory_endpoint`,
  azure_2: `
    account_name account_key connection_string container_name endpoint_suffix max_retries:int user_assigned_id
    chunk_delimiter`,
  background: 'writeback_goroutines:int writeback_buffer:int writeback_size_limit:size',
  backoff_config: 'min_period:duration max_period:duration max_retries:int',
  bos: 'bucket_name endpoint access_key_id secret_access_key',
  bos_2: 'bucket endpoint access_key secret_key',
  cache: `
    enable_fifocache:bool default_validity:duration background:@ memcached:@ memcached_client:@ redis:@
    embedded_cache:@embedded_cache_2 fifocache:@ prefix async_cache_write_back_concurrency:int
    async_cache_write_back_buffer_size:int`,
  client_config: `
    grpc_client_config:@ pool_config:( client_cleanup_period:duration health_check_ingest_limits:bool
    remote_timeout:duration )`,
  cluster_validation: `
    label additional_labels grpc:( enabled:bool soft_validation:bool ) http:( enabled:bool soft_validation:bool
    excluded_paths excluded_user_agents )`,
  congestion_control: `
    enabled:bool controller:( strategy aimd:( start:int upper_bound:int backoff_factor:float ) ) retry:( strategy
    limit:int ) hedging:( config:@hedging strategy )`,
  cos: `
    forcepathstyle:bool bucketnames endpoint region access_key_id secret_access_key http_config:(
    idle_conn_timeout:duration response_header_timeout:duration ) backoff_config:@ api_key service_instance_id
    auth_endpoint cr_token_file_path trusted_profile_name trusted_profile_id`,
  embedded_cache: 'max_size_mb:int ttl:duration max_size_items:int',
  embedded_cache_2: 'max_size_mb:int ttl:duration enabled:bool max_size_items:int',
  fifocache: `
    max_size_bytes:size max_size_items:int ttl:duration validity:duration size:int purgeinterval:duration`,
  gcs: `
    bucket_name service_account chunk_buffer_size:int request_timeout:duration enable_opencensus:bool
    enable_http2:bool endpoint enable_retries:bool`,
  gcs_2: 'bucket_name service_account chunk_buffer_size:int max_retries:int',
  grpc_client_config: `
    max_recv_msg_size:int max_send_msg_size:int grpc_compression rate_limit:float rate_limit_burst:int
    backoff_on_ratelimits:bool backoff_config:@ initial_stream_window_size:size initial_connection_window_size:size
    tls_enabled:bool tls_cert_path tls_key_path tls_ca_path tls_server_name tls_insecure_skip_verify:bool
    tls_cipher_suites tls_min_version connect_timeout:duration connect_backoff_base_delay:duration
    connect_backoff_max_delay:duration cluster_validation:( label )`,
  hedging: 'at:duration up_to:int max_per_second:int',
  http: `
    idle_conn_timeout:duration response_header_timeout:duration insecure_skip_verify:bool
    tls_handshake_timeout:duration expect_continue_timeout:duration max_idle_connections:int
    max_idle_connections_per_host:int max_connections_per_host:int tls_ca_path tls_cert_path tls_key_path
    tls_server_name`,
  http_client_config: `
    basic_auth:( username username_file username_ref password password_file password_ref ) authorization:( type
    credentials credentials_file credentials_ref ) oauth2:( client_id client_secret client_secret_file
    client_secret_ref client_certificate_key_id client_certificate_key client_certificate_key_file
    client_certificate_key_ref grant_type signature_algorithm iss audience claims:any scopes:list token_url
    endpoint_params:any tls_config:@ proxy_url:( url ) no_proxy proxy_from_environment:bool proxy_connect_header:any
    ) bearer_token bearer_token_file tls_config:@ follow_redirects:bool enable_http2:bool proxy_url:( url ) no_proxy
    proxy_from_environment:bool proxy_connect_header:any http_headers:any`,
  http_config: `
    timeout:duration idle_conn_timeout:duration response_header_timeout:duration insecure_skip_verify:bool ca_file`,
  http_tls_config: 'cert key:any client_ca cert_file key_file client_auth_type client_ca_file',
  index_gateway_client: `
    grpc_client_config:( max_recv_msg_size:int max_send_msg_size:int grpc_compression rate_limit:int
    rate_limit_burst:int backoff_on_ratelimits:bool backoff_config:@ initial_stream_window_size:size
    initial_connection_window_size:size tls_enabled:bool tls_cert_path tls_key_path tls_ca_path tls_server_name
    tls_insecure_skip_verify:bool tls_cipher_suites tls_min_version connect_timeout:duration
    connect_backoff_base_delay:duration connect_backoff_max_delay:duration cluster_validation:( label ) )
    log_gateway_requests:bool time_based_sharding_buckets:list`,
  index_tables_provisioning: `
    enable_ondemand_throughput_mode:bool provisioned_write_throughput:int provisioned_read_throughput:int
    write_scale:@ read_scale:@write_scale enable_inactive_throughput_on_demand_mode:bool
    inactive_write_throughput:int inactive_read_throughput:int inactive_write_scale:@write_scale
    inactive_read_scale:@write_scale inactive_write_scale_lastn:int inactive_read_scale_lastn:int`,
  ingester_client_2: `
    pool_config:( client_cleanup_period:duration health_check_ingesters:bool remote_timeout:duration )
    remote_timeout:duration grpc_client_config:@`,
  kvstore: `
    store prefix consul:( host acl_token http_client_timeout:duration consistent_reads:bool watch_rate_limit:float
    watch_burst_size:int cas_retry_delay:duration ) etcd:( endpoints:list dial_timeout:duration max_retries:int
    tls_enabled:bool tls_cert_path tls_key_path tls_ca_path tls_server_name tls_insecure_skip_verify:bool
    tls_cipher_suites tls_min_version username password ) multi:( primary secondary mirror_enabled:bool
    mirror_timeout:duration )`,
  lifecycler: `
    ring:( kvstore:@ heartbeat_timeout:duration replication_factor:int zone_awareness_enabled:bool excluded_zones )
    num_tokens:int heartbeat_period:duration heartbeat_timeout:duration observe_period:duration join_after:duration
    min_ready_duration:duration interface_names:list enable_inet6:bool final_sleep:duration tokens_file_path
    availability_zone unregister_on_shutdown:bool readiness_check_ring_health:bool address port:int id`,
  memcached: 'expiration:duration batch_size:int parallelism:int',
  memcached_client: `
    host service addresses timeout:duration max_idle_conns:int max_item_size:int update_interval:duration
    consistent_hash:bool circuit_breaker_consecutive_failures:int circuit_breaker_timeout:duration
    circuit_breaker_interval:duration tls_enabled:bool tls_cert_path tls_key_path tls_ca_path tls_server_name
    tls_insecure_skip_verify:bool tls_cipher_suites tls_min_version`,
  object_store: `
    s3:@s3_2 gcs:@gcs_2 azure:@azure_2 swift:@swift_2 filesystem:( dir ) alibaba:@ bos:@bos_2 storage_prefix`,
  partition_ring: `
    kvstore:@ min_partition_owners_count:int min_partition_owners_duration:duration
    delete_inactive_partition_after:duration shuffle_shard_cache_size:int`,
  redis: `
    endpoint master_name timeout:duration expiration:duration db:int pool_size:int username password
    tls_enabled:bool tls_insecure_skip_verify:bool idle_timeout:duration max_connection_age:duration
    route_randomly:bool`,
  ring: `
    kvstore:@ heartbeat_period:duration heartbeat_timeout:duration tokens_file_path zone_awareness_enabled:bool
    instance_id instance_interface_names:list instance_port:int instance_addr instance_availability_zone
    instance_enable_ipv6:bool num_tokens:int replication_factor:int`,
  s3: `
    s3 s3forcepathstyle:bool bucketnames endpoint region access_key_id secret_access_key session_token insecure:bool
    sse_encryption:bool http_config:@ signature_version storage_class sse:@ backoff_config:@ chunk_delimiter
    disable_dualstack:bool`,
  s3_2: `
    endpoint region bucket_name secret_access_key access_key_id session_token insecure:bool list_objects_version
    bucket_lookup_type dualstack_enabled:bool storage_class native_aws_auth_enabled:bool part_size:int
    send_content_md5:bool sts_endpoint max_retries:int sse:@ http:@ trace:( enabled:bool )`,
  sse: 'type kms_key_id kms_encryption_context',
  swift: `
    auth_version:int auth_url internal:bool username user_domain_name user_domain_id user_id password domain_id
    domain_name project_id project_name project_domain_id project_domain_name region_name container_name
    max_retries:int connect_timeout:duration request_timeout:duration http:( tls_ca_path )`,
  swift_2: `
    application_credential_id application_credential_name application_credential_secret auth_version:int auth_url
    username user_domain_name user_domain_id user_id password domain_id domain_name project_id project_name
    project_domain_id project_domain_name region_name container_name max_retries:int connect_timeout:duration
    request_timeout:duration http:@`,
  tail_tls_config: `
    tls_cert_path tls_key_path tls_ca_path tls_server_name tls_insecure_skip_verify:bool tls_cipher_suites
    tls_min_version`,
  tls_config: `
    ca cert key ca_file cert_file key_file ca_ref cert_ref key_ref server_name insecure_skip_verify:bool
    min_version:int max_version:int`,
  volume_results_cache: `
    cache:( default_validity:duration background:@ memcached:@ memcached_client:@ redis:@
    embedded_cache:@embedded_cache_2 prefix ) compression`,
  write_scale: `
    enabled:bool role_arn min_capacity:int max_capacity:int out_cooldown:int in_cooldown:int target:float`,
};

/** The sections and keys at the top of the file. */
export const knownSections: Readonly<Record<string, string>> = {
  analytics: 'reporting_enabled:bool usage_stats_url proxy_url tls_config:@tail_tls_config',
  ballast_bytes: '=int',
  bloom_build: `
    enabled:bool planner:( planning_interval:duration min_table_offset:int max_table_offset:int retention:(
    enabled:bool max_lookback_days:int ) queue:( max_queued_tasks_per_tenant:int store_tasks_on_disk:bool
    tasks_disk_directory clean_tasks_directory:bool ) ) builder:( grpc_config:@grpc_client_config planner_address
    backoff_config:@ working_directory )`,
  bloom_gateway: `
    enabled:bool client:( pool_config:( check_interval:duration ) grpc_client_config:@ addresses )
    worker_concurrency:int block_query_concurrency:int max_outstanding_per_tenant:int num_multiplex_tasks:int
    fetch_blocks_async:bool`,
  chunk_store_config: `
    chunk_cache_config:@cache chunk_cache_config_l2:@cache write_dedupe_cache_config:@cache
    l2_chunk_cache_handoff:duration cache_lookups_older_than:duration max_look_back_period:duration
    skip_query_writeback_cache_older_than:duration`,
  common: `
    storage:( s3:@ gcs:@ azure:@ alibabacloud:@ bos:@ swift:@ hedging:@ cos:@ congestion_control:@ object_store:@ )
    persist_tokens:bool replication_factor:int ring:@ instance_interface_names:list compactor_address
    compactor_grpc_address scratch_path`,
  compactor: `
    shared_store shared_store_key_prefix retention_delete_worker_count:int retention_table_timeout:duration
    max_compaction_parallelism:int upload_parallelism:int compactor_ring:@ring _:bool tables_to_compact:int
    skip_latest_n_tables:int deletion_mode retention_backoff_config:@backoff_config delete_request_store_key_prefix
    delete_request_store_db_type backup_delete_request_store_db_type horizontal_scaling_mode worker_config:(
    num_sub_workers:int ) jobs_config:( deletion:( deletion_manifest_store_prefix chunk_processing_concurrency:int
    timeout:duration max_retries:int ) ) deletion_marker_object_store_prefix`,
  compactor_grpc_client: '@grpc_client_config',
  dataobj: `
    consumer:( builderconfig:( target_page_size:size max_page_rows:int target_object_size:size
    target_section_size:size buffer_size:size section_stripe_merge_limit:int dataobj_sort_order ) lifecycler:@
    partition_ring:@ uploader:( shaprefixsize:int ) idle_flush_timeout:duration max_builder_age:duration topic )
    index:( target_page_size:size max_page_rows:int target_object_size:size target_section_size:size
    buffer_size:size section_stripe_merge_limit:int events_per_index:int flush_interval:duration
    max_idle_time:duration ) metastore:( index_storage_prefix partition_ratio:int ) storage_bucket_prefix
    enabled:bool`,
  distributor: `
    ring:( kvstore:@ heartbeat_period:duration heartbeat_timeout:duration instance_id instance_interface_names:list
    instance_port:int instance_addr instance_enable_ipv6:bool ) rate_store:( max_request_parallelism:int
    stream_rate_update_interval:duration ingester_request_timeout:duration debug:bool ) write_failures_logging:(
    rate:size add_insights_label:bool ) push_worker_count:int default_policy_stream_mappings:any
    kafka_writes_enabled:bool ingester_writes_enabled:bool ingest_limits_enabled:bool
    ingest_limits_dry_run_enabled:bool dataobj_tee:( enabled:bool topic max_buffered_bytes:int
    per_partition_rate_bytes:int debug_metrics_enabled:bool rate_batch_window:duration )`,
  frontend: `
    querier_forget_delay:duration scheduler_address scheduler_dns_lookup_period:duration
    scheduler_worker_concurrency:int grpc_client_config:@ graceful_shutdown_timeout:duration
    instance_interface_names:list address port:int downstream_url tail_proxy_url tail_tls_config:@
    instance_enable_ipv6:bool encoding support_parquet_encoding:bool`,
  frontend_worker: `
    frontend_address scheduler_address dns_lookup_duration:duration parallelism:int match_max_concurrent:bool id
    grpc_client_config:@ query_frontend_grpc_client:@grpc_client_config
    query_scheduler_grpc_client:@grpc_client_config`,
  http_prefix: '=text',
  index_gateway: 'mode ring:@',
  ingest_limits: `
    enabled:bool active_window:duration rate_window:duration bucket_size:duration eviction_interval:duration
    num_partitions:int lifecycler:@ consumer_group topic`,
  ingest_limits_frontend: `
    client_config:@ lifecycler:@ num_partitions:int assigned_partitions_cache_enabled:bool
    assigned_partitions_cache_ttl:duration accepted_streams_cache_enabled:bool accepted_streams_cache_ttl:duration
    accepted_streams_cache_ttl_jitter:duration`,
  ingest_limits_frontend_client: '@client_config',
  ingester: `
    lifecycler:@ concurrent_flushes:int flush_op_backoff:@backoff_config flush_op_timeout:duration
    autoforget_unhealthy:bool sync_period:duration sync_min_utilization:float index_shards:int
    max_dropped_streams:int shutdown_marker_path owned_streams_check_interval:duration
    delegate_stream_limits_enabled:bool kafka_ingestion:( enabled:bool partition_ring:@ )`,
  ingester_client: '@ingester_client_2',
  internal_server: `
    http_listen_network http_listen_address http_listen_port:int http_listen_conn_limit:int grpc_listen_network
    grpc_listen_address grpc_listen_port:int grpc_listen_conn_limit:int tls_cipher_suites tls_min_version
    http_tls_config:@ grpc_tls_config:@http_tls_config register_instrumentation:bool
    graceful_shutdown_timeout:duration http_server_read_timeout:duration http_server_write_timeout:duration
    http_server_idle_timeout:duration grpc_server_max_recv_msg_size:int grpc_server_max_send_msg_size:int
    grpc_server_max_concurrent_streams:int grpc_server_max_connection_idle:duration
    grpc_server_max_connection_age:duration grpc_server_max_connection_age_grace:duration
    grpc_server_keepalive_time:duration grpc_server_keepalive_timeout:duration
    grpc_server_min_time_between_pings:duration grpc_server_ping_without_stream_allowed:bool log_format log_level
    log_source_ips_enabled:bool log_source_ips_header log_source_ips_regex log_request_headers:bool
    log_request_at_info_level_enabled:bool log_request_exclude_headers_list http_path_prefix enable:bool
    grpc_collect_max_streams_by_conn:bool proxy_protocol_enabled:bool
    report_grpc_codes_in_instrumentation_label_enabled:bool http_server_read_header_timeout:duration
    http_log_closed_connections_without_response_enabled:bool grpc_server_num_workers:int
    grpc_server_stats_tracking_enabled:bool grpc_server_recv_buffer_pools_enabled:bool log_source_ips_full:bool
    trace_request_headers:bool trace_request_exclude_headers_list cluster_validation:@ create_new_traces:bool`,
  kafka_config: `
    address topic client_id dial_timeout:duration write_timeout:duration reader_config:( address client_id )
    writer_config:( address client_id ) sasl_username sasl_password consumer_group
    consumer_group_offset_commit_interval:duration last_produced_offset_retry_timeout:duration
    auto_create_topic_enabled:bool auto_create_topic_default_partitions:int producer_max_record_size_bytes:int
    producer_max_buffered_bytes:int max_consumer_lag_at_startup:duration max_consumer_workers:int
    enable_kafka_histograms:bool tracing_enabled:bool`,
  legacy_read_target: '=bool',
  limits_config: `
    ingestion_rate_strategy enforce_metric_name:bool tsdb_max_query_parallelism:int tsdb_max_bytes_per_shard:size
    max_queriers_per_tenant:int query_ready_index_num_days:int min_sharding_lookback:duration
    ruler_evaluation_delay_duration:duration ruler_alertmanager_config:any ruler_tenant_shard_size:int
    ruler_remote_write_disabled:bool ruler_remote_write_url ruler_remote_write_timeout:duration
    ruler_remote_write_headers:any ruler_remote_write_queue_capacity:int ruler_remote_write_queue_min_shards:int
    ruler_remote_write_queue_max_shards:int ruler_remote_write_queue_max_samples_per_send:int
    ruler_remote_write_queue_batch_send_deadline:duration ruler_remote_write_queue_min_backoff:duration
    ruler_remote_write_queue_max_backoff:duration ruler_remote_write_queue_retry_on_ratelimit:bool
    ruler_remote_write_sigv4_config:( region access_key secret_key profile role_arn )
    ruler_remote_evaluation_timeout:duration ruler_remote_evaluation_max_response_size:int
    per_tenant_override_config per_tenant_override_period:duration allow_deletes:bool shard_streams:( enabled:bool
    logging_enabled:bool desired_rate:size time_sharding_enabled:bool time_sharding_ignore_recent:duration )
    index_gateway_shard_size:int simulated_push_latency:duration use_owned_stream_count:bool tsdb_sharding_strategy
    tsdb_precompute_chunks:bool max_query_capacity:float split_metadata_queries_by_interval:duration
    split_recent_metadata_queries_by_interval:duration recent_metadata_query_window:duration
    engine_results_cache_time_bucket_interval:duration split_ingester_queries_by_interval:duration
    ruler_enable_wal_replay:bool index_gateway_max_capacity:float bloom_gateway_enable_filtering:bool
    bloom_build_max_builders:int bloom_build_task_max_retries:int bloom_build_builder_response_timeout:duration
    bloom_creation_enabled:bool bloom_planning_strategy bloom_split_series_keyspace_by:int
    bloom_task_target_series_chunk_size:size bloom_block_encoding bloom_prefetch_blocks:bool
    bloom_max_block_size:size bloom_max_bloom_size:size block_ingestion_policy_until:any policy_enforced_labels:any
    policy_stream_mapping:any policy_override_limits:any ingestion_partitions_tenant_shard_size:int
    pattern_persistence_granularity:duration pattern_rate_threshold:float s3_sse_type s3_sse_kms_key_id
    s3_sse_kms_encryption_context max_scan_task_parallelism:int debug_engine_tasks:bool debug_engine_streams:bool
    ruler_remote_write_relabel_configs:any ruler_remote_write_config:any shard_aggregations:list`,
  memberlist: `
    node_name randomize_node_name:bool stream_timeout:duration retransmit_factor:int pull_push_interval:duration
    gossip_interval:duration gossip_nodes:int gossip_to_dead_nodes_time:duration dead_node_reclaim_time:duration
    compression_enabled:bool advertise_addr advertise_port:int cluster_label
    cluster_label_verification_disabled:bool join_members:list min_join_backoff:duration max_join_backoff:duration
    max_join_retries:int abort_if_cluster_join_fails:bool rejoin_interval:duration left_ingesters_timeout:duration
    leave_timeout:duration message_history_buffer_bytes:int bind_addr:list bind_port:int
    packet_dial_timeout:duration packet_write_timeout:duration tls_enabled:bool tls_cert_path tls_key_path
    tls_ca_path tls_server_name tls_insecure_skip_verify:bool tls_cipher_suites tls_min_version
    notify_interval:duration abort_if_cluster_fast_join_fails:bool abort_if_cluster_fast_join_fails_min_nodes:int
    rejoin_seed_nodes:list obsolete_entries_timeout:duration
    broadcast_timeout_for_local_updates_on_shutdown:duration watch_prefix_buffer_size:int max_concurrent_writes:int
    acquire_writer_timeout:duration zone_aware_routing:( enabled:bool instance_availability_zone role )`,
  metrics_namespace: '=text',
  operational_config: `
    log_hash_of_labels:bool filter_push_request_streams_ips:list log_service_name_discovery:bool
    log_duplicate_metrics:bool log_duplicate_stream_info:bool`,
  pattern_ingester: `
    lifecycler:@ client_config:@ingester_client_2 concurrent_flushes:int flush_check_period:duration
    max_eviction_ratio:float metric_aggregation:( sample_period:duration timeout:duration push_period:duration
    backoff_config:@ loki_address http_client_config:@ use_tls:bool basic_auth:( username password ) )
    pattern_persistence:( timeout:duration push_period:duration backoff_config:@ batch_size:int loki_address
    http_client_config:@ use_tls:bool basic_auth:( username password ) ) tee_config:( batch_size:int
    batch_flush_interval:duration flush_queue_size:int flush_worker_count:int stop_flush_timeout:duration )
    connection_timeout:duration max_chunk_age:duration pattern_sample_interval:duration volume_threshold:float`,
  profiling: 'block_profile_rate:int cpu_profile_rate:int mutex_profile_fraction:int',
  querier: `
    engine:( timeout:duration ) query_store_only:bool query_ingester_only:bool query_timeout:duration
    query_partition_ingesters:bool extra_query_delay:duration`,
  query_engine: `
    enable:bool distributed:bool instance_interface_names:list batch_size:int prefetch_bytes:size
    merge_prefetch_count:int range_reads:( max_parallelism:int coalesce_size:int max_range_size:int
    min_range_size:int ) worker_threads:int scheduler_lookup_address scheduler_lookup_interval:duration
    storage_lag:duration storage_start_date storage_retention_days:int enable_engine_router:bool downstream_address
    enable_delete_req_filtering:bool enforce_retention_period:bool align_queries_with_step:bool
    enforce_max_query_series_limit:bool results_cache:@volume_results_cache`,
  query_range: `
    split_queries_by_interval:duration results_cache:( cache:( enable_fifocache:bool default_validity:duration
    background:@ memcached:@ memcached_client:@ redis:@ fifocache:@ prefix async_cache_write_back_concurrency:int
    async_cache_write_back_buffer_size:int ) compression ) forward_headers_list:list required_query_response_format
    index_stats_results_cache:( cache:@ compression ) shard_aggregations volume_results_cache:@
    instant_metric_results_cache:@volume_results_cache instant_metric_query_split_align:bool
    series_results_cache:@volume_results_cache label_results_cache:@volume_results_cache`,
  query_scheduler: `
    max_outstanding_requests_per_tenant:int max_queue_hierarchy_levels:int querier_forget_delay:duration
    grpc_client_config:@ use_scheduler_ring:bool scheduler_ring:@ring`,
  ruler: `
    ruler_client:@grpc_client_config storage:( azure:@ alibabacloud:@ gcs:@ s3:@ bos:@ swift:@ cos:@ )
    enable_alertmanager_discovery:bool alertmanager_refresh_interval:duration alertmanager_client:( tls_cert_path
    tls_key_path tls_ca_path tls_server_name tls_insecure_skip_verify:bool tls_cipher_suites tls_min_version type
    credentials credentials_file ) enable_sharding:bool sharding_strategy sharding_algo search_pending_for:duration
    ring:( kvstore:@ heartbeat_period:duration heartbeat_timeout:duration instance_id instance_interface_names:list
    instance_port:int instance_addr instance_enable_ipv6:bool num_tokens:int ) flush_period:duration
    query_stats_enabled:bool disable_rule_group_label:bool wal:( tenant name remotewrite:list dir
    truncate_frequency:duration min_age:duration max_age:duration ) wal_cleaner:( min_age:duration
    deprecatedperiod:duration period:duration ) remote_write:( enabled:bool config_refresh_period:duration
    add_org_id_header:bool client:any clients:any ) evaluation:( mode max_jitter:duration query_frontend:( address
    tls_enabled:bool tls_cert_path tls_key_path tls_ca_path tls_server_name tls_insecure_skip_verify:bool
    tls_cipher_suites tls_min_version ) ) external_labels:any alert_relabel_configs:any`,
  ruler_storage: `
    s3:@s3_2 gcs:@gcs_2 azure:@azure_2 swift:@swift_2 filesystem:( dir ) alibaba:@ bos:@bos_2 storage_prefix backend
    local:( directory )`,
  server: `
    http_listen_network grpc_listen_network grpc_listen_conn_limit:int tls_cipher_suites tls_min_version
    grpc_tls_config:( cert key client_ca cert_file key_file client_auth_type client_ca_file )
    register_instrumentation:bool grpc_server_max_connection_idle:duration grpc_server_max_connection_age:duration
    grpc_server_max_connection_age_grace:duration grpc_server_keepalive_time:duration
    grpc_server_keepalive_timeout:duration grpc_server_min_time_between_pings:duration
    grpc_server_ping_without_stream_allowed:bool log_source_ips_enabled:bool log_source_ips_header
    log_source_ips_regex log_request_headers:bool log_request_exclude_headers_list
    grpc_collect_max_streams_by_conn:bool proxy_protocol_enabled:bool
    report_grpc_codes_in_instrumentation_label_enabled:bool
    http_log_closed_connections_without_response_enabled:bool grpc_server_num_workers:int
    grpc_server_stats_tracking_enabled:bool grpc_server_recv_buffer_pools_enabled:bool log_source_ips_full:bool
    trace_request_headers:bool trace_request_exclude_headers_list cluster_validation:@ create_new_traces:bool`,
  storage_config: `
    alibabacloud:@ aws:( dynamodb:( dynamodb_url api_limit:float throttle_limit:float metrics:( url
    target_queue_length:int scale_up_factor:float ignore_throttle_below:float queue_length_query
    write_throttle_query write_usage_query read_usage_query read_error_query ) chunk_gang_size:int
    chunk_get_max_parallelism:int backoff_config:@ kms_key_id ) s3 s3forcepathstyle:bool bucketnames endpoint region
    access_key_id secret_access_key session_token insecure:bool sse_encryption:bool http_config:@ signature_version
    storage_class sse:@ backoff_config:@ chunk_delimiter disable_dualstack:bool ) azure:@ bos:@ bigtable:( project
    instance grpc_client_config:@ table_cache_enabled:bool table_cache_expiration:duration ) gcs:@ cassandra:(
    addresses port:int keyspace consistency replication_factor:int disable_initial_host_lookup:bool SSL:bool
    host_verification:bool host_selection_policy CA_path tls_cert_path tls_key_path auth:bool username password
    password_file custom_authenticators:list timeout:duration connect_timeout:duration reconnect_interval:duration
    max_retries:int retry_max_backoff:duration retry_min_backoff:duration query_concurrency:int num_connections:int
    convict_hosts_on_failure:bool table_options ) boltdb:( directory ) swift:@ grpc_store:( server_address )
    hedging:@ named_stores:( aws:any azure:any bos:any filesystem:any gcs:any alibabacloud:any swift:any cos:any )
    cos:@ index_cache_validity:duration index_queries_cache_config:( enable_fifocache:bool default_validity:duration
    background:@ memcached:@ memcached_client:@ redis:@ embedded_cache:@ fifocache:@ prefix
    async_cache_write_back_concurrency:int async_cache_write_back_buffer_size:int ) disable_broad_index_queries:bool
    max_parallel_get_chunk:int max_chunk_batch_size:int boltdb_shipper:( active_index_directory shared_store
    shared_store_key_prefix cache_location cache_ttl:duration resync_interval:duration query_ready_num_days:int
    index_gateway_client:@ use_boltdb_shipper_as_backup:bool ingestername mode ingesterdbretainperiod:duration
    build_per_tenant_index:bool ) tsdb_shipper:( active_index_directory shared_store shared_store_key_prefix
    cache_location cache_ttl:duration resync_interval:duration query_ready_num_days:int index_gateway_client:@
    use_boltdb_shipper_as_backup:bool ingestername mode ingesterdbretainperiod:duration enable_postings_cache:bool )
    congestion_control:@ object_prefix use_thanos_objstore:bool object_store:( s3:( endpoint region bucket_name
    secret_access_key access_key_id session_token insecure:bool list_objects_version bucket_lookup_type
    dualstack_enabled:bool storage_class native_aws_auth_enabled:bool part_size:int send_content_md5:bool
    sts_endpoint max_retries:int sse:@ http:@ trace:( enabled:bool ) ) gcs:@gcs_2 azure:@azure_2 swift:@swift_2
    filesystem:( dir ) alibaba:@ bos:@bos_2 storage_prefix named_stores:( azure:any filesystem:any gcs:any s3:any
    swift:any ) ) bloom_shipper:( working_directory max_query_page_size:size download_parallelism:int blocks_cache:(
    soft_limit:size hard_limit:size ttl:duration ) metas_cache:( default_validity:duration background:@ memcached:@
    memcached_client:@ redis:@ embedded_cache:@ prefix ) metas_lru_cache:@embedded_cache memory_management:(
    bloom_page_alloc_type bloom_page_mem_pool_buckets ) )`,
  table_manager: `
    throughput_updates_disabled:bool poll_interval:duration creation_grace_period:duration
    index_tables_provisioning:@ chunk_tables_provisioning:@index_tables_provisioning`,
  tenant_limits_allow_publish: '=list',
  tracing: 'enabled:bool',
  ui: `
    enabled:bool debug:bool goldfish:( enable:bool storage:( type cloudsql_host cloudsql_port:int cloudsql_database
    cloudsql_user rds_endpoint rds_database rds_user max_connections:int max_idle_time_seconds:int ) grafana_url
    traces_datasource_uid logs_datasource_uid cell_a_namespace cell_b_namespace results_backend
    results_bucket:@object_store ) ring:@`,
  use_buffered_logger: '=bool',
  use_sync_logger: '=bool',
  configexpandenv: '=bool',
  configfile: '=text',
  listtargets: '=bool',
  logconfig: '=bool',
  printconfig: '=bool',
  verifyconfig: '=bool',
};
