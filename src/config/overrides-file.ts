/** The overrides file (`runtime_config.file`): limits of single tenants, in the words of `limits_config`. */
import type { Limits } from '../limits/limits.js';
import { check } from './check.js';
import { ConfigError, problemText } from './config-file.js';
import { knownKeys, type LazyBlock } from './known-keys.js';
import { limitOptions } from './limit-options.js';
import type { Ignored } from './options.js';
import { describe } from './raw.js';
import type { Problem } from './read-yaml.js';

export interface TenantOverrides {
  /** By tenant: only what the file says of it. */
  readonly tenants: Readonly<Record<string, Partial<Limits>>>;
  readonly ignored: readonly Ignored[];
}

/** Sections beside `overrides` that Loki takes and that change nothing here. */
const otherSections = ['configs', 'multi_kv_config'];

/** `base` gives the rest of an option with parts, of which a tenant has one part. Throws ConfigError with all that is wrong. */
export async function readOverrides(text: string, file: string, base: Limits): Promise<TenantOverrides> {
  const { readYaml } = await import('./read-yaml.js');
  const { raw, problems } = readYaml(text);
  const ignored: Ignored[] = [];
  const tenants: Record<string, Partial<Limits>> = {};
  const limitKeys = knownKeys().get('limits_config') as LazyBlock;
  const refuse = (line: number, message: string): void => void problems.push({ line, message });

  if (raw.kind !== 'map') refuse(raw.line, `cannot unmarshal ${describe(raw)} into overrides`);
  for (const { key, line, value } of raw.kind === 'map' ? raw.entries : []) {
    if (otherSections.includes(key)) ignored.push({ key, line, why: 'only overrides are read' });
    else if (key !== 'overrides') refuse(line, `field ${key} not found in type overrides`);
    else if (value.kind === 'scalar' && value.text === null) continue;
    else if (value.kind !== 'map') refuse(value.line, `cannot unmarshal ${describe(value)} into overrides`);
    else {
      for (const { key: tenant, value: limits } of value.entries) {
        const prefix = `overrides.${tenant}.`;
        const checked = await check(limits, limitOptions, limitKeys, prefix);
        (problems as Problem[]).push(...checked.problems);
        ignored.push(...checked.ignored);
        tenants[tenant] = limitsOf(checked.values, prefix, base);
      }
    }
  }
  if (problems.length > 0) throw new ConfigError(problemText(file, problems));
  return { tenants, ignored };
}

function limitsOf(values: ReadonlyMap<string, unknown>, prefix: string, base: Limits): Partial<Limits> {
  const limits: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const [name, part] = key.slice(prefix.length).split('.') as [keyof Limits, string?];
    limits[name] = part === undefined ? value : { ...((limits[name] ?? base[name]) as object), [part]: value };
  }
  return limits as Partial<Limits>;
}
