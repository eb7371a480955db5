import { describe, expect, test } from 'vitest';
import { blockSearcher, containsNeedle, type Needle } from '../../../src/logql/pipeline/block-search.js';
import { batchOf } from '../../helpers/batch.js';
import { prng } from '../../helpers/prng.js';

function rowsWith(
  lines: readonly string[],
  text: string,
  caseInsensitive = false,
  firstRow = 0,
  endRow = lines.length,
) {
  const batch = batchOf(lines);
  const marks = new Uint8Array(lines.length);
  const needle: Needle = { bytes: Buffer.from(caseInsensitive ? text.toLowerCase() : text), caseInsensitive };
  blockSearcher(needle)(Buffer.from(batch.lines), batch.lineEnd, firstRow, endRow, marks);
  return [...marks.entries()].filter(([, mark]) => mark === 1).map(([row]) => row);
}

describe('a block search', () => {
  const f = (title: string, lines: string[], text: string, want: number[], caseInsensitive = false) =>
    test(title, () => expect(rowsWith(lines, text, caseInsensitive)).toEqual(want));

  f('finds each row once, however often the text stands in it', ['aXaXa', 'b', 'XX'], 'X', [0, 2]);
  f('does not find text that lies across two lines', ['err', 'or', 'error'], 'error', [2]);
  f('goes on behind a hit across two lines', ['xer', 'rorerror', 'error'], 'error', [1, 2]);
  f('finds a text at the very beginning and the very end', ['key=1', 'mid', 'a=key'], 'key', [0, 2]);
  f('finds a line that is the text', ['abc', 'abcd', 'ab'], 'abcd', [1]);
  f('steps over empty lines', ['', '', 'x', '', 'x'], 'x', [2, 4]);
  f('finds the empty text everywhere', ['', 'a'], '', [0, 1]);
  f('finds nothing in no lines', [], 'a', []);
  f('compares what stands before the rarest byte', ['aaab', 'abab', 'Zb', 'aZb'], 'aZb', [3]);
  f('compares what stands behind the window', ['Zabcdefgh', 'Zabcdefgx'], 'Zabcdefgh', [0]);
  f('finds bytes of any kind', ['日本', 'é', 'naïve'], 'ï', [2]);
  f('finds letters in either case', ['ERROR', 'Error x', 'eror', 'xxerror'], 'error', [0, 1, 3], true);
  f('does not join lines without regard to case either', ['ERR', 'OR', 'oRERROR'], 'error', [2], true);
  f('finds a needle of one letter in either case', ['A', 'b', 'xa'], 'a', [0, 2], true);

  test('looks at the rows asked for only', () => {
    const lines = ['x', 'x', 'y', 'x', 'x'];
    expect(rowsWith(lines, 'x', false, 1, 4)).toEqual([1, 3]);
    expect(rowsWith(lines, 'x', true, 1, 4)).toEqual([1, 3]);
    expect(rowsWith(lines, 'x', false, 2, 3)).toEqual([]);
  });

  test('finds what a search line by line finds', () => {
    const random = prng();
    const alphabet = 'abAB=" ';
    const word = (max: number) => Array.from({ length: random.int(max) }, () => random.pick([...alphabet])).join('');
    for (let round = 0; round < 3000; round++) {
      // Where letters are many, and only there, a search in any case steps from one to the next.
      const [rows, bytes] = round % 10 === 0 ? [200, 40] : [12, 10];
      const lines = Array.from({ length: random.int(rows) }, () => word(bytes));
      const text = word(5);
      for (const caseInsensitive of [false, true]) {
        const fold = (s: string) => (caseInsensitive ? s.toLowerCase() : s);
        const want = lines.flatMap((line, row) => (fold(line).includes(fold(text)) ? [row] : []));
        const context = `seed ${random.seed}, ${JSON.stringify({ lines, text, caseInsensitive })}`;
        expect(rowsWith(lines, text, caseInsensitive), context).toEqual(want);
        const needle = { bytes: Buffer.from(fold(text)), caseInsensitive };
        const single = lines.flatMap((line, row) => {
          const padded = Buffer.from(`${text}${line}${text}`);
          return containsNeedle(padded, text.length, text.length + line.length, needle) ? [row] : [];
        });
        expect(single, context).toEqual(want);
      }
    }
  });
});
