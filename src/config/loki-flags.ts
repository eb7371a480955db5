/**
 * The flags of Loki 3.7.6 that have no effect here: they are accepted and named in the log. A name is cut at its dots:
 * `name` takes a value, `name:bool` may stand alone, `name.:( … )` and `name.:@block` are what may follow the dot.
 * Source: the list that `-help` of that version prints.
 */

/** Blocks that stand at several places. */
export const sharedFlags: Readonly<Record<string, string>> = {
  azure: `
    account-key account-name active-directory-endpoint chunk-delimiter client-id client-secret connection-string
    container-name download-buffer-count download-buffer-size endpoint-suffix environment max-retries
    max-retry-delay min-retry-delay request-timeout tenant-id upload-buffer-size use-federated-token:bool
    use-managed-identity:bool use-service-principal:bool user-assigned-id`,
  azure_2: `
    account-key account-name chunk-delimiter connection-string container-name endpoint-suffix max-retries
    user-assigned-id`,
  background: 'write-back-buffer write-back-concurrency write-back-size-limit',
  backoff: 'backoff-max-period backoff-min-period backoff-retries',
  bos: 'access-key-id bucket-name endpoint secret-access-key',
  bos_2: 'access-key bucket endpoint secret-key',
  chunk_table: `
    enable-ondemand-throughput-mode:bool inactive-enable-ondemand-throughput-mode:bool inactive-read-throughput
    inactive-read-throughput.:@inactive_read_throughput inactive-write-throughput
    inactive-write-throughput.:@inactive_read_throughput read-throughput read-throughput.:@read_throughput
    write-throughput write-throughput.:@read_throughput`,
  client: `
    backoff-max-period backoff-min-period backoff-on-ratelimits:bool backoff-retries cluster-validation.:( label )
    connect-backoff-base-delay connect-backoff-max-delay connect-timeout grpc-client-rate-limit
    grpc-client-rate-limit-burst grpc-compression grpc-max-recv-msg-size grpc-max-send-msg-size healthcheck-timeout
    initial-connection-window-size initial-stream-window-size timeout tls-ca-path tls-cert-path tls-cipher-suites
    tls-enabled:bool tls-insecure-skip-verify:bool tls-key-path tls-min-version tls-server-name`,
  congestion_control: `
    enabled:bool hedge.:( strategy ) retry.:( strategy strategy.:( limited.:( limit ) ) ) strategy strategy.:(
    aimd.:( backoff-factor start upper-bound ) )`,
  consul: `
    acl-token cas-retry-delay client-timeout consistent-reads:bool hostname watch-burst-size watch-rate-limit`,
  cos: `
    access-key-id api-key auth-endpoint buckets cr-token-file-path endpoint force-path-style http.:(
    idle-conn-timeout response-header-timeout ) max-backoff max-retries min-backoff region secret-access-key
    service-instance-id trusted-profile-id trusted-profile-name`,
  distributor: 'excluded-zones replication-factor zone-awareness-enabled:bool',
  embedded_cache: 'enabled:bool max-size-items max-size-mb ttl',
  etcd: `
    dial-timeout endpoints max-retries password tls-ca-path tls-cert-path tls-cipher-suites tls-enabled:bool
    tls-insecure-skip-verify:bool tls-key-path tls-min-version tls-server-name username`,
  gcs: `
    bucketname chunk-buffer-size enable-http2:bool enable-opencensus:bool enable-retries:bool endpoint
    request-timeout service-account`,
  gcs_2: 'bucket-name chunk-buffer-size max-retries service-account',
  grpc: `
    backoff-max-period backoff-min-period backoff-on-ratelimits:bool backoff-retries cluster-validation.:( label )
    connect-backoff-base-delay connect-backoff-max-delay connect-timeout grpc-client-rate-limit
    grpc-client-rate-limit-burst grpc-compression grpc-max-recv-msg-size grpc-max-send-msg-size
    initial-connection-window-size initial-stream-window-size tls-ca-path tls-cert-path tls-cipher-suites
    tls-enabled:bool tls-insecure-skip-verify:bool tls-key-path tls-min-version tls-server-name`,
  http: `
    idle-conn-timeout insecure-skip-verify:bool response-header-timeout tls-ca-path tls-cert-path tls-key-path
    tls-server-name`,
  inactive_read_throughput: 'scale-last-n scale.:@scale',
  index_gateway_client: 'grpc.:@grpc log-gateway-requests:bool server-address time-based-sharding-buckets',
  index_stats_results_cache: `
    background.:@background compression default-validity embedded-cache.:@embedded_cache memcached.:@memcached
    redis.:@redis`,
  lifecycler: 'ID addr interface port',
  memcached: `
    addresses batchsize circuit-breaker-consecutive-failures circuit-breaker-interval circuit-breaker-timeout
    consistent-hash:bool expiration hostname max-idle-conns max-item-size parallelism service timeout tls-ca-path
    tls-cert-path tls-cipher-suites tls-enabled:bool tls-insecure-skip-verify:bool tls-key-path tls-min-version
    tls-server-name update-interval`,
  metas_cache: `
    background.:@background default-validity embedded-cache.:@embedded_cache memcached.:@memcached redis.:@redis`,
  multi: 'mirror-enabled:bool mirror-timeout primary secondary',
  object_store: `
    azure.:@azure_2 bos.:@bos_2 filesystem.:( dir ) gcs.:@gcs_2 oss.:@oss_2 s3.:@s3_2 storage-prefix swift.:@swift_2`,
  oss: 'access-key-id bucketname conn-timeout-sec endpoint read-write-timeout-sec secret-access-key',
  oss_2: 'access-key-id access-key-secret bucketname endpoint',
  partition_ring: `
    consul.:@consul delete-inactive-partition-after etcd.:@etcd min-partition-owners-count
    min-partition-owners-duration multi.:@multi prefix shuffle-shard-cache-size store`,
  read_throughput: 'scale.:@scale',
  redis: `
    db endpoint expiration idle-timeout master-name max-connection-age password pool-size route-randomly:bool
    timeout tls-enabled:bool tls-insecure-skip-verify:bool username`,
  rest: '.:@backoff basic-auth.:( password username )',
  ring: `
    consul.:@consul etcd.:@etcd heartbeat-period heartbeat-timeout instance-addr instance-availability-zone
    instance-enable-ipv6:bool instance-id instance-interface-names instance-port multi.:@multi num-tokens prefix
    replication-factor store tokens-file-path zone-awareness-enabled:bool`,
  s3: `
    access-key-id buckets chunk-delimiter disable-dualstack:bool endpoint force-path-style http.:( ca-file
    idle-conn-timeout insecure-skip-verify:bool response-header-timeout timeout ) insecure:bool max-backoff
    max-retries min-backoff region secret-access-key session-token signature-version sse.:@sse storage-class url`,
  s3_2: `
    access-key-id bucket-lookup-type bucket-name dualstack-enabled:bool endpoint expect-continue-timeout http.:@http
    insecure:bool list-objects-version max-connections-per-host max-idle-connections max-idle-connections-per-host
    max-retries native-aws-auth-enabled:bool part-size region secret-access-key send-content-md5:bool session-token
    sse.:@sse storage-class sts-endpoint tls-handshake-timeout trace.:( enabled:bool )`,
  scale: 'enabled:bool in-cooldown max-capacity min-capacity out-cooldown role-arn target-value',
  sse: 'kms-encryption-context kms-key-id type',
  swift: `
    auth-url auth-version connect-timeout container-name domain-id domain-name http.:( tls-ca-path ) internal:bool
    max-retries password project-domain-id project-domain-name project-id project-name region-name request-timeout
    user-domain-id user-domain-name user-id username`,
  swift_2: `
    application-credential-id application-credential-name application-credential-secret auth-url auth-version
    connect-timeout container-name domain-id domain-name expect-continue-timeout http.:@http
    max-connections-per-host max-idle-connections max-idle-connections-per-host max-retries password
    project-domain-id project-domain-name project-id project-name region-name request-timeout tls-handshake-timeout
    user-domain-id user-domain-name user-id username`,
  tail_tls_config: `
    tls-ca-path tls-cert-path tls-cipher-suites tls-insecure-skip-verify:bool tls-key-path tls-min-version
    tls-server-name`,
};

