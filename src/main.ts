#!/usr/bin/env node
/** The executable. The only file that touches the process: its arguments, streams, signals and end. */
import { existsSync, readFileSync } from 'node:fs';
import { runCli } from './cli.js';

// A reader that went away (`skald | head`) must not take the server with it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const fail = (what: string, error: unknown): never => {
  process.stderr.write(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
};
process.on('uncaughtException', (error) => fail('uncaught exception', error));
process.on('unhandledRejection', (error) => fail('unhandled rejection', error));

void runCli({
  argv: process.argv.slice(2),
  env: process.env,
  files: { exists: existsSync, read: (path) => readFileSync(path, 'utf8') },
  uid: process.getuid?.() ?? null,
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  onSignal: (name, listener) => void process.on(name, listener),
  exit: (code) => process.exit(code),
  createServer: async (config, deps) => (await import('./server.js')).createServer(config, deps),
}).then((code) => process.exit(code));
