/** Steps over the parts of a JSON text by its bytes, without reading what is in them. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function skipBlanks(line: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const byte = line[i];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    i++;
  }
  return i;
}

/** Behind the closing quote; -1 when there is none. `at` is behind the opening one. */
export function stringEnd(line: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    const byte = line[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  return -1;
}

/** Behind the bracket that closes the one at `at`; -1 when there is none. */
export function blockEnd(line: Uint8Array, at: number, end: number, open: number, close: number): number {
  let level = 0;
  for (let i = at; i < end; i++) {
    const byte = line[i];
    if (byte === QUOTE) {
      i = stringEnd(line, i + 1, end) - 1;
      if (i < 0) return -1;
    } else if (byte === open) level++;
    else if (byte === close && --level === 0) return i + 1;
  }
  return -1;
}

/** Behind `true`, `false`, `null` or anything that begins like a number; -1 for what is none of them. */
export function literalEnd(line: Uint8Array, at: number, end: number): number {
  const first = line[at] as number;
  let i = at;
  for (; i < end; i++) {
    const byte = line[i] as number;
    if (
      byte <= 0x20
        ? byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
        : byte === 0x2c || byte === 0x7d || byte === 0x5d
    )
      break;
  }
  if ((first >= 0x30 && first <= 0x39) || first === 0x2d) return i;
  const size = i - at;
  if (size === 4 && (equal(line, at, TRUE) || equal(line, at, NULL))) return i;
  return size === 5 && equal(line, at, FALSE) ? i : -1;
}
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/** Do the bytes from `start` on begin with these? */
export function equal(line: Uint8Array, start: number, want: Uint8Array): boolean {
  for (let i = 0; i < want.length; i++) if (line[start + i] !== want[i]) return false;
  return true;
}
