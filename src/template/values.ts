/**
 * Go's values as templates see them.
 *
 * Go             here
 * string         string (see go-string.ts)
 * bool           boolean
 * float64        number
 * integers       Int, which knows its type
 * maps, slices   MapValue, SliceValue
 * other types    OpaqueValue: time.Time and its kin, with methods
 * nil, missing   undefined ("invalid" in Go's reflection)
 *
 * A value taken out of an interface {} slot stays an Interface until something looks inside: Go's errors tell it apart.
 */
import { compareStrings } from './go-string.js';

export type Concrete = string | boolean | number | Int | Complex | MapValue | SliceValue | OpaqueValue;
export type Value = Concrete | Interface | undefined;

export class Int {
  readonly type: string;
  readonly value: bigint;
  /** `value` must fit the type. */
  constructor(type: string, value: bigint) {
    this.type = type;
    this.value = value;
  }
}

/** An integer type with methods: time.Duration, time.Month, time.Weekday. */
export class NamedInt extends Int {
  /** What its String() returns. */
  readonly text: string;
  readonly methods: ReadonlyMap<string, Method>;
  constructor(type: string, value: bigint, text: string, methods: ReadonlyMap<string, Method>) {
    super(type, value);
    this.text = text;
    this.methods = methods;
  }
}

export class Complex {
  readonly re: number;
  readonly im: number;
  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

/** What an interface {} holds; undefined for nil. */
export class Interface {
  readonly elem: Concrete | undefined;
  constructor(elem: Concrete | undefined) {
    this.elem = elem;
  }
}

/** map[string]string (strings) or map[string]interface {}. */
export interface MapValue {
  readonly kind: 'map';
  readonly type: string;
  /** The element type, and what a missing key yields. */
  readonly elemType: 'string' | 'interface {}';
  get(key: string): Concrete | undefined;
  has(key: string): boolean;
  keys(): Iterable<string>;
}

export interface SliceValue {
  readonly kind: 'slice';
  readonly type: string;
  /** Elements of an interface {} slot stay Interfaces. */
  readonly elemType: string;
  readonly items: readonly (Concrete | undefined)[];
}

/**
 * What a parameter takes. 'any' is interface {}: a constant gets its default type, nil is allowed.
 * 'value' is reflect.Value: as 'any', but slots stay visible.
 */
export type ParamType =
  | 'string'
  | 'int'
  | 'float64'
  | 'any'
  | 'value'
  | 'time.Time'
  | 'time.Duration'
  | '*time.Location'
  | '*template.sample'
  | 'template.queryResult';

/** A method of a type: its parameters as in functions.ts, and what it does. */
export interface Method {
  readonly params: readonly ParamType[];
  /** Go's complaint about a method whose results a template cannot take. */
  readonly refusal?: string;
  readonly call: (self: Concrete, args: readonly Value[]) => Value;
}

/** A struct or pointer. */
export interface OpaqueValue {
  readonly kind: 'opaque';
  readonly type: string;
  /** fmt.Stringer. */
  toString(): string;
  method(name: string): Method | undefined;
  /** Fields of a struct; undefined where it has no such field. */
  field?(name: string): Value;
  equals(other: OpaqueValue): boolean;
}

export const int = (value: bigint | number): Int => new Int('int', BigInt(value));
export const int64 = (value: bigint): Int => new Int('int64', BigInt.asIntN(64, value));

export function typeOf(value: Concrete): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float64';
  if (value instanceof Complex) return 'complex128';
  return value.type;
}

/** The type as reflection names it: that of the slot for an Interface. */
export const staticType = (value: Concrete | Interface): string =>
  value instanceof Interface ? 'interface {}' : typeOf(value);

/** Looks inside an Interface; a nil one is invalid. */
export const indirect = (value: Value): Concrete | undefined => (value instanceof Interface ? value.elem : value);

export const isMap = (value: Value): value is MapValue =>
  typeof value === 'object' && 'kind' in value && value.kind === 'map';
export const isSlice = (value: Value): value is SliceValue =>
  typeof value === 'object' && 'kind' in value && value.kind === 'slice';
export const isOpaque = (value: Value): value is OpaqueValue =>
  typeof value === 'object' && 'kind' in value && value.kind === 'opaque';

export const isUnsigned = (value: Int): boolean => value.type.startsWith('uint');

export function mapLength(map: MapValue): number {
  let n = 0;
  for (const _ of map.keys()) n++;
  return n;
}

export const sortedKeys = (map: MapValue): string[] => [...map.keys()].sort(compareStrings);

/** Not the zero of its type. */
export function isTrue(value: Value): boolean {
  const v = indirect(value);
  if (v === undefined) return false;
  if (typeof v === 'string') return v !== '';
  if (typeof v === 'boolean') return v;
  if (typeof v === 'number') return v !== 0;
  if (v instanceof Int) return v.value !== 0n;
  if (v instanceof Complex) return v.re !== 0 || v.im !== 0;
  if (v.kind === 'map') return mapLength(v) > 0;
  return v.kind === 'slice' ? v.items.length > 0 : true;
}

/** A map element as reflection yields it: an Interface where the slot is one, the zero string where a string misses. */
export function mapElement(map: MapValue, key: string): Value {
  const value = map.get(key);
  return map.elemType === 'string' ? (value ?? '') : new Interface(value);
}

export function sliceElement(slice: SliceValue, index: number): Value {
  const value = slice.items[index];
  return slice.elemType === 'interface {}' ? new Interface(value) : value;
}

export function mapOf(map: ReadonlyMap<string, Concrete | undefined>): MapValue {
  return {
    kind: 'map',
    type: 'map[string]interface {}',
    elemType: 'interface {}',
    get: (key) => map.get(key),
    has: (key) => map.has(key),
    keys: () => map.keys(),
  };
}

export function sliceOf(items: readonly (Concrete | undefined)[]): SliceValue {
  return { kind: 'slice', type: '[]interface {}', elemType: 'interface {}', items };
}
