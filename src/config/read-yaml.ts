/** YAML text → Raw. The only file that knows the YAML library; loaded when there is a file to read. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  Scalar,
} from 'yaml';
import type { Raw, RawEntry } from './raw.js';

/** One thing that is wrong with a file. `line` starts with 1. */
export interface Problem {
  readonly line: number;
  readonly message: string;
}

/** Aliases may multiply a document; this many values are enough for every configuration that a person wrote. */
const valuesMax = 100_000;

/** The document, or what is wrong with its syntax. An empty file is an empty map. */
export function readYaml(text: string): { readonly raw: Raw; readonly problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    merge: false,
    schema: 'failsafe',
    prettyErrors: false,
  });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const problems = document.errors.map((error) => ({ line: lineAt(error.pos[0]), message: firstLower(error.message) }));
  if (problems.length > 0) return { raw: emptyMap, problems };
  try {
    return {
      raw: document.contents === null ? emptyMap : new Reader(document, lineAt).read(document.contents),
      problems,
    };
  } catch (error) {
    if (error instanceof TooLarge) return { raw: emptyMap, problems: [{ line: 1, message: error.message }] };
    throw error;
  }
}

const emptyMap: Raw = { kind: 'map', entries: [], line: 1 };
const firstLower = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);
const nulls = /^(?:~|null|Null|NULL|)$/;

class TooLarge extends Error {}

class Reader {
  readonly #document: Document.Parsed<ParsedNode>;
  readonly #lineAt: (offset: number) => number;
  #values = 0;

  constructor(document: Document.Parsed<ParsedNode>, lineAt: (offset: number) => number) {
    this.#document = document;
    this.#lineAt = lineAt;
  }

  read(node: Node | null, fallbackLine = 1): Raw {
    if (++this.#values > valuesMax) throw new TooLarge(`document has more than ${valuesMax} values`);
    const line = node?.range ? this.#lineAt(node.range[0]) : fallbackLine;
    if (isAlias(node)) return this.read(node.resolve(this.#document) ?? null, line);
    if (isSeq(node)) return { kind: 'list', line, items: node.items.map((item) => this.read(item as Node, line)) };
    if (isMap(node)) {
      const own: RawEntry[] = [];
      const merged: RawEntry[] = [];
      for (const { key, value } of node.items) {
        const at = (key as Node | null)?.range ? this.#lineAt((key as ParsedNode).range[0]) : line;
        const name = isScalar(key) ? String(key.value) : '';
        const raw = this.read(value as Node | null, at);
        if (name !== '<<') own.push({ key: name, line: at, value: raw });
        else
          for (const part of raw.kind === 'list' ? raw.items : [raw])
            if (part.kind === 'map') merged.push(...part.entries);
      }
      const taken = new Set(own.map(({ key }) => key));
      for (const entry of merged) {
        if (taken.has(entry.key)) continue;
        taken.add(entry.key);
        own.push(entry);
      }
      return { kind: 'map', line, entries: own };
    }
    if (isScalar(node) && node.value !== null) {
      const text = String(node.value);
      const quoted = node.type !== Scalar.PLAIN || node.tag === '!!str';
      return { kind: 'scalar', text: !quoted && nulls.test(text) ? null : text, quoted, line };
    }
    return { kind: 'scalar', text: null, quoted: false, line };
  }
}