/** By what stands before the first dot; under '' what has none. */
export const knownFlags: Readonly<Record<string, string>> = {
  '': `
    dataobj-storage-bucket-prefix legacy-read-mode:bool metrics-namespace replication-factor schema-config-file
    use-thanos-objstore`,
  azure: '@azure',
  bigtable: `
    backoff-max-period backoff-min-period backoff-on-ratelimits:bool backoff-retries cluster-validation.:( label )
    connect-backoff-base-delay connect-backoff-max-delay connect-timeout grpc-client-rate-limit
    grpc-client-rate-limit-burst grpc-compression grpc-max-recv-msg-size grpc-max-send-msg-size
    initial-connection-window-size initial-stream-window-size instance project table-cache.:( enabled:bool
    expiration ) tls-ca-path tls-cert-path tls-cipher-suites tls-enabled:bool tls-insecure-skip-verify:bool
    tls-key-path tls-min-version tls-server-name`,
  'bloom-build': `
    block-encoding builder-response-timeout builder.:( backoff.:@backoff grpc.:@grpc planner-address
    working-directory ) enable:bool enabled:bool max-block-size max-bloom-size max-builders planner.:( interval
    max-table-offset min-table-offset queue.:( clean-tasks-directory:bool max-tasks-per-tenant
    store-tasks-on-disk:bool tasks-disk-directory ) retention.:( enabled:bool max-lookback-days ) )
    planning-strategy prefetch-blocks:bool split-keyspace-by split-target-series-chunk-size task-max-retries`,
  'bloom-gateway-client': 'addresses grpc.:@grpc pool.:( check-interval )',
  'bloom-gateway': `
    block-query-concurrency enable-filtering:bool enabled:bool fetch-blocks-async:bool max-outstanding-per-tenant
    num-multiplex-tasks worker-concurrency`,
  bloom: `
    blocks-cache.:( hard-limit soft-limit ttl ) cache-list-ops:bool download-parallelism max-query-page-size
    memory-management.:( alloc-type mem-pool-buckets ) metas-cache.:@metas_cache metas-lru-cache.:@embedded_cache
    shipper.:( working-directory )`,
  boltdb: `
    dir shipper.:( active-index-directory build-per-tenant-index:bool cache-location cache-ttl
    index-gateway-client.:@index_gateway_client query-ready-num-days resync-interval )`,
  bos: '@bos',
  cassandra: `
    addresses auth:bool ca-path connect-timeout consistency convict-hosts-on-failure:bool custom-authenticator
    disable-initial-host-lookup:bool host-selection-policy host-verification:bool keyspace max-retries
    num-connections password password-file port query-concurrency reconnent-interval replication-factor
    retry-max-backoff retry-min-backoff ssl:bool table-options timeout tls-cert-path tls-key-path username`,
  common: `
    compactor-address compactor-grpc-address scratch-path storage.:( azure.:@azure bos.:@bos
    congestion-control.:@congestion_control cos.:@cos gcs.:@gcs hedge-max-per-second hedge-requests-at
    hedge-requests-up-to object-store.:@object_store oss.:@oss ring.:@ring s3.:@s3 swift.:@swift )`,
  compactor: `
    allow-deletes client.:( tls-ca-path tls-cert-path tls-cipher-suites tls-enabled:bool
    tls-insecure-skip-verify:bool tls-key-path tls-min-version tls-server-name ) delete-request-store.:(
    backup-db-type db-type key-prefix ) deletion-marker-object-store-prefix grpc-client.:@grpc
    horizontal-scaling-mode jobs.:( deletion.:( chunk-processing-concurrency deletion-manifest-store-prefix
    max-retries timeout ) ) max-compaction-parallelism retention-backoff-config.:@backoff
    retention-delete-worker-count retention-table-timeout ring.:@ring run-once:bool skip-latest-n-tables
    tables-to-compact upload-parallelism worker.:( num-sub-workers )`,
  config: 'ballast-bytes',
  consul: '@consul',
  cos: '@cos',
  'dataobj-consumer': `
    availability-zone buffer-size consul.:@consul dataobj-sort-order distributor.:@distributor enable-inet6:bool
    etcd.:@etcd final-sleep heartbeat-period heartbeat-timeout idle-flush-timeout join-after lifecycler.:@lifecycler
    max-builder-age max-page-rows min-ready-duration multi.:@multi num-tokens observe-period
    partition-ring.:@partition_ring prefix readiness-check-ring-health:bool ring.:( heartbeat-timeout )
    section-stripe-merge-limit sha-prefix-size store target-builder-memory-limit target-page-size
    target-section-size tokens-file-path topic unregister-on-shutdown:bool`,
  'dataobj-index-builder': `
    buffer-size events-per-index flush-interval max-idle-time max-page-rows section-stripe-merge-limit
    target-builder-memory-limit target-page-size target-section-size`,
  'dataobj-metastore': 'index-storage-prefix partition-ratio',
  dataobj: 'enabled:bool',
  distributor: `
    client-cleanup-period dataobj-tee.:( debug-metrics-enabled:bool enabled:bool max-buffered-bytes
    per-partition-rate-bytes rate-batch-window topic ) excluded-zones health-check-ingesters:bool
    ingest-limits-dry-run-enabled:bool ingest-limits-enabled:bool ingester-writes-enabled:bool
    ingestion-rate-limit-strategy kafka-writes-enabled:bool push-worker-count rate-store.:( debug:bool
    ingester-request-timeout max-request-parallelism stream-rate-update-interval ) remote-timeout replication-factor
    ring.:( consul.:@consul etcd.:@etcd heartbeat-period heartbeat-timeout instance-addr instance-enable-ipv6:bool
    instance-id instance-interface-names instance-port multi.:@multi prefix store ) write-failures-logging.:(
    add-insights-label:bool rate ) zone-awareness-enabled:bool`,
  dynamodb: `
    api-limit chunk-gang-size chunk.:( get-max-parallelism ) kms-key-id max-backoff max-retries min-backoff
    throttle-limit url`,
  etcd: '@etcd',
  experimental: 'querier.:( recent-metadata-query-window split-recent-metadata-queries-by-interval )',
  frontend: `
    background.:@background compression default-validity downstream-url encoding graceful-shutdown-timeout
    grpc-client-config.:@grpc index-stats-results-cache.:@index_stats_results_cache instance-addr
    instance-enable-ipv6:bool instance-interface-names instance-port
    instant-metric-results-cache.:@index_stats_results_cache label-results-cache.:@index_stats_results_cache
    max-queriers-per-tenant max-query-capacity memcached.:@memcached min-sharding-lookback redis.:@redis
    scheduler-address scheduler-dns-lookup-period scheduler-worker-concurrency
    series-results-cache.:@index_stats_results_cache support-parquet-encoding:bool tail-proxy-url
    tail-tls-config.:@tail_tls_config volume-results-cache.:@index_stats_results_cache`,
  gcs: '@gcs',
  'grpc-store': 'server-address',
  'index-gateway': `
    max-capacity mode ring.:( consul.:@consul etcd.:@etcd heartbeat-period heartbeat-timeout instance-addr
    instance-availability-zone instance-enable-ipv6:bool instance-id instance-interface-names instance-port
    multi.:@multi num-tokens prefix store tokens-file-path zone-awareness-enabled:bool ) shard-size`,
  'ingest-limits-frontend-client': `
    backoff-max-period backoff-min-period backoff-on-ratelimits:bool backoff-retries client-cleanup-period
    cluster-validation.:( label ) connect-backoff-base-delay connect-backoff-max-delay connect-timeout
    grpc-client-rate-limit grpc-client-rate-limit-burst grpc-compression grpc-max-recv-msg-size
    grpc-max-send-msg-size health-check-ingest-limits:bool initial-connection-window-size initial-stream-window-size
    remote-timeout tls-ca-path tls-cert-path tls-cipher-suites tls-enabled:bool tls-insecure-skip-verify:bool
    tls-key-path tls-min-version tls-server-name`,
  'ingest-limits-frontend': `
    accepted-streams-cache-enabled:bool accepted-streams-cache-ttl accepted-streams-cache-ttl-jitter
    assigned-partitions-cache-enabled:bool assigned-partitions-cache-ttl availability-zone client-cleanup-period
    consul.:@consul distributor.:@distributor enable-inet6:bool etcd.:@etcd final-sleep
    health-check-ingest-limits:bool heartbeat-period heartbeat-timeout join-after lifecycler.:@lifecycler
    limits-client.:@grpc min-ready-duration multi.:@multi num-partitions num-tokens observe-period prefix
    readiness-check-ring-health:bool remote-timeout ring.:( heartbeat-timeout ) store tokens-file-path
    unregister-on-shutdown:bool`,
  'ingest-limits': `
    active-window availability-zone bucket-size consul.:@consul consumer-group distributor.:@distributor
    enable-inet6:bool enabled:bool etcd.:@etcd eviction-interval final-sleep heartbeat-period heartbeat-timeout
    join-after lifecycler.:@lifecycler min-ready-duration multi.:@multi num-partitions num-tokens observe-period
    prefix rate-window readiness-check-ring-health:bool ring.:( heartbeat-timeout ) store tokens-file-path topic
    unregister-on-shutdown:bool`,
  ingester: `
    autoforget-unhealthy availability-zone client.:@client concurrent-flushes delegate-stream-limits-enabled:bool
    enable-inet6:bool final-sleep flush-op-backoff-max-period flush-op-backoff-min-period flush-op-backoff-retries
    flush-op-timeout heartbeat-period heartbeat-timeout index-shards join-after kafka-ingestion-enabled:bool
    lifecycler.:@lifecycler min-ready-duration num-tokens observe-period owned-streams-check-interval
    partition-ring.:@partition_ring readiness-check-ring-health:bool shutdown-marker-path sync-min-utilization
    sync-period tailer.:( max-dropped-streams ) tokens-file-path unregister-on-shutdown:bool
    use-owned-stream-count:bool`,
  'internal-server': `
    enable:bool graceful-shutdown-timeout http-conn-limit http-idle-timeout http-listen-address http-listen-network
    http-listen-port http-read-timeout http-tls-ca-path http-tls-cert-path http-tls-cipher-suites
    http-tls-client-auth http-tls-key-path http-tls-min-version http-write-timeout`,
  kafka: `
    auto-create-topic-default-partitions auto-create-topic-enabled:bool consumer-group
    consumer-group-offset-commit-interval dial-timeout enable-kafka-histograms:bool
    last-produced-offset-retry-timeout max-consumer-lag-at-startup max-consumer-workers producer-max-buffered-bytes
    producer-max-record-size-bytes reader.:( address client-id ) sasl-password sasl-username topic
    tracing-enabled:bool write-timeout writer.:( address client-id )`,
  limits: `
    debug-engine-streams:bool debug-engine-tasks:bool ingestion-partition-tenant-shard-size
    max-scan-task-parallelism pattern-persistence-granularity pattern-rate-threshold per-user-override-config
    per-user-override-period simulated-push-latency tenant-limits-allow-publish tsdb-sharding-strategy`,
  memberlist: `
    abort-if-fast-join-fails:bool abort-if-fast-join-fails-min-nodes abort-if-join-fails:bool acquire-writer-timeout
    advertise-addr advertise-port bind-addr bind-port broadcast-timeout-for-local-updates-on-shutdown cluster-label
    cluster-label-verification-disabled:bool compression-enabled:bool dead-node-reclaim-time gossip-interval
    gossip-nodes gossip-to-dead-nodes-time join leave-timeout left-ingesters-timeout max-concurrent-writes
    max-join-backoff max-join-retries message-history-buffer-bytes min-join-backoff nodename notify-interval
    obsolete-entries-timeout packet-dial-timeout packet-write-timeout pullpush-interval randomize-node-name:bool
    rejoin-interval rejoin-seed-nodes retransmit-factor stream-timeout tls-ca-path tls-cert-path tls-cipher-suites
    tls-enabled:bool tls-insecure-skip-verify:bool tls-key-path tls-min-version tls-server-name transport-debug:bool
    watch-prefix-buffer-size zone-aware-routing.:( enabled:bool instance-availability-zone role )`,
  metrics: `
    ignore-throttle-below queue-length-query read-error-query read-usage-query scale-up-factor target-queue-length
    url usage-query write-throttle-query`,
  multi: '@multi',
  'object-store': '@object_store',
  'operation-config': `
    filter-push-request-streams-ips log-duplicate-metrics:bool log-duplicate-stream-info:bool
    log-hash-of-labels:bool log-service-name-discovery:bool`,
  oss: '@oss',
  'pattern-ingester': `
    availability-zone client-cleanup-period client.:@client concurrent-flushes connection-timeout consul.:@consul
    distributor.:@distributor enable-inet6:bool etcd.:@etcd final-sleep flush-check-period
    health-check-ingesters:bool heartbeat-period heartbeat-timeout join-after lifecycler.:@lifecycler max-chunk-age
    max-eviction-ratio metric-aggregation.:( .:@rest downsample-period loki-address push-period timeout tls:bool )
    min-ready-duration multi.:@multi num-tokens observe-period pattern-persistence.:( .:@rest batch-size
    loki-address push-period timeout tls:bool ) prefix readiness-check-ring-health:bool remote-timeout ring.:(
    heartbeat-timeout ) sample-interval store tee.:( batch-flush-interval batch-size flush-queue-size
    flush-worker-count stop-flush-timeout ) tokens-file-path unregister-on-shutdown:bool volume-threshold`,
  profiling: 'block-profile-rate cpu-profile-rate mutex-profile-fraction',
  querier: `
    dns-lookup-period engine-results-cache-time-bucket-interval extra-query-delay frontend-address
    frontend-client.:@grpc frontend-grpc-client.:@grpc id instant-metric-query-split-align:bool
    query-ingester-only:bool query-partition-ingesters:bool query-store-only:bool scheduler-address
    scheduler-grpc-client.:@grpc shard-aggregations split-ingester-queries-by-interval
    split-metadata-queries-by-interval tsdb-max-bytes-per-shard tsdb-max-query-parallelism
    tsdb-precompute-chunks:bool`,
  'query-engine': `
    align-queries-with-step:bool batch-size distributed:bool downstream-address enable:bool
    enable-delete-req-filtering:bool enable-engine-router:bool enforce-max-query-series-limit:bool
    enforce-retention-period:bool instance-interface-names merge-prefetch-count prefetch-bytes range-reads.:(
    coalesce-size max-parallelism max-range-size min-range-size ) results-cache.:@index_stats_results_cache
    scheduler-lookup-address scheduler-lookup-interval storage-lag storage-retention-days storage-start-date
    worker-threads`,
  'query-frontend': 'querier-forget-delay',
  'query-scheduler': `
    grpc-client-config.:@grpc max-outstanding-requests-per-tenant max-queue-hierarchy-levels querier-forget-delay
    ring.:@ring use-scheduler-ring:bool`,
  reporting: 'enabled:bool proxy-url tls-config.:@tail_tls_config usage-stats-url',
  ring: 'heartbeat-timeout prefix store',
  'ruler-storage': `
    azure.:@azure_2 backend bos.:@bos_2 filesystem.:( dir ) gcs.:@gcs_2 local.:( directory ) oss.:@oss_2 s3.:@s3_2
    storage-prefix swift.:@swift_2`,
  ruler: `
    alertmanager-client.:( credentials credentials-file tls-ca-path tls-cert-path tls-cipher-suites
    tls-insecure-skip-verify:bool tls-key-path tls-min-version tls-server-name type ) alertmanager-discovery:bool
    alertmanager-refresh-interval client-timeout client.:@grpc disable-rule-group-label:bool enable-sharding:bool
    enable-wal-replay:bool evaluation.:( max-jitter mode query-frontend.:( address tls-ca-path tls-cert-path
    tls-cipher-suites tls-enabled:bool tls-insecure-skip-verify:bool tls-key-path tls-min-version tls-server-name )
    ) flush-period group-timeout num-workers query-stats-enabled:bool remote-write.:( add-org-id-header:bool
    config-refresh-period enabled:bool ) ring.:( consul.:@consul etcd.:@etcd heartbeat-period heartbeat-timeout
    instance-addr instance-enable-ipv6:bool instance-id instance-interface-names instance-port multi.:@multi
    num-tokens prefix store ) search-pending-for sharding-algo sharding-strategy storage.:( azure.:@azure bos.:@bos
    cos.:@cos gcs.:@gcs oss.:@oss s3.:@s3 swift.:@swift ) tenant-shard-size wal-cleaner.:( min-age period ) wal.:(
    dir max-age min-age truncate-frequency )`,
  s3: '@s3',
  server: `
    cluster-validation.:( additional-labels grpc.:( enabled:bool soft-validation:bool ) http.:( enabled:bool
    excluded-paths excluded-user-agents soft-validation:bool ) label ) create-new-traces:bool
    grpc-collect-max-streams-by-conn:bool grpc-conn-limit grpc-listen-network grpc-tls-ca-path grpc-tls-cert-path
    grpc-tls-client-auth grpc-tls-key-path grpc.:( keepalive.:( max-connection-age max-connection-age-grace
    max-connection-idle min-time-between-pings ping-without-stream-allowed:bool time timeout ) num-workers
    recv-buffer-pools-enabled:bool stats-tracking-enabled:bool ) http-listen-network
    http-log-closed-connections-without-response-enabled:bool log-request-headers:bool
    log-request-headers-exclude-list log-source-ips-enabled:bool log-source-ips-full:bool log-source-ips-header
    log-source-ips-regex proxy-protocol-enabled:bool register-instrumentation:bool
    report-grpc-codes-in-instrumentation-label-enabled:bool throughput.:( latency-cutoff unit ) tls-cipher-suites
    tls-min-version trace-request-headers:bool trace-request-headers-exclude-list`,
  'shard-streams': `
    desired-rate enabled:bool logging-enabled:bool time-sharding-enabled:bool time-sharding-ignore-recent`,
  store: `
    cache-lookups-older-than chunks-cache-l2.:( background.:@background default-validity
    embedded-cache.:@embedded_cache handoff memcached.:@memcached redis.:@redis ) chunks-cache.:(
    background.:@background cache-stubs:bool default-validity embedded-cache.:@embedded_cache memcached.:@memcached
    redis.:@redis ) congestion-control.:@congestion_control disable-broad-index-queries:bool hedge-max-per-second
    hedge-requests-at hedge-requests-up-to index-cache-read.:@metas_cache index-cache-validity
    index-cache-write.:@metas_cache max-chunk-batch-size max-parallel-get-chunk object-prefix
    query-ready-index-num-days skip-query-writeback-older-than`,
  swift: '@swift',
  'table-manager': `
    chunk-table.:@chunk_table index-table.:@chunk_table periodic-table.:( grace-period ) poll-interval
    throughput-updates-disabled:bool`,
  tracing: 'enabled:bool',
  tsdb: `
    shipper.:( active-index-directory cache-location cache-ttl index-gateway-client.:@index_gateway_client
    query-ready-num-days resync-interval )`,
  ui: `
    debug:bool enabled:bool goldfish.:( cell-a-namespace cell-b-namespace enable:bool grafana-url
    logs-datasource-uid max-connections max-idle-time results-backend results.:@object_store storage.:( cloudsql.:(
    database host port user ) rds.:( database endpoint user ) type ) traces-datasource-uid ) ring.:@ring`,
};
