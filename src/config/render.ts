/** The running configuration as YAML, for /config and -print-config-stderr. Secrets are masked. */
import { Option, type Section, walk } from './option.js';
import { type Config, options, type Settings } from './options.js';
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
