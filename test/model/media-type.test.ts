/** Content types as Go reads them. Every answer was asked of a real Loki 3.7.6. */
import { expect, test } from 'vitest';
import { parseMediaType } from '../../src/model/media-type.js';

test.each([
  ['application/json', 'application/json'],
  [' Application/JSON ', 'application/json'],
  ['application/json; charset=utf-8', 'application/json'],
  ['application/json;charset="utf-8"', 'application/json'],
  ['application/json; charset=utf-8; charset=utf-8', 'application/json'],
  ['application/json;', 'application/json'],
  ['json', 'json'],
])('%j is %s', (text, type) => {
  expect(parseMediaType(text)).toEqual({ type });
});

test.each([
  ['', 'mime: no media type'],
  [';', 'mime: no media type'],
  ['/json', 'mime: no media type'],
  ['ü/x', 'mime: no media type'],
  ['application /json', 'mime: expected slash after first token'],
  ['application/', 'mime: expected token after slash'],
  ['a/b/c', 'mime: unexpected content after media subtype'],
  ['application/json, text/plain', 'mime: unexpected content after media subtype'],
  ['application/json; x', 'mime: invalid media parameter'],
  ['application/json; x=', 'mime: invalid media parameter'],
  ['application/json; =y', 'mime: invalid media parameter'],
  ['application/json; charset="utf-8', 'mime: invalid media parameter'],
  ['application/json; a=1; a=2', 'mime: duplicate parameter name'],
])('%j is refused', (text, error) => {
  expect(parseMediaType(text)).toEqual({ error });
});
