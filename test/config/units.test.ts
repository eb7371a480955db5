import { describe, expect, test } from 'vitest';
import {
  DAY,
  HOUR,
  MINUTE,
  parseDuration,
  parseSize,
  printGoDuration,
  printPromDuration,
  printSize,
} from '../../src/config/units.js';

describe('a duration is read in both spellings', () => {
  const f = (text: string, ms: number): void => test(text, () => expect(parseDuration(text)).toBe(ms));
  f('0', 0);
  f('0s', 0);
  f('30s', 30_000);
  f('1h30m', 90 * MINUTE);
  f('1.5s', 1500);
  f('.5s', 500);
  f('-5m', -5 * MINUTE);
  f('+5m', 5 * MINUTE);
  f('721h', 721 * HOUR);
  f('30d1h', 30 * DAY + HOUR);
  f('1w', 7 * DAY);
  f('1y', 365 * DAY);
  f('100ms', 100);
  f('250us', 0.25);
  f('250µs', 0.25);
  f('1ns', 1e-6);
});

describe('what is no duration is refused with the text in the message', () => {
  const f = (text: string, message: string): void =>
    test(JSON.stringify(text), () => expect(() => parseDuration(text)).toThrow(message));
  f('', 'invalid duration ""');
  f('5', 'missing unit in duration "5"');
  f('5x', 'unknown unit "x" in duration "5x"');
  f('h', 'invalid duration "h"');
  f('1h 30m', 'unknown unit "h " in duration "1h 30m"');
  f('--1h', 'invalid duration "--1h"');
});

describe('a size is whole numbers of bytes with units of 1024', () => {
  const f = (text: string, bytes: number): void => test(text, () => expect(parseSize(text)).toBe(bytes));
  f('0', 0);
  f('0B', 0);
  f('1048576', 1_048_576);
  f('256KB', 262_144);
  f('256kb', 262_144);
  f('4 MB', 4_194_304);
  f('4GB', 4_294_967_296);
  f('16KiB', 16_384);
  f('63KiB1023B', 65_535);
  f('10M', 10_485_760);
});

describe('what is no size is refused', () => {
  const f = (text: string): void => test(JSON.stringify(text), () => expect(() => parseSize(text)).toThrow(/size/));
  for (const text of ['', 'MB', '5X', '1.5MB', '-1', '5MBs', '9999999EB']) f(text);
});

describe('values print as Loki prints them', () => {
  const f = (printed: string, want: string): void => test(want, () => expect(printed).toBe(want));
  f(printGoDuration(0), '0s');
  f(printGoDuration(30_000), '30s');
  f(printGoDuration(HOUR), '1h0m0s');
  f(printGoDuration(5 * MINUTE), '5m0s');
  f(printGoDuration(100), '100ms');
  f(printGoDuration(0.25), '250µs');
  f(printGoDuration(-90_000), '-1m30s');
  f(printPromDuration(7 * DAY), '1w');
  f(printPromDuration(30 * DAY + HOUR), '30d1h');
  f(printPromDuration(0), '0s');
  f(printPromDuration(90 * MINUTE), '1h30m');
  f(printSize(0), '0B');
  f(printSize(262_144), '256KB');
  f(printSize(1_572_864), '1536KB');
  f(printSize(1000), '1000B');
});

test('what is printed reads back', () => {
  for (const ms of [1, 999, 1000, 61_000, HOUR, DAY - 1, 400 * DAY]) {
    expect(parseDuration(printGoDuration(ms))).toBe(ms);
    expect(parseDuration(printPromDuration(ms))).toBe(ms);
  }
  for (const bytes of [1, 1023, 1024, 5000, 3 << 20]) expect(parseSize(printSize(bytes))).toBe(bytes);
});
