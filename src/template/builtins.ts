/** The functions that Go's templates have by themselves. */
import { isPrint } from './go-quote.js';
import { byteLength, compareStrings, normalise, sliceBytes, toBytes } from './go-string.js';
import { printNode } from './nodes.js';
import { sprint, sprintf, sprintln } from './printf.js';
import { CallError } from './template-error.js';
import type { TemplateFunction } from './template-function.js';
import { queryEscape } from './url.js';
import {
  Complex,
  type Concrete,
  Int,
  Interface,
  indirect,
  int,
  isMap,
  isOpaque,
  isSlice,
  isTrue,
  isUnsigned,
  mapElement,
  mapLength,
  type SliceValue,
  sliceElement,
  typeOf,
  type Value,
} from './values.js';

export const builtinFunctions: readonly (readonly [string, TemplateFunction])[] = [
  ['and', { params: ['value'], variadic: 'value', shortCircuit: false, call: () => undefined }],
  ['or', { params: ['value'], variadic: 'value', shortCircuit: true, call: () => undefined }],
  ['not', { params: ['value'], call: ([arg]) => !isTrue(arg) }],
  ['len', { params: ['value'], call: ([item]) => int(lengthOf(item)) }],
  ['index', { params: ['value'], variadic: 'value', call: ([item, ...indexes]) => index(item, indexes) }],
  ['slice', { params: ['value'], variadic: 'value', call: ([item, ...indexes]) => slice(item, indexes) }],
  [
    'call',
    {
      params: ['value'],
      variadic: 'value',
      call: ([fn], _, first) => call(fn, first === undefined ? '' : printNode(first)),
    },
  ],
  ['print', { params: [], variadic: 'any', call: (args) => sprint(args) }],
  ['printf', { params: ['string'], variadic: 'any', call: ([format, ...args]) => sprintf(format as string, args) }],
  ['println', { params: [], variadic: 'any', call: (args) => sprintln(args) }],
  ['html', { params: [], variadic: 'any', call: (args) => escapeHtml(evalArgs(args)) }],
  ['js', { params: [], variadic: 'any', call: (args) => escapeJs(evalArgs(args)) }],
  ['urlquery', { params: [], variadic: 'any', call: (args) => queryEscape(evalArgs(args)) }],
  ['eq', { params: ['value'], variadic: 'value', call: ([first, ...rest]) => equalsAny(first, rest) }],
  ['ne', { params: ['value', 'value'], call: ([a, b]) => !equalsAny(a, [b]) }],
  ['lt', { params: ['value', 'value'], call: ([a, b]) => less(a, b) }],
  ['le', { params: ['value', 'value'], call: ([a, b]) => less(a, b) || equalsAny(a, [b]) }],
  ['gt', { params: ['value', 'value'], call: ([a, b]) => !(less(a, b) || equalsAny(a, [b])) }],
  ['ge', { params: ['value', 'value'], call: ([a, b]) => !less(a, b) }],
];

function lengthOf(item: Value): number {
  const value = indirect(item);
  if (value === undefined) {
    if (item instanceof Interface) throw new CallError('len of nil pointer');
    throw new CallError('reflect: call of reflect.Value.Type on zero Value');
  }
  if (typeof value === 'string') return byteLength(value);
  if (isMap(value)) return mapLength(value);
  if (isSlice(value)) return value.items.length;
  throw new CallError(`len of type ${typeOf(value)}`);
}

function index(item: Value, indexes: readonly Value[]): Value {
  let current: Value = indirect(item);
  if (current === undefined) throw new CallError('index of untyped nil');
  for (const raw of indexes) {
    const at = indirect(raw);
    const value = indirect(current);
    if (value === undefined) throw new CallError('index of nil pointer');
    if (typeof value === 'string') {
      const bytes = toBytes(value);
      const i = indexArgument(at, bytes.length);
      if (i === bytes.length) throw new CallError('reflect: string index out of range');
      current = new Int('uint8', BigInt(bytes[i] as number));
    } else if (isSlice(value)) {
      const i = indexArgument(at, value.items.length);
      if (i === value.items.length) throw new CallError('reflect: slice index out of range');
      current = sliceElement(value, i);
    } else if (isMap(value)) {
      if (at === undefined) throw new CallError('value is nil; should be of type string');
      if (typeof at !== 'string') throw new CallError(`value has type ${typeOf(at)}; should be string`);
      current = mapElement(value, at);
    } else throw new CallError(`can't index item of type ${typeOf(value)}`);
  }
  return current;
}

/** At most `max`, itself included. */
function indexArgument(value: Concrete | undefined, max: number): number {
  if (value === undefined) throw new CallError('cannot index slice/array with nil');
  if (!(value instanceof Int)) throw new CallError(`cannot index slice/array with type ${typeOf(value)}`);
  if (value.value < 0n || value.value > BigInt(max)) throw new CallError(`index out of range: ${value.value}`);
  return Number(value.value);
}

