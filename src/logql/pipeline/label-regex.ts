/** The test of `| name=~"…"`: not anchored quite as matchers are, see regex-simplifier.ts. */
import { compileRegex } from '../../model/regex.js';
import { encodeUtf8 } from '../../model/utf8.js';
import { containsAnyCase } from './any-case.js';
import { type Literal, type SimpleTest, simplifyRegex } from './regex-simplifier.js';

/** Throws RegexError. */
export function labelRegexTest(source: string): 'everything' | ((text: string) => boolean) {
  // Compiled in any case: it must be a good expression as a matcher.
  compileRegex(source, { anchored: true });
  const simple = simplifyRegex(source, true);
  if (simple === 'everything') return simple;
  if (simple !== null) return textTest(simple);
  const regex = compileRegex(`^(?:${source})$`, { anchored: false });
  return (text) => regex.test(text);
}

function textTest(test: Exclude<SimpleTest, 'everything'>): (text: string) => boolean {
  const equals = new Set<string>();
  const others: ((text: string) => boolean)[] = [];
  for (const leaf of test) {
    if (leaf === 'not-empty') others.push((text) => text !== '');
    else if (leaf.kind === 'equals' && !leaf.caseInsensitive) equals.add(leaf.text);
    else others.push(literalTest(leaf));
  }
  return (text) => equals.has(text) || others.some((other) => other(text));
}

function literalTest({ kind, text: wanted, caseInsensitive }: Literal): (text: string) => boolean {
  if (!caseInsensitive) return (text) => text.includes(wanted);
  const needle = encodeUtf8(wanted);
  return (text) => {
    const bytes = encodeUtf8(text);
    return (kind !== 'equals' || bytes.length === needle.length) && containsAnyCase(bytes, 0, bytes.length, needle);
  };
}
