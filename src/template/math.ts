/** Functions of numbers. Arguments are cast: text that is no number counts as 0. */
import { toFloat64, toInt64 } from './cast.js';
import { add, type Decimal, decimalOf, divide, multiply, subtract, toNumber } from './decimal.js';
import { CallError } from './template-error.js';
import type { TemplateFunction } from './template-function.js';
import { Int, Interface, int64, isTrue, type Value } from './values.js';

const ofFloat = (work: (n: number) => number): TemplateFunction => ({
  params: ['any'],
  call: ([arg]) => work(toFloat64(arg)),
});
const ofTwoInts = (work: (a: bigint, b: bigint) => bigint): TemplateFunction => ({
  params: ['any', 'any'],
  call: ([a, b]) => int64(work(toInt64(a), toInt64(b))),
});
/** Folds integers, wrapping as int64 does. */
const foldInts = (work: (a: bigint, b: bigint) => bigint): TemplateFunction => ({
  params: ['any'],
  variadic: 'any',
  call: ([first, ...rest]) =>
    int64(rest.reduce((acc: bigint, arg) => BigInt.asIntN(64, work(acc, toInt64(arg))), toInt64(first))),
});
const foldFloats = (work: (a: number, b: number) => number): TemplateFunction => ({
  params: ['any'],
  variadic: 'any',
  call: ([first, ...rest]) => rest.reduce((acc: number, arg) => work(acc, toFloat64(arg)), toFloat64(first)),
});
function foldDecimals(args: readonly Value[], work: (a: Decimal, b: Decimal) => Decimal): number {
  const [first, ...rest] = args.map((arg) => () => decimalOf(toFloat64(arg)));
  return toNumber(rest.reduce((acc, next) => work(acc, next()), (first as () => Decimal)()));
}
const ofDecimals = (work: (a: Decimal, b: Decimal) => Decimal): TemplateFunction => ({
  params: ['any'],
  variadic: 'any',
  call: (args) => foldDecimals(args, work),
});

const greater = (a: bigint, b: bigint): bigint => {
  if (a > b) return a;
  return b;
};

function nonZero(n: bigint): bigint {
  if (n === 0n) throw new CallError('runtime error: integer divide by zero');
  return n;
}

export const mathFunctions: readonly (readonly [string, TemplateFunction])[] = [
  ['int', { params: ['any'], call: ([arg]) => new Int('int', toInt64(arg)) }],
  ['float64', ofFloat((n) => n)],
  [
    'add',
    { params: [], variadic: 'any', call: (args) => int64(args.reduce((acc: bigint, arg) => acc + toInt64(arg), 0n)) },
  ],
  ['sub', ofTwoInts((a, b) => a - b)],
  ['mul', foldInts((a, b) => a * b)],
  ['div', ofTwoInts((a, b) => a / nonZero(b))],
  ['mod', ofTwoInts((a, b) => a % nonZero(b))],
  ['max', foldInts(greater)],
  ['min', foldInts((a, b) => (greater(a, b) === a ? b : a))],
  ['addf', { params: [], variadic: 'any', call: (args) => foldDecimals([0, ...args], add) }],
  ['subf', ofDecimals(subtract)],
  ['mulf', ofDecimals(multiply)],
  ['divf', ofDecimals(divide)],
  ['maxf', foldFloats(Math.max)],
  ['minf', foldFloats(Math.min)],
  ['ceil', ofFloat(Math.ceil)],
  ['floor', ofFloat(Math.floor)],
  [
    'round',
    {
      params: ['any', 'int'],
      variadic: 'float64',
      call: ([value, places, ...on]) => round(toFloat64(value), Number((places as Int).value), on),
    },
  ],
  ['default', { params: ['any'], variadic: 'any', call: ([fallback, ...given]) => orDefault(fallback, given) }],
];

/** Up from `on` (default one half) of the last place; a negative number's fraction is negative, so it goes down. */
function round(value: number, places: number, on: readonly Value[]): number {
  const roundOn = (on[0] as number | undefined) ?? 0.5;
  const power = 10 ** places;
  const digits = power * value;
  const fraction = digits - Math.trunc(digits);
  return (fraction >= roundOn ? Math.ceil(digits) : Math.floor(digits)) / power;
}

/** A struct counts as given; else what is not the zero of its type. */
function orDefault(fallback: Value, given: readonly Value[]): Value {
  const value = given[0];
  const chosen = isTrue(value) ? value : fallback;
  return chosen instanceof Interface ? chosen : new Interface(chosen);
}
