/**
 * Python's clients, unmodified: python-logging-loki and OpenTelemetry's exporter. Runs with SKALD_LONG=1 only, as it
 * installs them: python3 with pip, and a package index that can be reached, are needed.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { startServer } from '../../src/testing/fixture.js';
import { scratchFolder } from '../helpers/server-process.js';

const run = promisify(execFile);
const testdata = fileURLToPath(new URL('./testdata/python', import.meta.url));

describe.runIf(process.env['SKALD_LONG'] === '1')('from Python', () => {
  test('lines arrive with their labels, levels and attributes', { timeout: 300_000 }, async () => {
    const folder = scratchFolder('python');
    await using skald = await startServer();
    const python = join(folder.path, 'bin/python');
    await run('python3', ['-m', 'venv', folder.path]);
    await run(python, ['-m', 'pip', 'install', '-q', '-r', join(testdata, 'requirements.txt')]);
    await run(python, [join(testdata, 'send.py'), skald.url]);

    expect((await skald.lines('{app="python-logging-loki"} |= "order"')).length).toBe(5);
    expect(await skald.lines('{app="python-logging-loki", module="billing", severity="error"}')).toEqual([
      'payment failed',
    ]);
    expect((await skald.lines('{service_name="otel-python", deployment_environment="test"} |= "order"')).length).toBe(
      5,
    );
    expect(await skald.lines('{service_name="otel-python"} | module_name="billing" | severity_text="ERROR"')).toEqual([
      'payment failed',
    ]);
    expect((await skald.lines('{service_name="otel-python"} | detected_level="error"')).length).toBe(1);
    folder.remove();
  });
});
