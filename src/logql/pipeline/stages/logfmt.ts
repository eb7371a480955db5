/** `| logfmt`, with --strict and --keep-empty. */

import { decodeUtf8 } from '../../../model/utf8.js';
import { Key, KeyCache } from '../key-cache.js';
import { errorLabel, sanitiseLabelName } from '../label-names.js';
import { type LabelsBuilder, spacedForm } from '../labels-builder.js';
import { LogfmtDecoder } from '../logfmt-decoder.js';
import type { Row, RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';

export const logfmtParserError = 'LogfmtParserErr';

export interface LogfmtOptions {
  /** Damage ends the parsing and sets an error; otherwise it is passed over. */
  readonly strict: boolean;
  readonly keepEmpty: boolean;
}

export interface LogfmtStage extends RowStage {
  /** Was something of the last row passed over? */
  readonly isDamaged: boolean;
}

export function logfmtStage(options: LogfmtOptions, context: StageContext): LogfmtStage {
  const parser = new LogfmtParser(options, context.builder);
  return {
    process: (row) => context.hints.noLabels || row.labels.allRequiredExtracted || parser.process(row),
    get isDamaged() {
      return parser.isDamaged;
    },
  };
}

class LogfmtParser {
  readonly #options: LogfmtOptions;
  readonly #labels: LabelsBuilder;
  readonly #decoder = new LogfmtDecoder();
  #keys: KeyCache<null>;
  #generation = 0;

  constructor(options: LogfmtOptions, labels: LabelsBuilder) {
    this.#options = options;
    this.#labels = labels;
    this.#keys = this.#newKeys();
  }

  #newKeys(): KeyCache<null> {
    return new KeyCache<null>((bytes, from, to, hash) => {
      const own = Buffer.from(bytes.subarray(from, to));
      const name = sanitiseLabelName(decodeUtf8(own));
      return new Key<null>(own, hash, name === '' ? null : this.#labels.slot(name), null);
    });
  }

  get isDamaged(): boolean {
    return this.#decoder.error !== null;
  }

  process(row: Row): boolean {
    const { strict, keepEmpty } = this.#options;
    const labels = this.#labels;
    const decoder = this.#decoder;
    if (this.#generation !== labels.generation) {
      this.#keys = this.#newKeys();
      this.#generation = labels.generation;
    }
    row.needBytes();
    decoder.reset(row.bytes, row.from, row.to);
    let key: Key<null> | null = null;
    while (!decoder.atEnd) {
      if (!decoder.next()) {
        if (strict) break;
        continue;
      }
      key = this.#keys.after(key, row.bytes, decoder.keyFrom, decoder.keyTo);
      const { slot: plain }: Key<null> = key;
      if (plain === null) continue;
      const slot = labels.resolve(plain);
      if (!labels.isMissing(slot)) continue;
      const { valueBytes, valueFrom, valueTo } = decoder;
      if (valueFrom === valueTo && !keepEmpty) continue;
      labels.setParsedBytes(slot, valueBytes, valueFrom, valueTo, spacedForm);
      if (slot.filter !== null && !slot.filter()) return false;
      if (labels.allRequiredExtracted) break;
    }
    if (!strict || decoder.error === null) return true;
    labels.setParserError(logfmtParserError, decoder.error);
    const filter = labels.slot(errorLabel).filter;
    return filter === null || filter();
  }
}
