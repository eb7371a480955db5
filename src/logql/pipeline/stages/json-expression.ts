/**
 * `| json status="response.status", first="servers[0]"`: takes single values out of a line by their paths.
 *
 * The search is that of grafana/jsonparser's EachKey, with what it does to lines that are not quite JSON: it goes over
 * the bytes with a level counter, and compares the keys met on each level with the paths.
 */

import { encodeUtf8 } from '../../../model/utf8.js';
import type { LabelExtraction } from '../../syntax/ast.js';
import { parseJsonPath } from '../label-path.js';
import { jsonForm, type LabelSlot, rawForm, spacedForm } from '../labels-builder.js';
import type { Row, RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import type { TextCache } from '../text.js';
import { unescapeJsonBytes } from '../unescape-json.js';
import {
  blockEnd,
  endsToken,
  hasBackslash,
  jsonParserError,
  nullToken,
  skipSpace,
  stringEnd,
  tokenKind,
  unknownToken,
} from './json.js';

/** Throws with Loki's text. */
export function jsonExpressionStage(expressions: readonly LabelExtraction[], context: StageContext): RowStage {
  const slots = expressions.map(({ name }) => context.builder.slot(name));
  const paths = expressions.map(({ expression }) => parseJsonExpression(expression));
  const finder = new PathFinder(slots, paths, context.builder.texts);
  return {
    process: (row) => {
      if (context.hints.noLabels || row.labels.allRequiredExtracted) return true;
      row.needBytes();
      if (row.from !== row.to) finder.run(row);
      return true;
    },
  };
}

/** Keys as bytes in latin1 spelling, indexes as `[3]`. Throws with Loki's text. */
export function parseJsonExpression(expression: string): readonly string[] {
  try {
    return parseJsonPath(expression).map((part) => (typeof part === 'number' ? `[${part}]` : latin1Of(part)));
  } catch (e) {
    throw new Error(`cannot parse expression [${expression}]: ${(e as Error).message}`, { cause: e });
  }
}

const latin1Of = (text: string): string => encodeUtf8(text).toString('latin1');

const malformedJson = 'Malformed JSON error';
const openValue = {
  string: "Value is string, but can't find closing '\"' symbol",
  array: "Value is array, but can't find closing ']' symbol",
  object: "Value looks like object, but can't find closing '}' symbol",
  unknown: 'Unknown value type',
} as const;

type ValueType = 'string' | 'scalar' | 'object' | 'array' | 'null';
type Found =
  | { readonly type: ValueType; readonly from: number; readonly to: number; readonly end: number; readonly error: null }
  | { readonly error: string };

/** The value that begins at or after `at`; strings without their quotes. */
function valueAt(b: Buffer, at: number, to: number): Found {
  const i = skipSpace(b, at, to);
  if (i >= to) return { error: malformedJson };
  const c = b[i];
  if (c === 0x22) {
    const end = stringEnd(b, i + 1, to);
    return end < 0 ? { error: openValue.string } : { type: 'string', from: i + 1, to: end, end: end + 1, error: null };
  }
  if (c === 0x5b) {
    const end = blockEnd(b, i, to, 0x5b, 0x5d);
    return end < 0 ? { error: openValue.array } : { type: 'array', from: i, to: end, end, error: null };
  }
  if (c === 0x7b) {
    const end = blockEnd(b, i, to, 0x7b, 0x7d);
    return end < 0 ? { error: openValue.object } : { type: 'object', from: i, to: end, end, error: null };
  }
  let end = i;
  while (end < to && endsToken[b[end] as number] === 0) end++;
  const kind = tokenKind(b, i, end);
  if (kind === unknownToken) return { error: openValue.unknown };
  return { type: kind === nullToken ? 'null' : 'scalar', from: i, to: end, end, error: null };
}

/** The elements of the array at `from`, until something is wrong. Returns where it stopped. */
function eachElement(b: Buffer, from: number, to: number, visit: (value: Found & { error: null }) => void): number {
  let i = skipSpace(b, from + 1, to);
  if (i >= to || b[i] === 0x5d) return Math.min(i, to);
  for (;;) {
    const value = valueAt(b, i, to);
    if (value.error !== null) return i;
    visit(value);
    i = skipSpace(b, value.end, to);
    if (i >= to) return value.end;
    if (b[i] !== 0x2c) return i;
    i++;
  }
}

/** The key between quotes as latin1, or null when an escape in it is bad. */
function keyAt(b: Buffer, from: number, to: number, texts: TextCache): string | null {
  if (!hasBackslash(b, from, to)) return texts.get(b, from, to) ?? b.toString('latin1', from, to);
  return unescapeJsonBytes(b, from, to)?.toString('latin1') ?? null;
}

/** The paths as a tree. */
class PathNode {
  readonly children = new Map<string, PathNode>();
  /** The paths that end here. */
  readonly ends: number[] = [];
  /** The paths that end here or below. */
  readonly through: number[] = [];
  /** Of the children, those that are elements of an array, with their index. */
  readonly elements: { readonly index: number; readonly node: PathNode }[] = [];

  add(path: readonly string[], p: number): void {
    let node: PathNode = this;
    for (const part of path) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = new PathNode();
        node.children.set(part, child);
        const index = part.startsWith('[') && part.length > 2 ? Number(part.slice(1, -1)) : -1;
        // One that is no number lets the array be entered, and nothing be found.
        if (!(index < 0)) node.elements.push({ index, node: child });
      }
      child.through.push(p);
      node = child;
    }
    node.ends.push(p);
  }
}

