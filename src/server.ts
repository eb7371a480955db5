/**
 * The composition root: builds every room in order, starts, and stops in reverse. Two servers can live in one process:
 * nothing here is global.
 */
import type { AddressInfo } from 'node:net';
import type { Config } from './config/options.js';
import { readOverrides } from './config/overrides-file.js';
import { publishedLimits, renderConfig, renderPublishedLimits } from './config/render.js';
import { createApp } from './http/app.js';
import { registerRoutes } from './http/routes/routes.js';
import { DiskReserve } from './ingest/disk-reserve.js';
import { defaultBodyLimits } from './ingest/push/body.js';
import { PushService } from './ingest/push-service.js';
import { type Clock, systemClock } from './io/clock.js';
import { detachEarly } from './io/early-detach.js';
import { type FileSystem, readFile } from './io/file-system.js';
import { nodeFileSystem } from './io/node-file-system.js';
import { type Limits, Overrides } from './limits/limits.js';
import { createLogger, isLogLevel, type Logger } from './log.js';
import { createMetrics } from './metrics/metrics.js';
import type { TenantId } from './model/tenant.js';
import { PatternStore } from './patterns/pattern-store.js';
import { Frontend } from './query/frontend.js';
import { StoreQuerier } from './query/querier.js';
import { strictest } from './query/query-limits.js';
import { QueryQueue } from './query/query-queue.js';
import { ResultsCache } from './query/results-cache.js';
import { openScanPlace } from './query/scan/scan-place.js';
import type { QueryStats } from './query/stats.js';
import { openStorage, type Storage } from './storage.js';
import { version } from './version.js';

export interface Server {
  start(): Promise<{ readonly httpPort: number; readonly grpcPort: number | null }>;
  stop(): Promise<void>;
  /** Empties every tenant; ports stay. */
  reset(): Promise<void>;
}

export interface ServerDeps {
  /** Takes a line of the log without its end. */
  readonly log: (line: string) => void;
  /** What `POST /ingester/shutdown` calls: the program's own way to stop. */
  readonly shutdown?: () => void;
  readonly clock?: Clock;
  readonly fs?: FileSystem;
}

export function createServer(config: Config, deps: ServerDeps): Server {
  detachEarly();
  const running = new Running(config, deps);
  let stopped: Promise<void> | null = null;
  return {
    start: () => running.start(),
    reset: () => running.reset(),
    stop() {
      stopped ??= running.stop();
      return stopped;
    },
  };
}

class Running {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #fs: FileSystem;
  /** What is undone at the end, last first. */
  readonly #undo: (() => Promise<unknown> | unknown)[] = [];
  #reset: () => Promise<void> = async () => undefined;

  readonly #shutdown: () => void;

  constructor(
    config: Config,
    { log, shutdown = () => undefined, clock = systemClock(), fs = nodeFileSystem() }: ServerDeps,
  ) {
    this.#config = config;
    const { log_format: format, log_level: level } = config.server;
    this.#log = createLogger({ format, level, write: log, caller: 'server', nowMs: () => clock.nowMs() });
    this.#shutdown = shutdown;
    this.#clock = clock;
    this.#fs = fs;
  }

  /** When a part fails to start, those before it are stopped again. */
  async start(): Promise<{ readonly httpPort: number; readonly grpcPort: number | null }> {
    try {
      return await this.#start();
    } catch (e) {
      await this.stop();
      throw e;
    }
  }

  reset(): Promise<void> {
    return this.#reset();
  }

  async stop(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await undo();
  }

  async #start(): Promise<{ readonly httpPort: number; readonly grpcPort: number | null }> {
    const config = this.#config;
    const clock = this.#clock;
    const log = this.#log;
    const overrides = new Overrides(config.limits_config);
    const limitsFor = (tenant: TenantId): Limits => overrides.limitsFor(tenant);
    await this.#watchOverrides(overrides);
    const storage = await this.#openStorage(limitsFor);
    const { ingester, store, requests, versions } = storage;

