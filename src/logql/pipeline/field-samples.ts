/** A block's samples out of the columns of its fields: each combination of values is run through the stages once. */
import type { EntryBatch } from '../../model/entry-batch.js';
import { damagedRow, type FieldColumn, oddRow } from '../../model/field-columns.js';
import type { Grouping, LabelFilter, RangeAggregationExpr } from '../syntax/ast.js';
import { conversions, type SampleKind } from './extract.js';
import { namesOf } from './field-plan.js';
import { duplicateSuffix, isSpecialLabel } from './label-names.js';
import { combinationsOf, type MemoColumn, MetadataMemo } from './metadata-memo.js';
import type { ResultLabels, SampleSink } from './pipeline-types.js';
import type { BoundColumn, Program } from './program.js';
import { isBranch } from './stages/label-filter.js';
import type { BlockFields } from './stream-fields.js';

export interface Sample {
  readonly value: number;
  readonly labels: ResultLabels;
}

/** What of the labels shows in the samples. Only for pipelines whose parser columns can stand in for. */
export interface SampleOutputs {
  /** Labels that count behind the label filters that follow the parser; null: any may. */
  readonly names: ReadonlySet<string> | null;
  /** The label that unwrap takes, when nothing else depends on it. */
  readonly unwrap: UnwrapColumn | null;
}

interface UnwrapColumn {
  readonly name: string;
  readonly convert: (text: string) => number | object;
  /** The text of a decimal converts to what it parses to. */
  readonly isPlain: boolean;
}

export function sampleOutputs(
  { unwrap }: RangeAggregationExpr,
  { plan }: Program,
  grouping: Grouping | null,
): SampleOutputs {
  if (plan === null || !plan.isSimple) return { names: null, unwrap: null };
  const others = [...(grouping?.labels ?? []), ...(unwrap?.filters.flatMap(filterNames) ?? [])];
  const names = new Set(unwrap === null ? others : [...others, unwrap.label]);
  for (const name of [...names]) if (name.endsWith(duplicateSuffix)) names.add(name.slice(0, -duplicateSuffix.length));
  if (unwrap === null) return { names, unwrap: null };
  const { label, conversion } = unwrap;
  const read = [...others, ...plan.tests.flatMap(namesOf)];
  const isShared =
    isSpecialLabel(label) ||
    label.endsWith(duplicateSuffix) ||
    read.some((name) => name === label || name === label + duplicateSuffix);
  if (isShared) return { names, unwrap: null };
  return { names, unwrap: { name: label, convert: conversions[conversion], isPlain: conversion === 'none' } };
}

function filterNames(filter: LabelFilter): string[] {
  if (isBranch(filter)) return [...filterNames(filter.left), ...filterNames(filter.right)];
  return [filter.kind === 'string' ? filter.matcher.name : filter.name];
}

/** A memo of more combinations than this for each row would be asked for each of them about once. */
const combinationsPerRow = 4;

/** Of one block and one stream. */
export class FieldSampler {
  readonly #isOdd: (row: number) => boolean;
  readonly #inputs: MemoColumn[];
  readonly #values: UnwrapValues | null;
  readonly #lineEnd: Uint32Array;
  readonly #kind: SampleKind;

  /** `metadata`, `bound`: the columns that the program's rows are made of. */
  constructor(
    { fields, verdict }: BlockFields,
    { lineEnd }: EntryBatch,
    metadata: readonly BoundColumn[],
    bound: readonly FieldColumn[],
    { names, unwrap }: SampleOutputs,
    {
      kind,
      strict,
      isTaken,
    }: { readonly kind: SampleKind; readonly strict: boolean; readonly isTaken: (name: string) => boolean },
  ) {
    const { states } = fields;
    this.#isOdd =
      states === null ? () => false : (row) => states[row] === oddRow || (strict && states[row] === damagedRow);
    // A row with an error shows all of its labels: one that comes with an error from its metadata does.
    const comesWithError = metadata.some(({ role }) => role !== 'label');
    const apart = unwrap !== null && !comesWithError && !isTaken(unwrap.name) ? unwrap : null;
    this.#values = apart && unwrapValues(fields.column(apart.name), apart);
    this.#inputs = [...metadata];
    for (const column of bound) {
      // The tests of the rows that are left have all passed, whatever their values.
      const isUsed = names === null || comesWithError || !verdict.isExact || names.has(column.name);
      if (isUsed && column.name !== apart?.name) this.#inputs.push({ column });
    }
    if (states !== null)
      this.#inputs.push({ column: { ids: new Uint32Array(states), dictionary: { length: damagedRow } } });
    this.#lineEnd = lineEnd;
    this.#kind = kind;
  }

  /** `sample` runs a row through the stages. */
  run(
    rows: Uint32Array,
    count: number,
    passes: (row: number) => boolean,
    sample: (row: number) => Sample | null,
    sink: SampleSink,
  ): void {
    const isSmall = combinationsOf(this.#inputs) <= count * combinationsPerRow;
    const memo = isSmall ? new MetadataMemo<Sample | null>(this.#inputs, sample) : null;
    const values = this.#values;
    for (let k = 0; k < count; k++) {
      const row = rows[k] as number;
      if (!passes(row)) continue;
      const isOdd = this.#isOdd(row);
      const id = values === null || isOdd ? 0 : (values.ids[row] as number);
      const kind = values === null || isOdd ? goodValue : (values.kinds[id] as number);
      if (kind === noValue) continue;
      const isAlone = isOdd || memo === null || kind === badValue;
      const one = isAlone ? sample(row) : memo.get(row);
      if (one === null) continue;
      const value =
        this.#kind === 'bytes'
          ? this.#lineBytes(row)
          : values === null || isAlone
            ? one.value
            : (values.numbers[id] as number);
      sink(row, value, one.labels);
    }
  }

  #lineBytes(row: number): number {
    return (this.#lineEnd[row] as number) - (row === 0 ? 0 : (this.#lineEnd[row - 1] as number));
  }
}

/** A row whose label is absent or empty gives no sample. */
const noValue = 0;
const goodValue = 1;
/** No number: that is an error of the row. */
const badValue = 2;

interface UnwrapValues {
  readonly ids: Uint32Array;
  /** By the identifiers of the rows. */
  readonly kinds: Uint8Array;
  readonly numbers: Float64Array;
}

function unwrapValues(column: FieldColumn | undefined, { convert, isPlain }: UnwrapColumn): UnwrapValues | null {
  if (column === undefined) return null;
  const { ids, dictionary } = column;
  const kinds = new Uint8Array(dictionary.length + 1);
  const numbers = new Float64Array(dictionary.length + 1);
  for (let id = 0; id < dictionary.length; id++) {
    if (isPlain && dictionary.number !== undefined) {
      kinds[id + 1] = goodValue;
      numbers[id + 1] = dictionary.number(id);
      continue;
    }
    const text = dictionary.get(id);
    if (text === '') continue;
    const value = convert(text);
    kinds[id + 1] = typeof value === 'number' ? goodValue : badValue;
    if (typeof value === 'number') numbers[id + 1] = value;
  }
  return { ids, kinds, numbers };
}
