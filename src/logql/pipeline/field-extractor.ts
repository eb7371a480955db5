/**
 * Takes the fields out of a block's lines before it is stored. The rows are run through the very stage that a query
 * would run, with no labels around it and none left out: so a column says what the stage would say.
 */
import type { EntryBatch } from '../../model/entry-batch.js';
import {
  damagedRow,
  type ExtractedField,
  type ExtractedFields,
  type FieldExtractor,
  type FieldFormat,
  foreignRow,
  oddRow,
  plainRow,
} from '../../model/field-columns.js';
import { FieldValues } from './field-values.js';
import type { LabelSlot, LabelsBuilder } from './labels-builder.js';
import { LogfmtDecoder } from './logfmt-decoder.js';
import { Row, type RowStage } from './row.js';
import { newStageContext } from './stage-context.js';
import { isForeign, jsonStage } from './stages/json.js';
import { logfmtStage } from './stages/logfmt.js';
import { asBuffer } from './text.js';

/** With more names than this a block's list of them is left out. */
const namesMax = 1000;
/** Columns that are tried in a block. */
const triedMax = 100;

/** Keeps the stages and the keys they have met; one for each thread. */
export function fieldExtractor(): FieldExtractor {
  const json = new Extraction('json');
  const logfmt = new Extraction('logfmt');
  return (batch) => {
    const format = formatOf(batch);
    return format === null ? null : (format === 'json' ? json : logfmt).run(batch);
  };
}

/** Columns of blocks in which fewer rows than this share are their format's are no use. */
const usefulMin = 0.5;

class Extraction {
  readonly #format: FieldFormat;
  readonly #builder: LabelsBuilder;
  readonly #row: Row;
  readonly #stage: RowStage;
  readonly #isDamaged: () => boolean;

  constructor(format: FieldFormat) {
    const context = newStageContext();
    this.#format = format;
    this.#builder = context.builder;
    this.#row = new Row(context.builder);
    if (format === 'json') {
      this.#stage = jsonStage(context);
      this.#isDamaged = () => false;
    } else {
      const stage = logfmtStage({ strict: false, keepEmpty: false }, context);
      this.#stage = stage;
      this.#isDamaged = () => stage.isDamaged;
    }
  }

  run({ lines, lineEnd, count }: EntryBatch): ExtractedFields | null {
    const builder = this.#builder;
    const row = this.#row;
    const bytes = asBuffer(lines);
    const states = new Uint8Array(count);
    const fields = new FieldTable(builder, count);
    let allPlain = true;
    let useful = 0;
    let from = 0;
    builder.forgetMany();
    for (let i = 0; i < count; i++) {
      const to = lineEnd[i] as number;
      builder.startRow();
      row.setLine(bytes, from, to);
      this.#stage.process(row);
      let state = plainRow;
      if (builder.error !== '') state = isForeign(bytes, from, to) ? foreignRow : oddRow;
      else if (fields.add(i)) state = this.#isDamaged() ? damagedRow : plainRow;
      else state = oddRow;
      states[i] = state;
      if (state !== plainRow) allPlain = false;
      if (state === plainRow || state === damagedRow) useful++;
      from = to;
    }
    if (useful < count * usefulMin) return null;
    return {
      format: this.#format,
      states: allPlain ? null : states,
      names: fields.names,
      columns: fields.columns(),
    };
  }
}

class FieldTable {
  readonly #builder: LabelsBuilder;
  readonly #count: number;
  /** By the number of their slot; null for those beyond the bound, 'odd' for names that no column may have. */
  readonly #bySlot: (FieldValues | 'odd' | null | undefined)[] = [];
  readonly #values: FieldValues[] = [];
  readonly #names: string[] = [];

  constructor(builder: LabelsBuilder, count: number) {
    this.#builder = builder;
    this.#count = count;
  }

  /** False, with nothing added, when a column cannot tell what the builder's row would be in any stream. */
  add(index: number): boolean {
    const { parsed, parsedLength, row, oddRow } = this.#builder;
    if (oddRow === row) return false;
    for (let k = 0; k < parsedLength; k++) {
      const slot = parsed[k] as LabelSlot;
      let values = this.#bySlot[slot.id];
      if (values === undefined) values = this.#newValues(slot);
      if (values === 'odd') return false;
      if (values !== null && !values.isGivenUp) values.set(index, slot);
    }
    return true;
  }

  #newValues({ id, name }: LabelSlot): FieldValues | 'odd' | null {
    if (isSpecial(name)) {
      this.#bySlot[id] = 'odd';
      return 'odd';
    }
    const values = this.#values.length < triedMax ? new FieldValues(name, this.#count, this.#builder) : null;
    this.#bySlot[id] = values;
    if (values !== null) this.#values.push(values);
    if (this.#names.length <= namesMax) this.#names.push(name);
    return values;
  }

  get names(): readonly string[] | null {
    return this.#names.length > namesMax ? null : [...this.#names].sort();
  }

  columns(): ExtractedField[] {
    return this.#values.map((values) => values.finish()).filter((column) => column !== null);
  }
}

/** Names that mean something to the stages, and the empty one. */
const isSpecial = (name: string): boolean => name === '' || name.startsWith('__');

const sampleMax = 16;

/** By some lines out of the whole batch. */
function formatOf({ lines, lineEnd, count }: EntryBatch): FieldFormat | null {
  const bytes = asBuffer(lines);
  const step = Math.max(1, Math.floor(count / sampleMax));
  const decoder = new LogfmtDecoder();
  let seen = 0;
  let objects = 0;
  let pairs = 0;
  for (let i = 0; i < count; i += step) {
    const from = i === 0 ? 0 : (lineEnd[i - 1] as number);
    const to = lineEnd[i] as number;
    seen++;
    if (!isForeign(bytes, from, to)) objects++;
    else if (hasPairs(decoder, bytes, from, to)) pairs++;
  }
  if (objects * 2 > seen) return 'json';
  return pairs * 2 > seen ? 'logfmt' : null;
}

/** Two pairs with a value: a sentence with one `=` in it is no logfmt. */
function hasPairs(decoder: LogfmtDecoder, bytes: Buffer, from: number, to: number): boolean {
  decoder.reset(bytes, from, to);
  let pairs = 0;
  while (!decoder.atEnd && pairs < 2) if (decoder.next() && decoder.valueTo > decoder.valueFrom) pairs++;
  return pairs === 2;
}
