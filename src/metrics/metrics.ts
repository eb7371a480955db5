/** The metrics of one server, under the names that Loki's dashboards and alerts read. One registry a server. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface GaugeReadings {
  /** Streams in the head by tenant. */
  readonly memoryStreams: () => Iterable<readonly [tenant: string, count: number]>;
  readonly memoryChunks: () => number;
  /** Totals kept elsewhere as plain numbers, by metric name. */
  readonly totals: () => Readonly<Record<string, number>>;
}

/** Totals that rooms count as plain numbers: metric name → help. Read when scraped. */
const totalHelp: Readonly<Record<string, string>> = {
  loki_ingester_chunks_created_total: 'Chunks created in the head.',
  loki_ingester_wal_records_logged_total: 'Records written to the WAL.',
  loki_ingester_wal_logged_bytes_total: 'Bytes written to the WAL.',
  loki_ingester_wal_disk_full_failures_total: 'Pushes refused because the disk was full.',
  loki_ingester_wal_corruptions_total: 'Damaged places found in the WAL.',
  loki_ingester_wal_replay_flushes_total: 'Flushes during replay.',
  loki_ingester_checkpoint_creations_total: 'Checkpoints begun.',
  loki_ingester_checkpoint_deletions_total: 'WAL segments dropped after a checkpoint.',
  loki_ingester_chunks_flush_failures_total: 'Flushes that failed and will be tried again.',
  skald_damaged_blocks_total: 'Damaged blocks that queries left out.',
};

const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100];

export function createMetrics(version: string, read: GaugeReadings) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });

  const build = new Gauge({
    name: 'loki_build_info',
    help: 'Version of this program.',
    labelNames: ['version', 'revision', 'branch', 'goversion'],
    registers,
  });
  build.set({ version, revision: '', branch: '', goversion: '' }, 1);

  new Gauge({
    name: 'loki_ingester_memory_streams',
    help: 'Streams in the head.',
    labelNames: ['tenant'],
    registers,
    collect() {
      this.reset();
      for (const [tenant, count] of read.memoryStreams()) this.set({ tenant }, count);
    },
  });
  new Gauge({
    name: 'loki_ingester_memory_chunks',
    help: 'Chunks in the head.',
    registers,
    collect() {
      this.set(read.memoryChunks());
    },
  });
  for (const [name, help] of Object.entries(totalHelp)) {
    const counter = new Counter({
      name,
      help,
      registers,
      collect() {
        counter.reset();
        counter.inc(read.totals()[name] ?? 0);
      },
    });
  }

  return {
    registry,
    requestSeconds: new Histogram({
      name: 'loki_request_duration_seconds',
      help: 'Time to answer HTTP requests.',
      labelNames: ['method', 'route', 'status_code', 'ws'],
      buckets: requestBuckets,
      registers,
    }),
    linesReceived: new Counter({
      name: 'loki_distributor_lines_received_total',
      help: 'Lines received.',
      labelNames: ['tenant'],
      registers,
    }),
    bytesReceived: new Counter({
      name: 'loki_distributor_bytes_received_total',
      help: 'Bytes of lines received.',
      labelNames: ['tenant'],
      registers,
    }),
    discardedSamples: new Counter({
      name: 'loki_discarded_samples_total',
      help: 'Entries refused.',
      labelNames: ['tenant', 'reason'],
      registers,
    }),
    discardedBytes: new Counter({
      name: 'loki_discarded_bytes_total',
      help: 'Bytes of the entries refused.',
      labelNames: ['tenant', 'reason'],
      registers,
    }),
    streamsCreated: new Counter({
      name: 'loki_ingester_streams_created_total',
      help: 'Streams that appeared in the head.',
      labelNames: ['tenant'],
      registers,
    }),
    chunksFlushed: new Counter({
      name: 'loki_ingester_chunks_flushed_total',
      help: 'Chunks flushed, by why.',
      labelNames: ['reason'],
      registers,
    }),
    queryLatency: new Histogram({
      name: 'loki_logql_querystats_latency_seconds',
      help: 'Time to evaluate queries.',
      labelNames: ['status_code', 'type', 'range'],
      buckets: requestBuckets,
      registers,
    }),
    panics: new Counter({ name: 'loki_panic_total', help: 'Faults of the program itself.', registers }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
