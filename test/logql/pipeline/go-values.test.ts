import { describe, expect, test } from 'vitest';
import {
  ParseFailure,
  parseBytes,
  parseDurationSeconds,
  parseNumber,
  roundedSize,
} from '../../../src/logql/pipeline/go-values.js';

const show = (value: number | ParseFailure) => (value instanceof ParseFailure ? value.reason : value);

describe('values of labels', () => {
  const f = (parse: (text: string) => number | ParseFailure, text: string, want: number | string) =>
    test(`${text} is ${want}`, () => expect(show(parse(text))).toBe(want));

  f(parseNumber, '1.5', 1.5);
  f(parseNumber, '-1e3', -1000);
  f(parseNumber, '0x10p0', 16);
  f(parseNumber, 'NaN', Number.NaN);
  f(parseNumber, '', 'strconv.ParseFloat: parsing "": invalid syntax');
  f(parseNumber, '1e999', 'strconv.ParseFloat: parsing "1e999": value out of range');
  f(parseDurationSeconds, '1h2m3.5s', 3723.5);
  f(parseDurationSeconds, '-10ms', -0.01);
  f(parseDurationSeconds, '10', 'time: missing unit in duration "10"');
  f(parseDurationSeconds, '1x', 'time: unknown unit "x" in duration "1x"');
  f(parseBytes, '1.5 MB', 1_500_000);
  f(parseBytes, '1,024 b', 1024);
  f(parseBytes, '5 apples', 'unhandled size name: apples');
});

describe('a size in a filter is rounded as Loki prints it', () => {
  const f = (bytes: number, want: number) => test(`${bytes} is ${want}`, () => expect(roundedSize(bytes)).toBe(want));
  f(0, 0);
  f(9, 9);
  f(999, 999);
  f(1024, 1000);
  f(5000, 5000);
  f(2 * 2 ** 20, 2_100_000);
  f(15 * 2 ** 20, 16_000_000);
});
