/**
 * Takes the fields out of a block's lines before it is stored. The rows are run through the very stage that a query
 * would run, with no labels around it and none left out: so a column says what the stage would say.
 */
import type { EntryBatch } from '../../model/entry-batch.js';
import type { ExtractedField, ExtractedFields, FieldExtractor } from '../../model/extracted-fields.js';
import { damagedRow, type FieldFormat, foreignRow, oddRow, plainRow } from '../../model/field-columns.js';
import { collected, FieldValues, leftOut, refused } from './field-values.js';
import type { LabelSlot, LabelsBuilder } from './labels-builder.js';
import { LogfmtDecoder } from './logfmt-decoder.js';
import { Row, type RowStage } from './row.js';
import { StageContext } from './stage-context.js';
import { isForeign, jsonStage } from './stages/json.js';
import { logfmtStage } from './stages/logfmt.js';
import { asBuffer } from './text.js';

/** With more names than this a block's list of them is left out. */
const namesMax = 1000;
/** Columns that are tried in a block. */
const triedMax = 100;

/** What it gives is valid until it is called again. One for each thread: it keeps the keys that it has met, and memory. */
export function fieldExtractor(): FieldExtractor {
  const json = new Extraction('json');
  const logfmt = new Extraction('logfmt');
  return (batch) => {
    const format = formatOf(batch);
    return format === null ? null : (format === 'json' ? json : logfmt).run(batch);
  };
}

/** Columns are of no use for blocks in which a larger share of the rows are odd or of another format. */
const oddMax = 0.5;

class Extraction {
  readonly #format: FieldFormat;
  readonly #builder: LabelsBuilder;
  readonly #row: Row;
  readonly #stage: RowStage;
  readonly #isDamaged: () => boolean;
  readonly #fields: FieldTable;

  constructor(format: FieldFormat) {
    const context = new StageContext();
    this.#format = format;
    this.#builder = context.builder;
    this.#row = new Row(context.builder);
    this.#fields = new FieldTable(context.builder);
    if (format === 'json') {
      this.#stage = jsonStage(context);
      this.#isDamaged = () => false;
    } else {
      const stage = logfmtStage({ strict: false, keepEmpty: false }, context);
      this.#stage = stage;
      this.#isDamaged = () => stage.isDamaged;
    }
  }

  run(batch: EntryBatch): ExtractedFields | null {
    const { count } = batch;
    const fields = this.#fields;
    fields.begin(count);
    const states = this.#rows(batch);
    const columns = fields.columns();
    let odd = 0;
    let plain = 0;
    for (let i = 0; i < count; i++) {
      if (states[i] === plainRow) plain++;
      else if (states[i] !== damagedRow) odd++;
    }
    if (odd > count * oddMax) return null;
    return { format: this.#format, states: plain === count ? null : states, names: fields.names(), columns };
  }

  /** Runs all rows through the stage. Returns their states. */
  #rows({ lines, lineEnd, count }: EntryBatch): Uint8Array {
    const bytes = asBuffer(lines);
    const states = new Uint8Array(count);
    let from = 0;
    for (let i = 0; i < count; i++) {
      const to = lineEnd[i] as number;
      states[i] = this.#add(i, bytes, from, to);
      from = to;
    }
    return states;
  }

  /** The state of the row. */
  #add(index: number, bytes: Buffer, from: number, to: number): number {
    const builder = this.#builder;
    builder.startRow();
    this.#row.setLine(bytes, from, to);
    this.#stage.process(this.#row);
    if (builder.error !== '') return isForeign(bytes, from, to) ? foreignRow : oddRow;
    if (!this.#fields.add(index)) return oddRow;
    return this.#isDamaged() ? damagedRow : plainRow;
  }
}

/** Kept from block to block: lines of one program have the same fields. */
class FieldTable {
  readonly #builder: LabelsBuilder;
  #count = 0;
  #block = 0;
  #generation = 0;
  /** By the number of their slot. */
  #bySlot: (FieldValues | undefined)[] = [];
  #tried = 0;
  /** Those that the block has. */
  readonly #inBlock: FieldValues[] = [];

  constructor(builder: LabelsBuilder) {
    this.#builder = builder;
  }

  begin(count: number): void {
    this.#builder.forgetMany();
    this.#count = count;
    this.#block++;
    this.#inBlock.length = 0;
    if (this.#generation === this.#builder.generation && this.#tried < triedMax) return;
    this.#generation = this.#builder.generation;
    this.#bySlot = [];
    this.#tried = 0;
  }

  /** False, with nothing to rely on added, when a column cannot tell what the builder's row would be in any stream. */
  add(index: number): boolean {
    const { parsed, parsedLength, row, oddRow } = this.#builder;
    if (oddRow === row) return false;
    const block = this.#block;
    for (let k = 0; k < parsedLength; k++) {
      const slot = parsed[k] as LabelSlot;
      let values = this.#bySlot[slot.id];
      if (values === undefined || values.block !== block) values = this.#beginField(slot);
      if (values.fate === collected) values.set(index, slot);
      else if (values.fate === refused) return false;
    }
    return true;
  }

  #beginField({ id, name }: LabelSlot): FieldValues {
    let values = this.#bySlot[id];
    if (values === undefined) {
      const fate = isSpecial(name) ? refused : this.#tried >= triedMax ? leftOut : collected;
      values = new FieldValues(name, fate, this.#builder);
      this.#bySlot[id] = values;
      this.#tried++;
    }
    values.begin(this.#block, this.#count);
    if (values.fate !== refused && this.#inBlock.length <= namesMax) this.#inBlock.push(values);
    return values;
  }

  /** Null when they were too many. */
  names(): readonly string[] | null {
    return this.#inBlock.length > namesMax ? null : this.#inBlock.map(({ name }) => name).sort();
  }

  columns(): ExtractedField[] {
    const columns: ExtractedField[] = [];
    for (const values of this.#inBlock) {
      const column = values.finish();
      if (column !== null) columns.push(column);
      values.end();
    }
    return columns;
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
