import { expect, test } from 'vitest';
import { type KnownBlock, knownKeys, readBlock } from '../../src/config/known-keys.js';
import { knownFlags, sharedFlags } from '../../src/config/loki-flags.js';
import { movedKeys } from '../../src/config/moved-keys.js';
import { type Option, optionAt } from '../../src/config/option.js';
import { options } from '../../src/config/options.js';
import { allOptions, configWith, defaultSettings, valueAt } from '../../src/config/settings.js';
import { defaultLimits, type Limits } from '../../src/limits/limits.js';

const rows = [...allOptions()];

test('the limits of the table are the limits of the product', () => {
  const limits: Limits = defaultSettings().limits_config;
  expect(limits).toEqual(defaultLimits());
});

test('no two options share a flag, and every option says what it means', () => {
  const flags = rows.map(([, { flag }]) => flag).filter((flag) => flag !== '');
  expect(new Set(flags).size).toBe(flags.length);
  for (const [key, { help }] of rows) expect(help, key).toMatch(/^g?[A-Z].*\.$/s);
});

test('every default prints, and what it prints reads back', () => {
  for (const [key, option] of rows as (readonly [string, Option<never>])[]) {
    const shown = option.kind.print(option.initial);
    if (option.kind.structure !== undefined || Array.isArray(shown)) continue;
    if (option.kind.name === 'secret') continue;
    const raw = {
      kind: 'scalar',
      text: String(shown),
      quoted: typeof shown === 'string' && option.kind.name === 'string',
      line: 1,
    } as const;
    expect(option.kind.parse(raw), key).toEqual(option.initial);
  }
});

const leaves = (block: KnownBlock, prefix: string): string[] =>
  [...block].flatMap(([name, type]) =>
    typeof type === 'function' ? leaves(type(), `${prefix}${name}.`) : [prefix + name],
  );

test('a key has an effect or has none, never both; every block that is referred to is there', () => {
  const known = leaves(knownKeys(), '');
  expect(known.length).toBeGreaterThan(2900);
  expect(known.filter((key) => optionAt(options, key) !== null)).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
});

test('the same holds for flags', () => {
  const known = Object.entries(knownFlags).flatMap(([name, text]) =>
    leaves(readBlock(text, sharedFlags), name === '' ? '' : `${name}.`).map((flag) => flag.replaceAll('..', '.')),
  );
  expect(known.length).toBeGreaterThan(2700);
  const effective = new Set(rows.map(([, { flag }]) => flag));
  expect(known.filter((flag) => effective.has(flag))).toEqual([]);
});

test('a key that moved is known, and has somewhere to go', () => {
  const known = new Set(leaves(knownKeys(), ''));
  for (const [from, to] of Object.entries(movedKeys)) {
    expect(known.has(from), from).toBe(true);
    expect(optionAt(options, to), to).not.toBeNull();
  }
});

test('a configuration in code differs in what it is told, and shares nothing with another', () => {
  const config = configWith({ auth_enabled: false, 'common.path_prefix': '/d', 'limits_config.max_query_series': 7 });
  expect(config.auth_enabled).toBe(false);
  expect(config.limits_config.max_query_series).toBe(7);
  expect(config.paths.wal).toBe('/d/wal');
  expect(configWith().limits_config.max_query_series).toBe(500);
  expect(valueAt(config, 'server.http_listen_port')).toBe(3100);
  expect(configWith().limits_config.discover_service_name).not.toBe(configWith().limits_config.discover_service_name);
});
