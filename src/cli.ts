/** What the program does from its arguments to its exit code, with the process passed in. */
import type { ConfigError } from './config/config-file.js';
import type { FlagError } from './config/flags.js';
import { type ConfigFiles, loadConfig } from './config/load.js';
import type { Config } from './config/options.js';
import { createLogger, type Logger } from './log.js';
import { version } from './version.js';

export interface RunningServer {
  /** Resolves once requests are answered, with the ports that were bound; null: no gRPC. */
  start(): Promise<{ readonly httpPort: number; readonly grpcPort: number | null }>;
  /** Ends running requests, writes what must be written. Resolves when nothing is left to do. */
  stop(): Promise<void>;
}

export interface Host {
  /** Without program and script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: ConfigFiles;
  /** Null where users have no numbers. */
  readonly uid: number | null;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly onSignal: (name: 'SIGTERM' | 'SIGINT', listener: () => void) => void;
  /** For the second signal only. */
  readonly exit: (code: number) => void;
  /** `shutdown`: what stops the program from inside, as a signal does from outside. */
  readonly createServer: (
    config: Config,
    deps: { readonly log: (line: string) => void; readonly shutdown: () => void },
  ) => Promise<RunningServer>;
}

/** Resolves with the exit code: 0 all well, 1 it could not start or stop, 2 the command line is wrong. */
export async function runCli(host: Host): Promise<number> {
  const { argv, out, err } = host;
  // As in Loki: these two go before everything else, whatever stands beside them.
  if (argv.some((word) => /^--?health$/.test(word))) return await health(host);
  if (argv.some((word) => /^--?version$/.test(word))) {
    out(`skald, version ${version} (speaks the interface of Loki 3.7)`);
    return 0;
  }

  const loaded = await loadConfig(host).catch((error: FlagError | ConfigError) => error);
  if (loaded instanceof Error) {
    if (loaded.name === 'FlagError') {
      err(loaded.message);
      err('Run with -help to get list of available parameters');
      return 2;
    }
    if (loaded.name !== 'ConfigError') throw loaded;
    err(`failed parsing config: ${loaded.message}`);
    return 1;
  }

  const { action, config, printConfig, logConfig } = loaded;
  if (action === 'help') {
    const { usage } = await import('./config/usage.js');
    out(usage());
    return 2; // Loki's, and Go's flag package's.
  }
  if (action === 'list-targets') {
    const { knownTargets } = await import('./config/validate.js');
    for (const target of [...knownTargets].sort()) out(target);
    return 0;
  }

  const log = createLogger({
    format: config.server.log_format,
    level: config.server.log_level,
    write: err,
    caller: 'main',
  });
  if (printConfig || logConfig) {
    const { renderConfig } = await import('./config/render.js');
    const text = renderConfig(config).trimEnd();
    if (printConfig) err(text);
    if (logConfig) for (const line of text.split('\n').reverse()) log.info(line);
  }
  for (const { key, line, why } of config.ignored) {
    log.warn(`this key has no effect here: ${why}`, { key, ...(line > 0 && { file: config.file, line }) });
  }
  if (action === 'verify') {
    log.info('config is valid');
    return 0;
  }
  return await serve(config, log, host);
}

async function serve(config: Config, log: Logger, host: Host): Promise<number> {
  log.info('starting skald', { version, config: config.file ?? 'embedded defaults' });
  log.info('data is kept on disk', { data: config.paths.root, chunks: config.paths.chunks, wal: config.paths.wal });

  let stopping = false;
  let askToStop: (why: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => {
    askToStop = resolve;
  });
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    host.onSignal(name, () => {
      if (stopping) {
        log.warn('stopped by force', { signal: name });
        host.exit(1);
      }
      stopping = true;
      askToStop(name);
    });
  }

  let server: RunningServer;
  try {
    server = await host.createServer(config, { log: host.err, shutdown: () => askToStop('request') });
    const { httpPort, grpcPort } = await server.start();
    log.info('listening', {
      http_address: config.server.http_listen_address || '0.0.0.0',
      http_port: httpPort,
      ...(grpcPort !== null && { grpc_address: config.server.grpc_listen_address || '0.0.0.0', grpc_port: grpcPort }),
    });
  } catch (error) {
    log.error('cannot start', { err: startFailure(error, config, host.uid) });
    return 1;
  }

  const why = await asked;
  log.info('stopping', { why });
  try {
    await server.stop();
  } catch (error) {
    log.error('cannot stop in order', { err: error instanceof Error ? error : String(error) });
    return 1;
  }
  log.info('stopped');
  return 0;
}

/** The system's words, and what to do about them where that is known. */
function startFailure(error: unknown, config: Config, uid: number | null): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const where = path ?? config.paths.root;
    const who = uid === null ? 'this user' : `uid ${uid}`;
    return `${error.message}: ${who} cannot write to ${where}, give the folder to it (chown -R ${uid ?? '<user>'} ${where}) or choose another with -common.path-prefix`;
  }
  if (code === 'EADDRINUSE')
    return `${error.message}: another process has the port, choose another with -server.http-listen-port and -server.grpc-listen-port (0: a free one)`;
  return error.message;
}

const healthTimeoutMs = 5000;

async function health({ argv, out, err }: Host): Promise<number> {
  let url = 'http://localhost:3100/ready';
  for (const [i, word] of argv.entries()) {
    const found = /^--?health\.url(?:[=:](.*))?$/.exec(word);
    const next = argv[i + 1];
    if (found?.[1]) url = found[1];
    else if (found && next !== undefined && !next.startsWith('-')) url = next;
  }
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(healthTimeoutMs), redirect: 'follow' });
    if (status === 200) {
      out('skald is healthy');
      return 0;
    }
    err(`skald is unhealthy: status code ${status}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    err(
      `health check failed: Get ${JSON.stringify(url)}: ${cause || (error instanceof Error ? error.message : String(error))}`,
    );
  }
  return 1;
}
