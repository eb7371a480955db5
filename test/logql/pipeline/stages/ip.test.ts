import { describe, expect, test } from 'vitest';
import { IpMatcher } from '../../../../src/logql/pipeline/stages/ip.js';

const matches = (pattern: string, line: string) =>
  new IpMatcher(pattern).test(Buffer.from(line), 0, Buffer.byteLength(line));

describe('an address', () => {
  const found = (pattern: string, line: string) =>
    test(`${pattern} is found in ${line}`, () => expect(matches(pattern, line)).toBe(true));
  const missed = (pattern: string, line: string) =>
    test(`${pattern} is not found in ${line}`, () => expect(matches(pattern, line)).toBe(false));

  found('10.0.0.1', 'from 10.0.0.1');
  found('10.0.0.1', '"10.0.0.1":80');
  missed('10.0.0.1', '10.0.0.10');
  missed('10.0.0.1', '10.0.0.1.2');
  missed('10.0.0.1', '010.0.0.1');
  missed('10.0.0.1', '10.0.0.256');
  found('10.0.0.0/8', 'x 10.255.255.255 y');
  missed('10.0.0.0/8', '11.0.0.0');
  found('10.0.0.5/24', '10.0.0.9');
  found('0.0.0.0/0', '1.2.3.4');
  found('10.0.0.1-10.0.0.3', '10.0.0.3');
  missed('10.0.0.1-10.0.0.3', '10.0.0.4');
  found('::1', 'to ::1, x');
  missed('::1', 'to ::1. x');
  found('fe80::1', 'fe80:0:0:0:0:0:0:1');
  found('fe80::/10', 'x fe80::abcd y');
  missed('fe80::/10', 'x fd80::abcd y');
  missed('1.2.3.4', '::ffff:1.2.3.4');
  found('::ffff:1.2.3.4', '::ffff:1.2.3.4');
  missed('10.0.0.1', '');
});

describe('a pattern is refused', () => {
  for (const pattern of [
    '',
    'x',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.9-10.0.0.1',
    '10.0.0.1-::1',
    ':::',
    '1::2::3',
    '10.0.0.1/',
  ]) {
    test(JSON.stringify(pattern), () =>
      expect(() => new IpMatcher(pattern)).toThrow(`ip: invalid pattern: "${pattern}"`),
    );
  }
});
