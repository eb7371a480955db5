/** The configuration of a server inside another program, as the fixture starts it. */
import { readConfig } from './config-file.js';
import type { Config, Ignored } from './options.js';
import { type Assignments, assign, configOf, embeddedSettings } from './settings.js';
import { validate } from './validate.js';

export interface EmbeddedOptions {
  /** 0: a free one. */
  readonly httpPort: number;
  /** Where data is kept; null: in memory. Goes before every path of the YAML. */
  readonly folder: string | null;
  /** Loki's YAML; what it leaves out is as without a configuration file: no tenants, generous limits. */
  readonly yaml?: string;
}

/** Only the HTTP port of 127.0.0.1 is bound. Throws ConfigError. */
export async function embeddedConfig({ httpPort, folder, yaml = '' }: EmbeddedOptions): Promise<Config> {
  let settings = embeddedSettings();
  let ignored: readonly Ignored[] = [];
  if (yaml.trim() !== '') {
    const read = await readConfig(yaml, 'config', { envHint: false });
    settings = assign(settings, read.values);
    ignored = [...read.ignored, ...validate(settings, { file: 'config', lines: read.lines, flags: new Map() })];
  }
  const own: Assignments = new Map<string, unknown>([
    ['server.http_listen_address', '127.0.0.1'],
    ['server.http_listen_port', httpPort],
    ['server.grpc_listen_port', -1],
    ['common.path_prefix', folder ?? ''],
    ['common.storage.filesystem.chunks_directory', ''],
    ['common.storage.filesystem.rules_directory', ''],
    ['storage_config.filesystem.directory', ''],
    ['ruler.storage.local.directory', ''],
    ['ingester.wal.dir', ''],
    ['compactor.working_directory', ''],
  ]);
  return configOf(assign(settings, own), { file: null, ignored, inMemory: folder === null });
}
