import { expect, test } from 'vitest';
import { Drain } from '../../src/patterns/drain.js';

const limits = { clustersMax: 300 };

const patternsOf = (lines: readonly string[]): [string, number][] => {
  const drain = new Drain(limits);
  for (const line of lines) drain.train(line, 0);
  return [...drain.clusters()]
    .map(({ pattern, counts }): [string, number] => [pattern, new Map(counts).get(0) ?? 0])
    .sort((a, b) => b[1] - a[1]);
};

test('lines that differ in a number are one pattern', () => {
  expect(patternsOf(['order 1 was paid', 'order 22 was paid', 'order 333 was paid'])).toEqual([
    ['order <_> was paid', 3],
  ]);
});

test('lines that differ in a word further on are one pattern with a gap', () => {
  const lines = ['user alice logged in from home at noon', 'user alice logged in from work at noon'];
  expect(patternsOf(lines)).toEqual([['user alice logged in from <_> at noon', 2]]);
});

test('lines of another shape are another pattern', () => {
  expect(patternsOf(['order 1 was paid', 'connection reset by peer', 'order 2 was paid'])).toEqual([
    ['order <_> was paid', 2],
    ['connection reset by peer', 1],
  ]);
});

test('patterns that are not seen any more are forgotten', () => {
  const drain = new Drain(limits);
  drain.train('an old line here', 100);
  drain.train('and a new one', 500);
  drain.forget(200);
  expect([...drain.clusters()].map((c) => c.pattern)).toEqual(['and a new one']);
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

test('a text of less than four tokens, or of more than eighty, is left out', () => {
  expect(patternsOf(['order 1 paid', 'a '.repeat(81)])).toEqual([]);
});

test('spaces stay as they are', () => {
  expect(patternsOf([' two  spaces, and one at the end '])).toEqual([[' two  spaces, and one at the end ', 1]]);
});

test('what is a part of its line begins and ends with a gap', () => {
  const drain = new Drain(limits, true);
  drain.train('order 1 was paid', 0);
  drain.train('7 orders were paid', 0);
  expect([...drain.clusters()].map((c) => c.pattern)).toEqual(['<_>order <_> was paid<_>', '<_> orders were paid<_>']);
});
