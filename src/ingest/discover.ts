/** What Loki adds to a push on its own: the stream label `service_name`, and `detected_level` on each entry. */
import type { Limits } from '../limits/limits.js';
import { dictionaryOf, type MetadataColumn } from '../model/columns.js';
import type { EntryBatch } from '../model/entry-batch.js';
import { byName, type LabelPair } from '../model/labels.js';
import { LevelFields } from './discover/level-fields.js';
import { levelOfWords, levels, normalizeLevel, UNKNOWN } from './discover/level-words.js';

export const SERVICE_NAME = 'service_name';
export const DETECTED_LEVEL = 'detected_level';

/** Of nearly all entries: it is the same for all batches, and its texts are encoded once. */
const levelDictionary = dictionaryOf(levels);
const levelIds: ReadonlyMap<string, number> = new Map(levels.map((level, i) => [level, i + 1]));

/** Streams that Loki writes to itself, about itself. */
const internalNames = ['__aggregated_metric__', '__pattern__'];
export const isInternal = (pairs: readonly LabelPair[]): boolean =>
  pairs.some(([name]) => internalNames.includes(name));

/** Adds `service_name` from the first label of the list that the stream has; `pairs` are sorted, and stay so. */
export function discoverServiceName(pairs: LabelPair[], from: readonly string[]): LabelPair[] {
  if (from.length === 0 || isInternal(pairs) || pairs.some(([name]) => name === SERVICE_NAME)) return pairs;
  const wanted = from.find((name) => pairs.some(([own]) => own === name));
  const source = pairs.find(([name]) => name === wanted);
  pairs.push([SERVICE_NAME, source === undefined ? 'unknown_service' : source[1]]);
  return pairs.sort(byName);
}

/**
 * Says the level of each entry: that of a level-like label, else of such structured metadata, else OTLP's severity
 * number, else that of a field or a word of the line.
 */
export class LevelDiscovery {
  readonly #names: readonly string[];
  readonly #fields: LevelFields;

  constructor(limits: Limits) {
    this.#names = limits.log_level_fields;
    this.#fields = new LevelFields(limits.log_level_fields, limits.log_level_from_json_max_depth);
  }

  /** The level that all entries of a stream have by its labels; undefined when they do not tell. */
  levelOfLabels(pairs: readonly LabelPair[]): string | undefined {
    for (const wanted of this.#names) {
      for (const [name, value] of pairs) if (name === wanted) return normalizeLevel(value);
    }
    return undefined;
  }

  /**
   * The column `detected_level`. `metadata` are the batch's columns under their final names, empty values left out.
   * An entry that has the column already keeps its value, in its usual spelling.
   */
  column(batch: EntryBatch, metadata: readonly MetadataColumn[], ofLabels: string | undefined): MetadataColumn {
    const { count } = batch;
    const ids = new Uint32Array(count);
    const others = new Map<string, number>();
    const idOf = (value: string): number => {
      const known = levelIds.get(value) ?? others.get(value);
      if (known !== undefined) return known;
      const id = levels.length + others.size + 1;
      others.set(value, id);
      return id;
    };
    const given = metadata.find((column) => column.name === DETECTED_LEVEL);
    if (given) fill(ids, given, (value) => idOf(normalizeLevel(value)));
    if (ofLabels !== undefined) {
      const id = idOf(ofLabels);
      for (let row = 0; row < count; row++) if (ids[row] === 0) ids[row] = id;
    } else {
      for (const name of this.#names) {
        const column = metadata.find((c) => c.name === name);
        if (column) fill(ids, column, (value) => idOf(normalizeLevel(value)));
      }
      const severity = metadata.find((column) => column.name === 'severity_number');
      if (severity) fill(ids, severity, (value) => idOf(levelOfSeverity(value)));
      this.#ofLines(batch, ids);
    }
    const dictionary = others.size === 0 ? levelDictionary : dictionaryOf([...levels, ...others.keys()]);
    return { name: DETECTED_LEVEL, dictionary, ids };
  }

  #ofLines({ count, lines, lineEnd }: EntryBatch, ids: Uint32Array): void {
    let start = 0;
    // Where the next = stands: looked up once for a run of lines without one.
    let equals = -1;
    for (let row = 0; row < count; row++) {
      const end = lineEnd[row] as number;
      if (ids[row] === 0) {
        let level = -1;
        if (isJson(lines, start, end)) level = this.#fields.levelOfJson(lines, start, end);
        else {
          if (equals < start) equals = indexOfEquals(lines, start);
          if (equals < end) level = this.#fields.levelOfLogfmt(lines, start, end);
        }
        if (level < 0) level = levelOfWords(lines, start, end);
        ids[row] = level + 1;
      }
      start = end;
    }
  }
}

/** Gives the rows that have none yet what their value of `column` stands for, asked once for each value. */
function fill(ids: Uint32Array, column: MetadataColumn, idOf: (value: string) => number): void {
  const memo = new Uint32Array(column.dictionary.length);
  for (let row = 0; row < ids.length; row++) {
    const id = column.ids[row] as number;
    if (id === 0 || ids[row] !== 0) continue;
    memo[id - 1] ||= idOf(column.dictionary.get(id - 1));
    ids[row] = memo[id - 1] as number;
  }
}

/** OTLP's severity numbers: four for each level from trace on. */
function levelOfSeverity(text: string): string {
  if (!/^[+-]?[0-9]+$/.test(text)) return 'info';
  const number = Number(text);
  if (number === 0 || number > 24) return levels[UNKNOWN];
  return ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][Math.max(0, Math.ceil(number / 4) - 1)] as string;
}

function indexOfEquals(lines: Uint8Array, from: number): number {
  const at = lines.indexOf(0x3d, from);
  return at < 0 ? Number.MAX_SAFE_INTEGER : at;
}

/** Loki's test: the first and the last character that are no blank are braces. */
function isJson(lines: Uint8Array, start: number, end: number): boolean {
  let first = start;
  while (first < end && lines[first] !== 0x7b) {
    const size = blankSize(lines, first, end);
    if (size === 0) return false;
    first += size;
  }
  if (first >= end) return false;
  let last = end - 1;
  while (last > first && isBlankByte(lines[last] as number)) last--;
  return lines[last] === 0x7d;
}

/** Backwards Loki looks at bytes, so that 0x85 and 0xA0 count. */
const isBlankByte = (byte: number): boolean =>
  byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x85 || byte === 0xa0;

/** Bytes of the blank at `at`, Unicode's included; 0 when there is none. */
function blankSize(lines: Uint8Array, at: number, end: number): number {
  const byte = lines[at] as number;
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return 1;
  if (byte < 0xc2) return 0;
  const second = at + 1 < end ? (lines[at + 1] as number) : 0;
  if (byte === 0xc2) return second === 0x85 || second === 0xa0 ? 2 : 0;
  if (byte < 0xe1 || byte > 0xe3 || at + 2 >= end) return 0;
  const code = ((byte & 0x0f) << 12) | ((second & 0x3f) << 6) | ((lines[at + 2] as number) & 0x3f);
  return wideBlanks.has(code) ? 3 : 0;
}
const wideBlanks = new Set([0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);
for (let code = 0x2000; code <= 0x200a; code++) wideBlanks.add(code);
