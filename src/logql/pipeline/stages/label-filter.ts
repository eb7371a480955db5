/** `| level="error"`, `| status >= 500 and duration > 10s`: lets rows pass by their labels. */
import { encodeUtf8 } from '../../../model/utf8.js';
import type { CompareOp, LabelFilter } from '../../syntax/ast.js';
import { type Parsed, parseBytes, parseDurationNs, parseNumber, roundedSize } from '../go-values.js';
import type { SingleLabelFilter } from '../hints.js';
import { errorLabel, isSpecialLabel } from '../label-names.js';
import { labelRegexTest } from '../label-regex.js';
import type { LabelSlot, LabelsBuilder } from '../labels-builder.js';
import { remembered } from '../remembered.js';
import type { StageContext } from '../stage-context.js';
import { IpMatcher } from './ip.js';

export const labelFilterError = 'LabelFilterErr';

export interface CompiledLabelFilter {
  /** For the current row of the builder. */
  readonly passes: () => boolean;
  /** The labels that it reads; none when it is always true. */
  readonly names: readonly string[];
  /** The filter as a hint to parsers; null when it looks at several labels, or at none. */
  readonly single: SingleLabelFilter | null;
  /** It lets every row pass, and Loki drops it before it counts anything. */
  readonly isNoop: boolean;
}

/**
 * Throws for a bad expression. A bad IP pattern is refused by validate.ts; below `and` and `or` Loki lets it through.
 * `exactSizes`: sizes are compared as they were written, not as Loki rounds them when it prints a query.
 */
export function compileLabelFilter(
  filter: LabelFilter,
  context: StageContext,
  exactSizes: boolean,
): CompiledLabelFilter {
  if (isBranch(filter)) {
    const left = compileLabelFilter(filter.left, context, exactSizes);
    const right = compileLabelFilter(filter.right, context, exactSizes);
    const names = [...new Set([...left.names, ...right.names])];
    return { passes: bothOrEither(filter.kind, left.passes, right.passes), names, single: null, isNoop: false };
  }
  const name = nameOf(filter);
  const passes = compileLeaf(filter, context.builder.slot(name), context, exactSizes);
  if (passes === null) return { passes: () => true, names: [], single: null, isNoop: true };
  const dependsOnError = filter.kind !== 'string';
  return { passes, names: [name], single: { name, dependsOnError, passes }, isNoop: false };
}

/** The right side of `and` runs even when the left has failed: it may set an error, which shows when an `or` saves the row. */
function bothOrEither(kind: 'and' | 'or', left: () => boolean, right: () => boolean): () => boolean {
  if (kind === 'or') return () => left() || right();
  return () => {
    const passesLeft = left();
    return right() && passesLeft;
  };
}

type Branch = Extract<LabelFilter, { kind: 'and' | 'or' }>;
type Leaf = Exclude<LabelFilter, Branch>;
type StringMatcher = Extract<LabelFilter, { kind: 'string' }>['matcher'];

export const isBranch = (filter: LabelFilter): filter is Branch => filter.kind === 'and' || filter.kind === 'or';

const nameOf = (filter: Leaf): string => (filter.kind === 'string' ? filter.matcher.name : filter.name);

function compileLeaf(
  filter: Leaf,
  slot: LabelSlot,
  context: StageContext,
  exactSizes: boolean,
): (() => boolean) | null {
  const { builder } = context;
  switch (filter.kind) {
    case 'string':
      return compileString(filter.matcher, slot, builder);
    case 'number':
      return compileNumber(filter.op, filter.value, context.valuesOf(slot, parseNumber), slot, builder);
    case 'duration':
      return compileNumber(filter.op, filter.valueNs, context.valuesOf(slot, parseDurationNs), slot, builder);
    case 'bytes':
      return compileNumber(
        filter.op,
        exactSizes ? filter.value : roundedSize(filter.value),
        context.valuesOf(slot, parseBytes),
        slot,
        builder,
      );
    case 'ip':
      return compileIp(filter.pattern, filter.op, slot, builder);
  }
}

/** Null when it lets everything pass. An absent label is the empty string; `__error__` is the row's error. */
function compileString(
  { name, op, value }: StringMatcher,
  slot: LabelSlot,
  builder: LabelsBuilder,
): (() => boolean) | null {
  const textOf = name === errorLabel ? () => builder.error : () => builder.get(slot) ?? '';
  if (op === '=') return name === errorLabel ? () => builder.error === value : equals(slot, builder, value);
  if (op === '!=') return () => textOf() !== value;
  const found = labelRegexTest(value);
  if (found === 'everything') return op === '=~' ? null : () => false;
  const test = remembered(found);
  return op === '=~' ? () => test(textOf()) : () => !test(textOf());
}

