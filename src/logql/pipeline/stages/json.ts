/**
 * `| json`: walks an object's bytes and sets a label for each string, number and boolean, nested ones under the names
 * of their path joined by `_`. Arrays and nulls are passed over.
 *
 * What counts as damage, in which order it is met and how it is called is Loki's (grafana/jsonparser): a value is
 * checked no further than needed to find its end, a nested object's closing brace is looked for before its inside, and
 * nothing behind the outermost `}` is read.
 */

import { decodeUtf8 } from '../../../model/utf8.js';
import { Key, KeyCache } from '../key-cache.js';
import { appendSanitised, duplicateSuffix, sanitiseLabelName } from '../label-names.js';
import { jsonForm, type LabelsBuilder, rawForm, spacedForm } from '../labels-builder.js';
import type { Row, RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { asBuffer } from '../text.js';
import { unescapeJsonBytes } from '../unescape-json.js';

export const jsonParserError = 'JSONParserErr';

/** How a walk ended. */
const done = 0;
const foundAll = 1;
const mismatch = 2;
/** From here on: an index into `failures`. */
const badObject = 3;
const badJson = 4;
const badEscape = 5;
const openString = 6;
const openArray = 7;
const openObject = 8;
const unknownValue = 9;

const failures: readonly string[] = [
  '',
  '',
  '',
  "Value looks like object, but can't find closing '}' symbol",
  'Malformed JSON error',
  'Encountered an invalid escape sequence in a string',
  "Value is string, but can't find closing '\"' symbol",
  "Value is array, but can't find closing ']' symbol",
  "Value looks like object, but can't find closing '}' symbol",
  'Unknown value type',
];

/** Objects within objects that are looked into; each level reads the inside once more to find its end. */
const depthMax = 512;

/** An object on the way: the names that its keys get. */
interface Level {
  /** Sanitised; '' for the outermost object, or when nothing was left of the keys above. */
  readonly prefix: string;
  /** 0 for the outermost object. */
  readonly depth: number;
  /** Can a label that is needed begin like this? */
  readonly wanted: boolean;
  readonly keys: KeyCache<Level>;
}

export function jsonStage(context: StageContext): RowStage {
  const walker = new JsonWalker(context.builder);
  return {
    process: (row) => context.hints.noLabels || row.labels.allRequiredExtracted || walker.process(row),
  };
}

class JsonWalker {
  readonly #labels: LabelsBuilder;
  #top: Level | null = null;
  #generation = 0;

  constructor(labels: LabelsBuilder) {
    this.#labels = labels;
  }

  process(row: Row): boolean {
    const labels = this.#labels;
    if (this.#top === null || this.#generation !== labels.generation) {
      this.#top = this.#level('', 0);
      this.#generation = labels.generation;
    }
    row.needBytes();
    const outcome = this.#object(row.bytes, row.from, row.to, this.#top);
    if (outcome < badObject) return outcome !== mismatch;
    labels.setParserError(jsonParserError, failures[outcome] as string);
    return true;
  }

  #level(prefix: string, depth: number): Level {
    return {
      prefix,
      depth,
      wanted: depth === 0 || (depth <= depthMax && this.#labels.hasRequiredPrefix(prefix)),
      keys: new KeyCache<Level>((bytes, from, to, hash) => this.#key(bytes, from, to, hash, prefix, depth)),
    };
  }

  #key(bytes: Buffer, from: number, to: number, hash: number, prefix: string, depth: number): Key<Level> {
    const own = Buffer.from(bytes.subarray(from, to));
    const text = keyText(own);
    if (depth === 0) {
      const name = sanitiseLabelName(text);
      return new Key<Level>(own, hash, name === '' ? null : this.#labels.slot(name), null);
    }
    const slot = this.#labels.slot(appendSanitised(prefix, text));
    const duplicate = this.#labels.slot(appendSanitised(prefix, text + duplicateSuffix));
    return new Key<Level>(own, hash, slot, duplicate);
  }

  #object(b: Buffer, from: number, to: number, level: Level): number {
    let i = skipSpace(b, from, to);
    if (i === to || b[i] !== 0x7b) return badObject;
    i = skipSpace(b, i + 1, to);
    if (i === to) return badJson;
    const { keys } = level;
    let before: Key<Level> | null = null;
    for (;;) {
      const c = b[i];
      if (c === 0x7d) return done;
      if (c !== 0x22) return badObject;
      i++;

      // The key
      let key: Key<Level> | null = before === null ? keys.first : before.next;
      let keyEnd = key === null ? -1 : expectKey(b, i, to, key.bytes);
      if (keyEnd < 0) {
        keyEnd = stringEnd(b, i, to);
        if (keyEnd < 0) return badJson;
        if (hasBackslash(b, i, keyEnd) && unescapeJsonBytes(b, i, keyEnd) === null) return badEscape;
        key = keys.get(b, i, keyEnd);
        if (before === null) keys.first = key;
        else before.next = key;
      }
      before = key;
      i = skipSpace(b, keyEnd + 1, to);
      if (i === to || b[i] !== 0x3a) return badJson;

      // The value
      i = skipSpace(b, i + 1, to);
      if (i === to) return badJson;
      const first = b[i] as number;
      if (first === 0x22) {
        const start = ++i;
        let escaped = false;
        for (;;) {
          if (i >= to) return openString;
          const d = b[i] as number;
          if (d === 0x22) break;
          if (d === 0x5c) {
            escaped = true;
            i++;
          }
          i++;
        }
        const outcome = this.#value(key as Key<Level>, b, start, i, escaped ? jsonForm : spacedForm);
        if (outcome !== done) return outcome;
        i++;
      } else if (first === 0x7b) {
        const end = blockEnd(b, i, to, 0x7b, 0x7d);
        if (end < 0) return openObject;
        const outcome = this.#nested(key as Key<Level>, b, i, end, level);
        if (outcome !== done) return outcome;
        i = end;
      } else if (first === 0x5b) {
        const end = blockEnd(b, i, to, 0x5b, 0x5d);
        if (end < 0) return openArray;
        i = end;
      } else {
        const start = i;
        while (i < to && endsToken[b[i] as number] === 0) i++;
        const kind = tokenKind(b, start, i);
        if (kind === unknownToken) return unknownValue;
        if (kind === scalarToken) {
          const outcome = this.#value(key as Key<Level>, b, start, i, rawForm);
          if (outcome !== done) return outcome;
        }
      }

      // What follows
      i = skipSpace(b, i, to);
      if (i === to) return openArray;
      if (b[i] === 0x7d) return done;
      if (b[i] !== 0x2c) return badObject;
      i = skipSpace(b, i + 1, to);
      if (i === to) return openArray;
    }
  }

  #value(key: Key<Level>, b: Buffer, from: number, to: number, form: 0 | 1 | 2): number {
    let { slot } = key;
    const labels = this.#labels;
    if (slot === null) return done;
    if (key.isOdd) labels.oddRow = labels.row;
    if (slot.base !== '' || slot.metadataAt === labels.row) slot = key.duplicate ?? labels.duplicateOf(slot);
    if (!slot.wanted || slot.extractedAt === labels.row) return done;
    labels.setParsedBytes(slot, b, from, to, form);
    const fits = slot.filter === null || slot.filter();
    if (labels.allRequiredExtracted) return foundAll;
    return fits ? done : mismatch;
  }

  #nested(key: Key<Level>, b: Buffer, from: number, to: number, above: Level): number {
    key.child ??= this.#level(appendSanitised(above.prefix, keyText(key.bytes)), above.depth + 1);
    return key.child.wanted ? this.#object(b, from, to, key.child) : done;
  }
}

