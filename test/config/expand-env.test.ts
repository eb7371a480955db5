import { describe, expect, test } from 'vitest';
import { expandEnv } from '../../src/config/expand-env.js';

const env = { V: 'aBcbcD', EMPTY: '' };

describe('references are expanded as Loki 3.7.6 expands them', () => {
  const f = (text: string, want: string): void => test(text, () => expect(expandEnv(text, env)).toBe(want));
  f('a${V}b', 'aaBcbcDb');
  f('[${NOPE}]', '[]');
  f('${NOPE:-dflt}', 'dflt');
  f('${EMPTY:-dflt}', 'dflt');
  f('${V:-dflt}', 'aBcbcD');
  f('${NOPE:-}', '');
  f('${NOPE:-a:b}', 'a:b');
  f('${NOPE:=dflt}', 'dflt');
  f('${NOPE=x}', 'x');
  f('${NOPE:?err}', 'err');
  f('${NOPE:+alt}', 'alt');
  f('${V:+alt}', 'aBcbcD');
  f('${NOPE:-${V}}', 'aBcbcD');
  f('${NOPE:-a${V}b}', 'aaBcbcDb');
  f('${NOPE:dflt}', '');
  f('${V:dflt}', 'aBcbcD');
  f('${V:1}', 'BcbcD');
  f('${V:1:2}', 'Bc');
  f('${V:9}', '');
  f('${V:-2}', 'aBcbcD');
  f('${V^^}', 'ABCBCD');
  f('${V^}', 'ABcbcD');
  f('${V,,}', 'abcbcd');
  f('${#V}', '6');
  f('${V/b/X}', 'aBcXcD');
  f('${V//c/X}', 'aBXbXD');
  f('${V/#aB/Z}', 'ZcbcD');
  f('${V/%cD/Z}', 'aBcbZ');
  f('${V#a*}', 'BcbcD');
  f('${V##a*b}', 'cD');
  f('${V%c*}', 'aBcb');
  f('${V%%b*}', 'aBc');
  f('$V', '$V');
  f('$$V', '$V');
  f('$${V}', '${V}');
  f('100$', '100$');
  f('a\\\\b', 'a\\b');
  f('a\\/b', 'a/b');
  f('a\\b', 'a\\b');
});

describe('a reference that is not whole is refused', () => {
  const f = (text: string, message: string): void =>
    test(text, () => expect(() => expandEnv(text, env)).toThrow(message));
  f('${', 'unable to parse variable name');
  f('${}', 'unable to parse variable name');
  f('${ V }', 'unable to parse variable name');
  f('${V', 'missing closing brace');
  f('${V.x}', 'missing closing brace');
  f('${V-a}', 'missing closing brace');
  f('${V/}', 'bad substitution');
  f('${V#}', 'unable to parse substitution within function');
});
