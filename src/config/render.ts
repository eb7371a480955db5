/** The running configuration as YAML, for /config and -print-config-stderr. Secrets are masked. */
import { Option, type Section, walk } from './option.js';
import { type Config, type LimitSettings, options, type Settings } from './options.js';
import type { Plain } from './raw.js';
import { defaultSettings, valueAt } from './settings.js';
import { yamlText } from './yaml-text.js';

/** `full`: every option; `diff`: what differs from Loki's defaults; `defaults`: Loki's defaults. */
export type RenderMode = 'full' | 'diff' | 'defaults';

export function renderConfig(config: Config, mode: RenderMode = 'full'): string {
  const settings: Settings = mode === 'defaults' ? defaultSettings() : config;
  if (mode !== 'diff') return yamlText(printed(options, settings as unknown as Values));
  const changed = new Set<Option<unknown>>();
  const defaults = defaultSettings();
  for (const [key, option] of walk(options)) {
    if (JSON.stringify(valueAt(settings, key)) !== JSON.stringify(valueAt(defaults, key))) changed.add(option);
  }
  return yamlText(printed(options, settings as unknown as Values, changed));
}

/** The limits of a tenant that anyone may know, as Loki publishes them. Source: its tenant_limits_allow_publish. */
const publishedNames = [
  'discover_log_levels',
  'discover_service_name',
  'log_level_fields',
  'max_entries_limit_per_query',
  'max_line_size_truncate',
  'max_query_bytes_read',
  'max_query_length',
  'max_query_lookback',
  'max_query_range',
  'max_query_series',
  'metric_aggregation_enabled',
  'otlp_config',
  'pattern_persistence_enabled',
  'query_timeout',
  'retention_period',
  'retention_stream',
  'volume_enabled',
  'volume_max_series',
];

/** The published limits with their values as the YAML has them: `30d`, `0B`. */
export function publishedLimits(limits: LimitSettings): { readonly [name: string]: Plain } {
  const all = printed(options.limits_config, limits as unknown as Values);
  return Object.fromEntries(publishedNames.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/** The published limits as YAML. */
export const renderPublishedLimits = (limits: LimitSettings): string => yamlText(publishedLimits(limits));

interface Values {
  readonly [key: string]: unknown;
}

function printed(
  section: Section,
  values: Values,
  only: ReadonlySet<Option<unknown>> | null = null,
): { readonly [key: string]: Plain } {
  const shown: Record<string, Plain> = {};
  for (const [name, entry] of Object.entries(section)) {
    if (!(entry instanceof Option)) {
      const part = printed(entry, values[name] as Values, only);
      if (Object.keys(part).length > 0) shown[name] = part;
    } else if (only === null || only.has(entry)) {
      shown[name] = entry.kind.print(values[name]);
    }
  }
  return shown;
}
