import { expect, test } from 'vitest';
import { defaultLimits, embeddedLimits, Overrides } from '../../src/limits/limits.js';

test('a tenant without overrides has the defaults, and always the same object', () => {
  const overrides = new Overrides(defaultLimits(), { a: { max_line_size: 5 } });
  expect(overrides.limitsFor('b')).toBe(overrides.defaults);
  expect(overrides.limitsFor('a')).toBe(overrides.limitsFor('a'));
});

test('overrides replace single limits of a tenant', () => {
  const { limitsFor, defaults } = { limitsFor: (t: string) => overrides.limitsFor(t), defaults: defaultLimits() };
  const overrides = new Overrides(defaults, { a: { max_line_size: 5, discover_service_name: [] } });
  expect(limitsFor('a')).toEqual({ ...defaults, max_line_size: 5, discover_service_name: [] });
});

test('a new overrides file takes the place of the old one', () => {
  const overrides = new Overrides(defaultLimits(), { a: { max_line_size: 5 } });
  overrides.replace({ b: { max_line_size: 6 } });
  expect(overrides.limitsFor('a').max_line_size).toBe(defaultLimits().max_line_size);
  expect(overrides.limitsFor('b').max_line_size).toBe(6);
  overrides.replace({}, { ...defaultLimits(), max_line_size: 7 });
  expect(overrides.limitsFor('b').max_line_size).toBe(7);
});

test('the embedded limits take entries of any time', () => {
  expect(embeddedLimits()).toMatchObject({ reject_old_samples: false });
  expect(embeddedLimits().creation_grace_period).toBeGreaterThan(500 * 365 * 86_400_000);
});

test('tenants named like properties of objects have the defaults', () => {
  const overrides = new Overrides(defaultLimits());
  expect(overrides.limitsFor('__proto__')).toBe(overrides.defaults);
  expect(overrides.limitsFor('constructor')).toBe(overrides.defaults);
});
