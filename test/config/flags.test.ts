import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../src/config/flags.js';

describe('flags are read as Go reads them', () => {
  const f = (argv: readonly string[], want: Readonly<Record<string, unknown>>): void =>
    test(argv.join(' '), async () => expect(Object.fromEntries((await parseFlags(argv)).values)).toEqual(want));
  f(['-server.http-listen-port=80'], { 'server.http_listen_port': 80 });
  f(['-server.http-listen-port', '80'], { 'server.http_listen_port': 80 });
  f(['--server.http-listen-port', '80'], { 'server.http_listen_port': 80 });
  f(['-auth.enabled'], { auth_enabled: true });
  f(['-auth.enabled=false', '-log.level', 'debug'], { auth_enabled: false, 'server.log_level': 'debug' });
  f(['-auth.enabled=F'], { auth_enabled: false });
  f(['-common.path-prefix=/a=b'], { 'common.path_prefix': '/a=b' });
  f(['-common.path-prefix='], { 'common.path_prefix': '' });
  f(['-common.path-prefix', 'yes'], { 'common.path_prefix': 'yes' });
  f(['-ingester.chunks-idle-period=1h30m'], { 'ingester.chunk_idle_period': 5_400_000 });
  f(['-distributor.max-line-size=1MB'], { 'limits_config.max_line_size': 1_048_576 });
  f(['-validation.discover-service-name=a,b'], { 'limits_config.discover_service_name': ['a', 'b'] });
  f(['-validation.reject-old-samples', '-validation.reject-old-samples.max-age=1w'], {
    'limits_config.reject_old_samples': true,
    'limits_config.reject_old_samples_max_age': 604_800_000,
  });
  f(['-auth.enabled', 'word', '-target=all'], { auth_enabled: true });
  f(['--', '-auth.enabled'], {});
  f(['-server.http-listen-port=1', '-server.http-listen-port=2'], { 'server.http_listen_port': 2 });
});

describe("what is refused is refused in the words of Go's flag package", () => {
  const f = (argv: readonly string[], message: string): void =>
    test(argv.join(' '), async () => {
      await expect(parseFlags(argv)).rejects.toMatchObject({ name: 'FlagError', message });
    });
  f(['-foo'], 'flag provided but not defined: -foo');
  f(['--foo=1'], 'flag provided but not defined: -foo');
  f(['-server.foo'], 'flag provided but not defined: -server.foo');
  f(['-consul.hostname.x'], 'flag provided but not defined: -consul.hostname.x');
  f(['---foo'], 'bad flag syntax: ---foo');
  f(['-=foo'], 'bad flag syntax: -=foo');
  f(['-server.http-listen-port=abc'], 'invalid value "abc" for flag -server.http-listen-port: parse error');
  f(['-server.http-listen-port=1.5'], 'invalid value "1.5" for flag -server.http-listen-port: parse error');
  f(['-server.http-listen-port'], 'flag needs an argument: -server.http-listen-port');
  f(['-config.file'], 'flag needs an argument: -config.file');
  f(['-auth.enabled=foo'], 'invalid boolean value "foo" for -auth.enabled: parse error');
  f(['-log.level=loud'], 'invalid value "loud" for flag -log.level: unrecognized log level "loud"');
  f(['-ingester.chunks-idle-period=5x'], 'invalid value "5x" for flag -ingester.chunks-idle-period: parse error');
});

test('a flag of Loki that does nothing here is taken, with its value, and named', async () => {
  const argv = [
    '-ingester.lifecycler.interface',
    'eth0',
    '-memberlist.tls-enabled',
    '-consul.hostname=h:8500',
    '-auth.enabled',
  ];
  const { values, ignored } = await parseFlags(argv);
  expect(Object.fromEntries(values)).toEqual({ auth_enabled: true });
  expect(ignored.map(({ key }) => key)).toEqual([
    '-ingester.lifecycler.interface',
    '-memberlist.tls-enabled',
    '-consul.hostname',
  ]);
  expect(ignored[0]?.why).toBe('one process holds everything, there is no ring');
});

test('flags of the program itself are kept apart', async () => {
  const { own, values } = await parseFlags(['-config.file=a,b', '-verify-config', '-h', '-print-config-stderr=false']);
  expect(Object.fromEntries(own)).toEqual({
    'config.file': 'a,b',
    'verify-config': 'true',
    help: 'true',
    'print-config-stderr': 'false',
  });
  expect(values.size).toBe(0);
});
