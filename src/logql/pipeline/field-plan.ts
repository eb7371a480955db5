/**
 * What of a pipeline can be answered by field columns: the parser whose labels they are, and the label filters right
 * behind it, as tests of one value each.
 *
 * A filter behind the parser drops a row whatever else happens to it, unless it looks at the row's error or a stage
 * between the two changes labels. So where a column says that it fails, the row need not be parsed.
 */
import type { FieldFormat } from '../../model/field-columns.js';
import type { LabelFilter, Stage } from '../syntax/ast.js';
import { isBranch, type ValueTest, valueTest } from './stages/label-filter.js';

export type FieldTest =
  | { readonly kind: 'value'; readonly test: ValueTest }
  | { readonly kind: 'and' | 'or'; readonly left: FieldTest; readonly right: FieldTest }
  /** Only the row can tell. */
  | { readonly kind: 'unknown' };

export interface FieldPlan {
  readonly format: FieldFormat;
  /** The parser ends at damage instead of passing over it. */
  readonly strict: boolean;
  /** A row passes when it passes all of them. */
  readonly tests: readonly FieldTest[];
  /** Nothing but line filters and these tests stands beside the parser. */
  readonly isSimple: boolean;
}

/** Null when columns are of no use. `stages` in the order in which they run. */
export function fieldPlan(stages: readonly Stage[]): FieldPlan | null {
  let parser: Stage | null = null;
  let isSimple = true;
  let isOver = false;
  const tests: FieldTest[] = [];
  for (const stage of stages) {
    if (stage.kind === 'line-filter') continue;
    if (parser === null) {
      if (isFieldParser(stage)) parser = stage;
      else if (stage.kind === 'label-filter') isSimple = false;
      else return null;
    } else if (stage.kind === 'label-filter' && !isOver) tests.push(fieldTest(stage.filter));
    else {
      isOver = true;
      isSimple = false;
    }
  }
  if (parser === null) return null;
  return {
    format: parser.kind === 'json' ? 'json' : 'logfmt',
    strict: parser.kind === 'logfmt' && parser.strict,
    tests,
    isSimple,
  };
}

/** A parser whose labels the columns hold. Of empty values (`--keep-empty`) they know nothing. */
export const isFieldParser = (stage: Stage): boolean =>
  (stage.kind === 'json' || (stage.kind === 'logfmt' && !stage.keepEmpty)) && stage.expressions.length === 0;

function fieldTest(filter: LabelFilter): FieldTest {
  if (isBranch(filter)) return { kind: filter.kind, left: fieldTest(filter.left), right: fieldTest(filter.right) };
  const test = valueTest(filter);
  return test === null ? { kind: 'unknown' } : { kind: 'value', test };
}

export function namesOf(test: FieldTest): string[] {
  switch (test.kind) {
    case 'value':
      return [test.test.name];
    case 'unknown':
      return [];
    default:
      return [...namesOf(test.left), ...namesOf(test.right)];
  }
}
