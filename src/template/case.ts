/** Case mapping one character at a time, as Go's unicode package does: "ß" has no upper case of one character. */
import { isAscii, isSpace, normalise } from './go-string.js';

/** Lower-case letters whose full upper case has more characters, though a single one exists. */
const greekIota = /^[\u1f80-\u1f87\u1f90-\u1f97\u1fa0-\u1fa7\u1fb3\u1fc3\u1ff3]$/;
const iotaOffset = (ch: string): number => (/[\u1fb3\u1fc3\u1ff3]/.test(ch) ? 9 : 8);

function upperOf(ch: string): string {
  if (greekIota.test(ch)) return String.fromCharCode(ch.charCodeAt(0) + iotaOffset(ch));
  const upper = ch.toUpperCase();
  return upper.length === ch.length ? upper : single(ch, upper);
}

function lowerOf(ch: string): string {
  if (ch === '\u0130') return 'i';
  const lower = ch.toLowerCase();
  return lower.length === ch.length ? lower : single(ch, lower);
}

const single = (ch: string, mapped: string): string => ([...mapped].length === 1 ? mapped : ch);

/** Digraphs have a third case. */
const titles: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ',
  ǅ: 'ǅ',
  ǆ: 'ǅ',
  Ǉ: 'ǈ',
  ǈ: 'ǈ',
  ǉ: 'ǈ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǌ: 'ǋ',
  Ǳ: 'ǲ',
  ǲ: 'ǲ',
  ǳ: 'ǲ',
};
const georgian = /^[\u10d0-\u10ff]$/;
const titleOf = (ch: string): string => titles[ch] ?? (georgian.test(ch) ? ch : upperOf(ch));

const mapped = (text: string, map: (ch: string) => string): string => {
  let out = '';
  for (const ch of normalise(text)) out += map(ch);
  return out;
};

export const toUpper = (text: string): string => (isAscii(text) ? text.toUpperCase() : mapped(text, upperOf));
export const toLower = (text: string): string => (isAscii(text) ? text.toLowerCase() : mapped(text, lowerOf));

const asciiWord = /^[0-9A-Za-z_]$/;
const letterOrDigit = /^[\p{L}\p{Nd}]$/u;

function isSeparator(ch: string): boolean {
  if (ch <= '\x7f') return !asciiWord.test(ch);
  return !letterOrDigit.test(ch) && isSpace(ch);
}

/** strings.Title: the first letter of each word. */
export function toTitle(text: string): string {
  let before = ' ';
  return mapped(text, (ch) => {
    const out = isSeparator(before) ? titleOf(ch) : ch;
    before = ch;
    return out;
  });
}
