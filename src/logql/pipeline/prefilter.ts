/**
 * Which rows of a block can pass a label filter behind a parser, found without parsing: `| json | level="error"` needs
 * "error" somewhere in the line.
 *
 * Why that is sound. A value that a parser sets is a piece of the line, byte for byte, except where the line has an
 * escape, and so a backslash; and except for bytes that are not UTF-8, which become spaces. So a line whose value
 * equals (or contains) a text has each space-free piece of that text in it, or a backslash. It is not applied
 * - where the stream or the metadata have a label of that name: the filter then tests that one;
 * - behind stages that make values or lines of their own (label_format, line_format, decolorize, unpack);
 * - to filters that absence, or an error, can pass: !=, !~, ="", numbers, durations, sizes, addresses.
 * A row that is left out this way would have been dropped by the filter, so nothing else of it can show.
 */
import { compileRegex } from '../../model/regex.js';
import { decodeUtf8, encodeUtf8 } from '../../model/utf8.js';
import type { LabelFilter, Stage } from '../syntax/ast.js';
import { hasForeignForms } from './any-case.js';
import type { Needle } from './block-search.js';
import { simplifyRegex } from './regex-simplifier.js';

export interface Prefilter {
  /** The labels whose values must come from the line. */
  readonly names: readonly string[];
  /** Every row that passes has one of these in its line, or a backslash. */
  readonly needles: readonly Needle[];
}

/** More needles than this cost more searches than they spare parsing. */
const needlesMax = 8;
const needleBytesMin = 2;
const prefiltersMax = 3;

/** `stages` in the order in which they run. */
export function prefilters(stages: readonly Stage[]): Prefilter[] {
  const out: Prefilter[] = [];
  let hasParser = false;
  for (const stage of stages) {
    switch (stage.kind) {
      case 'json':
      case 'logfmt':
      case 'regexp':
      case 'pattern':
        hasParser = true;
        break;
      case 'label-filter': {
        const found = hasParser ? ofFilter(stage.filter) : null;
        if (found !== null && out.length < prefiltersMax) out.push(found);
        break;
      }
      case 'line-filter':
      case 'drop':
      case 'keep':
        break;
      default:
        return out;
    }
  }
  return out;
}

function ofFilter(filter: LabelFilter): Prefilter | null {
  if (filter.kind === 'and') {
    // One side is enough; the longer needle is likely to be the rarer one.
    const [left, right] = [ofFilter(filter.left), ofFilter(filter.right)];
    if (left === null || right === null) return left ?? right;
    return shortest(left) >= shortest(right) ? left : right;
  }
  if (filter.kind === 'or') {
    const [left, right] = [ofFilter(filter.left), ofFilter(filter.right)];
    if (left === null || right === null) return null;
    const needles = [...left.needles, ...right.needles];
    return needles.length > needlesMax ? null : { names: [...left.names, ...right.names], needles };
  }
  if (filter.kind !== 'string') return null;
  const { name, op, value } = filter.matcher;
  // `__error__` and its like do not come from the line.
  if (name.startsWith('__')) return null;
  const needles =
    op === '=' ? needlesOf([{ text: value, caseInsensitive: false }]) : op === '=~' ? ofRegex(value) : null;
  return needles === null ? null : { names: [name], needles };
}

const shortest = ({ needles }: Prefilter): number => Math.min(...needles.map((needle) => needle.bytes.length));

function ofRegex(source: string): Needle[] | null {
  const simple = simplifyRegex(source, true);
  if (simple === 'everything') return null;
  if (simple !== null) {
    const literals = simple.filter((leaf) => leaf !== 'not-empty');
    return literals.length === simple.length ? needlesOf(literals) : null;
  }
  const { needle, caseInsensitiveNeedle } = compileRegex(source, { anchored: true });
  const bytes = needle ?? caseInsensitiveNeedle;
  if (bytes === null) return null;
  return needlesOf([{ text: decodeUtf8(bytes), caseInsensitive: needle === null }]);
}

function needlesOf(literals: readonly { readonly text: string; readonly caseInsensitive: boolean }[]): Needle[] | null {
  if (literals.length > needlesMax) return null;
  const out: Needle[] = [];
  for (const { text, caseInsensitive } of literals) {
    const bytes = encodeUtf8(longestPlainPiece(text));
    if (bytes.length < needleBytesMin || (caseInsensitive && hasForeignForms(bytes))) return null;
    out.push({ bytes, caseInsensitive });
  }
  return out;
}

/** Of the pieces between what need not stand in the line as it is: spaces, quotes, backslashes, control characters. */
function longestPlainPiece(text: string): string {
  let longest = '';
  for (const piece of text.split(/[\x00-\x20"\\\ufffd\ud800-\udfff]+/))
    if (piece.length > longest.length) longest = piece;
  return longest;
}