    const metrics = createMetrics(version, storage.readings);
    // Threads start with the first scan that is worth them, and close before the storage that they read.
    const place = openScanPlace();
    this.#undo.push(() => place.pool?.close());
    const querier = (tenants: readonly TenantId[], stats: QueryStats) =>
      new StoreQuerier(store, tenants, stats, storage.onDamage, place, strictest(tenants.map(limitsFor)));
    const cache = config.query_range.cache_results
      ? new ResultsCache(config.query_range.results_cache.cache.embedded_cache.max_size_mb * 2 ** 20, versions)
      : null;
    const frontend = new Frontend({
      limitsFor,
      querier,
      nowNs: () => clock.nowNs(),
      lookBackMs: config.querier.engine.max_look_back_period,
      cache,
      versions,
      alignWithStep: config.query_range.align_queries_with_step,
      lokiTieOrder: config.file !== null && config.query_range.parallelise_shardable_queries,
      queue: new QueryQueue(config.querier.max_concurrent, config.frontend.max_outstanding_per_tenant),
      observe: (seconds, kind, status) =>
        metrics.queryLatency.observe({ status_code: String(status), type: kind.type, range: kind.range }, seconds),
    });
    const push = new PushService({
      ingester,
      overrides,
      clock,
      bodyLimits: {
        compressedBytesMax: config.distributor.max_recv_msg_size,
        decompressedBytesMax: Math.min(
          config.distributor.max_decompressed_size,
          defaultBodyLimits.decompressedBytesMax,
        ),
      },
      otlpIndexLabels: config.distributor.otlp_config.default_resource_attributes_as_index_labels,
      reserve: config.inMemory ? null : new DiskReserve(this.#fs, config.paths.wal, clock),
      // Without a configuration file lines of any age are taken: see facts on old lines in docs/COMPATIBILITY.md.
      outOfOrderWindowNs: config.file === null ? null : BigInt(Math.round((config.ingester.max_chunk_age / 2) * 1e6)),
      ignoredErrorsMax: config.ingester.max_returned_stream_errors,
      onReceived: (tenant, { lines, lineBytes }) => {
        metrics.linesReceived.inc({ tenant }, lines);
        metrics.bytesReceived.inc({ tenant }, lineBytes);
      },
      onDiscards: (tenant, discards) => {
        for (const { reason, entries, bytes } of discards) {
          metrics.discardedSamples.inc({ tenant, reason }, entries);
          metrics.discardedBytes.inc({ tenant, reason }, bytes);
        }
      },
    });
    const { enabled, max_clusters, max_allowed_line_length, retain_for } = config.pattern_ingester;
    const patterns = enabled
      ? new PatternStore({
          clustersMax: max_clusters,
          lineBytesMax: max_allowed_line_length,
          keptMs: retain_for,
          limitsFor,
        })
      : null;
    if (patterns !== null) {
      this.#undo.push(ingester.onAppend((tenant, labels, batch) => patterns.append(tenant, labels, batch)));
      this.#undo.push(clock.every(60_000, () => patterns.forget(clock.nowMs())));
    }
    this.#reset = async () => {
      await storage.reset();
      cache?.clear();
      patterns?.clear();
    };

