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
    process: (row) => {
      if (context.hints.noLabels || row.labels.allRequiredExtracted) return true;
      row.needBytes();
      if (row.from === row.to) return true;
      if (row.bytes[row.from] !== 0x7b) {
        row.labels.setParserError(jsonParserError, 'expecting json object(6), but it is not');
        return true;
      }
      return unpacker.process(row);
    },
  };
}

class Unpacker {
  readonly #labels: LabelsBuilder;
  readonly #found: { slot: LabelSlot; text: string }[] = [];
  #entry: Buffer | null = null;

  constructor(labels: LabelsBuilder) {
    this.#labels = labels;
  }

  process(row: Row): boolean {
    const labels = this.#labels;
    this.#found.length = 0;
    this.#entry = null;
    const error = this.#walk(row.bytes, row.from, row.to);
    if (error !== null) {
      labels.setParserError(jsonParserError, error);
      return true;
    }
    // Without an entry it was not packed: the line and the labels stay.
    if (this.#entry === null) return true;
    row.setLine(this.#entry, 0, (this.#entry as Buffer).length);
    for (const { slot, text } of this.#found) {
      labels.setParsed(slot, text);
      if (slot.filter !== null && !slot.filter()) return false;
    }
    return true;
  }

  /** Returns what is wrong with the line, or null. */
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
