/** The words that name a log level, and how they are told in bytes. */

/** Codes of levels: their place in this list. */
export const levels = ['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'critical', 'fatal'] as const;
export type Level = (typeof levels)[number];
export const UNKNOWN = 0;

const bytesOf = (word: string): Uint8Array => Buffer.from(word);

/** What the value of a field may say, in any case. */
const values: readonly (readonly [word: string, level: Level])[] = [
  ['trace', 'trace'],
  ['trc', 'trace'],
  ['debug', 'debug'],
  ['dbg', 'debug'],
  ['info', 'info'],
  ['inf', 'info'],
  ['information', 'info'],
  ['warn', 'warn'],
  ['wrn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['err', 'error'],
  ['critical', 'critical'],
  ['fatal', 'fatal'],
];

/** What is looked for in a line that has no such field: whole words, the longer of two first. */
const words: readonly (readonly [word: string, level: Level])[] = [
  ['trace', 'trace'],
  ['debug', 'debug'],
  ['fatal', 'fatal'],
  ['critical', 'critical'],
  ['error', 'error'],
  ['err', 'error'],
  ['warning', 'warn'],
  ['warn', 'warn'],
  ['info', 'info'],
];

interface Word {
  readonly bytes: Uint8Array;
  readonly code: number;
}

const byLength = (list: typeof values): Word[][] => {
  const table: Word[][] = [];
  for (const [word, level] of list) {
    table[word.length] ??= [];
    table[word.length]?.push({ bytes: bytesOf(word), code: levels.indexOf(level) });
  }
  return table;
};
const valuesByLength = byLength(values);

/** The level that a field's value names; -1 when it names none. */
export function levelOfValue(bytes: Uint8Array, start: number, end: number): number {
  for (const { bytes: word, code } of valuesByLength[end - start] ?? []) if (equalFold(bytes, start, word)) return code;
  return -1;
}

/** As a label says it: `WARNING` is `warn`, and what is no known level stays as it is. */
export function normalizeLevel(value: string): string {
  const bytes = bytesOf(value);
  const code = levelOfValue(bytes, 0, bytes.length);
  return code < 0 ? value : (levels[code] as string);
}

/** `lower` is in lower case. */
export function equalFold(bytes: Uint8Array, start: number, lower: Uint8Array): boolean {
  for (let i = 0; i < lower.length; i++) {
    const byte = bytes[start + i] as number;
    const want = lower[i] as number;
    if (byte !== want && (byte | 0x20) !== want) return false;
    if (byte !== want && (byte < 0x41 || byte > 0x5a)) return false;
  }
  return true;
}

const wordsByFirst: (Word[] | undefined)[] = [];
for (const [word, level] of words) {
  const entry = { bytes: bytesOf(word), code: levels.indexOf(level) };
  for (const first of [word.charCodeAt(0), word.charCodeAt(0) & ~0x20]) {
    wordsByFirst[first] ??= [];
    wordsByFirst[first]?.push(entry);
  }
}

const LEFT = 1;
const RIGHT = 2;
const FIRST = 4;
const classes = new Uint8Array(256);
for (const ch of ' \t\n[({"=') classes[ch.charCodeAt(0)] = LEFT;
for (const ch of ' \t\n[]({)}:,!"=') classes[ch.charCodeAt(0)] = (classes[ch.charCodeAt(0)] as number) | RIGHT;
wordsByFirst.forEach((_, first) => {
  classes[first] = (classes[first] as number) | FIRST;
});

/** The level of the first word in the line that names one and stands alone; UNKNOWN when there is none. */
export function levelOfWords(bytes: Uint8Array, start: number, end: number): number {
  if (start < end && ((classes[bytes[start] as number] as number) & FIRST) !== 0) {
    const code = wordAt(bytes, start, end);
    if (code !== UNKNOWN) return code;
  }
  const last = end - 1;
  for (let i = start; i < last; i++) {
    if (((classes[bytes[i] as number] as number) & LEFT) === 0) continue;
    if (((classes[bytes[i + 1] as number] as number) & FIRST) === 0) continue;
    const code = wordAt(bytes, i + 1, end);
    if (code !== UNKNOWN) return code;
  }
  return UNKNOWN;
}

/** The word that begins at `at`, where its first letter stands. Kept out of the loop above, which has to be small. */
function wordAt(bytes: Uint8Array, at: number, end: number): number {
  const candidates = wordsByFirst[bytes[at] as number] as Word[];
  for (let i = 0; i < candidates.length; i++) {
    const { bytes: word, code } = candidates[i] as Word;
    const after = at + word.length;
    if (after > end || !equalFold(bytes, at, word)) continue;
    if (after === end || ((classes[bytes[after] as number] as number) & RIGHT) !== 0) return code;
  }
  return UNKNOWN;
}
