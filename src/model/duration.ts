/** Durations in the two spellings that Loki knows: Go's (`24h0m20s`) and Prometheus' (`1d`). */

/** As Go's time.Duration prints itself. */
export function goDuration(ns: number): string {
  if (ns === 0) return '0s';
  const sign = ns < 0 ? '-' : '';
  const abs = Math.abs(ns);
  if (abs < 1e9) {
    if (abs < 1e3) return `${sign}${abs}ns`;
    if (abs < 1e6) return `${sign}${trimmed(abs / 1e3)}µs`;
    return `${sign}${trimmed(abs / 1e6)}ms`;
  }
  const totalSeconds = Math.floor(abs / 1e9);
  const fraction = Math.round(abs - totalSeconds * 1e9);
  const seconds =
    fraction === 0
      ? `${totalSeconds % 60}`
      : `${totalSeconds % 60}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor(totalSeconds / 60) % 60;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

const trimmed = (x: number): string => String(Number(x.toPrecision(15)));

const units: readonly (readonly [name: string, ms: number, exact: boolean])[] = [
  ['y', 365 * 86_400_000, true],
  ['w', 7 * 86_400_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1000, false],
  ['ms', 1, false],
];

/** As Prometheus' model.Duration prints itself: whole milliseconds; y and w only when they divide it. */
export function promDuration(ns: number): string {
  let ms = Math.trunc(ns / 1e6);
  if (ms === 0) return '0s';
  let text = ms < 0 ? '-' : '';
  ms = Math.abs(ms);
  for (const [name, unit, exact] of units) {
    if (exact && ms % unit !== 0) continue;
    const n = Math.floor(ms / unit);
    if (n > 0) {
      text += `${n}${name}`;
      ms -= n * unit;
    }
  }
  return text;
}

const inOrder = units.map(([name]) => name);
const numberAndUnit = /^(\d+)(\D+)/;

/** Prometheus' spelling (`1h30m`, `1d`) read back, in nanoseconds; the error's text when it is none. */
export function durationNs(text: string): number | string {
  if (text === '0') return 0;
  if (text === '') return 'empty duration string';
  const none = `not a valid duration string: ${JSON.stringify(text)}`;
  let ms = 0;
  let last = -1;
  for (let rest = text; rest !== ''; ) {
    const part = numberAndUnit.exec(rest);
    if (part === null) return none;
    const [whole, digits, unit] = part as unknown as [string, string, string];
    const place = inOrder.indexOf(unit);
    if (place < 0) return `unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`;
    if (place <= last) return none;
    last = place;
    ms += Number(digits) * (units[place] as (typeof units)[number])[1];
    if (ms * 1e6 >= 2 ** 63) return 'duration out of range';
    rest = rest.slice(whole.length);
  }
  return ms * 1e6;
}
