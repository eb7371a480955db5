/** Durations and sizes in the spellings of Loki's YAML and flags. Durations are milliseconds, sizes are bytes. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const KB = 1024;
export const MB = 1024 * KB;
export const GB = 1024 * MB;

/** A text that is not a value of its kind. `message` says why, with the text in it. */
export class UnitError extends Error {
  override readonly name = 'UnitError';
}

const msOf: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5
  μs: 1e-3, // U+03BC
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  y: 365 * DAY,
};

/**
 * Go's spelling (`1h30m`, `1.5s`, `-5m`) and Prometheus' (`30d1h`, `1w`), wherever a duration stands: Loki takes the one
 * or the other depending on the key, and nobody remembers which. `0` needs no unit.
 */
export function parseDuration(text: string): number {
  const bad = (why: string): UnitError => new UnitError(`${why} ${JSON.stringify(text)}`);
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === '0') return 0;
  if (body === '') throw bad('invalid duration');
  let ms = 0;
  const part = /(\d+\.?\d*|\.\d+)([^\d.]*)/y;
  while (part.lastIndex < body.length) {
    const found = part.exec(body);
    if (found === null) throw bad('invalid duration');
    const [, number, unit] = found as unknown as [string, string, string];
    if (unit === '') throw bad('missing unit in duration');
    const unitMs = msOf[unit];
    if (unitMs === undefined) throw bad(`unknown unit ${JSON.stringify(unit)} in duration`);
    ms += unitMs < 1 ? Number(number) / Math.round(1 / unitMs) : Number(number) * unitMs;
  }
  return text.startsWith('-') ? -ms : ms;
}

const byteUnit =
  /^(\d+)\s*(b|byte|[kmgtpe](?:i?b)?|kilo(?:bytes?)?|mega(?:bytes?)?|giga(?:bytes?)?|tera(?:bytes?)?|peta(?:bytes?)?)?$/i;
const powerOf = 'bkmgtpe';

/** `256KB`, `4mb`, `1.5`-free: whole numbers with a unit of 1024s, or bare bytes; also `63KiB1023B`. */
export function parseSize(text: string): number {
  const parts = text.trim().match(/\d+\s*[a-z]*/gi) ?? [];
  if (parts.length === 0 || parts.join('') !== text.trim()) throw new UnitError(`invalid size ${JSON.stringify(text)}`);
  let bytes = 0;
  for (const part of parts) {
    const found = byteUnit.exec(part);
    if (found === null) throw new UnitError(`invalid size ${JSON.stringify(text)}`);
    bytes += Number(found[1]) * 1024 ** powerOf.indexOf((found[2]?.[0] ?? 'b').toLowerCase());
  }
  if (!Number.isSafeInteger(bytes)) throw new UnitError(`size ${JSON.stringify(text)} is out of range`);
  return bytes;
}

/** As Go's time.Duration prints itself: `1h0m0s`, `500ms`. */
export function printGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs < 1e-3) return `${sign}${Math.round(abs * 1e6)}ns`;
  if (abs < 1) return `${sign}${rounded(abs * 1e3)}µs`;
  if (abs < SECOND) return `${sign}${rounded(abs)}ms`;
  const hours = Math.floor(abs / HOUR);
  const minutes = Math.floor(abs / MINUTE) % 60;
  const seconds = rounded((abs % MINUTE) / SECOND);
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}

const rounded = (x: number): number => Number(x.toFixed(9));

const promUnits = [
  ['y', 365 * DAY, true],
  ['w', 7 * DAY, true],
  ['d', DAY, false],
  ['h', HOUR, false],
  ['m', MINUTE, false],
  ['s', SECOND, false],
  ['ms', 1, false],
] as const;

/** As Prometheus' model.Duration prints itself: `1w`, `30d1h`; years and weeks only where they divide it. */
export function printPromDuration(ms: number): string {
  let rest = Math.trunc(Math.abs(ms));
  if (rest === 0) return '0s';
  let text = ms < 0 ? '-' : '';
  for (const [name, unit, exact] of promUnits) {
    if (exact && rest % unit !== 0) continue;
    const n = Math.floor(rest / unit);
    if (n > 0) text += `${n}${name}`;
    rest -= n * unit;
  }
  return text;
}

/** The largest unit that divides it: `256KB`, `0B`. */
export function printSize(bytes: number): string {
  if (bytes === 0) return '0B';
  let power = 0;
  let n = bytes;
  while (power < 6 && n % 1024 === 0) {
    n /= 1024;
    power++;
  }
  return `${n}${['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'][power]}`;
}
