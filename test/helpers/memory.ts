/** Memory of a process from outside. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Resident bytes now. */
export function residentBytes(pid: number): number {
  const file = `/proc/${pid}/statm`;
  if (existsSync(file)) return Number(readFileSync(file, 'utf8').split(' ')[1]) * 4096;
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

/** The most that the process has held while `work` went on, looked at every few milliseconds. */
export async function peakDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  let peak = residentBytes(pid);
  const watch = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid));
  }, 10);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return Math.max(peak, residentBytes(pid));
}
