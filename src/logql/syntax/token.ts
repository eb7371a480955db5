/** The tokens of LogQL, under the names that Loki's error messages give them. */
import { rangeFunctions, unwrapConversions, vectorOperators } from '../functions.js';

/** Written as themselves, in any case: a label cannot have such a name where a token is looked for. */
const words = [
  ...['by', 'without', 'bool', 'unwrap', 'label_replace', 'offset', 'on', 'ignoring', 'group_left', 'group_right'],
  ...['or', 'and', 'unless', 'json', 'regexp', 'logfmt', 'unpack', 'pattern', 'label_format', 'line_format'],
  ...['ip', 'decolorize', 'drop', 'keep', 'variants', 'of'],
] as const;

const signs = [
  ...[',', '.', '{', '}', '=', '!=', '=~', '!~', '!>', '|=', '|~', '|>', '|', '(', ')', '[', ']'],
  ...['+', '-', '*', '/', '%', '^', '==', '>', '>=', '<', '<='],
] as const;

/**
 * `$end` is the end of the text; RANGE is `[5m]`; FUNCTION_FLAG is `--strict`. Functions are `RATE`, `SUM`,
 * `BYTES_CONV`, …: the names of the tables in functions.ts, as token names.
 */
export type TokenKind = string;

export interface Token {
  readonly kind: TokenKind;
  /** A string's value; an identifier, word, number or flag as written; '' for the others. */
  readonly text: string;
  /** Nanoseconds of DURATION and RANGE, bytes of BYTES; 0 for the others. */
  readonly value: number;
  /** Where it begins. Line 0 is Loki's word for "more than one scanner step was needed". */
  readonly line: number;
  readonly column: number;
}

/** Signs and words that are tokens wherever they stand. */
export const fixedTokens: ReadonlyMap<string, TokenKind> = new Map([...words, ...signs].map((text) => [text, text]));

/** Names that are tokens only before `(`, `by (` or `without (`; elsewhere they are identifiers. */
export const functionTokens: ReadonlyMap<string, TokenKind> = new Map([
  ...[...rangeFunctions.keys(), ...vectorOperators.keys(), 'vector'].map((name) => [name, name.toUpperCase()] as const),
  ...[...unwrapConversions.keys()].map((name) => [name, `${name.toUpperCase()}_CONV`] as const),
  ['label_replace', 'label_replace'],
  ['ip', 'ip'],
]);

/** Words that Loki 2.9 did not know: where a name is expected they are names, so that its queries go on working. */
export const namesBefore3: ReadonlySet<TokenKind> = new Set(['variants', 'of']);

export const parserFlags: ReadonlySet<string> = new Set(['--strict', '--keep-empty']);
