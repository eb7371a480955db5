/** Functions of strings. Positions and lengths are bytes, unless the row says characters. */
import { decodeBase64, encodeBase64 } from './base64.js';
import { toLower, toTitle, toUpper } from './case.js';
import { byteLength, runeCount, runes, sliceBytes, trimSpace } from './go-string.js';
import { fromJson } from './json.js';
import { expandReplacement } from './regex-replacement.js';
import { CallError } from './template-error.js';
import type { CallContext, TemplateFunction } from './template-function.js';
import { queryEscape, queryUnescape } from './url.js';
import { type Int, int, type ParamType, type Value } from './values.js';

/** What `repeat` and the like may make. */
const textUnitsMax = 4 * 1024 * 1024;

/** A row whose arguments are all strings. */
function ofStrings(count: number, work: (args: readonly string[], context: CallContext) => Value): TemplateFunction {
  const params = Array<ParamType>(count).fill('string');
  return { params, call: (args, context) => work(args as readonly string[], context) };
}

/** A row of integers followed by one string. */
function ofInts(count: number, work: (ints: readonly number[], text: string) => Value): TemplateFunction {
  const params: ParamType[] = [...Array<ParamType>(count).fill('int'), 'string'];
  return {
    params,
    call: (args) =>
      work(
        args.slice(0, count).map((arg) => Number((arg as Int).value)),
        args[count] as string,
      ),
  };
}

type S = readonly [string, string];
type SS = readonly [string, string, string];

export const stringFunctions: readonly (readonly [string, TemplateFunction])[] = [
  ['__line__', { params: [], call: (_, context) => context.line() }],
  // Names from Go's strings package: the text comes first.
  ['ToLower', ofStrings(1, ([s]) => toLower(s as string))],
  ['ToUpper', ofStrings(1, ([s]) => toUpper(s as string))],
  [
    'Replace',
    {
      params: ['string', 'string', 'string', 'int'],
      call: ([s, from, to, n]) => replaceFirst(s as string, from as string, to as string, Number((n as Int).value)),
    },
  ],
  ['Trim', ofStrings(2, (args) => trimSet(args[0] as string, args[1] as string, true, true))],
  ['TrimLeft', ofStrings(2, (args) => trimSet(args[0] as string, args[1] as string, true, false))],
  ['TrimRight', ofStrings(2, (args) => trimSet(args[0] as string, args[1] as string, false, true))],
  ['TrimPrefix', ofStrings(2, (args) => trimPrefix(...(args as S)))],
  ['TrimSuffix', ofStrings(2, (args) => trimSuffix(...(args as S)))],
  ['TrimSpace', ofStrings(1, ([s]) => trimSpace(s as string))],
  // Names from sprig: the text comes last, so that it can come from a pipeline.
  ['lower', ofStrings(1, ([s]) => toLower(s as string))],
  ['upper', ofStrings(1, ([s]) => toUpper(s as string))],
  ['title', ofStrings(1, ([s]) => toTitle(s as string))],
  ['trim', ofStrings(1, ([s]) => trimSpace(s as string))],
  ['trimAll', ofStrings(2, (args) => trimSet(args[1] as string, args[0] as string, true, true))],
  ['trimPrefix', ofStrings(2, ([prefix, s]) => trimPrefix(s as string, prefix as string))],
  ['trimSuffix', ofStrings(2, ([suffix, s]) => trimSuffix(s as string, suffix as string))],
  ['contains', ofStrings(2, ([part, s]) => (s as string).includes(part as string))],
  ['hasPrefix', ofStrings(2, ([part, s]) => (s as string).startsWith(part as string))],
  ['hasSuffix', ofStrings(2, ([part, s]) => (s as string).endsWith(part as string))],
  ['replace', ofStrings(3, ([from, to, s]) => replaceFirst(s as string, from as string, to as string, -1))],
  ['repeat', ofInts(1, ([n], s) => repeat(s, n as number))],
  ['trunc', ofInts(1, ([n], s) => truncate(n as number, s))],
  ['substr', ofInts(2, ([start, end], s) => substring(start as number, end as number, s))],
  ['indent', ofInts(1, ([n], s) => indent(n as number, s))],
  ['nindent', ofInts(1, ([n], s) => `\n${indent(n as number, s)}`)],
  // In characters.
  ['alignLeft', ofInts(1, ([n], s) => align(n as number, s, 'left'))],
  ['alignRight', ofInts(1, ([n], s) => align(n as number, s, 'right'))],
  ['regexReplaceAll', ofStrings(3, (args, context) => replaceAll(...(args as SS), context, true))],
  ['regexReplaceAllLiteral', ofStrings(3, (args, context) => replaceAll(...(args as SS), context, false))],
  ['count', ofStrings(2, ([source, s], context) => int(context.regex(source as string).matchAll(s as string).length))],
  ['urlencode', ofStrings(1, ([s]) => queryEscape(s as string))],
  ['urldecode', ofStrings(1, ([s]) => queryUnescape(s as string))],
  ['b64enc', ofStrings(1, ([s]) => encodeBase64(s as string))],
  ['b64dec', ofStrings(1, ([s]) => decodeBase64(s as string))],
  ['fromJson', ofStrings(1, ([s]) => fromJson(s as string))],
];

