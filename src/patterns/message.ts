/** Finds the message in a JSON line: the rest of it says little about what kind of line it is. */
import { blockEnd, equal, literalEnd, skipBlanks, stringEnd } from '../model/json-bytes.js';

/** A piece of a line, by its bytes. Filled in place: there is one for each line that comes in. */
export interface Span {
  start: number;
  end: number;
}

/** What is remembered from line to line of a stream. */
export interface MessageHabit {
  /** Place in the list of names of the field that the line before ended with, when that was its message; else -1. */
  lastField: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A tenant's limits, as far as they are of interest here. */
export interface MessageLimits {
  readonly pattern_ingester_tokenizable_json_fields_default: readonly string[];
  readonly pattern_ingester_tokenizable_json_fields_append: readonly string[];
  readonly pattern_ingester_tokenizable_json_fields_delete: readonly string[];
}

/** What is appended comes after the defaults. */
export function messageFieldNames(limits: MessageLimits): readonly string[] {
  const defaults = limits.pattern_ingester_tokenizable_json_fields_default;
  const appended = limits.pattern_ingester_tokenizable_json_fields_append;
  const deleted = limits.pattern_ingester_tokenizable_json_fields_delete;
  return [...new Set([...defaults, ...appended])].filter((name) => !deleted.includes(name));
}

/** The fields that hold a message, in the order in which they are preferred. */
export class MessageFields {
  readonly #names: readonly Uint8Array[];

  constructor(names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name));
  }

  /**
   * Narrows `span` from a JSON object to the text of its message, escapes as they are. False when no field of the object
   * itself with one of the names holds a string. A line that ends with the same field as the one before is not read from
   * the start: most loggers write the message last.
   */
  narrow(line: Uint8Array, span: Span, habit: MessageHabit): boolean {
    const { end } = span;
    const usual = this.#names[habit.lastField];
    if (usual !== undefined && narrowToLast(line, span, usual)) return true;
    let best = this.#names.length;
    let at = skipBlanks(line, span.start + 1, end);
    while (at < end && line[at] === QUOTE) {
      const nameStart = at + 1;
      at = stringEnd(line, nameStart, end);
      if (at < 0) break;
      const nameEnd = at - 1;
      at = skipBlanks(line, at, end);
      if (line[at] !== 0x3a) break;
      at = skipBlanks(line, at + 1, end);
      if (at >= end) break;
      const valueStart = at + 1;
      const isString = line[at] === QUOTE;
      at = isString ? stringEnd(line, valueStart, end) : valueEnd(line, at, end);
      if (at < 0) break;
      const rank = isString ? this.#rank(line, nameStart, nameEnd, best) : best;
      if (rank < best) {
        best = rank;
        span.start = valueStart;
        span.end = at - 1;
        if (best === 0) break;
      }
      at = skipBlanks(line, at, end);
      if (line[at] !== 0x2c) break;
      at = skipBlanks(line, at + 1, end);
    }
    if (best === this.#names.length) return false;
    habit.lastField = span.end === end - 2 ? best : -1;
    return true;
  }

  #rank(line: Uint8Array, start: number, end: number, none: number): number {
    for (let i = 0; i < none; i++) {
      const name = this.#names[i] as Uint8Array;
      if (name.length === end - start && equal(line, start, name)) return i;
    }
    return none;
  }
}

/** Does the line end with `"name":"…"}`? Then the text is what is left of the span. */
function narrowToLast(line: Uint8Array, span: Span, name: Uint8Array): boolean {
  const textEnd = span.end - 2;
  if (line[textEnd] !== QUOTE) return false;
  let open = textEnd - 1;
  while (open > span.start && (line[open] !== QUOTE || line[open - 1] === BACKSLASH)) open--;
  const nameStart = open - 2 - name.length;
  const isField =
    nameStart > span.start &&
    line[open - 1] === 0x3a &&
    line[open - 2] === QUOTE &&
    equal(line, nameStart, name) &&
    line[nameStart - 1] === QUOTE &&
    line[nameStart - 2] === 0x2c;
  if (!isField) return false;
  span.start = open + 1;
  span.end = textEnd;
  return true;
}

/** Behind an object, an array or a literal; -1 when it does not end. */
function valueEnd(line: Uint8Array, at: number, end: number): number {
  if (line[at] === 0x7b) return blockEnd(line, at, end, 0x7b, 0x7d);
  if (line[at] === 0x5b) return blockEnd(line, at, end, 0x5b, 0x5d);
  return literalEnd(line, at, end);
}
