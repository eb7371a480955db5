import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/config-file.js';
import { renderConfig } from '../../src/config/render.js';
import { allOptions, configWith, defaultSettings, valueAt } from '../../src/config/settings.js';
import { yamlText } from '../../src/config/yaml-text.js';

test('what is printed reads back as the same configuration', async () => {
  const config = configWith({
    auth_enabled: false,
    'server.http_server_read_timeout': 1500,
    'limits_config.max_line_size': 100,
    'limits_config.retention_period': 86_400_000,
    'limits_config.discover_service_name': [],
    'limits_config.retention_stream': [{ selector: '{a="b: c"}', priority: 2, period: 3_600_000 }],
    'limits_config.discover_generic_fields': { trace: ['t'] },
    'schema_config.configs': [
      {
        from: '2024-01-01',
        store: 'tsdb',
        object_store: 'filesystem',
        schema: 'v13',
        index: { prefix: 'i_', period: 86_400_000 },
      },
    ],
    'common.path_prefix': '/with space: and #',
  });
  const { values, ignored } = await readConfig(renderConfig(config), 'rendered', { envHint: false });
  expect(ignored).toEqual([]);
  for (const [key] of allOptions())
    expect(values.get(key) ?? valueAt(defaultSettings(), key), key).toEqual(valueAt(config, key));
});

test('a diff holds what differs from the defaults and nothing else', () => {
  expect(
    renderConfig(configWith({ 'server.http_listen_port': 1, 'limits_config.query_timeout': 120_000 }), 'diff'),
  ).toBe('server:\n  http_listen_port: 1\nlimits_config:\n  query_timeout: 2m\n');
  expect(renderConfig(configWith(), 'diff')).toBe('{}\n');
});

test('the defaults do not depend on what runs', () => {
  expect(renderConfig(configWith({ target: 'x' }), 'defaults')).toBe(renderConfig(configWith()));
});

test('secrets are masked', () => {
  const text = renderConfig(
    configWith({ 'ruler.alertmanager_client.basic_auth_password': 'hunter2', 'server.http_tls_config.key': 'PEM' }),
  );
  expect(text).not.toMatch(/hunter2|PEM/);
  expect(text).toContain('basic_auth_password: "********"');
});

describe('a text is written so that no reader takes it for anything else', () => {
  for (const text of [
    '',
    ' a',
    'a ',
    'a: b',
    'a #b',
    'yes',
    'No',
    '~',
    'null',
    '1',
    '1.5',
    '0x10',
    '1e5',
    '12:30:00',
    '2024-01-01',
    '-',
    '- a',
    '[a',
    '{a',
    '"',
    "'",
    '*',
    '&a',
    '!x',
    '%',
    '@',
    '`',
    'a\nb',
    '.5',
    '.inf',
    'ä',
    '1h0m0s',
    '256KB',
    'http://a:1/b',
    'a:b',
    'a:',
    '***',
    '0b1',
    '0o7',
    '1_000',
    'y',
    '<<',
    '=',
  ]) {
    test(JSON.stringify(text), () => {
      expect(parse(yamlText({ a: text }), { version: '1.1' })).toEqual({ a: text });
      expect(parse(yamlText({ a: text }))).toEqual({ a: text });
    });
  }
});

test('lists and maps nest', () => {
  const value = { a: [{ b: 1, c: [true, null] }, [1, [2]], 'x'], d: {}, e: [] };
  expect(parse(yamlText(value))).toEqual(value);
});
