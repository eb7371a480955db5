import { expect, test } from 'vitest';
import { embeddedConfig } from '../../src/config/embedded.js';
import { embeddedLimits } from '../../src/limits/limits.js';

test('in memory, on a free port of this machine alone, without gRPC', async () => {
  const config = await embeddedConfig({ httpPort: 0, folder: null });
  expect(config.inMemory).toBe(true);
  expect(config.auth_enabled).toBe(false);
  expect(config.limits_config).toEqual(embeddedLimits());
  expect(config.server).toMatchObject({ http_listen_address: '127.0.0.1', http_listen_port: 0, grpc_listen_port: -1 });
});

test('a YAML changes what it names, but not the port and the folder', async () => {
  const yaml =
    'auth_enabled: true\nserver: {http_listen_port: 80}\ncommon: {path_prefix: /loki}\nlimits_config: {max_line_size: 10B}\nstorage_config: {filesystem: {directory: /chunks}}';
  const config = await embeddedConfig({ httpPort: 7, folder: '/tmp/x', yaml });
  expect(config.auth_enabled).toBe(true);
  expect(config.server.http_listen_port).toBe(7);
  expect(config.paths).toEqual({
    root: '/tmp/x',
    wal: '/tmp/x/wal',
    chunks: '/tmp/x/chunks',
    rules: '/tmp/x/rules',
    compactor: '/tmp/x/compactor',
  });
  expect(config.limits_config).toEqual({ ...embeddedLimits(), max_line_size: 10 });
});

test('a YAML that is wrong is refused', async () => {
  await expect(embeddedConfig({ httpPort: 0, folder: null, yaml: 'limit_config: {}' })).rejects.toThrow(
    'config: line 1: field limit_config not found in type config, did you mean limits_config?',
  );
});
