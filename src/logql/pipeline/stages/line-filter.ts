/**
 * `|= "x"`, `!= "x"`, `|~ "x.*y"`, `!~ …`, `|> "<_> x <_>"`, `!> …`, and `ip(…)`.
 *
 * A filter tests single lines. It also says which bytes to search a whole block for: when containing one of `needles`
 * is the same as fitting (`isExact`), the search alone decides; else it only tells which lines are worth a test.
 */
import { compileRegex } from '../../../model/regex.js';
import { encodeUtf8 } from '../../../model/utf8.js';
import type { LineFilterOp, LineFilterStage } from '../../syntax/ast.js';
import { containsAnyCase, hasForeignForms } from '../any-case.js';
import { containsNeedle, type Needle } from '../block-search.js';
import { type SimpleTest, simplifyRegex } from '../regex-simplifier.js';
import type { RowStage } from '../row.js';
import { IpMatcher } from './ip.js';
import { parsePatternFilter } from './pattern-expression.js';
import { PatternMatcher } from './pattern-filter.js';

export interface LineFilter {
  /** A line passes when it fits, or, for != and its like, when it does not. */
  readonly negated: boolean;
  fits(bytes: Buffer, from: number, to: number): boolean;
  /** Every line that fits contains one of these; null when nothing is known. */
  readonly needles: readonly Needle[] | null;
  /** The same, for what a block cannot contain: longer, and more than are worth a search. */
  readonly blockNeedles?: readonly Needle[] | null;
  readonly isExact: boolean;
}

/** One filter for each operand of a negated stage, else one. Throws with Loki's text. */
export function lineFilters({ op, operands }: LineFilterStage): LineFilter[] {
  const negated = op === '!=' || op === '!~' || op === '!>';
  // Where several operands stand after `|=`, Loki takes an ip(…) among them for plain text.
  const isAddress = (ip: boolean) => ip && (negated || operands.length === 1);
  const parts: LineFilter[] = [];
  const known = new Map<string, LineFilter>();
  for (const { text, ip } of operands) {
    const key = `${isAddress(ip)} ${text}`;
    const part = known.get(key) ?? (isAddress(ip) ? ipFilter(op, text) : textFilter(op, text));
    // How many stand at the beginning shows: see anyOf.
    if (!known.has(key) || part === everything) parts.push(part);
    known.set(key, part);
  }
  return negated ? parts.map(negation) : [anyOf(parts)];
}

const negation = ({ fits, needles, isExact }: LineFilter): LineFilter => ({ negated: true, fits, needles, isExact });

export function lineFilterStage(filter: LineFilter): RowStage {
  return {
    process: (row) => {
      row.needBytes();
      return filter.fits(row.bytes, row.from, row.to) !== filter.negated;
    },
  };
}

function textFilter(op: LineFilterOp, text: string): LineFilter {
  switch (op) {
    case '|=':
    case '!=':
      return literalFilter([{ bytes: encodeUtf8(text), caseInsensitive: false }]);
    case '|~':
    case '!~':
      return regexFilter(text);
    case '|>':
    case '!>':
      return patternFilter(text);
  }
}

const everything: LineFilter = { negated: false, fits: () => true, needles: null, isExact: false };

function literalFilter(needles: readonly Needle[]): LineFilter {
  if (needles.some((needle) => needle.bytes.length === 0)) return everything;
  return {
    negated: false,
    fits: (bytes, from, to) => needles.some((needle) => containsLiteral(bytes, from, to, needle)),
    needles: needles.every(isSearchable) ? needles : null,
    isExact: true,
  };
}

/** The block search folds ASCII letters only. */
const isSearchable = ({ bytes, caseInsensitive }: Needle): boolean => !caseInsensitive || bytes.every((b) => b < 0x80);

const containsLiteral = (bytes: Buffer, from: number, to: number, needle: Needle): boolean =>
  needle.caseInsensitive ? containsAnyCase(bytes, from, to, needle.bytes) : containsNeedle(bytes, from, to, needle);