class PathFinder {
  readonly #slots: readonly LabelSlot[];
  readonly #paths: readonly (readonly string[])[];
  readonly #root = new PathNode();
  readonly #longest: number;
  readonly #found: Uint8Array;
  readonly #texts: TextCache;
  #matches = 0;

  constructor(slots: readonly LabelSlot[], paths: readonly (readonly string[])[], texts: TextCache) {
    this.#slots = slots;
    this.#paths = paths;
    this.#longest = paths.reduce((longest, { length }) => Math.max(longest, length), 0);
    this.#found = new Uint8Array(paths.length);
    this.#texts = texts;
    for (const [p, path] of paths.entries()) this.#root.add(path, p);
  }

  run(row: Row): void {
    const { bytes, from, to, labels } = row;
    const first = bytes[from];
    if (first !== 0x22 && first !== 0x7b && first !== 0x5b) {
      labels.setParserError(jsonParserError, null);
      return;
    }
    this.#matches = 0;
    this.#found.fill(0);
    this.#search(row, bytes, from, to);
    if (this.#matches >= this.#slots.length) return;
    // Every expression gives a label, empty when the line has no such value.
    for (const slot of this.#slots) if (!labels.has(slot)) labels.setParsed(slot, '');
  }

  #take(row: Row, index: number, value: Found, b: Buffer): void {
    const { labels } = row;
    if (value.error !== null) {
      labels.setParserError(jsonParserError, value.error);
      return;
    }
    const slot = labels.resolve(this.#slots[index] as LabelSlot);
    if (value.type === 'null') labels.setParsed(slot, '');
    else {
      const isEscaped = hasBackslash(b, value.from, value.to);
      const form = value.type === 'object' ? rawForm : isEscaped ? jsonForm : spacedForm;
      labels.setParsedBytes(slot, b, value.from, value.to, form);
    }
    this.#matches++;
  }

  #search(row: Row, b: Buffer, start: number, to: number): void {
    const paths = this.#paths;
    const found = this.#found;
    /** The key last met on each level. */
    const trail: string[] = [];
    let level = 0;
    let matched = 0;
    for (let i = start; i < to; i++) {
      switch (b[i]) {
        case 0x22: {
          const keyFrom = i + 1;
          const keyTo = stringEnd(b, keyFrom, to);
          if (keyTo < 0) return;
          i = skipSpace(b, keyTo + 1, to);
          if (i >= to) return;
          if (b[i] !== 0x3a) {
            i--;
            break;
          }
          const key = keyAt(b, keyFrom, keyTo, this.#texts);
          if (key === null) return;
          let isMatch = false;
          if (this.#longest >= level) {
            if (level < 1) {
              row.labels.setParserError(jsonParserError, malformedJson);
              return;
            }
            trail[level - 1] = key;
            for (const p of this.#nodeAt(trail, level)?.ends ?? none) {
              if (found[p] === 1) continue;
              isMatch = true;
              matched++;
              found[p] = 1;
              this.#take(row, p, valueAt(b, i + 1, to), b);
              if (matched === paths.length) return;
            }
          }
          if (!isMatch) {
            const next = skipSpace(b, i + 1, to);
            if (next >= to) return;
            i = next - 1;
          }
          break;
        }
        case 0x7b:
          level++;
          break;
        case 0x7d:
          level--;
          break;
        case 0x5b: {
          if (level < 0) {
            row.labels.setParserError(jsonParserError, malformedJson);
            return;
          }
          const elements = this.#wantedElements(trail, level);
          if (elements === null) {
            const end = blockEnd(b, i, to, 0x5b, 0x5d);
            if (end < 0) return;
            i = end - 1;
            break;
          }
          level++;
          let at = 0;
          const depth = level;
          const end = eachElement(b, i, to, (element) => {
            for (const p of elements.get(at) ?? none) {
              matched++;
              found[p] = 1;
              const offset = searchPath(b, element, (paths[p] as readonly string[]).slice(depth), this.#texts);
              if (offset < 0) continue;
              if (element.type === 'string') {
                this.#take(row, p, { type: 'string', from: offset, to: element.to, end: element.end, error: null }, b);
              } else this.#take(row, p, valueAt(b, offset, element.to), b);
            }
            at++;
          });
          if (matched === paths.length) return;
          i = end - 1;
          break;
        }
        case 0x5d:
          level--;
          break;
      }
    }
  }

  #nodeAt(trail: readonly string[], level: number): PathNode | undefined {
    let node: PathNode | undefined = this.#root;
    for (let k = 0; k < level && node !== undefined; k++) node = node.children.get(trail[k] ?? '');
    return node;
  }

  /** By index the paths that go on in an array found here; null when there are none. */
  #wantedElements(trail: readonly string[], level: number): ReadonlyMap<number, readonly number[]> | null {
    const elements = this.#nodeAt(trail, level)?.elements ?? [];
    const wanted = new Map<number, number[]>();
    for (const { index, node } of elements) {
      const paths = node.through.filter((p) => this.#found[p] === 0);
      const others = wanted.get(index) ?? [];
      if (paths.length > 0)
        wanted.set(
          index,
          [...others, ...paths].sort((a, b) => a - b),
        );
    }
    return wanted.size === 0 ? null : wanted;
  }
}

const none: readonly number[] = [];

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where the value at the end of the path begins within an array's element; -1 when it is not there. */
function searchPath(b: Buffer, element: Range, path: readonly string[], texts: TextCache): number {
  let rest = path;
  let within = element;
  while (rest.length > 0) {
    const found = searchObjects(b, within, rest, texts);
    if (typeof found === 'number') return found;
    within = found.element;
    rest = rest.slice(found.level + 1);
  }
  return within.from;
}

/** As far as there are objects; where an array comes next on the path, its element and the level where it stands. */
function searchObjects(
  b: Buffer,
  { from, to }: Range,
  path: readonly string[],
  texts: TextCache,
): number | { readonly element: Range; readonly level: number } {
  let keyLevel = 0;
  let level = 0;
  let lastMatched = true;
  for (let i = from; i < to; i++) {
    switch (b[i]) {
      case 0x22: {
        const keyFrom = i + 1;
        const keyTo = stringEnd(b, keyFrom, to);
        if (keyTo < 0) return -1;
        i = skipSpace(b, keyTo + 1, to);
        if (i >= to) return -1;
        if (b[i] !== 0x3a) {
          i--;
          break;
        }
        if (level < 1) return -1;
        const key = keyAt(b, keyFrom, keyTo, texts);
        if (key === null || level > path.length) return -1;
        lastMatched = key === path[level - 1];
        if (lastMatched && keyLevel === level - 1) {
          keyLevel++;
          if (keyLevel === path.length) return i + 1;
        }
        break;
      }
      case 0x7b:
        if (lastMatched) level++;
        else {
          const end = blockEnd(b, i, to, 0x7b, 0x7d);
          if (end < 0) return -1;
          i = end - 1;
        }
        break;
      case 0x7d:
        level--;
        if (level === keyLevel) keyLevel--;
        break;
      case 0x5b: {
        const part = path[level];
        if (keyLevel === level && part?.startsWith('[')) {
          const element = elementAt(b, i, to, part);
          return element === null ? -1 : { element, level };
        }
        const end = blockEnd(b, i, to, 0x5b, 0x5d);
        if (end < 0) return -1;
        i = end - 1;
        break;
      }
      case 0x3a:
        return -1;
    }
  }
  return -1;
}

/** The element that `[3]` names, in the array at `from`; strings with their quotes. */
function elementAt(b: Buffer, from: number, to: number, part: string): Range | null {
  if (!/^\[[+-]?[0-9]+\]$/.test(part)) return null;
  const wanted = Number(part.slice(1, -1));
  let at = 0;
  let found: Range | null = null;
  eachElement(b, from, to, (element) => {
    if (at++ !== wanted) return;
    const quoted = element.type === 'string' ? 1 : 0;
    found = { from: element.from - quoted, to: element.to + quoted };
  });
  return found;
}
