/** `{name="value", …}` */
import type { Matcher, MatchOp } from '../../model/matcher.js';
import { compileRegex } from '../../model/regex.js';
import { ParseError } from './parse-error.js';
import type { TokenCursor } from './token-cursor.js';

/** Selector: `{` [Matcher {`,` Matcher}] `}` */
export function parseSelector(cursor: TokenCursor): Matcher[] {
  cursor.expect('{');
  if (cursor.accept('}')) return [];
  if (!cursor.at('IDENTIFIER')) cursor.unexpected('IDENTIFIER', '}');
  const matchers = [parseMatcher(cursor)];
  while (cursor.accept(',')) matchers.push(parseMatcher(cursor));
  if (!cursor.accept('}')) cursor.complain('}', ',');
  return matchers;
}

/** Matcher: IDENTIFIER (`=` | `=~` | `!~` | `!=`) STRING */
function parseMatcher(cursor: TokenCursor): Matcher {
  const name = cursor.expect('IDENTIFIER').text;
  const op = cursor.expect('=', '=~', '!~', '!=').kind as MatchOp;
  return newMatcher(name, op, cursor.expect('STRING').text);
}

/** Throws ParseError when the value is not the regular expression that it should be. */
export function newMatcher(name: string, op: MatchOp, value: string): Matcher {
  if (op === '=~' || op === '!~') {
    try {
      // Not anchored, so that the error quotes what was written.
      compileRegex(value, { anchored: false });
    } catch (cause) {
      throw new ParseError((cause as Error).message, undefined, { cause });
    }
  }
  return { name, op, value };
}

export const isMatchOp = (kind: string): kind is MatchOp =>
  kind === '=' || kind === '!=' || kind === '=~' || kind === '!~';
