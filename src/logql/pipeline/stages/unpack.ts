/** `| unpack`: undoes Promtail's pack stage. Strings of the object become labels, `_entry` becomes the line. */
import { decodeUtf8 } from '../../../model/utf8.js';
import { sanitiseLabelName } from '../label-names.js';
import type { LabelSlot, LabelsBuilder } from '../labels-builder.js';
import type { Row, RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { unescapeJson, unescapeJsonBytes } from '../unescape-json.js';
import { blockEnd, endsToken, jsonParserError, skipSpace, stringEnd, tokenKind, unknownToken } from './json.js';

const packedEntryKey = '_entry';
const malformedObject = "Value looks like object, but can't find closing '}' symbol";
const malformedArray = "Value is array, but can't find closing ']' symbol";
const malformedString = "Value is string, but can't find closing '\"' symbol";
const malformedJson = 'Malformed JSON error';
const malformedEscape = 'Encountered an invalid escape sequence in a string';

export function unpackStage(context: StageContext): RowStage {
  const unpacker = new Unpacker(context.builder);
  return {
    process: (row) => context.hints.noLabels || row.labels.allRequiredExtracted || unpacker.process(row),
  };
}

class Unpacker {
  readonly #labels: LabelsBuilder;
  readonly #found: { slot: LabelSlot; text: string }[] = [];
  #entry: Buffer | null = null;
  /** The line that was last found to be not packed, and what is wrong with it. */
  #unpacked = 0;
  #error: string | null = null;

  constructor(labels: LabelsBuilder) {
    this.#labels = labels;
  }

  process(row: Row): boolean {
    const labels = this.#labels;
    if (row.version !== this.#unpacked) {
      row.needBytes();
      this.#error = this.#read(row.bytes, row.from, row.to);
      // Without an entry it was not packed: the line and the labels stay.
      if (this.#error !== null || this.#entry === null) this.#unpacked = row.version;
    }
    if (row.version === this.#unpacked) {
      if (this.#error !== null) labels.setParserError(jsonParserError, this.#error);
      return true;
    }
    const entry = this.#entry as Buffer;
    row.setLine(entry, 0, entry.length);
    for (const { slot, text } of this.#found) {
      labels.setParsed(slot, text);
      if (slot.filter !== null && !slot.filter()) return false;
    }
    return true;
  }

  /** Returns what is wrong with the line, or null. */
  #read(b: Buffer, from: number, to: number): string | null {
    this.#found.length = 0;
    this.#entry = null;
    if (from === to) return null;
    return b[from] === 0x7b ? this.#walk(b, from, to) : 'expecting json object(6), but it is not';
  }

  #walk(b: Buffer, from: number, to: number): string | null {
    let i = skipSpace(b, from + 1, to);
    if (i === to) return malformedJson;
    for (;;) {
      if (b[i] === 0x7d) return null;
      if (b[i] !== 0x22) return malformedObject;
      const keyFrom = i + 1;
      const keyTo = stringEnd(b, keyFrom, to);
      if (keyTo < 0) return malformedJson;
      const key = unescapeJsonBytes(b, keyFrom, keyTo);
      if (key === null) return malformedEscape;
      i = skipSpace(b, keyTo + 1, to);
      if (i === to || b[i] !== 0x3a) return malformedJson;
      i = skipSpace(b, i + 1, to);
      if (i === to) return malformedJson;
      const c = b[i];
      if (c === 0x22) {
        const end = stringEnd(b, i + 1, to);
        if (end < 0) return malformedString;
        if (!this.#take(decodeUtf8(key), b, i + 1, end)) return malformedEscape;
        i = end + 1;
      } else if (c === 0x7b || c === 0x5b) {
        i = blockEnd(b, i, to, c, c + 2);
        if (i < 0) return c === 0x7b ? malformedObject : malformedArray;
      } else {
        const start = i;
        while (i < to && endsToken[b[i] as number] === 0) i++;
        if (tokenKind(b, start, i) === unknownToken) return 'Unknown value type';
      }
      i = skipSpace(b, i, to);
      if (i === to) return malformedArray;
      if (b[i] === 0x7d) return null;
      if (b[i] !== 0x2c) return malformedObject;
      i = skipSpace(b, i + 1, to);
      if (i === to) return malformedArray;
    }
  }

  #take(key: string, b: Buffer, from: number, to: number): boolean {
    const labels = this.#labels;
    if (key === packedEntryKey) {
      const entry = unescapeJsonBytes(b, from, to);
      if (entry !== null) this.#entry = entry;
      return entry !== null;
    }
    // Collisions and hints go by the key as it is written, the label by its sanitised form.
    const slot = labels.resolve(labels.slot(key));
    if (!labels.isMissing(slot)) return true;
    this.#found.push({ slot: labels.slot(sanitiseLabelName(slot.name)), text: unescapeJson(b, from, to) });
    return true;
  }
}
