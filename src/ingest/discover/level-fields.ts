/** Finds the value of the field that holds the level, in a JSON or logfmt line, without parsing the rest of it. */
import { blockEnd, equal, literalEnd, skipBlanks, stringEnd } from '../../model/json-bytes.js';
import { equalFold, levelOfValue } from './level-words.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const EQUALS = 0x3d;

/** JSON that is nested deeper than this is not searched further, whatever the limit allows. */
const DEPTH_MAX = 500;

/** The names of `log_level_fields`, ready to be compared with bytes. */
export class LevelFields {
  readonly #exact: Uint8Array[][] = [];
  /** In lower case, with the place of the first name that reads so. */
  readonly #folded: { readonly bytes: Uint8Array; readonly rank: number }[][] = [];
  readonly #names: ReadonlySet<string>;
  readonly #count: number;
  readonly #depthMax: number;

  constructor(names: readonly string[], jsonDepthMax: number) {
    this.#names = new Set(names);
    this.#count = names.length;
    this.#depthMax = jsonDepthMax > 0 ? Math.min(jsonDepthMax, DEPTH_MAX) : DEPTH_MAX;
    names.forEach((name, rank) => {
      const bytes = Buffer.from(name);
      this.#exact[bytes.length] ??= [];
      this.#exact[bytes.length]?.push(bytes);
      const lower = Buffer.from(name.toLowerCase());
      this.#folded[lower.length] ??= [];
      const same = this.#folded[lower.length] as { bytes: Uint8Array; rank: number }[];
      if (!same.some((other) => lower.equals(other.bytes))) same.push({ bytes: lower, rank });
    });
  }

  /** The level in the first string field with one of the names, in the order of the text; -1 when there is none. */
  levelOfJson(line: Uint8Array, start: number, end: number): number {
    const walk = { line, level: NONE };
    this.#object(walk, start, end, 0);
    return walk.level === NONE ? -1 : walk.level;
  }

  /** Returns false when the search is over: found, or the text is no JSON from here on. */
  #object(walk: { readonly line: Uint8Array; level: number }, start: number, end: number, depth: number): boolean {
    const { line } = walk;
    let at = skipBlanks(line, start, end);
    if (at >= end || line[at] !== 0x7b) return false;
    at = skipBlanks(line, at + 1, end);
    for (;;) {
      if (at >= end) return false;
      if (line[at] === 0x7d) return true;
      if (line[at] !== QUOTE) return false;
      const nameStart = at + 1;
      at = stringEnd(line, nameStart, end);
      if (at < 0) return false;
      const nameEnd = at - 1;
      at = skipBlanks(line, at, end);
      if (at >= end || line[at] !== 0x3a) return false;
      at = skipBlanks(line, at + 1, end);
      if (at >= end) return false;
      const first = line[at] as number;
      if (first === QUOTE) {
        const valueStart = at + 1;
        at = stringEnd(line, valueStart, end);
        if (at < 0) return false;
        if (this.#isField(line, nameStart, nameEnd)) {
          walk.level = levelOfValue(line, valueStart, at - 1);
          return false;
        }
      } else if (first === 0x7b) {
        const close = blockEnd(line, at, end, 0x7b, 0x7d);
        if (close < 0) return false;
        if (depth + 1 < this.#depthMax && !this.#object(walk, at, close, depth + 1)) return false;
        at = close;
      } else if (first === 0x5b) {
        at = blockEnd(line, at, end, 0x5b, 0x5d);
        if (at < 0) return false;
      } else {
        at = literalEnd(line, at, end);
        if (at < 0) return false;
      }
      at = skipBlanks(line, at, end);
      if (at >= end) return false;
      if (line[at] === 0x7d) return true;
      if (line[at] !== 0x2c) return false;
      at = skipBlanks(line, at + 1, end);
    }
  }

  #isField(line: Uint8Array, start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      if (line[i] !== BACKSLASH) continue;
      const name = unescaped(line, start, end);
      return name !== undefined && this.#names.has(name);
    }
    for (const name of this.#exact[end - start] ?? []) if (equal(line, start, name)) return true;
    return false;
  }

  /** The level in the field whose name comes first in the list, in any case; -1 when there is none. */
  levelOfLogfmt(line: Uint8Array, start: number, end: number): number {
    let level = -1;
    let best = this.#count;
    let at = start;
    for (;;) {
      while (at < end && (line[at] as number) <= 0x20) at++;
      if (at >= end) return level;
      const keyStart = at;
      let byte = line[at] as number;
      while (byte > 0x20 && byte !== EQUALS && byte !== QUOTE) {
        if (++at >= end) break;
        byte = line[at] as number;
      }
      const keyEnd = at;
      if (at < end && byte === QUOTE) return level;
      const hasValue = at < end && byte === EQUALS;
      if (hasValue && keyEnd === keyStart) return level;
      if (!isValidKey(line, keyStart, keyEnd)) return level;
      const rank = this.#rank(line, keyStart, keyEnd, best);
      if (hasValue) at++;
      let valueStart = at;
      let valueEnd = at;
      let text: string | undefined;
      if (hasValue && at < end && line[at] === QUOTE) {
        valueStart = at + 1;
        let escaped = false;
        for (at = valueStart; at < end && line[at] !== QUOTE; at++) {
          if (line[at] !== BACKSLASH) continue;
          escaped = true;
          at++;
        }
        if (at >= end) return level;
        valueEnd = at++;
        if (escaped) {
          text = unescaped(line, valueStart, valueEnd);
          if (text === undefined) return level;
        }
      } else if (hasValue) {
        while (at < end && (line[at] as number) > 0x20) {
          if (line[at] === EQUALS || line[at] === QUOTE) return level;
          at++;
        }
        valueEnd = at;
      }
      if (rank < best) {
        best = rank;
        if (text === undefined) level = levelOfValue(line, valueStart, valueEnd);
        else {
          const bytes = Buffer.from(text);
          level = levelOfValue(bytes, 0, bytes.length);
        }
        if (rank === 0) return level;
      }
    }
  }

  #rank(line: Uint8Array, start: number, end: number, none: number): number {
    for (const { bytes, rank } of this.#folded[end - start] ?? []) if (equalFold(line, start, bytes)) return rank;
    return none;
  }
}

/** No field was found; a level of -1 is one that was, with a value that names no level. */
const NONE = -2;

/** A key must be UTF-8, and not hold U+FFFD. */
function isValidKey(line: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if ((line[i] as number) < 0x80) continue;
    return !textAt(line, start, end).includes('\ufffd');
  }
  return true;
}

const textAt = (line: Uint8Array, start: number, end: number): string =>
  Buffer.from(line.buffer, line.byteOffset + start, end - start).toString('utf8');

/** Undefined when an escape is none. */
function unescaped(line: Uint8Array, start: number, end: number): string | undefined {
  try {
    return JSON.parse(`"${textAt(line, start, end)}"`) as string;
  } catch {
    return undefined;
  }
}
