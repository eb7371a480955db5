import { describe, expect, test } from 'vitest';
import { bounds, Form, instantParams, rangeParams, timestamp } from '../../src/query/params.js';

const now = 1_767_225_600_000_000_000n;
const form = (text: string) => Form.parse('', text);

describe('times', () => {
  for (const [text, want] of [
    ['1767225600', 1_767_225_600_000_000_000n],
    ['1767225600.5', 1_767_225_600_500_000_000n],
    ['1767225600.1234567', 1_767_225_600_123_000_000n],
    ['1767225600000000001', 1_767_225_600_000_000_001n],
    ['-5', -5_000_000_000n],
    ['2026-01-01T00:00:00Z', 1_767_225_600_000_000_000n],
    ['2026-01-01T01:00:00.000000001+01:00', 1_767_225_600_000_000_001n],
  ] as const) {
    test(`${text} is ${want} ns`, () => expect(timestamp(text, 0n)).toBe(want));
  }

  for (const [text, message] of [
    ['x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
    ['2026-13-01T00:00:00Z', 'strconv.ParseInt: parsing "2026-13-01T00:00:00Z": invalid syntax'],
  ] as const) {
    test(`${text} is refused`, () => expect(() => timestamp(text, 0n)).toThrow(message));
  }
});

describe('the range', () => {
  test('is the last hour by default', () => {
    expect(bounds(form(''), now)).toEqual({ start: now - 3_600_000_000_000n, end: now });
  });
  test('begins `since` before its end', () => {
    expect(bounds(form('since=10m&end=1767225000'), now).start).toBe(1_767_224_400_000_000_000n);
  });
  test('begins `since` before now when it ends in the future', () => {
    expect(bounds(form('since=10m&end=1767229200'), now).start).toBe(now - 600_000_000_000n);
  });
  test('must not end before it begins', () => {
    expect(() => rangeParams(form('start=20&end=10'), now)).toThrow(
      'end timestamp must not be before or equal to start time',
    );
  });
});

describe('step and interval', () => {
  const step = (text: string) => rangeParams(form(text), now).stepNs;
  test('a 250th of the range by default', () => expect(step('start=0&end=1000')).toBe(4e9));
  test('at least a second', () => expect(step('start=0&end=10')).toBe(1e9));
  test('seconds, fractions, durations', () => {
    expect(step('start=0&end=10&step=15')).toBe(15e9);
    expect(step('start=0&end=10&step=0.5')).toBe(5e8);
    expect(step('start=0&end=10&step=15000ms')).toBe(15e9);
    expect(step('start=0&end=10&step=1h30m')).toBe(5400e9);
  });
  test('11,000 points pass, one more does not', () => {
    expect(step('start=0&end=11000&step=1')).toBe(1e9);
    expect(() => step('start=0&end=11001&step=1')).toThrow(
      'exceeded maximum resolution of 11,000 points per time series',
    );
  });
  test("zero, negative and nonsense are refused with Loki's words", () => {
    expect(() => step('step=0')).toThrow('zero or negative query resolution step widths are not accepted');
    expect(() => step('step=x')).toThrow('cannot parse "x" to a valid duration');
    expect(() => rangeParams(form('interval=-1'), now)).toThrow('interval must be >= 0');
  });
});

test('the first value of a parameter counts, and the body goes before the URL', () => {
  const both = Form.parse('query=body', 'query=url&limit=5');
  expect(both.get('query')).toBe('body');
  expect(both.all('query')).toEqual(['body', 'url']);
  expect(instantParams(both, now)).toMatchObject({ query: 'body', limit: 5, at: now, direction: 'backward' });
});

test('a limit must be a positive whole number', () => {
  expect(() => instantParams(form('limit=0'), now)).toThrow('limit must be a positive value');
  expect(() => instantParams(form('limit=x'), now)).toThrow('strconv.Atoi: parsing "x": invalid syntax');
});

test('`scan`, which old Grafanas send, is backward', () => {
  expect(rangeParams(form('direction=scan'), now).direction).toBe('backward');
  expect(() => rangeParams(form('direction=sideways'), now)).toThrow("invalid direction 'sideways'");
});