function regexFilter(source: string): LineFilter {
  // Compiled in any case: a bad expression must be refused.
  const regex = compileRegex(source, { anchored: false });
  const simple = simplifyRegex(source, false);
  if (simple !== null) return simpleFilter(simple);
  const { alternatives, needle, caseInsensitiveNeedle, needleSet } = regex;
  if (
    alternatives !== null &&
    alternatives.length <= alternativesMax &&
    alternatives.every((text) => text.length > 0)
  ) {
    return literalFilter(alternatives.map((bytes) => ({ bytes, caseInsensitive: false })));
  }
  const one = needlesOf(needle, false) ?? needlesOf(caseInsensitiveNeedle, true);
  return {
    negated: false,
    fits: (bytes, from, to) => regex.testBytes(bytes, from, to),
    needles: isWorthSearches(needleSet, one) ? needleSet : one,
    blockNeedles: needleSet,
    isExact: false,
  };
}

/** More searches than this over a block cost more than one run of the expression. */
const alternativesMax = 8;

/** Do several longer texts, one of which is in each match, find so much less that it pays to search for each of them? */
function isWorthSearches(set: readonly Needle[] | null, one: readonly Needle[] | null): set is readonly Needle[] {
  if (set === null || set.length > alternativesMax || !set.every(isSearchable)) return false;
  return Math.min(...set.map(({ bytes }) => bytes.length)) >= 2 * (one?.[0]?.bytes.length ?? 1);
}

const needlesOf = (bytes: Uint8Array | null, caseInsensitive: boolean): Needle[] | null =>
  bytes === null || bytes.length === 0 ? null : [{ bytes, caseInsensitive }];

function simpleFilter(test: SimpleTest): LineFilter {
  if (test === 'everything') return everything;
  const needles: Needle[] = [];
  for (const leaf of test) {
    if (leaf === 'not-empty')
      return { negated: false, fits: (_bytes, from, to) => to > from, needles: null, isExact: false };
    needles.push({ bytes: encodeUtf8(leaf.text), caseInsensitive: leaf.caseInsensitive });
  }
  return literalFilter(needles);
}

function patternFilter(text: string): LineFilter {
  const matcher = new PatternMatcher(parsePatternFilter(text));
  return {
    negated: false,
    fits: (bytes, from, to) => matcher.test(bytes, from, to),
    needles: matcher.needle === null ? null : [{ bytes: matcher.needle, caseInsensitive: false }],
    isExact: false,
  };
}

function ipFilter(op: LineFilterOp, pattern: string): LineFilter {
  if (op !== '|=' && op !== '!=') throw new Error('ip: invalid operation');
  const matcher = new IpMatcher(pattern);
  return { negated: false, fits: (bytes, from, to) => matcher.test(bytes, from, to), needles: null, isExact: false };
}

/** All at once: a query may hold some ten thousand of them. */
function anyOf(filters: readonly LineFilter[]): LineFilter {
  // Among alternatives, one that lets everything pass is ignored: see regex-simplifier.ts. But not two at the beginning.
  if (filters[0] === everything && filters[1] === everything) return everything;
  const parts = filters.filter((filter) => filter !== everything);
  if (parts.length < 2) return parts[0] ?? everything;
  return {
    negated: false,
    fits: (bytes, from, to) => parts.some((part) => part.fits(bytes, from, to)),
    needles: joined(parts.map(({ needles }) => needles)),
    blockNeedles: joined(parts.map(({ needles, blockNeedles }) => blockNeedles ?? needles)),
    isExact: parts.every((part) => part.isExact),
  };
}

/** Together; null when nothing is known of one. */
const joined = (lists: readonly (readonly Needle[] | null)[]): readonly Needle[] | null =>
  lists.includes(null) ? null : lists.flatMap((list) => list ?? []);

/** Does a block search for it have to look at letters beyond ASCII as well? */
export const needsForeignCheck = (filter: LineFilter): boolean =>
  filter.needles?.some((needle) => needle.caseInsensitive && hasForeignForms(needle.bytes)) ?? false;
