/** What `drop` and `keep` name: a label, or a label whose value fits. */
import { matchFunction } from '../../../model/matcher.js';
import type { NamedOrMatcher } from '../../syntax/ast.js';
import { remembered } from '../remembered.js';

export interface LabelChoice {
  readonly name: string;
  /** Null for a bare name. */
  readonly matches: ((value: string) => boolean) | null;
}

/** Throws RegexError for a bad expression. */
export const labelChoice = (label: NamedOrMatcher): LabelChoice => ({
  name: label.name,
  matches: 'op' in label ? remembered(matchFunction(label)) : null,
});