/** Is it no object, however it goes on? Then it has no labels, and `foreignFailure` is its error's detail. */
export function isForeign(b: Uint8Array, from: number, to: number): boolean {
  const i = skipSpace(b, from, to);
  return i === to || b[i] !== 0x7b;
}

export const foreignFailure = failures[badObject] as string;

/** Keys are kept as they stand in the line; their escapes were found to be good. */
const keyText = (raw: Uint8Array): string =>
  decodeUtf8(unescapeJsonBytes(asBuffer(raw), 0, raw.length) ?? Buffer.alloc(0));

/** The end of the key when the bytes at `i` are this key and its closing quote, else -1. */
function expectKey(b: Uint8Array, i: number, to: number, key: Uint8Array): number {
  const end = i + key.length;
  if (end >= to || b[end] !== 0x22) return -1;
  for (let k = 0; k < key.length; k++) if (b[i + k] !== key[k]) return -1;
  return end;
}

export function skipSpace(b: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to) {
    const c = b[i] as number;
    if (c > 0x20 || (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09)) break;
    i++;
  }
  return i;
}

/** Where the quote stands that closes the string whose inside begins at `from`; -1 when there is none. */
export function stringEnd(b: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const c = b[i];
    if (c === 0x22) return i;
    if (c === 0x5c) i++;
  }
  return -1;
}

/** Behind the bracket that closes the one at `from`, strings passed over; -1 when there is none. */
export function blockEnd(b: Uint8Array, from: number, to: number, open: number, close: number): number {
  let depth = 0;
  for (let i = from; i < to; i++) {
    const c = b[i];
    if (c === 0x22) {
      i = stringEnd(b, i + 1, to);
      if (i < 0) return -1;
    } else if (c === open) depth++;
    else if (c === close && --depth === 0) return i + 1;
  }
  return -1;
}

export function hasBackslash(b: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (b[i] === 0x5c) return true;
  return false;
}

/** 1 for what ends a number or a word. */
export const endsToken = new Uint8Array(256);
for (const ch of ' \n\r\t,}]') endsToken[ch.charCodeAt(0)] = 1;

export const unknownToken = 0;
/** A number, true or false. */
export const scalarToken = 1;
export const nullToken = 2;

/** Numbers are known by their first character only. */
export function tokenKind(b: Uint8Array, from: number, to: number): number {
  const c = b[from] as number;
  if ((c >= 0x30 && c <= 0x39) || c === 0x2d) return scalarToken;
  if (isWord(b, from, to, 'true') || isWord(b, from, to, 'false')) return scalarToken;
  return isWord(b, from, to, 'null') ? nullToken : unknownToken;
}

function isWord(b: Uint8Array, from: number, to: number, word: string): boolean {
  if (to - from !== word.length) return false;
  for (let k = 0; k < word.length; k++) if (b[from + k] !== word.charCodeAt(k)) return false;
  return true;
}
