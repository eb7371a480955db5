/** `| logfmt status, path="request_path"`: takes the pairs named out of a line. */
import type { LabelExtraction } from '../../syntax/ast.js';
import { sanitiseLabelName } from '../label-names.js';
import { parseLogfmtPath } from '../label-path.js';
import { type LabelSlot, type LabelsBuilder, rawForm } from '../labels-builder.js';
import { LogfmtDecoder } from '../logfmt-decoder.js';
import type { Row, RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { hasInvalidRune } from '../text.js';
import { logfmtParserError } from './logfmt.js';

interface Target {
  readonly slot: LabelSlot;
  /** The key of the line whose value it takes. */
  readonly source: string;
}

/** Throws with Loki's text. */
export function logfmtExpressionStage(
  expressions: readonly LabelExtraction[],
  strict: boolean,
  context: StageContext,
): RowStage {
  // The last of two with one name counts.
  const byName = new Map<string, Target>();
  for (const { name, expression } of expressions) {
    byName.set(name, { slot: context.builder.slot(name), source: parseLogfmtExpression(expression) });
  }
  const parser = new LogfmtExpressionParser(byName, strict, context.builder);
  return {
    process: (row) => {
      if (!context.hints.noLabels && !row.labels.allRequiredExtracted) parser.run(row);
      return true;
    },
  };
}

/** The key of the line that it names. Throws with Loki's text. */
export function parseLogfmtExpression(expression: string): string {
  try {
    // Loki prints the parts of the path with %v; more than one never names a key.
    const [first = '', ...rest] = parseLogfmtPath(expression);
    return rest.length === 0 ? first : `${first}%!(EXTRA ${rest.map((part) => `string=${part}`).join(', ')})`;
  } catch (e) {
    throw new Error(`cannot parse expression [${expression}]: ${(e as Error).message}`, { cause: e });
  }
}

class LogfmtExpressionParser {
  readonly #byName: ReadonlyMap<string, Target>;
  readonly #bySource = new Map<string, Target>();
  readonly #strict: boolean;
  readonly #labels: LabelsBuilder;
  readonly #decoder = new LogfmtDecoder();
  /** The target of each key met; null for keys that are nobody's. */
  readonly #keys = new Map<
    string,
    { readonly target: Target; readonly isName: boolean; readonly key: LabelSlot } | null
  >();

  constructor(byName: ReadonlyMap<string, Target>, strict: boolean, labels: LabelsBuilder) {
    this.#byName = byName;
    this.#strict = strict;
    this.#labels = labels;
    for (const target of byName.values()) {
      if (!this.#bySource.has(target.source)) this.#bySource.set(target.source, target);
      // Made now, so that it is among the slots that the builder never forgets.
      labels.slot(target.source);
    }
  }

  run(row: Row): void {
    const labels = this.#labels;
    const decoder = this.#decoder;
    for (const { slot } of this.#byName.values()) {
      if (slot.base === '' && slot.metadataAt !== labels.row) labels.setParsed(slot, '');
    }
    row.needBytes();
    decoder.reset(row.bytes, row.from, row.to);
    while (!decoder.atEnd) {
      if (!decoder.next()) {
        if (this.#strict) break;
        continue;
      }
      const found = this.#find(row.bytes, decoder.keyFrom, decoder.keyTo);
      if (found === null || (!found.isName && found.key.extractedAt === labels.row)) continue;
      let { slot } = found.target;
      if (slot.base !== '' || slot.metadataAt === labels.row) {
        slot = labels.duplicateOf(slot);
        if (!labels.isMissing(slot)) break;
      }
      const { valueBytes, valueFrom, valueTo } = decoder;
      if (hasInvalidRune(valueBytes, valueFrom, valueTo)) labels.setParsed(slot, '');
      else labels.setParsedBytes(slot, valueBytes, valueFrom, valueTo, rawForm);
      if (labels.allRequiredExtracted) break;
    }
    if (this.#strict && decoder.error !== null) labels.setParserError(logfmtParserError, decoder.error);
  }

  #find(bytes: Buffer, from: number, to: number) {
    const key = this.#labels.texts.get(bytes, from, to) ?? bytes.toString('utf8', from, to);
    let found = this.#keys.get(key);
    if (found === undefined) {
      found = this.#resolve(sanitiseLabelName(key));
      if (this.#keys.size < 1024) this.#keys.set(key, found);
    }
    return found;
  }

  #resolve(name: string) {
    if (name === '') return null;
    const isName = this.#byName.has(name);
    const target = this.#bySource.get(name) ?? this.#byName.get(name);
    if (target === undefined) return null;
    const key = this.#labels.slot(name);
    // A key that is not itself the name of an expression is left out when the query needs other labels only: the
    // test is made with the key, not with the name that its value would get. So it is in Loki.
    return isName || key.wanted ? { target, isName, key } : null;
  }
}