function replaceFirst(text: string, from: string, to: string, count: number): string {
  if (count === 0 || from === to) return text;
  checkGrowth(text, from, to);
  if (count < 0 && from !== '') return bounded(text.replaceAll(from, () => to));
  const limit = count < 0 ? Infinity : count;
  if (from === '') {
    const chars = runes(text);
    const out = chars.map((ch, i) => (i < limit ? to + ch : ch)).join('');
    return bounded(chars.length < limit ? out + to : out);
  }
  const parts = text.split(from);
  const done = parts.slice(0, Math.min(limit, parts.length - 1) + 1).join(to);
  return bounded([done, ...parts.slice(Math.min(limit, parts.length - 1) + 1)].join(from));
}

/** Refuses before a text is made that would be too long. */
function checkGrowth(text: string, from: string, to: string): void {
  let times = text.length + 1;
  if (from !== '') {
    times = Math.floor(text.length / from.length);
    if (times * to.length <= textUnitsMax) return;
    times = 0;
    for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + from.length)) times++;
  }
  if (times * to.length > textUnitsMax) throw new CallError('strings: Repeat output length overflow');
}

function bounded(text: string): string {
  if (text.length > textUnitsMax) throw new CallError('strings: Repeat output length overflow');
  return text;
}

function trimSet(text: string, cutset: string, left: boolean, right: boolean): string {
  const set = new Set(runes(cutset));
  const chars = runes(text);
  let start = 0;
  let end = chars.length;
  if (left) while (start < end && set.has(chars[start] as string)) start++;
  if (right) while (end > start && set.has(chars[end - 1] as string)) end--;
  return chars.slice(start, end).join('');
}

const trimPrefix = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text;
const trimSuffix = (text: string, suffix: string): string =>
  text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text;

function repeat(text: string, count: number): string {
  if (count < 0) throw new CallError('strings: negative Repeat count');
  if (text.length * count > textUnitsMax) throw new CallError('strings: Repeat output length overflow');
  return text.repeat(count);
}

function truncate(count: number, text: string): string {
  const length = byteLength(text);
  if (count < 0 && length + count > 0) return sliceBytes(text, length + count, length);
  return count >= 0 && length > count ? sliceBytes(text, 0, count) : text;
}

function substring(start: number, end: number, text: string): string {
  const length = byteLength(text);
  const outOfRange = (range: string): never => {
    throw new CallError(`runtime error: slice bounds out of range ${range}`);
  };
  if (start < 0) {
    if (end < 0) outOfRange(`[:${end}]`);
    if (end > length) outOfRange(`[:${end}] with length ${length}`);
    return sliceBytes(text, 0, end);
  }
  if (end < 0 || end > length) {
    if (start > length) outOfRange(`[${start}:${length}]`);
    return sliceBytes(text, start, length);
  }
  if (start > end) outOfRange(`[${start}:${end}]`);
  return sliceBytes(text, start, end);
}

function indent(spaces: number, text: string): string {
  const pad = repeat(' ', spaces);
  checkGrowth(text, '\n', `\n${pad}`);
  return bounded(pad + text.replaceAll('\n', `\n${pad}`));
}

function align(count: number, text: string, side: 'left' | 'right'): string {
  const length = runeCount(text);
  if (count < 0 || count === length) return text;
  if (count > length) {
    const pad = repeat(' ', count - length);
    return side === 'left' ? text + pad : pad + text;
  }
  const chars = runes(text);
  return (side === 'left' ? chars.slice(0, count) : chars.slice(length - count)).join('');
}

function replaceAll(source: string, text: string, replacement: string, context: CallContext, expand: boolean): string {
  const regex = context.regex(source);
  let out = '';
  let last = 0;
  for (const match of regex.matchAll(text)) {
    out += text.slice(last, match.start);
    out += expand ? expandReplacement(replacement, match.groups, regex.groupNames) : replacement;
    last = match.end;
    bounded(out);
  }
  return bounded(out + text.slice(last));
}
