/** Times and sizes as Go prints them in Loki's messages. */

const SECOND = 1_000_000_000n;

const secondsOf = (ns: bigint): bigint => {
  const s = ns / SECOND;
  return ns < 0n && s * SECOND !== ns ? s - 1n : s;
};

/** `2026-01-01T00:00:00Z`, the fraction cut off. Any year that a Date can hold. */
export function rfc3339(ns: bigint): string {
  const iso = new Date(Number(secondsOf(ns)) * 1000).toISOString();
  return `${iso.slice(0, iso.indexOf('.'))}Z`;
}

/** time.Time's String: `2026-01-01 00:00:00.5 +0000 UTC`. */
export function goTime(ns: bigint): string {
  const nanos = ns - secondsOf(ns) * SECOND;
  const fraction = nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return `${rfc3339(ns).replace('T', ' ').replace('Z', '')}${fraction} +0000 UTC`;
}

const units: readonly (readonly [name: string, bytes: number])[] = [
  ['PB', 1024 ** 5],
  ['TB', 1024 ** 4],
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['KB', 1024],
];

/** The largest unit that divides it: `3MB`, `1500B`. */
export function wholeBytes(bytes: number): string {
  for (const [name, size] of units) if (bytes !== 0 && bytes % size === 0) return `${bytes / size}${name}`;
  return `${bytes}B`;
}

const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** go-humanize's Bytes: `16 MB`, `1.2 kB`. */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const exponent = Math.min(Math.floor(Math.log10(bytes) / 3 + 1e-12), decimalUnits.length - 1);
  const value = Math.floor((bytes / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${decimalUnits[exponent]}`;
}
