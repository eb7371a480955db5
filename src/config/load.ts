/** Defaults, then the file, then the flags → one Config, or an error that names file, line and key. */
import { ConfigError, readConfig } from './config-file.js';
import { type Env, ExpandError, expandEnv } from './expand-env.js';
import { type CommandLine, parseFlags } from './flags.js';
import type { Config, Ignored, Settings } from './options.js';
import { assign, configOf, defaultSettings, embeddedSettings } from './settings.js';
import { validate } from './validate.js';

/** The files of a start: the configuration, read once. */
export interface ConfigFiles {
  exists(path: string): boolean;
  /** Throws what the system says. */
  read(path: string): string;
}

export interface LoadOptions {
  /** Without program and script. */
  readonly argv: readonly string[];
  readonly env: Env;
  readonly files: ConfigFiles;
}

/** What the command line asks for. Only `run` goes on to start a server. */
export type Action = 'run' | 'verify' | 'list-targets' | 'help';

export interface Loaded {
  readonly action: Action;
  readonly config: Config;
  /** -print-config-stderr and -log-config-reverse-order. */
  readonly printConfig: boolean;
  readonly logConfig: boolean;
}

/** Throws FlagError (exit code 2) and ConfigError (exit code 1). */
export async function loadConfig({ argv, env, files }: LoadOptions): Promise<Loaded> {
  const line = await parseFlags(argv);
  const isSet = (flag: Parameters<typeof line.own.get>[0]): boolean => line.own.get(flag) === 'true';
  const config = isSet('help') ? configOf(embeddedSettings(), nowhere) : await configFor(line, env, files);
  return {
    action: isSet('help') ? 'help' : isSet('list-targets') ? 'list-targets' : isSet('verify-config') ? 'verify' : 'run',
    config,
    printConfig: isSet('print-config-stderr'),
    logConfig: isSet('log-config-reverse-order'),
  };
}

const nowhere = { file: null, ignored: [], inMemory: false } as const;

async function configFor(line: CommandLine, env: Env, files: ConfigFiles): Promise<Config> {
  const paths = line.own.get('config.file') ?? '';
  let settings: Settings = embeddedSettings();
  let ignored: readonly Ignored[] = [];
  let file: string | null = null;
  let lines: ReadonlyMap<string, number> = new Map();
  if (paths !== '') {
    const names = paths.split(',').map((name) => name.trim());
    file = names.find((name) => files.exists(name)) ?? null;
    if (file === null) throw new ConfigError(`${paths} does not exist, set config.file for custom config path`);
    const expands = line.own.get('config.expand-env') === 'true';
    const text = textOf(file, files, expands ? env : null);
    const read = await readConfig(text, file, { envHint: !expands });
    settings = assign(defaultSettings(), read.values);
    ({ ignored, lines } = read);
  }
  settings = assign(settings, line.values);
  ignored = [...ignored, ...line.ignored, ...validate(settings, { file, lines, flags: line.values })];
  return configOf(settings, { file, ignored, inMemory: false });
}

function textOf(file: string, files: ConfigFiles, env: Env | null): string {
  try {
    const text = files.read(file);
    return env === null ? text : expandEnv(text, env);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(error instanceof ExpandError ? `${file}: ${why}` : `cannot read ${file}: ${why}`, {
      cause: error,
    });
  }
}
