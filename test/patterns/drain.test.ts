import { expect, test } from 'vitest';
import { Drain } from '../../src/patterns/drain.js';

const limits = { clustersMax: 300, lineCharsMax: 3000 };

const patternsOf = (lines: readonly string[]): [string, number][] => {
  const drain = new Drain(limits);
  for (const line of lines) drain.train(line, 0);
  return [...drain.clusters()]
    .map(({ pattern, counts }): [string, number] => [pattern, new Map(counts).get(0) ?? 0])
    .sort((a, b) => b[1] - a[1]);
};

test('lines that differ in a number are one pattern', () => {
  expect(patternsOf(['order 1 paid', 'order 22 paid', 'order 333 paid'])).toEqual([['order <_> paid', 3]]);
});

test('lines that differ in a word further on are one pattern with a gap', () => {
  const lines = ['user alice logged in from home at noon', 'user alice logged in from work at noon'];
  expect(patternsOf(lines)).toEqual([['user alice logged in from <_> at noon', 2]]);
});

test('lines of another shape are another pattern', () => {
  expect(patternsOf(['order 1 paid', 'connection reset by peer', 'order 2 paid'])).toEqual([
    ['order <_> paid', 2],
    ['connection reset by peer', 1],
  ]);
});

test('patterns that are not seen any more are forgotten', () => {
  const drain = new Drain(limits);
  drain.train('old line here', 100);
  drain.train('a new one', 500);
  drain.forget(200);
  expect([...drain.clusters()].map((c) => c.pattern)).toEqual(['a new one']);
});

test('ten thousand different lines do not make ten thousand patterns', () => {
  const drain = new Drain(limits);
  for (let i = 0; i < 10_000; i++)
    drain.train(
      Array.from({ length: 1 + (i % 50) }, (_, k) => String.fromCharCode(97 + ((i * 7 + k * 13) % 26))).join(' '),
      i,
    );
  expect([...drain.clusters()].length).toBeLessThanOrEqual(300);
});

test('a line that is too long is left out', () => {
  expect(patternsOf(['x'.repeat(5000)])).toEqual([]);
});
