import { describe, expect, test } from 'vitest';
import { DiscardMessages, DiscardTally, discardText, ignoredEntriesText } from '../../src/limits/discard.js';
import { goTime, humanBytes, rfc3339, wholeBytes } from '../../src/limits/text.js';

describe('messages of one push', () => {
  const text = (...messages: string[]) => {
    const all = new DiscardMessages();
    for (const message of messages) all.add(message);
    return all.text();
  };
  test('one alone stands as it is', () => expect(text('a')).toBe('a'));
  test('alike ones are counted', () => expect(text('a', 'a')).toBe('2 errors like: a'));
  test('different ones are listed', () => expect(text('a', 'b', 'a')).toBe('2 errors like: a; 1 errors like: b'));
  test('there is a bound', () => {
    const all = text(...Array.from({ length: 1500 }, (_, i) => `m${i}`));
    expect(all.split('; ')).toHaveLength(1001);
    expect(all.endsWith('; 500 more errors')).toBe(true);
  });
});

test('discards add up by reason', () => {
  const tally = new DiscardTally();
  tally.add('line_too_long', 1, 10);
  tally.add('rate_limited', 1, 1);
  tally.add('line_too_long', 2, 5);
  expect(tally.list()).toEqual([
    { reason: 'line_too_long', entries: 3, bytes: 15 },
    { reason: 'rate_limited', entries: 1, bytes: 1 },
  ]);
});

test('the head lists what it ignored', () => {
  const message = discardText.too_far_behind({ atNs: 0n, cutoffNs: 1_500_000_000n });
  expect(
    ignoredEntriesText({
      tenant: 't',
      stream: '{a="b"}',
      ignored: [{ atNs: 500_000_000n, message }],
      ignoredTotal: 3,
      entries: 4,
    }),
  ).toBe(
    "entry with timestamp 1970-01-01 00:00:00.5 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 1970-01-01T00:00:00Z, oldest acceptable timestamp is: 1970-01-01T00:00:01Z',\nuser 't', total ignored: 3 out of 4 for stream: {a=\"b\"}",
  );
});

describe('texts as Go prints them', () => {
  test.each([
    [0n, '1970-01-01T00:00:00Z', '1970-01-01 00:00:00 +0000 UTC'],
    [-1n, '1969-12-31T23:59:59Z', '1969-12-31 23:59:59.999999999 +0000 UTC'],
    [1767268800_123_456_000n, '2026-01-01T12:00:00Z', '2026-01-01 12:00:00.123456 +0000 UTC'],
    [-62135596800_000_000_000n, '0001-01-01T00:00:00Z', '0001-01-01 00:00:00 +0000 UTC'],
  ])('time %s', (ns, iso, go) => {
    expect([rfc3339(ns), goTime(ns)]).toEqual([iso, go]);
  });
  test.each([
    [0, '0B', '0 B'],
    [1, '1B', '1 B'],
    [1024, '1KB', '1.0 kB'],
    [1500, '1500B', '1.5 kB'],
    [3 * 1024 * 1024, '3MB', '3.1 MB'],
    [16 * 1024 * 1024, '16MB', '17 MB'],
  ])('%d bytes', (bytes, whole, human) => {
    expect([wholeBytes(bytes), humanBytes(bytes)]).toEqual([whole, human]);
  });
});
