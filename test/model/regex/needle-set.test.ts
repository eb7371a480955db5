import { describe, expect, test } from 'vitest';
import { compileRegex } from '../../../src/model/regex.js';
import { prng } from '../../helpers/prng.js';

const setOf = (source: string): string[] | null =>
  compileRegex(source, { anchored: false }).needleSet?.map(
    ({ bytes, caseInsensitive }) => `${caseInsensitive ? '(?i)' : ''}${Buffer.from(bytes).toString()}`,
  ) ?? null;

describe('texts of which every match contains one', () => {
  const f = (source: string, want: string[] | null) => test(source, () => expect(setOf(source)).toEqual(want));

  f('plain', ['plain']);
  f('status=[45]', ['status=4', 'status=5']);
  f('st=[45].', ['st=4', 'st=5']);
  f('a[12]b[34]c', ['a1b3c', 'a1b4c', 'a2b3c', 'a2b4c']);
  f('(?i)QX[0-1]+j', ['(?i)qx0', '(?i)qx1']);
  f('(?i)[a-c]d', ['(?i)ad', '(?i)bd', '(?i)cd']);
  f('(exception|panic) in.*', ['exception', 'panic']);
  f('(GET|PUT) /api/v', [' /api/v']);
  f('x(ab|cd)?yz', ['yz']);
  f('(ab){2}', ['abab']);
  f('(ab){2,}c', ['abab']);
  f('^(a|)$', null);
  f('a*|b', null);
  f('.*', null);
  f('[^a]bc', ['bc']);
  f('(?i)abcd', ['(?i)abcd']);
});

test('a text that matches contains one of the set', () => {
  const random = prng();
  const atoms = ['a', 'b', '[ab]', '[0-9]', 'K', 'é', '.', '(ab|c)', '(b|)', '\\b', '^', 'c?', 'a+', '(ac){2}', '[^b]'];
  const letters = [...'abcABCk09é\u212a '];
  let matches = 0;
  for (let round = 0; round < 4000; round++) {
    const flag = random.pick(['', '(?i)']);
    const source = flag + Array.from({ length: 1 + random.int(5) }, () => random.pick(atoms)).join('');
    const regex = compileRegex(source, { anchored: false });
    const set = regex.needleSet;
    for (let i = 0; i < 12; i++) {
      const text = Array.from({ length: random.int(9) }, () => random.pick(letters)).join('');
      if (!regex.test(text) || set === null) continue;
      matches++;
      const found = set.some(({ bytes, caseInsensitive }) => {
        const needle = Buffer.from(bytes).toString();
        return caseInsensitive
          ? text.replace(/[A-Z]/g, (c) => c.toLowerCase()).includes(needle)
          : text.includes(needle);
      });
      expect(found, `SEED=${random.seed} ${source} ${JSON.stringify(text)} ${setOf(source)}`).toBe(true);
    }
  }
  expect(matches).toBeGreaterThan(1000);
});
