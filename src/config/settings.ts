/** Settings from the table of options: the defaults, one value changed, the places where data lies. */
import { embeddedLimits } from '../limits/limits.js';
import { Option, type Section, type ValuesOf, walk } from './option.js';
import { type Config, type DataPaths, options, type Settings } from './options.js';

/** The defaults of a table. Nothing in it is shared with another call. */
export function initialValues<T extends Section>(section: T): ValuesOf<T> {
  const values = Object.entries(section).map(([name, entry]) => [
    name,
    entry instanceof Option ? structuredClone(entry.initial) : initialValues(entry),
  ]);
  return Object.fromEntries(values) as ValuesOf<T>;
}

/** Loki's own defaults. */
export const defaultSettings = (): Settings => initialValues(options);

/** What a server without a configuration file runs with: no tenants, and limits that no laptop or test meets by accident. */
export const embeddedSettings = (): Settings => ({
  ...defaultSettings(),
  auth_enabled: false,
  limits_config: embeddedLimits(),
});

/** Values by dotted key: what a file or a command line sets. */
export type Assignments = ReadonlyMap<string, unknown>;

/** A copy of `settings` in which the keys have the values. The keys must be in the table. */
export function assign(settings: Settings, assignments: Assignments): Settings {
  const copy = structuredClone(settings) as Record<string, unknown>;
  for (const [key, value] of assignments) {
    const path = key.split('.');
    const name = path.pop() as string;
    let section = copy;
    for (const step of path) section = section[step] as Record<string, unknown>;
    section[name] = value;
  }
  return copy as unknown as Settings;
}

/** The value of a dotted key. */
export function valueAt(settings: Settings, key: string): unknown {
  return key.split('.').reduce<unknown>((section, step) => (section as Record<string, unknown>)[step], settings);
}

/** Every option of the server with its dotted key. */
export const allOptions = (): Generator<readonly [key: string, option: Option<unknown>]> => walk(options);

/**
 * The data folder is common.path_prefix; without it the folder that holds the chunks' folder (a Loki YAML of old names
 * /loki/chunks and /loki/wal: then it is /loki); without that, ./data. What has a path of its own lies there.
 */
export function dataPaths(settings: Settings): DataPaths {
  const { common, storage_config, ingester, ruler, compactor } = settings;
  const chunks = storage_config.filesystem.directory || common.storage.filesystem.chunks_directory;
  const root = common.path_prefix || (chunks === '' ? 'data' : parentOf(chunks));
  const below = (name: string): string => (root.endsWith('/') ? root + name : `${root}/${name}`);
  return {
    root,
    wal: ingester.wal.dir || below('wal'),
    chunks: chunks || below('chunks'),
    rules: ruler.storage.local.directory || common.storage.filesystem.rules_directory || below('rules'),
    compactor: compactor.working_directory || below('compactor'),
  };
}

/** A folder directly below / has no parent that is ours: then it is the data folder itself. */
function parentOf(folder: string): string {
  const trimmed = folder.replace(/\/+$/, '');
  const cut = trimmed.lastIndexOf('/');
  if (cut < 0) return '.';
  return cut === 0 ? trimmed : trimmed.slice(0, cut);
}

export const configOf = (settings: Settings, rest: Pick<Config, 'file' | 'ignored' | 'inMemory'>): Config => ({
  ...settings,
  ...rest,
  paths: dataPaths(settings),
});

/** A configuration in code: Loki's defaults, and what is changed of them by dotted key. Nothing is checked. */
export function configWith(changes: Readonly<Record<string, unknown>> = {}): Config {
  const settings = assign(defaultSettings(), new Map(Object.entries(changes)));
  return configOf(settings, { file: null, ignored: [], inMemory: false });
}