/** Compares bytes where the value is still bytes: most rows fail, and then no string was made for them. */
function equals(slot: LabelSlot, builder: LabelsBuilder, value: string): () => boolean {
  const wanted = encodeUtf8(value);
  const { length } = wanted;
  const isPlain = /^[\x21-\x7e]+$/.test(value);
  return () => {
    if (isPlain && slot.parsedAt === builder.row && slot.text === null && slot.form !== 2) {
      const { bytes, from } = slot;
      if (slot.to - from !== length) return false;
      for (let i = 0; i < length; i++) if (bytes[from + i] !== wanted[i]) return false;
      return true;
    }
    return (builder.get(slot) ?? '') === value;
  };
}

/** What a filter says of a value. */
export const fails = 0;
export const passes = 1;
/** It passes, because it is no number; the row gets an error if it has none. */
export const passesWithError = 2;
export type Verdict = typeof fails | typeof passes | typeof passesWithError;

export interface ValueTest {
  readonly name: string;
  /** `undefined`: the row has no such label. */
  ofText(text: string | undefined): Verdict;
  /** For the text of a decimal, given as what it parses to; null when the text is needed. */
  readonly ofNumber: ((value: number) => Verdict) | null;
}

/** The filter as a test of its label's value alone; null when the row's error counts as well. */
export function valueTest(filter: Leaf): ValueTest | null {
  const name = nameOf(filter);
  if (isSpecialLabel(name)) return null;
  switch (filter.kind) {
    case 'ip':
      return null;
    case 'string': {
      const test = stringTest(filter.matcher);
      return { name, ofText: (text) => (test(text ?? '') ? passes : fails), ofNumber: null };
    }
    case 'number':
      return numberTest(name, comparisons[filter.op], filter.value, parseNumber, true);
    case 'duration':
      return numberTest(name, comparisons[filter.op], filter.valueNs, parseDurationNs, false);
    case 'bytes':
      return numberTest(name, comparisons[filter.op], roundedSize(filter.value), parseBytes, false);
  }
}

function stringTest({ op, value }: StringMatcher): (text: string) => boolean {
  if (op === '=') return (text) => text === value;
  if (op === '!=') return (text) => text !== value;
  const found = labelRegexTest(value);
  const test = found === 'everything' ? () => true : found;
  return op === '=~' ? test : (text) => !test(text);
}

function numberTest(
  name: string,
  compare: (a: number, b: number) => boolean,
  wanted: number,
  parse: (text: string) => Parsed,
  isPlain: boolean,
): ValueTest {
  const ofNumber = (value: number): Verdict => (compare(value, wanted) ? passes : fails);
  const ofText = (text: string | undefined): Verdict => {
    if (text === undefined) return fails;
    const value = parse(text);
    return typeof value === 'number' ? ofNumber(value) : passesWithError;
  };
  return { name, ofText, ofNumber: isPlain ? ofNumber : null };
}

const comparisons: Readonly<Record<CompareOp, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};

/** A row without the label fails; one whose label is no such value passes, with an error if it had none. */
function compileNumber(
  op: CompareOp,
  wanted: number,
  valueFor: (text: string) => Parsed,
  slot: LabelSlot,
  builder: LabelsBuilder,
): () => boolean {
  const compare = comparisons[op];
  return () => {
    const text = builder.get(slot);
    if (text === undefined) return false;
    const value = valueFor(text);
    if (typeof value === 'number') return compare(value, wanted);
    if (builder.error === '') {
      builder.error = labelFilterError;
      builder.errorDetails = value.reason;
    }
    return true;
  };
}

/** A row with an error passes: only string filters can take it out. */
function compileIp(pattern: string, op: '=' | '!=', slot: LabelSlot, builder: LabelsBuilder): () => boolean {
  const matcher = ipMatcherOrNull(pattern);
  return () => {
    if (builder.error !== '') return true;
    const text = builder.get(slot);
    if (text === undefined || matcher === null) return false;
    const bytes = encodeUtf8(text);
    return matcher.test(bytes, 0, bytes.length) === (op === '=');
  };
}

function ipMatcherOrNull(pattern: string): IpMatcher | null {
  try {
    return new IpMatcher(pattern);
  } catch {
    // Loki notices a bad pattern only when the filter stands alone; below `and` and `or` it matches nothing.
    return null;
  }
}
