/** Which rows of a block can pass the label filters behind a parser, by the columns of its fields. */
import { damagedRow, type FieldColumn, type FieldColumns, oddRow } from '../../model/field-columns.js';
import type { FieldPlan, FieldTest } from './field-plan.js';
import { duplicateSuffix } from './label-names.js';
import { passes, passesWithError, type ValueTest } from './stages/label-filter.js';

export interface FieldVerdict {
  /** 1 for each row that may pass; null when all may. */
  readonly marks: Uint8Array | null;
  /** Rows that may pass. */
  readonly candidates: number;
  /** Only their lines tell of some of them. */
  readonly hasOdd: boolean;
  /** Every row that may pass and is not odd does pass all tests, and none of them sets an error. */
  readonly isExact: boolean;
}

/** `isTaken`: has the stream, or the metadata of any row, a label of that name? */
export function fieldVerdict(plan: FieldPlan, fields: FieldColumns, isTaken: (name: string) => boolean): FieldVerdict {
  const { count } = fields;
  const judge = new Judge(fields, isTaken);
  let marks: Uint8Array | null = null;
  for (const test of plan.tests) {
    const own = judge.marksOf(test);
    if (own === null) continue;
    if (marks === null) marks = own;
    else for (let i = 0; i < count; i++) marks[i] = (marks[i] as number) & (own[i] as number);
  }
  const { states } = fields;
  let hasOdd = false;
  if (states !== null) {
    for (let i = 0; i < count; i++) {
      if (states[i] !== oddRow && !(plan.strict && states[i] === damagedRow)) continue;
      hasOdd = true;
      if (marks !== null) marks[i] = 1;
    }
  }
  let candidates = count;
  if (marks !== null) {
    candidates = 0;
    for (let i = 0; i < count; i++) candidates += marks[i] as number;
    if (candidates === count) marks = null;
  }
  return { marks, candidates, hasOdd, isExact: judge.isExact };
}

/** The column; null when no row has the field; undefined when that is not known. */
export function knownField(fields: FieldColumns, name: string): FieldColumn | null | undefined {
  return fields.column(name) ?? (fields.names?.has(name) === false ? null : undefined);
}

class Judge {
  readonly #fields: FieldColumns;
  readonly #isTaken: (name: string) => boolean;
  isExact = true;

  constructor(fields: FieldColumns, isTaken: (name: string) => boolean) {
    this.#fields = fields;
    this.#isTaken = isTaken;
  }

  /** An array of its own, 1 for rows that may pass; null when all may. */
  marksOf(test: FieldTest): Uint8Array | null {
    switch (test.kind) {
      case 'unknown':
        return this.#unknown();
      case 'value':
        return this.#ofValue(test.test);
      case 'and': {
        const left = this.marksOf(test.left);
        const right = this.marksOf(test.right);
        if (left === null || right === null) return left ?? right;
        for (let i = 0; i < left.length; i++) left[i] = (left[i] as number) & (right[i] as number);
        return left;
      }
      case 'or': {
        const left = this.marksOf(test.left);
        const right = this.marksOf(test.right);
        if (left === null || right === null) return null;
        for (let i = 0; i < left.length; i++) left[i] = (left[i] as number) | (right[i] as number);
        return left;
      }
    }
  }

  #unknown(): null {
    this.isExact = false;
    return null;
  }

  #ofValue(test: ValueTest): Uint8Array | null {
    const { name } = test;
    const column = this.#mayMove(name) ? undefined : knownField(this.#fields, name);
    if (column === undefined) return this.#unknown();
    const marks = new Uint8Array(this.#fields.count);
    const absent = test.ofText(undefined) === passes ? 1 : 0;
    if (column === null) return marks.fill(absent);
    const { ids, dictionary } = column;
    const verdicts = new Uint8Array(dictionary.length + 1);
    verdicts[0] = absent;
    for (let id = 0; id < dictionary.length; id++) {
      const verdict =
        test.ofNumber !== null && dictionary.number !== undefined
          ? test.ofNumber(dictionary.number(id))
          : test.ofText(dictionary.get(id));
      if (verdict === passesWithError) this.isExact = false;
      verdicts[id + 1] = verdict === 0 ? 0 : 1;
    }
    for (let i = 0; i < marks.length; i++) marks[i] = verdicts[ids[i] as number] as number;
    return marks;
  }

  /** The label of this name may be another one, or the field may have gone to another name. */
  #mayMove(name: string): boolean {
    return (
      this.#isTaken(name) || (name.endsWith(duplicateSuffix) && this.#isTaken(name.slice(0, -duplicateSuffix.length)))
    );
  }
}
