/**
 * What a query needs of its lines, so that parsers can leave out the rest. The rules are Loki's, because they show:
 * a parser that stops early never meets the damage further on in the line, and so sets no error.
 */
import type { Grouping } from '../syntax/ast.js';
import { duplicateSuffix } from './label-names.js';
import type { SlotHints } from './labels-builder.js';

/** A label filter that looks at exactly one label. */
export interface SingleLabelFilter {
  readonly name: string;
  /** Can it set an error, or does it look at it? Then the order of such filters shows. */
  readonly dependsOnError: boolean;
  passes(): boolean;
}

export interface ParserHints extends SlotHints {
  /** No label is ever looked at: parsers need not run at all. */
  readonly noLabels: boolean;
}

const none: ReadonlySet<string> = new Set();

export function parserHints(options: {
  /** Labels that stages and filters after unwrap read. */
  readonly read: readonly string[];
  readonly grouping: Grouping | null;
  readonly noLabels: boolean;
  /** The label that unwrap takes, or ''. */
  readonly unwrap: string;
  readonly filters: readonly SingleLabelFilter[];
}): ParserHints {
  const { grouping, noLabels, unwrap } = options;
  const groups = grouping?.labels ?? [];
  const required = new Set<string>();
  for (const name of [...options.read, ...groups, unwrap]) {
    if (name === '') continue;
    required.add(name);
    // A label that ends in _extracted may be one that was renamed because its name was taken: then the line has it
    // under the name without the ending.
    if (name.endsWith(duplicateSuffix) && name !== duplicateSuffix)
      required.add(name.slice(0, -duplicateSuffix.length));
  }
  const filters = new Map<string, () => boolean>();
  for (const filter of options.filters) if (!filters.has(filter.name)) filters.set(filter.name, () => filter.passes());
  if (noLabels) {
    if (required.size === 0) return { noLabels: true, required: none, filters: new Map() };
    return { noLabels: false, required, filters };
  }
  if (grouping === null || grouping.without || groups.length === 0) return { noLabels: false, required: none, filters };
  return { noLabels: false, required, filters: new Map() };
}