    let notReady: string | null = 'the write-ahead log is being read';
    const app = createApp({
      log,
      bodyLimitBytes: config.distributor.max_recv_msg_size,
      pathPrefix: config.server.http_path_prefix,
      timeouts: {
        readMs: config.server.http_server_read_timeout,
        readHeaderMs: config.server.http_server_read_header_timeout,
        writeMs: config.server.http_server_write_timeout,
        idleMs: config.server.http_server_idle_timeout,
        gracefulMs: config.server.graceful_shutdown_timeout,
      },
      connectionsMax: config.server.http_listen_conn_limit,
      compress: config.frontend.compress_responses,
      requestsAtInfo: config.server.log_request_at_info_level_enabled,
      tls: tlsOf(config.server.http_tls_config, this.#fs),
      observe: ({ method, route, status, seconds }) => {
        metrics.requestSeconds.observe({ method, route, status_code: String(status), ws: 'false' }, seconds);
      },
    });
    let prepared = false;
    const { closeTails } = registerRoutes(app, {
      push,
      frontend,
      store,
      querier,
      ingester,
      requests,
      packsOf: storage.packsOf,
      changed: (tenant, from, through) => versions.changed(tenant, from, through),
      patterns,
      patternsEnabled: patterns !== null,
      clock,
      limitsFor,
      version,
      metrics,
      policy: { authEnabled: config.auth_enabled, multiTenantQueries: config.querier.multi_tenant_queries_enabled },
      nowNs: () => clock.nowNs(),
      queryTimeoutMs: (tenants) => Math.min(...tenants.map((t) => limitsFor(t).query_timeout)),
      maxDurationMs: config.querier.tail_max_duration,
      enabled: config.compactor.retention_enabled,
      notReady: () => notReady && `Ingester not ready: ${notReady}`,
      renderConfig: (mode) => renderConfig(config, mode),
      publishedLimits: (tenant) => publishedLimits(limitsFor(tenant)),
      renderLimits: (tenant) => renderPublishedLimits(limitsFor(tenant)),
      logLevel: {
        get: () => log.level,
        set: (level) => {
          if (!isLogLevel(level)) return false;
          log.setLevel(level);
          return true;
        },
      },
      flush: () => ingester.flush(),
      prepareShutdown: {
        get: () => prepared,
        set: (on) => {
          prepared = on;
        },
      },
      shutdown: this.#shutdown,
    });
    this.#undo.push(() => (prepared || config.ingester.wal.flush_on_shutdown ? ingester.flush() : undefined));
    this.#undo.push(() => app.close());
    this.#undo.push(closeTails);

    const { http_listen_address: host, http_listen_port: port } = config.server;
    await app.listen({ host: host === '' ? '::' : host, port }).catch((e: NodeJS.ErrnoException) => {
      // A machine without IPv6 has no '::'.
      if (host !== '' || e.code !== 'EAFNOSUPPORT') throw e;
      return app.listen({ host: '0.0.0.0', port });
    });
    const httpPort = (app.server.address() as AddressInfo).port;
    const grpcPort = await this.#listenGrpc(push);
    notReady = null;
    this.#undo.push(() => {
      notReady = 'the server is stopping';
      return config.shutdown_delay > 0 && new Promise<void>((done) => clock.after(config.shutdown_delay, done));
    });
    return { httpPort, grpcPort };
  }

  async #listenGrpc(push: PushService): Promise<number | null> {
    const {
      grpc_listen_port: port,
      grpc_listen_address: address,
      grpc_server_max_recv_msg_size: maxRecvBytes,
      grpc_server_max_send_msg_size: maxSendBytes,
      grpc_server_max_concurrent_streams: callsMax,
    } = this.#config.server;
    if (port < 0) return null;
    const { startGrpc } = await import('./grpc/pusher.js');
    const grpc = await startGrpc(push, {
      address,
      port,
      authEnabled: this.#config.auth_enabled,
      maxRecvBytes,
      maxSendBytes,
      callsMax,
    });
    this.#undo.push(() => grpc.stop());
    return grpc.port;
  }

  /** Opens what lies on disk, in the order in which each part relies on the one before. */
  async #openStorage(limitsFor: (tenant: TenantId) => Limits): Promise<Storage> {
    const storage = await openStorage(this.#config, { log: this.#log, clock: this.#clock, fs: this.#fs, limitsFor });
    this.#undo.push(() => storage.close());
    return storage;
  }

  /** Reads the overrides of single tenants now and again every period. A file that does not parse changes nothing. */
  async #watchOverrides(overrides: Overrides): Promise<void> {
    const { file: files, period } = this.#config.runtime_config;
    const file = files[0];
    if (file === undefined || file === '') return;
    let seen = '';
    const read = async (): Promise<void> => {
      const text = Buffer.from(readFile(this.#fs, file)).toString('utf8');
      if (text === seen) return;
      const { tenants } = await readOverrides(text, file, overrides.defaults);
      overrides.replace(tenants);
      seen = text;
    };
    await read();
    const again = (): void => {
      read().catch((e: Error) => this.#log.error('the overrides file was not taken over', { file, err: e.message }));
    };
    this.#undo.push(this.#clock.every(period, again));
  }
}

/** Null: the port speaks plain HTTP. */
function tlsOf(tls: Config['server']['http_tls_config'], fs: FileSystem) {
  const pem = (inline: string, file: string): Buffer | null =>
    inline !== '' ? Buffer.from(inline) : file !== '' ? Buffer.from(readFile(fs, file)) : null;
  const cert = pem(tls.cert, tls.cert_file);
  const key = pem(tls.key, tls.key_file);
  if (cert === null || key === null) return null;
  return { cert, key, clientCa: pem(tls.client_ca, tls.client_ca_file), clientAuthType: tls.client_auth_type };
}
