/** A parser that takes a row's labels from the columns of its block where it can, and else from the line. */
import {
  damagedRow,
  type FieldColumn,
  type FieldColumns,
  foreignRow,
  oddRow,
  plainRow,
} from '../../model/field-columns.js';
import { knownField } from './field-verdict.js';
import { duplicateSuffix } from './label-names.js';
import type { LabelSlot, LabelsBuilder } from './labels-builder.js';
import type { Row, RowStage } from './row.js';
import type { StageContext } from './stage-context.js';
import { foreignFailure, jsonParserError } from './stages/json.js';

interface BoundField {
  readonly column: FieldColumn;
  readonly slot: LabelSlot;
}

export class FieldStage implements RowStage {
  readonly #parser: RowStage;
  readonly #context: StageContext;
  readonly #strict: boolean;
  #fields: readonly BoundField[] | null = null;
  #states: Uint8Array | null = null;

  /** `strict`: the parser ends at damage. */
  constructor(parser: RowStage, strict: boolean, context: StageContext) {
    this.#parser = parser;
    this.#strict = strict;
    this.#context = context;
  }

  /** From here on rows are of a block with these columns, which serve all names that are needed; null: without. */
  bind(fields: FieldColumns | null, names: readonly string[]): readonly FieldColumn[] {
    const columns = fields === null ? [] : names.map((name) => fields.column(name)).filter((c) => c !== undefined);
    const { builder } = this.#context;
    this.#states = fields?.states ?? null;
    this.#fields = fields && columns.map((column) => ({ column, slot: builder.slot(column.name) }));
    return columns;
  }

  process(row: Row): boolean {
    const state = this.#states === null ? plainRow : (this.#states[row.index] as number);
    if (this.#fields === null || state === oddRow || (this.#strict && state === damagedRow))
      return this.#parser.process(row);
    const { labels } = row;
    if (this.#context.hints.noLabels || labels.allRequiredExtracted) return true;
    if (state === foreignRow) {
      labels.setParserError(jsonParserError, foreignFailure);
      return true;
    }
    return this.#fromColumns(row.index, labels);
  }

  /** As the parser sets them, but for the order; nothing that is asked of columns depends on it. */
  #fromColumns(index: number, labels: LabelsBuilder): boolean {
    for (const { column, slot: plain } of this.#fields as readonly BoundField[]) {
      const id = column.ids[index] as number;
      if (id === 0) continue;
      const slot = labels.resolve(plain);
      if (!labels.isMissing(slot)) continue;
      labels.setParsed(slot, column.dictionary.get(id - 1));
      if (slot.filter !== null && !slot.filter()) return false;
    }
    return true;
  }
}

/**
 * Do the columns tell all that a parser would set under these names? A name that is there with `_extracted` behind it
 * may be set by two fields, of which the first in the line counts: that is left to the lines.
 */
export function serves(fields: FieldColumns, names: readonly string[]): boolean {
  return names.every((name) => {
    const column = knownField(fields, name);
    return column !== undefined && (column === null || !name.endsWith(duplicateSuffix));
  });
}
