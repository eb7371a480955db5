/** One `name op "value"` in braces, or in a label filter. Regular expressions are anchored at both ends. */
import { compileRegex } from './regex.js';

export type MatchOp = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly op: MatchOp;
  readonly value: string;
}

/** The test that a matcher stands for. An absent label is the empty string. Throws RegexError for a bad expression. */
export function matchFunction({ op, value }: Matcher): (text: string) => boolean {
  switch (op) {
    case '=':
      return (text) => text === value;
    case '!=':
      return (text) => text !== value;
    case '=~': {
      const regex = compileRegex(value, { anchored: true });
      return (text) => regex.test(text);
    }
    case '!~': {
      const regex = compileRegex(value, { anchored: true });
      return (text) => !regex.test(text);
    }
  }
}

export const matchesEmpty = (matcher: Matcher): boolean => matchFunction(matcher)('');
