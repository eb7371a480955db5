/** The built server as a process of its own: started, asked, killed. Needs dist/ (npm test builds it first). */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What the server has logged so far. */
  log(): string;
  /** Resolves with the exit code, or the signal's name. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

export const scratchFolder = (name: string): { path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), `skald-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** A test that fails must not leave its servers behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts with the flags given on a free port; resolves once /ready answers 200. */
export async function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(
    process.execPath,
    [
      main,
      '-server.http-listen-port=0',
      '-server.http-listen-address=127.0.0.1',
      '-server.grpc-listen-port=0',
      ...args,
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.add(child);
  child.once('exit', () => running.delete(child));
  let output = '';
  let bound: (port: number) => void = () => undefined;
  const port = new Promise<number>((resolve, reject) => {
    bound = resolve;
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  const listen = (chunk: Buffer) => {
    output += chunk.toString('utf8');
    const found = /http_port"?[=:](\d+)/.exec(output);
    if (found) bound(Number(found[1]));
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const url = `http://127.0.0.1:${await port}`;
  await waitFor(async () => (await fetch(`${url}/ready`)).ok);
  return {
    url,
    child,
    log: () => output,
    end: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null)
          return resolve(child.exitCode ?? (child.signalCode as string));
        child.once('exit', (code, by) => resolve(code ?? (by as string)));
        child.kill(signal);
      }),
  };
}

/** Asks until it is true; an error counts as not yet. Gives up after ten seconds with the last error. */
export async function waitFor(condition: () => Promise<boolean> | boolean): Promise<void> {
  let last: unknown = new Error('the condition stayed false');
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    try {
      if (await condition()) return;
    } catch (e) {
      last = e;
    }
    await new Promise((r) => setTimeout(r, 10));
  }
  throw last;
}