function slice(item: Value, indexes: readonly Value[]): Value {
  const value = indirect(item);
  if (value === undefined) throw new CallError('slice of untyped nil');
  if (indexes.length > 3) throw new CallError(`too many slice indexes: ${indexes.length}`);
  const isText = typeof value === 'string';
  if (isText && indexes.length === 3) throw new CallError('cannot 3-index slice a string');
  if (!isText && !isSlice(value)) throw new CallError(`can't slice item of type ${typeOf(value)}`);
  const length = isText ? byteLength(value) : value.items.length;
  const at = indexes.map((i) => indexArgument(indirect(i), length));
  const start = at[0] ?? 0;
  const end = at[1] ?? length;
  if (start > end) throw new CallError(`invalid slice index: ${start} > ${end}`);
  const cap = at[2];
  if (cap !== undefined && end > cap) throw new CallError(`invalid slice index: ${end} > ${cap}`);
  if (isText) return sliceBytes(value, start, end);
  return { ...(value as SliceValue), items: (value as SliceValue).items.slice(start, end) };
}

/** No value that a template can get is a function. */
function call(fn: Value, name: string): never {
  const value = indirect(fn);
  if (value === undefined) throw new CallError('call of nil');
  throw new CallError(`non-function ${name} of type ${typeOf(value)}`);
}

// Comparison

type Kind = 'bool' | 'int' | 'uint' | 'float' | 'complex' | 'string' | 'invalid';

function kindOf(value: Concrete | undefined): Kind {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float';
  if (value instanceof Int) return isUnsigned(value) ? 'uint' : 'int';
  return value instanceof Complex ? 'complex' : 'invalid';
}

const isInteger = (kind: Kind): boolean => kind === 'int' || kind === 'uint';

function incompatible(a: Concrete, b: Concrete): never {
  throw new CallError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
}

function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new CallError('missing argument for comparison');
  const a = indirect(first);
  return others.some((other) => equals(a, indirect(other)));
}

function equals(a: Concrete | undefined, b: Concrete | undefined): boolean {
  const ka = kindOf(a);
  const kb = kindOf(b);
  if (a === undefined || b === undefined) return a === b;
  if (isInteger(ka) && isInteger(kb)) return (a as Int).value === (b as Int).value;
  if (ka !== kb) return incompatible(a, b);
  if (a instanceof Complex && b instanceof Complex) return a.re === b.re && a.im === b.im;
  if (ka === 'string') return normalise(a as string) === normalise(b as string);
  if (ka !== 'invalid') return a === b;
  return equalsUncommon(a, b);
}

function equalsUncommon(a: Concrete, b: Concrete): boolean {
  const shape = (v: Concrete): string => (isMap(v) ? 'map' : isSlice(v) ? 'slice' : typeOf(v));
  if (shape(a) !== shape(b)) {
    throw new CallError(sprintf('non-comparable types %s: %s, %s: %v', [a, typeOf(a), typeOf(b), b]));
  }
  if (isOpaque(a) && isOpaque(b)) return a.equals(b);
  throw new CallError(sprintf('non-comparable type %s: %s', [b, typeOf(b)]));
}

function less(left: Value, right: Value): boolean {
  const a = indirect(left);
  const b = indirect(right);
  const ka = kindOf(a);
  const kb = kindOf(b);
  if (ka === 'invalid' || kb === 'invalid') throw new CallError('invalid type for comparison');
  if (isInteger(ka) && isInteger(kb)) return (a as Int).value < (b as Int).value;
  if (ka !== kb) return incompatible(a as Concrete, b as Concrete);
  if (ka === 'bool' || ka === 'complex') throw new CallError('invalid type for comparison');
  if (ka === 'string') return compareStrings(a as string, b as string) < 0;
  return (a as number) < (b as number);
}

// Escaping

/** As print, but nil reads as a missing value does. */
const evalArgs = (args: readonly Value[]): string =>
  sprint(args.map((arg) => (indirect(arg) === undefined ? '<no value>' : arg)));

const htmlEscapes: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\ufffd',
};
const escapeHtml = (text: string): string => text.replace(/["'&<>\0]/g, (ch) => htmlEscapes[ch] as string);

function escapeJs(text: string): string {
  let out = '';
  for (const ch of normalise(text)) {
    const code = ch.codePointAt(0) as number;
    const hex = (n: number): string => n.toString(16).toUpperCase().padStart(4, '0');
    if (ch === '\\' || ch === "'" || ch === '"') out += `\\${ch}`;
    else if ('<>&='.includes(ch) || code < 0x20) out += `\\u${hex(code)}`;
    // To Go a stray byte is U+FFFD here, which can be printed; it writes the byte.
    else if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff) || isPrint(ch)) out += ch;
    else out += `\\u${hex(code)}`;
  }
  return out;
}
