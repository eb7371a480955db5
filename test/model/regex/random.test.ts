import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { compileRegex, type Regex } from '../../../src/model/regex.js';
import { type Prng, prng } from '../../helpers/prng.js';

const atoms =
  'a b c ab k s é . \\d \\w \\s \\S \\W [ab] [^a] [a-c] [[:alpha:]] [^\\n] \\pL \\p{Greek} ^ $ \\b \\B \\A \\z (?i:ab) (?s:.) (?m:^) (?m:$) \\x41 \\x{1F600} \\. - 1 = error foo'.split(
    ' ',
  );
const counts = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}', '{2,}', '{0}'];
const pieces = [
  'a',
  'b',
  'c',
  'A',
  'B',
  'k',
  'K',
  's',
  '\u212a',
  'ſ',
  'é',
  'λ',
  ' ',
  '\n',
  '1',
  '.',
  '-',
  '=',
  '😀',
  '日',
  '_',
  'error',
  'foo',
];

function expression(random: Prng, depth: number): string {
  const kind = random.next();
  if (depth > 3 || kind < 0.4) return random.pick(atoms);
  const inner = (): string => expression(random, depth + 1);
  if (kind < 0.6) return inner() + inner();
  if (kind < 0.75) return `(${inner()})`;
  if (kind < 0.83) return `(?:${inner()}|${inner()})`;
  return `(?:${inner()})${random.pick(counts)}`;
}

const text = (random: Prng): string => Array.from({ length: random.int(10) }, () => random.pick(pieces)).join('');

/** Where re2js is known to differ from Go: it finds a place for \B inside a surrogate pair. */
const groupsOf = (truth: RE2JS, input: string): (string | null)[] | null => {
  const matcher = truth.matcher(input);
  if (!matcher.find()) return null;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i));
};

const random = prng();

test(`random expressions on random texts mean what they mean to re2js (SEED=${random.seed})`, () => {
  const encoder = new TextEncoder();
  for (let round = 0; round < 1500; round++) {
    const source = expression(random, 0) + (random.next() < 0.5 ? expression(random, 0) : '');
    const input = text(random);
    if (source.includes('\\B') && /[^\x00-\x7f]/.test(input)) continue;
    const regex: Regex = compileRegex(source, { anchored: false });
    const expected = groupsOf(RE2JS.compile(source), input);
    const bytes = encoder.encode(input);
    const what = `${JSON.stringify(source)} on ${JSON.stringify(input)}`;
    expect(regex.exec(input), what).toEqual(expected);
    expect(regex.test(input), what).toBe(expected !== null);
    expect(regex.testBytes(bytes, 0, bytes.length), what).toBe(expected !== null);
    if (regex.alternatives !== null) {
      const found = regex.alternatives.some((literal) => Buffer.from(bytes).includes(Buffer.from(literal)));
      expect(found, `${what}: alternatives`).toBe(expected !== null);
    }
    if (expected === null) continue;
    const haystack = Buffer.from(bytes);
    if (regex.needle !== null) expect(haystack.includes(Buffer.from(regex.needle)), `${what}: needle`).toBe(true);
    if (regex.caseInsensitiveNeedle !== null) {
      const lower = Buffer.from(bytes.map((b) => (b >= 0x41 && b <= 0x5a ? b | 0x20 : b)));
      expect(lower.includes(Buffer.from(regex.caseInsensitiveNeedle)), `${what}: any case`).toBe(true);
    }
  }
});

test(`bytes of any kind do not upset a search (SEED=${random.seed})`, () => {
  for (let round = 0; round < 200; round++) {
    const regex = compileRegex(expression(random, 0), { anchored: random.next() < 0.5 });
    const bytes = random.bytes(random.int(30));
    expect(typeof regex.testBytes(bytes, 0, bytes.length)).toBe('boolean');
  }
});
